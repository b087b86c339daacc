/** Every sentence that a person reads, in their language. */

import { computed, signal } from "@preact/signals";

import en from "./words/en.json";
import type hours from "./words/hours/nl.json";
import nl from "./words/nl.json";

export type Word = keyof typeof nl | keyof typeof hours;
export type Sentences = { readonly [W in Word]?: string };
export type Locale = "en" | "nl";
type Values = Readonly<Record<string, string | number>>;
/** What has a form for one and a form for more. */
type Counted = { [W in Word]: W extends `${infer Name}.one` ? Name : never }[Word];

const WORDS: Record<Locale, Sentences> = { en, nl };
const KEPT = "hekje.locale";

export const locale = signal<Locale>(firstLocale());
/** For dates and times: a Dutch school's English has the day before the month too. */
export const tag = computed(() => (locale.value === "nl" ? "nl-NL" : "en-GB"));

export function speak(wanted: Locale): void {
  locale.value = wanted;
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // a browser that keeps nothing asks again next time
  }
}

/** Sentences of a screen that comes later come with it. */
export function learnWords(more: Record<Locale, Sentences>): void {
  WORDS.en = { ...WORDS.en, ...more.en };
  WORDS.nl = { ...WORDS.nl, ...more.nl };
}

export function t(word: Word, values: Values = {}): string {
  return (WORDS[locale.value][word] ?? "").replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : isolated(String(value));
  });
}

export function counted(word: Counted, n: number, values: Values = {}): string {
  return t(`${word}.${n === 1 ? "one" : "other"}` as Word, { ...values, n });
}

/** "Anna", "Anna en Bram", "Anna, Bram en Carla". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return isolated(names[0] ?? "");
  const last = isolated(names[names.length - 1] ?? "");
  return `${names.slice(0, -1).map(isolated).join(", ")} ${t("and")} ${last}`;
}

/** A name that is written from right to left, or pretends to be, must not turn the sentence around. */
function isolated(value: string): string {
  return /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\ufb1d-\ufdff\ufe70-\ufeff]/.test(value)
    ? `\u2068${value.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`
    : value;
}

function firstLocale(): Locale {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === "en" || kept === "nl") return kept;
  } catch {
    // see above
  }
  return typeof navigator !== "undefined" && /^en\b/i.test(navigator.language) ? "en" : "nl";
}
