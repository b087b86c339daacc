/**
 * The service worker: shows pushes, opens what they are about, and lets the app open without a
 * network. It keeps the page and its files; what people write is never kept here.
 */

import { noticeOf } from "./notice";
import { isScreen, roadOf } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** Filled in by the build: the paths of its files, and a name that changes with any of them. */
declare const __SHELL__: readonly string[];
declare const __BUILD__: string;

const SHELL = __SHELL__;
const OURS = "hekje-shell-";
const NAME = OURS + __BUILD__;

// --- The shell -------------------------------------------------------------------------------

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const road = roadOf(event.request, self.location.origin, SHELL);
  if (road === "page") event.respondWith(page(event.request));
  if (road === "file") event.respondWith(file(event.request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(NAME);
  // what has its contents in its name was just loaded by the page
  const fresh = (path: string): RequestCache => (path.startsWith("/assets/") ? "default" : "reload");
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: fresh(path) })));
}

/** The build before stays, for a page of it that is still open. */
async function tidy(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

/** The one that is kept, at once: over a slow line asking first takes long. A newer build comes by itself. */
async function page(request: Request): Promise<Response> {
  return (await (await caches.open(NAME)).match("/")) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

// --- Pushes ----------------------------------------------------------------------------------

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data?.text() ?? ""));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const about = event.notification.data as { path?: string } | null;
  event.waitUntil(open(about?.path ?? "/"));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event as PushSubscriptionChangeEvent));
});

interface PushSubscriptionChangeEvent extends ExtendableEvent {
  readonly oldSubscription?: PushSubscription | null;
}

async function show(said: string): Promise<void> {
  const { title, lang, tag, urgent, path } = noticeOf(said, self.navigator.language);
  const options = {
    lang,
    tag,
    renotify: true,
    requireInteraction: urgent,
    icon: "/icon-192.png",
    badge: "/badge.png",
    data: { path },
  };
  await self.registration.showNotification(title, options);
  // whoever looks at it needs no notification: that window takes it away
  for (const window of await windows()) window.postMessage({ shown: tag });
}

async function open(path: string): Promise<void> {
  const here = await windows();
  const window = here.find((one) => one.focused) ?? here.find((one) => one.visibilityState === "visible") ?? here[0];
  if (window === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  window.postMessage({ open: path });
  await window.focus();
}

/** The browser has ended a subscription: a new one, which an open window tells the server, or the next start. */
async function renew(event: PushSubscriptionChangeEvent): Promise<void> {
  const before = event.oldSubscription?.options ?? (await self.registration.pushManager.getSubscription())?.options;
  if (before?.applicationServerKey) {
    const { applicationServerKey } = before;
    await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  }
  for (const window of await windows()) window.postMessage({ renewed: true });
}

async function windows(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((one) => isScreen(new URL(one.url).pathname));
}
