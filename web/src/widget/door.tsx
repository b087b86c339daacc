/** The page around everything that is seen before somebody is in: one card, and the language. */

import type { ComponentChildren } from "preact";

import { speak, t, locale } from "../words";
import { Gate } from "./gate";
import { Icon } from "./icon";

export function DoorPage({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="door">
      <header class="door-head">
        <Brand />
        <Languages />
      </header>
      <main class="door-card">
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}

/** The first page of all: what Hekje is, beside the card that lets somebody in. */
export function Welcome({ roomy, children }: { readonly roomy?: boolean; readonly children: ComponentChildren }) {
  return (
    <div class="door is-first">
      <header class="door-head">
        <Brand />
        <Languages />
      </header>
      <main class={roomy ? "welcome is-roomy" : "welcome"}>
        <div class="welcome-words">
          <Gate />
          <p class="tagline">{t("welcome.tagline")}</p>
          <ul class="plain points">
            {POINTS.map(([icon, word]) => (
              <li key={word}>
                <Icon name={icon} />
                {t(word)}
              </li>
            ))}
          </ul>
        </div>
        <div class="door-card">{children}</div>
      </main>
    </div>
  );
}

const POINTS = [
  ["people", "welcome.team"],
  ["clock", "welcome.hours"],
  ["lock", "welcome.private"],
] as const;

export function Brand() {
  return (
    <a class="brand" href="/">
      <img src="/icon.svg" alt="" width="32" height="32" />
      <span>Hekje</span>
    </a>
  );
}

function Languages() {
  return (
    <nav class="languages" aria-label={t("language")}>
      <button type="button" class="quiet" lang="nl" aria-pressed={locale.value === "nl"} onClick={() => speak("nl")}>
        Nederlands
      </button>
      <button type="button" class="quiet" lang="en" aria-pressed={locale.value === "en"} onClick={() => speak("en")}>
        English
      </button>
    </nav>
  );
}
