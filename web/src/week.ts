/** An ordinary week of reading hours: typed, dragged and put into words. Times are minutes of a day. */

import type { Hours } from "./protocol";
import { listed, t, tag } from "./words";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
/** As it stands in its two fields, whether it can be read or not. */
export type Typed = readonly [string, string];
export type Week = Readonly<Record<Weekday, readonly Typed[]>>;
/** Start (included) and end (excluded). */
export type Block = readonly [number, number];

export const DAY = 24 * 60;
/** To this the pointer keeps; whoever wants another minute types it. */
export const STEP = 15;
const SHORTEST = 15;
const USUAL: Typed = ["08:00", "16:30"];

export function weekOf(hours: Hours): Week {
  const week = {} as Record<Weekday, readonly Typed[]>;
  for (const day of WEEKDAYS) week[day] = (hours[day] ?? []).map(([from = "", to = ""]) => [from, to] as const);
  return week;
}

/** `8`, `8.30`, `830` and `08:30` are all times; null for what is none. */
export function timeOf(typed: string): number | null {
  const found = /^(\d{1,2})(?:[:.,h ]?(\d{2}))?$/.exec(typed.trim());
  if (found === null) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minutes <= DAY ? minutes : null;
}

export const clockOf = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const two = (n: number): string => String(n).padStart(2, "0");

/** The way everybody writes it, or what was typed where that is no time. */
export function tidied(typed: string): string {
  const minutes = timeOf(typed);
  return minutes === null ? typed.trim() : clockOf(minutes);
}

export function blockOf([from, to]: Typed): Block | null {
  const start = timeOf(from);
  const end = timeOf(to);
  return start === null || end === null || start >= end ? null : [start, end];
}

const typedOf = ([start, end]: Block): Typed => [clockOf(start), clockOf(end)];

// --- With the pointer ------------------------------------------------------------------------

export type Grip = "start" | "end" | "whole";

/** A block drawn from one place to another, as far as there is room; null where there is none. */
export function drawn(blocks: readonly Typed[], from: number, to: number): Block | null {
  const [low, high] = roomAround(blocks, -1, from);
  const start = Math.max(low, Math.min(from, to));
  const end = Math.min(high, Math.max(from, to));
  return end - start < SHORTEST ? null : [start, end];
}

/** A block that is pulled along by so much: it stops at its neighbours and at the ends of the day. */
export function pulled(blocks: readonly Typed[], index: number, grip: Grip, by: number): readonly Typed[] {
  const typed = blocks[index];
  const block = typed && blockOf(typed);
  if (!block) return blocks;
  const [start, end] = block;
  const [low, high] = roomAround(blocks, index, start);
  let moved: Block;
  if (grip === "start") moved = [within(start + by, low, end - SHORTEST), end];
  else if (grip === "end") moved = [start, within(end + by, start + SHORTEST, high)];
  else {
    const shift = within(by, low - start, high - end);
    moved = [start + shift, end + shift];
  }
  return blocks.map((one, at) => (at === index ? typedOf(moved) : one));
}

/** From the end of the block before a place to the start of the one after it. */
function roomAround(blocks: readonly Typed[], index: number, place: number): Block {
  let low = 0;
  let high = DAY;
  blocks.forEach((typed, at) => {
    const block = at === index ? null : blockOf(typed);
    if (block === null) return;
    if (block[1] <= place) low = Math.max(low, block[1]);
    else if (block[0] >= place) high = Math.min(high, block[0]);
    else high = low = place; // inside another
  });
  return [low, high];
}

const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

export const added = (blocks: readonly Typed[], block: Block): readonly Typed[] =>
  [...blocks, typedOf(block)].sort((a, b) => (timeOf(a[0]) ?? 0) - (timeOf(b[0]) ?? 0));

/** One more, after the last; the usual hours where there are none. Null when the day is full. */
export function oneMore(blocks: readonly Typed[]): readonly Typed[] | null {
  if (blocks.length === 0) return [USUAL];
  const last = Math.max(...blocks.map((one) => timeOf(one[1]) ?? 0));
  const start = last + 30;
  return start + SHORTEST > DAY ? null : [...blocks, typedOf([start, Math.min(start + 120, DAY)])];
}

// --- In words --------------------------------------------------------------------------------

/** `on Monday to Wednesday, 8:00 to 16:30; on Thursday, 8:00 to 12:30`; empty for a week without hours. */
export function weekInWords(hours: Hours): string {
  const groups = new Map<string, Weekday[]>();
  for (const day of WEEKDAYS) {
    const blocks = hours[day] ?? [];
    if (blocks.length === 0) continue;
    const times = timesOf(blocks.map(([from = "", to = ""]) => [from, to] as const));
    groups.set(times, [...(groups.get(times) ?? []), day]);
  }
  const [always] = groups;
  if (groups.size === 1 && always?.[1].length === 7 && isWhole(hours.mon ?? [])) return t("week.always");
  return [...groups].map(([times, days]) => t("week.group", { days: daysInWords(days), times })).join("; ");
}

const isWhole = (blocks: readonly (readonly string[])[]): boolean =>
  blocks.length === 1 && blocks[0]?.[0] === "00:00" && blocks[0][1] === "24:00";

/** `Monday to Wednesday and Friday`. */
export function daysInWords(days: readonly Weekday[]): string {
  const runs: Weekday[][] = [];
  for (const day of WEEKDAYS) {
    if (!days.includes(day)) continue;
    const last = runs[runs.length - 1];
    if (last && WEEKDAYS.indexOf(last[last.length - 1] as Weekday) + 1 === WEEKDAYS.indexOf(day)) last.push(day);
    else runs.push([day]);
  }
  const names: string[] = [];
  for (const run of runs) {
    const [first = "", ...rest] = run.map((day) => dayName(day));
    if (run.length < 3) names.push(first, ...rest);
    else names.push(t("week.run", { first, last: rest[rest.length - 1] ?? "" }));
  }
  return listed(names);
}

/** A day's hours, or that there are none. */
export function timesOf(blocks: readonly Typed[]): string {
  if (blocks.length === 0) return t("hours.free");
  return listed(blocks.map(([from, to]) => t("week.block", { from: spoken(from), to: spoken(to) })));
}

/** `08:00` as people say it: `8:00`. */
export const spoken = (clock: string): string => (clock === "24:00" ? t("midnight") : clock.replace(/^0(?=\d)/, ""));

export function dayName(day: Weekday, style: "long" | "short" = "long"): string {
  const monday = Date.UTC(2024, 0, 1);
  const at = new Date(monday + WEEKDAYS.indexOf(day) * 86_400_000);
  return new Intl.DateTimeFormat(tag.value, { weekday: style, timeZone: "UTC" }).format(at);
}
