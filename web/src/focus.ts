/** Tells the server which conversation is in front of somebody, so that no push comes for it. */

import { computed, effect, signal } from "@preact/signals";

import { ask, door, line } from "./connection";
import { route } from "./router";
import { known } from "./session";

const isLookedAt = (): boolean => document.visibilityState === "visible" && document.hasFocus();
const lookedAt = signal(typeof document !== "undefined" && isLookedAt());

/** The conversation in front of somebody: in a window that is seen and has the focus. */
export const inFront = computed<string | null>(() => {
  const here = route.value;
  if (!lookedAt.value || door.value !== "in" || here.name !== "conversation") return null;
  return known.value.conversations.has(here.conversationId) ? here.conversationId : null;
});

/** What the server knows by this connection; a new one looks at nothing. */
let told: string | null = null;

export function beginFocus(): void {
  const look = (): void => {
    lookedAt.value = isLookedAt();
  };
  for (const name of ["focus", "blur", "pageshow", "pagehide"]) addEventListener(name, look);
  document.addEventListener("visibilitychange", look);
  effect(() => {
    const now = inFront.value;
    if (line.value !== "open") told = null;
    else if (now !== told) tell(now);
  });
}

function tell(now: string | null): void {
  told = now;
  // a hint: when it is lost, a push too many may come
  void ask("device.focus", { conversation_id: now }).catch(() => undefined);
}
