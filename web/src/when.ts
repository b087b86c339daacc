/** When something is, seen from now: "tomorrow at 8:00". */

import { spoken } from "./week";
import { t, tag } from "./words";

const fields = new Map<string, Intl.DateTimeFormat>();

interface Local {
  readonly date: string;
  /** Days since 1970, to count with. */
  readonly day: number;
  /** `08:05` */
  readonly clock: string;
}

/** An instant as the clock at a school has it. */
export function localOf(at: Date, zone: string): Local {
  let format = fields.get(zone);
  if (format === undefined) {
    const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
    format = new Intl.DateTimeFormat("en-GB", { ...numbers, hour12: false, timeZone: zone });
    fields.set(zone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const date = `${part["year"]}-${part["month"]}-${part["day"]}`;
  const hour = part["hour"] === "24" ? "00" : part["hour"]; // as some browsers call midnight
  return { date, day: Date.parse(date) / 86_400_000, clock: `${hour}:${part["minute"]}` };
}

/** The date so many days later, `YYYY-MM-DD`. */
export const daysLater = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** `at 13:15`, `tomorrow at 8:00`, `on Monday at 8:00`, `on Monday 4 January at 8:00`. */
export function whenInWords(instant: string, zone: string, now: Date): string {
  const at = localOf(new Date(instant), zone);
  const days = at.day - localOf(now, zone).day;
  const time = spoken(at.clock);
  if (days === 0) return t("when.today", { time });
  if (days === 1) return t("when.tomorrow", { time });
  return t("when.day", { day: dateInWords(at.date, days > 1 && days < 7), time });
}

/** The end of something that goes on now: `16:30`, `midnight`, or when it is on another day. */
export function untilInWords(instant: string, zone: string, now: Date): string {
  const at = localOf(new Date(instant), zone);
  const days = at.day - localOf(now, zone).day;
  if (days === 1 && at.clock === "00:00") return t("midnight");
  return days === 0 ? spoken(at.clock) : whenInWords(instant, zone, now);
}

/** `Monday`, or `Monday 4 January`. */
export function dateInWords(date: string, near: boolean): string {
  const far = { day: "numeric", month: "long" } as const;
  const format = new Intl.DateTimeFormat(tag.value, { weekday: "long", ...(near ? {} : far), timeZone: "UTC" });
  return format.format(new Date(`${date}T12:00:00Z`)).replace(",", "");
}
