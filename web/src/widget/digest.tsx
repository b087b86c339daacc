/** The one e-mail about what waits: when it comes, on which days, or not at all. */

import { useId } from "preact/hooks";

import type { Draft } from "../hours";
import { dayName, WEEKDAYS, type Weekday } from "../week";
import { t } from "../words";
import { TimeField, useTyping } from "./week_day";

interface DigestProps {
  readonly digest: Draft["digest"];
  readonly trouble: (field: string) => string | undefined;
  readonly onDigest: (digest: Draft["digest"]) => void;
}

export function Digest({ digest, trouble, onDigest }: DigestProps) {
  const id = useId();
  const [typing, watch] = useTyping();
  const atWrong = typing ? undefined : trouble("digest.at");
  const wrong = atWrong ?? trouble("digest.days");
  const turn = (day: Weekday, on: boolean): void =>
    onDigest({ ...digest, days: WEEKDAYS.filter((one) => (one === day ? on : digest.days.includes(one))) });
  return (
    <>
      <label class="choice">
        <input type="checkbox" checked={digest.on} onChange={(event) => onDigest({ ...digest, on: event.currentTarget.checked })} />
        <span>{t("hours.digest.on")}</span>
      </label>
      {digest.on && (
        <div class="times" {...watch}>
          <TimeField label={t("hours.digest.at")} value={digest.at} wrong={atWrong && id} onValue={(at) => onDigest({ ...digest, at })} />
          <fieldset class="days">
            <legend class="sr">{t("hours.digest.days")}</legend>
            {WEEKDAYS.map((day) => (
              <label key={day} class={digest.days.includes(day) ? "chip is-on" : "chip"}>
                <input type="checkbox" class="sr" checked={digest.days.includes(day)} onChange={(event) => turn(day, event.currentTarget.checked)} />
                <span aria-hidden="true">{dayName(day, "short")}</span>
                <span class="sr">{dayName(day)}</span>
              </label>
            ))}
          </fieldset>
          {wrong && (
            <p class="trouble" id={id} role="alert">
              {wrong}
            </p>
          )}
        </div>
      )}
      <p class="hint">{t("hours.digest.hint")}</p>
    </>
  );
}
