/** The school asks a second factor of this person, and they have none yet. */

import { connect } from "../connection";
import { DoorPage } from "../widget/door";
import { LogOutButton } from "../widget/log_out";
import { SecondFactor } from "../widget/second_factor";
import { t } from "../words";

export function Enrol() {
  return (
    <DoorPage title={t("factor.title")}>
      <p>{t("factor.why")}</p>
      <SecondFactor onDone={() => connect()} />
      <div class="after">
        <LogOutButton look="link" />
      </div>
    </DoorPage>
  );
}
