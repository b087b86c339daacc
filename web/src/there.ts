/** Whether a team is there, in words: now and until when, or why not and when next. */

import type { AvailableTeacher, AvailableTeam, ClassAvailability } from "./protocol";
import { weekInWords } from "./week";
import { untilInWords, whenInWords } from "./when";
import { t } from "./words";

/** Longer than this after an end nobody should rely on what was said before it. */
const STALE = 10_000;

/** The one sentence for whoever is about to write. `end` is when what is known ends. */
export function teamInWords(one: ClassAvailability, zone: string, now: Date, end: number): string {
  if (one.chat_closed) return t("there.chat_off");
  if (one.teachers.length === 0) return t("there.nobody");
  if (end + STALE < now.getTime()) return t("there.unsure");
  if (one.team.available) {
    const until = one.team.until;
    return until ? t("there.now", { until: untilInWords(until, zone, now) }) : t("there.always");
  }
  const why = t(`there.${one.team.reason ?? "outside_hours"}`);
  const next = one.team.next ? t("there.next", { when: whenInWords(one.team.next, zone, now) }) : "";
  return joined(why, next, t("there.write"));
}

/** "Anna reads messages on Monday to Wednesday, 8:00 to 16:30. Not now; next: tomorrow at 8:00." */
export function teacherInWords(one: AvailableTeacher, zone: string, now: Date): string {
  const name = one.name;
  if (one.reason === "chat_off") return t("reads.chat_off", { name });
  const week = weekInWords(one.hours);
  return joined(week ? t("reads.week", { name, week }) : t("reads.never", { name }), stateInWords(one, zone, now));
}

function stateInWords(state: AvailableTeam, zone: string, now: Date): string {
  if (state.available) {
    return state.until ? t("reads.now", { until: untilInWords(state.until, zone, now) }) : t("reads.always");
  }
  const why = t(`reads.${state.reason ?? "outside_hours"}`);
  return state.next ? t("reads.next", { why, when: whenInWords(state.next, zone, now) }) : `${why}.`;
}

const joined = (...sentences: readonly string[]): string => sentences.filter((one) => one !== "").join(" ");
