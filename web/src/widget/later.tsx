/** Screens that are not the first: their script comes when somebody goes there, or soon after the first. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { line } from "../connection";
import { t } from "../words";
import { outdated } from "../worker";

const IDLE = 3_000;
const known: (() => Promise<void>)[] = [];

/** Once somebody is in, so that a screen is there before they go to it, with or without a line. */
export function fetchLater(): void {
  const stop = line.subscribe((now) => {
    if (now !== "open") return;
    setTimeout(() => {
      stop();
      for (const load of known) void load().catch(() => undefined); // tried again by who goes there
    }, IDLE);
  });
}

export function later<P extends object>(find: () => Promise<ComponentType<P>>): ComponentType<P> {
  const there = signal<ComponentType<P> | null>(null);
  const load = async (): Promise<void> => {
    if (there.value !== null) return;
    const found = await find();
    there.value ??= found;
  };
  known.push(load);
  return function Later(props: P) {
    const [lost, setLost] = useState(false);
    const look = (): void => {
      setLost(false);
      void load().catch(() => {
        if (outdated.value) location.reload(); // a newer build no longer has this part
        else setLost(true);
      });
    };
    useEffect(look, [line.value]);
    const Screen = there.value;
    if (Screen !== null) return <Screen {...props} />;
    if (!lost) return <p class="empty" role="status">{t("opening")}</p>;
    return (
      <div class="empty">
        <p role="alert">{t("no_connection")}</p>
        <button type="button" class="secondary" onClick={look}>
          {t("again")}
        </button>
      </div>
    );
  };
}
