/** Days and clock times as a school writes them, in its own time zone. */

import { t, tag } from "./words";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${tag.value} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(name);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(tag.value, { ...options, timeZone: zone });
    formats.set(name, found);
  }
  return found;
}

/** `20:05` */
export const clock = (at: string, zone: string): string =>
  format(zone, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));

/** The same for two instants of one day there. */
export const dayKey = (at: string | Date, zone: string): string =>
  format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));

/** `today`, `yesterday`, or `Monday 23 November`, with the year when it is another. */
export function day(at: string, zone: string, now = new Date()): string {
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return t("today");
  if (key === dayBefore(now, zone)) return t("yesterday");
  return format(zone, longOf(at, now)).format(new Date(at));
}

/** For a list: the clock time today, else the day, short. */
export function brief(at: string, zone: string, now = new Date()): string {
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return clock(at, zone);
  if (key === dayBefore(now, zone)) return t("yesterday");
  const year: Intl.DateTimeFormatOptions = ofThisYear(at, now) ? {} : { year: "numeric" };
  return format(zone, { day: "numeric", month: "short", ...year }).format(new Date(at));
}

/** A day and a time, in full. */
export const moment = (at: string, zone: string): string =>
  `${day(at, zone)} ${clock(at, zone)}`;

/** The last of the hours before `now` that another day has: days of 23 and 25 hours exist. */
function dayBefore(now: Date, zone: string): string {
  const today = dayKey(now, zone);
  if (yesterday.today !== today + zone) {
    let hours = 1;
    const ago = (): string => dayKey(new Date(now.getTime() - hours * 3_600_000), zone);
    while (hours < 25 && ago() === today) hours++;
    yesterday = { today: today + zone, key: ago() };
  }
  return yesterday.key;
}

/** A long list asks for it at every row. */
let yesterday = { today: "", key: "" };

function longOf(at: string, now: Date): Intl.DateTimeFormatOptions {
  const long: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  return ofThisYear(at, now) ? long : { ...long, year: "numeric" };
}

const ofThisYear = (at: string, now: Date): boolean => new Date(at).getFullYear() === now.getFullYear();

/** For where somebody is known already, and short is friendly. */
export const givenName = (name: string): string => name.split(" ")[0] ?? name;
