/** The hours of one day, typed: several blocks, and the same for other days. */

import { useId, useState } from "preact/hooks";

import { dayName, oneMore, tidied, timesOf, WEEKDAYS, type Typed, type Weekday } from "../week";
import { t } from "../words";
import { Icon } from "./icon";

interface WeekDayProps {
  readonly day: Weekday;
  readonly blocks: readonly Typed[];
  readonly trouble: (field: string) => string | undefined;
  readonly onBlocks: (blocks: readonly Typed[]) => void;
  readonly onCopy: (to: Weekday) => void;
}

export function WeekDay({ day, blocks, trouble, onBlocks, onCopy }: WeekDayProps) {
  const more = oneMore(blocks);
  const put = (index: number, typed: Typed): void => onBlocks(blocks.map((one, at) => (at === index ? typed : one)));
  return (
    <div class="week-day" role="group" aria-label={dayName(day)}>
      {blocks.map((typed, index) => (
        <BlockFields
          key={index}
          day={day}
          typed={typed}
          trouble={trouble(`hours.${day}[${index}]`)}
          onTyped={(now) => put(index, now)}
          onRemove={() => onBlocks(blocks.filter((_, at) => at !== index))}
        />
      ))}
      <p class="hint">{blocks.length === 0 ? t("hours.free") : t("hours.time.hint")}</p>
      {more && (
        <button type="button" class="secondary small" onClick={() => onBlocks(more)}>
          {t("hours.add")}
        </button>
      )}
      <div class="week-copy" role="group" aria-label={t("hours.copy")}>
        <span class="soft">{t("hours.copy")}</span>
        {WEEKDAYS.filter((other) => other !== day).map((other) => (
          <button key={other} type="button" class="chip" onClick={() => onCopy(other)}>
            <span aria-hidden="true">{dayName(other, "short")}</span>
            <span class="sr">{t("hours.copy.to", { day: dayName(other) })}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

interface BlockFieldsProps {
  readonly day: Weekday;
  readonly typed: Typed;
  readonly trouble: string | undefined;
  readonly onTyped: (typed: Typed) => void;
  readonly onRemove: () => void;
}

function BlockFields({ day, typed: [from, to], trouble: found, onTyped, onRemove }: BlockFieldsProps) {
  const id = useId();
  const [typing, watch] = useTyping();
  const trouble = typing ? undefined : found;
  return (
    <div class="times" {...watch}>
      <TimeField label={t("hours.from")} of={t("hours.from.of", { day: dayName(day) })} value={from} wrong={trouble && id} onValue={(now) => onTyped([now, to])} />
      <TimeField label={t("hours.to")} of={t("hours.to.of", { day: dayName(day) })} value={to} wrong={trouble && id} onValue={(now) => onTyped([from, now])} />
      <button type="button" class="quiet icon-only" onClick={onRemove}>
        <Icon name="close" />
        <span class="sr">{t("hours.remove")}: {t("hours.day", { day: dayName(day), times: timesOf([[from, to]]) })}</span>
      </button>
      {trouble && (
        <p class="trouble" id={id} role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

/** Half a time is wrong until it is finished: nobody is told so while they type. */
export function useTyping(): readonly [boolean, { readonly onInput: () => void; readonly onFocusOut: () => void }] {
  const [typing, setTyping] = useState(false);
  return [typing, { onInput: () => setTyping(true), onFocusOut: () => setTyping(false) }];
}

interface TimeFieldProps {
  readonly label: string;
  /** The whole of it, where the label alone says too little. */
  readonly of?: string;
  readonly value: string;
  /** The id of what tells what is wrong. */
  readonly wrong?: string | undefined;
  readonly onValue: (value: string) => void;
}

/** A time of day, typed in any of the ways that people write one. */
export function TimeField({ label, of, value, wrong, onValue }: TimeFieldProps) {
  return (
    <label class="time">
      <span aria-hidden={of ? "true" : undefined}>{label}</span>
      <input
        type="text"
        inputMode="numeric"
        autoComplete="off"
        maxLength={5}
        value={value}
        aria-label={of}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={wrong}
        onInput={(event) => onValue(event.currentTarget.value)}
        onBlur={(event) => onValue(tidied(event.currentTarget.value))}
      />
    </label>
  );
}
