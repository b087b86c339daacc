/**
 * Notifications on this device: asked for by a click and never otherwise, told to the server again
 * at each start, and gone with the session.
 */

import { computed, effect, signal } from "@preact/signals";

import { ask, door, line } from "./connection";
import { shelf } from "./kept";
import { put } from "./keep";
import type { Subscription } from "./protocol";
import { keyBytes, sameKey, stateOf, type Device, type PushState } from "./push_state";
import { account, pushKey } from "./session";
import { t } from "./words";
import { clearNotices, renewals, worker } from "./worker";

const me = computed(() => account.value?.id ?? "");
/** Counts whenever something has changed that signals don't know of. */
const looks = signal(0);

export const pushState = computed<PushState>(() => {
  void looks.value;
  return stateOf(thisDevice(), isWanted(me.value));
});

/** Nobody has said yes or no to notifications here. */
export const undecided = computed(() => {
  void looks.value;
  return (pushState.value === "off" || pushState.value === "home_screen") && shelf.getItem(choiceOf(me.value)) === null;
});

export function beginPush(): void {
  effect(() => {
    void renewals.value;
    const who = me.value;
    if (line.value === "open" && door.value === "in" && who !== "" && pushKey.value !== "") {
      void inTurn(() => renew(who)).catch(() => undefined); // tried again at the next start
    }
  });
  door.subscribe((now) => {
    if (now === "out") void inTurn(silence).catch(() => undefined);
  });
  document.addEventListener("visibilitychange", () => looks.value++); // back from the browser's settings
}

/** On a click. Resolves to what went wrong, in words; a refusal shows in the state. */
export async function turnOn(): Promise<string | null> {
  const permission = await Notification.requestPermission();
  looks.value++;
  if (permission !== "granted") return null;
  const who = me.value;
  const trouble = await inTurn(() => subscribe(who)).catch(() => t("push.failed"));
  if (trouble === null) choose(who, "on");
  return trouble;
}

export async function turnOff(): Promise<string | null> {
  choose(me.value, "off");
  await inTurn(unsubscribe);
  return null;
}

export const decline = (): void => choose(me.value, "off");

export function thisDevice(): Device {
  const { userAgent, platform, maxTouchPoints } = navigator;
  const atHome = (navigator as { standalone?: boolean }).standalone === true;
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return {
    userAgent,
    platform,
    touchPoints: maxTouchPoints,
    standalone: atHome || matchMedia("(display-mode: standalone)").matches,
    able,
    permission: able ? Notification.permission : "default",
  };
}

// --- One thing after the other ---------------------------------------------------------------

let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const mine = last.then(act, act);
  last = mine;
  return mine;
}

/** As somebody left it here. What another account had on this device is ended. */
async function renew(who: string): Promise<void> {
  if (pushState.value === "on") await subscribe(who);
  else await unsubscribe();
}

async function subscribe(who: string): Promise<string | null> {
  const manager = (await worker())?.pushManager;
  if (manager === undefined) return t("push.failed");
  const key = keyBytes(pushKey.value);
  let here = await manager.getSubscription();
  if (here !== null && !sameKey(here.options.applicationServerKey, key)) {
    await here.unsubscribe(); // the server has other keys than before
    here = null;
  }
  here ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  if (who !== me.value) return null; // somebody else is here by now
  const answer = await ask("device.subscribe", { subscription: written(here) });
  return answer.ok ? null : answer.error.message;
}

async function unsubscribe(): Promise<void> {
  const here = await (await worker())?.pushManager?.getSubscription();
  if (!here) return;
  await here.unsubscribe();
  await ask("device.unsubscribe", { endpoint: here.endpoint }).catch(() => undefined); // its push service tells the server
}

/** Nobody is logged in here any more: nothing is shown, and nothing stays on the screen. */
async function silence(): Promise<void> {
  await clearNotices();
  await (await (await worker())?.pushManager?.getSubscription())?.unsubscribe();
}

function written(here: PushSubscription): Subscription {
  const { p256dh = "", auth = "" } = here.toJSON().keys ?? {};
  return { endpoint: here.endpoint, keys: { p256dh, auth } };
}

// --- What somebody chose here ----------------------------------------------------------------

const choiceOf = (who: string): string => `hekje.push.${who}`;
const isWanted = (who: string): boolean => shelf.getItem(choiceOf(who)) === "on";

function choose(who: string, choice: "on" | "off"): void {
  put(shelf, choiceOf(who), choice);
  looks.value++;
}
