/** Days on which a school is closed, as a person reads them. A date is `YYYY-MM-DD`, of no time zone. */

import type { Period } from "./protocol";
import { tag } from "./words";

/** Closed days of one name: what lies between them is a weekend at most. */
export interface Run extends Period {
  readonly name: string;
  readonly days: readonly string[];
}

const DAY = 86_400_000;
const instant = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const dayAfter = (day: string, n = 1): string => new Date(instant(day) + n * DAY).toISOString().slice(0, 10);

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(instant(text));

/** The date where the school is. */
export const todayIn = (zone: string, now = new Date()): string => {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
  return parts.split("/").reverse().join("-");
};

export function daysOf({ first, last }: Period): string[] {
  const days = [];
  for (let day = first; day <= last && days.length < 400; day = dayAfter(day)) days.push(day);
  return days;
}

export function runsOf(closed: readonly string[], names: readonly Period[] = []): Run[] {
  const called = namesOf(names);
  const runs: Run[] = [];
  for (const day of [...closed].sort()) {
    const name = called.get(day) ?? "";
    const run = runs[runs.length - 1];
    if (run !== undefined && run.name === name && goesOn(run.last, day)) runs[runs.length - 1] = { ...run, last: day, days: [...run.days, day] };
    else runs.push({ first: day, last: day, name, days: [day] });
  }
  return runs;
}

/** What each closed day is called. */
export function namesOf(periods: readonly Period[]): Map<string, string> {
  const called = new Map<string, string>();
  for (const period of periods) for (const day of daysOf(period)) called.set(day, period.name ?? "");
  return called;
}

/** Days with their names as periods, each name once for days in a row. */
export function periodsOf(called: ReadonlyMap<string, string>): Period[] {
  const periods: Period[] = [];
  for (const [day, name] of [...called].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = periods[periods.length - 1];
    if (before?.name === name && dayAfter(before.last) === day) periods[periods.length - 1] = { ...before, last: day };
    else periods.push({ first: day, last: day, name });
  }
  return periods.filter((period) => period.name !== "");
}

function goesOn(last: string, day: string): boolean {
  let next = dayAfter(last);
  while (next < day && isWeekend(next)) next = dayAfter(next);
  return next === day;
}

function isWeekend(day: string): boolean {
  const weekday = new Date(instant(day)).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** `Sat 17 – Sun 25 Oct 2026`, or one day. */
export function said({ first, last }: Period): string {
  if (first === last) return shown(first, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const year = first.slice(0, 4) === last.slice(0, 4) ? {} : { year: "numeric" as const };
  const from = shown(first, { weekday: "short", day: "numeric", month: "short", ...year });
  return `${from} – ${shown(last, { weekday: "short", day: "numeric", month: "short", year: "numeric" })}`;
}

/** `2026-2027`: from August until July. */
export const schoolYear = (day: string): string => {
  const year = Number(day.slice(0, 4)) - (day.slice(5, 7) < "08" ? 1 : 0);
  return `${year}-${year + 1}`;
};

function shown(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(tag.value, { ...options, timeZone: "UTC" }).format(new Date(instant(day)));
}

/** What the server reads of a file: of an agenda only when things are and what they are called. */
export function onlyDays(text: string): string {
  const start = text.replace(/^\ufeff?\s*/, "");
  if (/^[[{]/.test(start)) return compact(start);
  if (!/^BEGIN:VCALENDAR/i.test(start)) return start;
  const kept: string[] = [];
  let keeps = false;
  for (const line of start.split(/\r\n|\n|\r/)) {
    if (!/^[ \t]/.test(line)) keeps = KEPT.test(line);
    if (keeps) kept.push(line);
  }
  return kept.join("\r\n");
}

const KEPT = /^(BEGIN|END|UID|SUMMARY|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS)[;:]/i;

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json; // the server says what is wrong with it
  }
}
