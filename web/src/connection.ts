/**
 * The connection: a ticket, a socket, `session.start`, and all of it again, with patience and some
 * chance, whenever it breaks. What it hears and asks is typed by the protocol.
 */

import { signal } from "@preact/signals";
import { io, type Socket } from "socket.io-client";

import { call, Lost } from "./http";
import type { Answer, ErrorCode, PushName, Pushes, RequestName, Requests } from "./protocol";

/** `out`: nobody is logged in; `enrol`: a second factor first; `stranger`: an account without any role. */
export type Door = "unknown" | "in" | "out" | "enrol" | "stranger";
export type Line = "opening" | "open" | "broken";

export interface Listener {
  /** Connected; resolves to what stood in the way, or null when all is known. */
  start(): Promise<ErrorCode | null>;
  push<Name extends PushName>(name: Name, news: Pushes[Name]): void;
}

export const door = signal<Door>("unknown");
export const line = signal<Line>("opening");

const ANSWERED_WITHIN = 12_000;
const WAITS = [0.3, 1, 2, 4, 8, 15, 20];
let socket: Socket | null = null;
let listener: Listener | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let tries = 0;
/** Each attempt has a number, so that what an older one still hears does not count. */
let attempt = 0;

export function listenWith(one: Listener): void {
  listener = one;
  addEventListener("online", () => hurry());
  addEventListener("offline", () => broken());
  addEventListener("pageshow", () => hurry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry();
  });
}

/** Logged in, or perhaps: open the line. */
export function connect(): void {
  hangUp();
  tries = 0;
  line.value = "opening";
  void open();
}

/** Asks for all of it once more, over the line that is open. */
export async function startAgain(): Promise<void> {
  if (line.value === "open") await begin(attempt);
}

/** Logged out: close it, and stay so. */
export function leave(): void {
  hangUp();
  door.value = "out";
}

export function ask<Name extends RequestName>(name: Name, request: Requests[Name]["request"]): Promise<Answer<Name>> {
  const asked = socket;
  return new Promise((resolve, reject) => {
    if (asked === null || !asked.connected) {
      reject(new Lost(name));
      return;
    }
    const late = setTimeout(() => {
      if (asked === socket) broken();
      done(() => reject(new Lost(name)));
    }, ANSWERED_WITHIN);
    const gone = (): void => done(() => reject(new Lost(name)));
    const done = (finish: () => void): void => {
      clearTimeout(late);
      asked.off("disconnect", gone);
      finish();
    };
    asked.on("disconnect", gone);
    asked.emit(name, request, (answer: Answer<Name>) => done(() => resolve(answer)));
  });
}

function hurry(): void {
  if (line.value === "broken" && timer !== undefined) {
    clearTimeout(timer);
    timer = undefined;
    tries = 0;
    void open();
  }
}

function hangUp(): void {
  attempt++;
  clearTimeout(timer);
  timer = undefined;
  socket?.disconnect();
  socket = null;
}

function broken(): void {
  hangUp();
  if (door.value === "out" || door.value === "stranger") return;
  line.value = "broken";
  const wait = WAITS[Math.min(tries, WAITS.length - 1)] ?? 1;
  tries++;
  timer = setTimeout(() => {
    timer = undefined;
    void open();
  }, wait * (500 + 1000 * Math.random()));
}

/** The socket opens while the ticket is fetched, and shows it then: over a slow line both take long. */
async function open(): Promise<void> {
  const mine = ++attempt;
  const asked = call("/api/ticket").catch(() => null);
  plug(mine, (show) => {
    void asked.then((answer) => {
      if (answer?.ok && mine === attempt) show({ ticket: answer.ticket });
    });
  });
  const answer = await asked;
  if (mine !== attempt || answer?.ok) return;
  if (answer?.error.code === "unauthenticated") leave();
  else broken();
}

function plug(mine: number, auth: (show: (what: { ticket: string }) => void) => void): void {
  const plugged = io({
    transports: ["websocket"],
    auth,
    reconnection: false,
    forceNew: true,
    timeout: ANSWERED_WITHIN,
  });
  socket = plugged;
  const current = (): boolean => mine === attempt;
  plugged.on("connect", () => {
    if (current()) void begin(mine);
  });
  plugged.on("connect_error", (error: Error & { data?: { code?: ErrorCode } }) => {
    if (!current()) return;
    if (error.data?.code === "forbidden") {
      hangUp();
      door.value = "stranger";
    } else {
      broken();
    }
  });
  plugged.on("disconnect", () => {
    if (current()) broken();
  });
  plugged.onAny((name: PushName, news: Pushes[PushName]) => {
    if (current()) listener?.push(name, news);
  });
}

async function begin(mine: number): Promise<void> {
  const trouble = await (listener?.start() ?? Promise.resolve(null)).catch(() => "unavailable" as const);
  if (mine !== attempt) return;
  if (trouble === null) {
    tries = 0;
    door.value = "in";
    line.value = "open";
  } else if (trouble === "code_setup_required") {
    door.value = "enrol";
    line.value = "open";
  } else {
    broken();
  }
}
