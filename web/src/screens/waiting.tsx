/** Before anything is known, and for an account that has nothing here any more. */

import { line } from "../connection";
import { t } from "../words";
import { DoorPage } from "../widget/door";
import { LogOutButton } from "../widget/log_out";

export function Opening() {
  return (
    <main class="opening" aria-busy="true">
      <img src="/icon.svg" alt="" width="64" height="64" />
      <h1>Hekje</h1>
      <p role="status">{line.value === "broken" ? t("no_connection_yet") : t("opening")}</p>
    </main>
  );
}

export function Stranger() {
  return (
    <DoorPage title={t("stranger.title")}>
      <p>{t("stranger.text")}</p>
      <LogOutButton look="primary wide" />
    </DoorPage>
  );
}
