/** What settings mean, in words; and by the server's own rule how a message of some moments would reach the teacher. */

import { useEffect, useRef, useState } from "preact/hooks";

import { serverNow } from "../availability";
import { ask, line } from "../connection";
import { asked, examples, type Draft } from "../hours";
import type { Moment, Reached } from "../protocol";
import { daysInWords, spoken, tidied, timeOf, weekInWords } from "../week";
import { localOf, whenInWords } from "../when";
import { t } from "../words";
import { DateField } from "./away";
import { TimeField } from "./week_day";

interface MeaningProps {
  readonly draft: Draft;
  /** Nothing in it is known to be wrong. */
  readonly sound: boolean;
  readonly schoolId: string;
  readonly zone: string;
  readonly onRefused: (field: string, message: string) => void;
}

/** Whoever is typing has not finished after each letter. */
const SETTLES = 250;

export function Meaning({ draft, sound, schoolId, zone, onRefused }: MeaningProps) {
  const [own, setOwn] = useState<Moment>({ date: localOf(new Date(serverNow()), zone).date, time: "12:00" });
  const [reached, setReached] = useState<readonly Reached[]>([]);
  const newest = useRef(0);
  const question = JSON.stringify([asked(draft), own]);
  useEffect(() => {
    const number = ++newest.current;
    if (!sound || line.value !== "open") return;
    const timer = setTimeout(() => {
      const other = timeOf(own.time) === null || own.date === "" ? [] : [{ date: own.date, time: tidied(own.time) }];
      const moments = [...examples(new Date(serverNow()), zone), ...other];
      void ask("availability.preview", { school_id: schoolId, ...asked(draft), moments })
        .then((answer) => {
          if (number !== newest.current) return;
          setReached(answer.ok ? answer.moments : []);
          if (!answer.ok && answer.error.field !== undefined) onRefused(answer.error.field, answer.error.message);
        })
        .catch(() => undefined); // asked again when the line is back
    }, SETTLES);
    return () => clearTimeout(timer);
  }, [question, sound, line.value]);
  const now = new Date(serverNow());
  return (
    <section class="card meaning" aria-labelledby="meaning-title">
      <h2 id="meaning-title">{t("hours.means")}</h2>
      {sound ? meaningOf(draft).map((said) => <p key={said}>{said}</p>) : <p class="soft">{t("hours.preview.wrong")}</p>}
      {sound && reached.length > 0 && (
        <>
          <h3>{t("hours.preview")}</h3>
          <ul class="preview" aria-live="polite">
            {reached.slice(0, 3).map((one) => (
              <PreviewLine key={one.at} reached={one} zone={zone} now={now} />
            ))}
          </ul>
          <details>
            <summary>{t("hours.preview.other")}</summary>
            <div class="times">
              <DateField label={t("hours.preview.date")} value={own.date} onValue={(date) => setOwn({ ...own, date })} />
              <TimeField label={t("hours.preview.time")} value={own.time} onValue={(time) => setOwn({ ...own, time })} />
            </div>
            <ul class="preview" aria-live="polite">
              {reached.slice(3).map((one) => (
                <PreviewLine key={one.at} reached={one} zone={zone} now={now} />
              ))}
            </ul>
          </details>
        </>
      )}
    </section>
  );
}

function PreviewLine({ reached, zone, now }: { readonly reached: Reached; readonly zone: string; readonly now: Date }) {
  const moment = momentInWords(reached.at, zone, now);
  const due = reached.due ? whenInWords(reached.due, zone, now) : "";
  return <li class={`is-${reached.notice}`}>{t(`hours.preview.${reached.notice}`, { moment, due })}</li>;
}

function momentInWords(at: string, zone: string, now: Date): string {
  const there = localOf(new Date(at), zone);
  const tonight = there.day === localOf(now, zone).day && there.clock >= "18:00";
  return tonight ? t("when.evening", { time: spoken(there.clock) }) : whenInWords(at, zone, now);
}

/** When it makes a sound, what becomes of the rest, and days off. */
function meaningOf(draft: Draft): readonly string[] {
  const { hours, digest } = asked(draft);
  const week = weekInWords(hours);
  const there = !draft.chat ? t("hours.means.chat_off") : week === "" ? t("hours.means.never") : t("hours.means.there", { week });
  const mail = digest
    ? t("hours.means.digest", { days: daysInWords(digest.days), time: spoken(digest.at) })
    : t("hours.means.no_digest");
  return [there, mail, t(digest ? "hours.means.away" : "hours.means.away.no_digest")];
}
