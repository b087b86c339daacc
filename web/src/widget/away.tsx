/** Periods in which a teacher is away, from a first to a last date. */

import { useId } from "preact/hooks";

import type { Typed } from "../week";
import { dateInWords } from "../when";
import { t } from "../words";
import { Icon } from "./icon";

interface AwayProps {
  readonly away: readonly Typed[];
  readonly trouble: (field: string) => string | undefined;
  readonly onAway: (away: readonly Typed[]) => void;
}

export function Away({ away, trouble, onAway }: AwayProps) {
  const put = (index: number, dates: Typed): void => onAway(away.map((one, at) => (at === index ? dates : one)));
  return (
    <>
      <p class="hint">{t("hours.away.none")}</p>
      {away.map(([first, last], index) => (
        <Period
          key={index}
          first={first}
          last={last}
          trouble={trouble(`away[${index}]`)}
          // most are away for one day
          onFirst={(date) => put(index, [date, last === "" || last === first ? date : last])}
          onLast={(date) => put(index, [first, date])}
          onRemove={() => onAway(away.filter((_, at) => at !== index))}
        />
      ))}
      <button type="button" class="secondary small" onClick={() => onAway([...away, ["", ""]])}>
        {t("hours.away.add")}
      </button>
    </>
  );
}

interface PeriodProps {
  readonly first: string;
  readonly last: string;
  readonly trouble: string | undefined;
  readonly onFirst: (date: string) => void;
  readonly onLast: (date: string) => void;
  readonly onRemove: () => void;
}

function Period({ first, last, trouble, onFirst, onLast, onRemove }: PeriodProps) {
  const id = useId();
  const wrong = trouble ? id : undefined;
  return (
    <div class="times" role="group" aria-label={t("hours.away")}>
      <DateField label={t("hours.away.from")} value={first} wrong={wrong} onValue={onFirst} />
      <DateField label={t("hours.away.to")} value={last} wrong={wrong} onValue={onLast} />
      <button type="button" class="quiet icon-only" onClick={onRemove}>
        <Icon name="close" />
        <span class="sr">{t("hours.remove")}: {[first, last].filter((date) => date !== "").map((date) => dateInWords(date, false)).join(" – ")}</span>
      </button>
      {trouble && (
        <p class="trouble" id={id} role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

interface DateFieldProps {
  readonly label: string;
  readonly value: string;
  readonly wrong?: string | undefined;
  readonly onValue: (date: string) => void;
}

export function DateField({ label, value, wrong, onValue }: DateFieldProps) {
  return (
    <label class="time is-date">
      <span>{label}</span>
      <input
        type="date"
        min="2000-01-01"
        max="2099-12-31"
        value={value}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={wrong}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
