/** A teacher's settings while they are being changed: as they stand in their fields, and as they are asked for. */

import type { DigestTimes, Hours, Moment, MyAvailability } from "./protocol";
import { blockOf, clockOf, DAY, tidied, timeOf, WEEKDAYS, weekOf, type Typed, type Week, type Weekday } from "./week";
import { daysLater, localOf } from "./when";
import type { Word } from "./words";

export interface Draft {
  readonly week: Week;
  /** First and last dates. */
  readonly away: readonly Typed[];
  readonly chat: boolean;
  readonly digest: { readonly on: boolean; readonly at: string; readonly days: readonly Weekday[] };
}

interface Asked {
  readonly hours: Hours;
  readonly away: readonly Typed[];
  readonly chat: boolean;
  readonly digest: DigestTimes | null;
}

/** What was changed and not saved, by account and school: it is still there for whoever only looked at another screen. */
export const unsaved = new Map<string, Draft>();

const WORKDAYS = WEEKDAYS.slice(0, 5);
const USUAL_DIGEST = "16:45";
const EVENING = "21:00";

export function draftOf(mine: MyAvailability): Draft {
  const digest = mine.digest;
  return {
    week: weekOf(mine.hours),
    away: mine.away.map(([first = "", last = ""]) => [first, last] as const),
    chat: mine.chat,
    digest: { on: digest !== null, at: digest?.at ?? USUAL_DIGEST, days: digest?.days ?? WORKDAYS },
  };
}

/** As a request has it. Ask only where there are no `faults`. */
export function asked({ week, away, chat, digest }: Draft): Asked {
  const hours = {} as Record<Weekday, readonly Typed[]>;
  for (const day of WEEKDAYS) hours[day] = week[day].map(([from, to]) => [tidied(from), tidied(to)] as const);
  return { hours, away: away.filter(isGiven), chat, digest: digest.on ? { at: tidied(digest.at), days: digest.days } : null };
}

export const isSaved = (draft: Draft, mine: MyAvailability): boolean => JSON.stringify(asked(draft)) === JSON.stringify(asked(draftOf(mine)));

/** A period that nobody has filled in yet is none. */
const isGiven = (dates: Typed): boolean => dates.some((one) => one !== "");

/** What cannot be sent at all, under the name that the server has for the field. */
export function faults({ week, away, digest }: Draft): ReadonlyMap<string, Word> {
  const found = new Map<string, Word>();
  for (const day of WEEKDAYS) {
    week[day].forEach((typed, index) => {
      const readable = typed.every((one) => timeOf(one) !== null);
      if (!readable) found.set(`hours.${day}[${index}]`, "hours.time");
      else if (blockOf(typed) === null) found.set(`hours.${day}[${index}]`, "hours.order");
    });
  }
  away.forEach((dates, index) => {
    if (isGiven(dates) && !dates.every((one) => /^\d{4}-\d{2}-\d{2}$/.test(one))) found.set(`away[${index}]`, "hours.date");
  });
  if (digest.on && (timeOf(digest.at) ?? DAY) === DAY) found.set("digest.at", "hours.time");
  if (digest.on && digest.days.length === 0) found.set("digest.days", "hours.digest.day");
  return found;
}

/** Moments that show what settings mean: an evening, a day, and one of another kind than that. */
export function examples(now: Date, zone: string): readonly Moment[] {
  const here = localOf(now, zone);
  const tomorrow = daysLater(here.date, 1);
  const weekday = (here.day + 4) % 7; // of tomorrow, Monday is 0: the first day of 1970 was a Thursday
  const other = weekday < 5 ? daysLater(tomorrow, 5 - weekday) : daysLater(tomorrow, 7 - weekday);
  return [
    { date: here.clock < EVENING ? here.date : tomorrow, time: EVENING },
    { date: tomorrow, time: "10:00" },
    { date: other, time: clockOf(11 * 60) },
  ];
}
