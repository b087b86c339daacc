/**
 * When the teams of classes are there. What the server says holds until an hour begins or ends;
 * whoever looks at it then asks again, so that what stands on the screen comes right by itself.
 */

import { signal } from "@preact/signals";

import { ask, line } from "./connection";
import type { ClassAvailability } from "./protocol";

export const availability = signal<ReadonlyMap<string, ClassAvailability>>(new Map());
/** The server's time when somebody last looked, in milliseconds: what is said of "now" is said of this. */
export const looked = signal(Date.now());

/** A timer overflows after 24 days and may stand still while a laptop sleeps: none waits longer. */
const LONGEST = 60_000;
const SHORTEST = 1_000;
/** Not all parents of a school ask in the same instant. */
const SPREAD = 800;

/** Milliseconds by which the server's clock is ahead of this device's. */
let ahead = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Class → on how many places of the screen it is shown. */
const shown = new Map<string, number>();

export const serverNow = (): number => Date.now() + ahead;

/** From `session.start`: all there is, and what time it is there. */
export function allTold(all: readonly ClassAvailability[], now: string): void {
  ahead = Date.parse(now) - Date.now();
  looked.value = serverNow();
  availability.value = new Map(all.map((one) => [one.class_id, one]));
  plan();
}

export function told(one: ClassAvailability): void {
  looked.value = serverNow();
  availability.value = new Map(availability.value).set(one.class_id, one);
  plan();
}

/** Keeps a class right for as long as it is shown; returns how to stop. */
export function keepRight(classId: string): () => void {
  shown.set(classId, (shown.get(classId) ?? 0) + 1);
  look();
  return () => {
    const left = (shown.get(classId) ?? 1) - 1;
    if (left > 0) shown.set(classId, left);
    else shown.delete(classId);
    plan();
  };
}

/** When what is said of a class ends, for the team or for one of it; Infinity: never. */
export function endOf(one: ClassAvailability): number {
  const ends = [one.team, ...one.teachers].map((state) => state.until ?? state.next);
  return Math.min(...ends.map((end) => (end ? Date.parse(end) : Infinity)));
}

/** How long to wait before looking again. */
export const waitFor = (end: number, now: number): number => Math.min(Math.max(end - now, SHORTEST), LONGEST);

/** Looks what has ended meanwhile: after sleep, or in a tab that nobody had open. */
export function look(): void {
  const now = serverNow();
  looked.value = now;
  plan();
  if (line.value !== "open") return; // with the line comes all that has changed
  for (const id of shown.keys()) {
    const one = availability.value.get(id);
    if (one !== undefined && endOf(one) <= now) void askAgain(id);
  }
}

async function askAgain(classId: string): Promise<void> {
  const answer = await ask("availability.get", { class_id: classId }).catch(() => null);
  if (answer?.ok) told(answer);
}

function plan(): void {
  clearTimeout(timer);
  timer = undefined;
  if (shown.size === 0 || document.visibilityState === "hidden") return;
  const known = [...shown.keys()].map((id) => availability.value.get(id));
  const end = Math.min(...known.map((one) => (one ? endOf(one) : Infinity)));
  timer = setTimeout(look, waitFor(end, serverNow()) + Math.random() * SPREAD);
}

if (typeof document !== "undefined") {
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("focus", look);
}
