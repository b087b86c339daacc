/** A guardian's quiet hours: when no notification makes a sound. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import { account } from "../session";
import { clockOf, spoken, tidied, timeOf } from "../week";
import { t } from "../words";
import "../words/hours";
import { attempted, Form } from "./form";
import { TimeField } from "./week_day";

const USUAL = { start: "20:00", end: "07:00" };
const NEVER = { start: "00:00", end: "00:00" };
const MIDNIGHT = 24 * 60;

export function QuietHours() {
  const kept = account.value?.quiet_hours;
  const [on, turn] = useState(kept !== undefined);
  const [start, setStart] = useState(kept?.start ?? USUAL.start);
  const [end, setEnd] = useState(kept?.end ?? USUAL.end);
  const [done, setDone] = useState(false);
  const keep = async (): Promise<string | null> => {
    setDone(false);
    const [from, to] = [timeOf(start), timeOf(end)];
    if (on && (from === null || to === null)) return t("hours.time");
    const wanted = on ? { start: clockOf((from ?? 0) % MIDNIGHT), end: clockOf((to ?? 0) % MIDNIGHT) } : NEVER;
    if (on && wanted.start === wanted.end) return t("quiet.equal");
    const answer = await ask("account.update", { quiet_hours: wanted });
    if (!answer.ok) return answer.error.message;
    account.value = answer.account;
    setDone(true);
    return null;
  };
  const means = on ? t("quiet.means", { from: spoken(tidied(start)), to: spoken(tidied(end)) }) : t("quiet.none");
  return (
    <section class="card">
      <h2>{t("quiet")}</h2>
      <Form action={t("save")} onSubmit={() => attempted(keep)}>
        <label class="choice">
          <input type="checkbox" checked={on} onChange={(event) => turn(event.currentTarget.checked)} />
          <span>{t("quiet.on")}</span>
        </label>
        {on && (
          <div class="times">
            <TimeField label={t("quiet.from")} value={start} onValue={setStart} />
            <TimeField label={t("quiet.to")} value={end} onValue={setEnd} />
          </div>
        )}
        <p class="hint">
          {means} {t("quiet.how")}
        </p>
      </Form>
      <p role="status" class="done">{done && t("saved")}</p>
    </section>
  );
}
