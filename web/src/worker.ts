/** The service worker (`web/worker`): put in its place, listened to, and made new after a new build. */

import { signal } from "@preact/signals";

import { line } from "./connection";
import { inFront } from "./focus";
import { go } from "./router";

/** What a worker tells its windows. */
interface Told {
  readonly open?: unknown;
  readonly shown?: unknown;
  readonly renewed?: unknown;
}

declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(given: string): string };
    };
  }
}

const PLACE = "/sw.js";

/** A newer build has arrived: the next step in the app loads it. */
export const outdated = signal(false);
/** Counts how often the browser has renewed the subscription by itself. */
export const renewals = signal(0);

const container = typeof navigator === "undefined" ? undefined : navigator.serviceWorker;
let placed: Promise<ServiceWorkerRegistration | null> = Promise.resolve(null);

export function beginWorker(): void {
  if (container === undefined) return; // not over http, nor in some private windows
  let hasOne = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    outdated.value = hasOne;
    hasOne = true;
  });
  container.addEventListener("message", (event) => hear(event.data as Told | null));
  // the page comes first
  placed = loaded().then(() => container.register(address(), { updateViaCache: "none" })).catch(() => null);
  line.subscribe((now) => {
    // a server that was away may have been given a new build
    if (now === "open") void placed.then((there) => there?.update()).catch(() => undefined);
  });
}

/** Null where there is none, and none can be. */
export async function worker(): Promise<ServiceWorkerRegistration | null> {
  const there = await placed;
  return there === null || container === undefined ? null : container.ready;
}

/** Takes away what was shown about a conversation, or about any. */
export async function clearNotices(tag?: string): Promise<void> {
  const there = await placed;
  if (there === null || !("getNotifications" in there)) return;
  for (const notice of await there.getNotifications(tag === undefined ? {} : { tag })) notice.close();
}

inFront.subscribe((id) => {
  if (id !== null) void clearNotices(id);
});

function hear(told: Told | null): void {
  if (typeof told?.open === "string") go(told.open);
  if (typeof told?.shown === "string" && told.shown === inFront.value) void clearNotices(told.shown);
  if (told?.renewed === true) renewals.value++;
}

const loaded = (): Promise<unknown> =>
  document.readyState === "complete" ? Promise.resolve() : new Promise((resolve) => addEventListener("load", resolve));

/** The page's policy takes no address of a script but through this, which knows only one. */
function address(): string {
  return window.trustedTypes?.createPolicy("hekje", { createScriptURL: () => PLACE }).createScriptURL("") ?? PLACE;
}
