/** A week of reading hours at a glance: a row for each day, to drag in or to open and type. */

import { useState } from "preact/hooks";

import { blockOf, dayName, STEP, timesOf, WEEKDAYS, type Block, type Typed, type Week as Hours, type Weekday } from "../week";
import { t } from "../words";
import { Icon } from "./icon";
import { WeekDay } from "./week_day";
import { WeekTrack } from "./week_track";

const PART: Block = [6 * 60, 22 * 60];
const WHOLE: Block = [0, 24 * 60];

interface WeekProps {
  readonly week: Hours;
  readonly onWeek: (week: Hours) => void;
  /** What is wrong with a field, in words. */
  readonly trouble: (field: string) => string | undefined;
}

export function Week({ week, onWeek, trouble }: WeekProps) {
  const [open, setOpen] = useState<Weekday | null>(null);
  const [wholeDay, showWholeDay] = useState(false);
  const [said, say] = useState("");
  const outside = Object.values(week).some((blocks) => (blocks as readonly Typed[]).some((one) => !isWithin(one, PART)));
  const range = wholeDay || outside ? WHOLE : PART;
  const change = (day: Weekday, blocks: readonly Typed[]): void => {
    say("");
    onWeek({ ...week, [day]: blocks });
  };
  const copy = (from: Weekday, to: Weekday): void => {
    onWeek({ ...week, [to]: week[from] });
    say(t("hours.copied", { day: dayName(to) }));
  };
  return (
    <div class="week">
      <Scale range={range} />
      <ul class="plain">
        {WEEKDAYS.map((day) => (
          <li key={day} class={WEEKDAYS.indexOf(day) > 4 ? "week-row is-weekend" : "week-row"}>
            <div class="week-line">
              <button
                type="button"
                class="week-name"
                aria-expanded={open === day}
                aria-controls={`day-${day}`}
                onClick={() => setOpen(open === day ? null : day)}
              >
                <span aria-hidden="true">{dayName(day, "short")}</span>
                <span class="sr">{t("hours.day", { day: dayName(day), times: timesOf(week[day]) })}</span>
                <Icon name="pen" />
              </button>
              <WeekTrack blocks={week[day]} range={range} onBlocks={(blocks) => change(day, blocks)} onTap={() => setOpen(day)} />
            </div>
            <div id={`day-${day}`}>
              {(open === day || week[day].some((_, index) => trouble(`hours.${day}[${index}]`))) && (
                <WeekDay
                  day={day}
                  blocks={week[day]}
                  trouble={trouble}
                  onBlocks={(blocks) => change(day, blocks)}
                  onCopy={(to) => copy(day, to)}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
      <p class="done" role="status">{said}</p>
      {!outside && (
        <button type="button" class="link" aria-pressed={wholeDay} onClick={() => showWholeDay(!wholeDay)}>
          {t(wholeDay ? "hours.part_of_day" : "hours.whole_day")}
        </button>
      )}
    </div>
  );
}

function Scale({ range: [low, high] }: { readonly range: Block }) {
  const step = high - low > 16 * 60 ? 4 : 2;
  const hours: number[] = [];
  for (let hour = low / 60; hour <= high / 60; hour += step) hours.push(hour);
  return (
    <div class="week-scale" aria-hidden="true">
      {hours.map((hour) => (
        <span key={hour} style={{ left: `${((hour * 60 - low) / (high - low)) * 100}%` }}>
          {hour}
        </span>
      ))}
    </div>
  );
}

/** What cannot be read is nowhere on the scale yet. */
function isWithin(typed: Typed, [low, high]: Block): boolean {
  const block = blockOf(typed);
  return block === null || (block[0] >= low && block[1] <= high) || block[1] - block[0] < STEP;
}
