/** Notifications on this device: on, off, or how they can be had; and a question after the first message. */

import { useEffect, useState } from "preact/hooks";

import { decline, pushState, thisDevice, turnOff, turnOn, undecided } from "../push";
import { isApple, isInstalled } from "../push_state";
import { taught } from "../places";
import { t, type Word } from "../words";
import { attempted, Trouble } from "./form";

export function Notifications() {
  return (
    <section class="card" id="notifications">
      <h2>{t("push.title")}</h2>
      <State />
      {taught.value.length > 0 && pushState.value !== "unsupported" && <p class="hint">{t("push.hours")}</p>}
    </section>
  );
}

function State() {
  switch (pushState.value) {
    case "on":
      return (
        <>
          <p class="good" role="status">{t("push.on")}</p>
          <Switch word="push.turn_off" act={turnOff} />
        </>
      );
    case "off":
      return (
        <>
          <p>{t("push.off")}</p>
          <Switch word="push.turn_on" act={turnOn} />
        </>
      );
    case "denied":
      return isInstalled(thisDevice()) ? (
        <Steps first="push.denied" steps={["push.phone.1", "push.phone.2", "push.phone.3"]} />
      ) : (
        <Steps first="push.denied" steps={["push.browser.1", "push.browser.2", "push.browser.3"]} />
      );
    case "home_screen":
      return (
        <>
          <Steps first="push.home" steps={["push.home.1", "push.home.2", "push.home.3"]} />
          <p class="hint">{t("push.home.old")}</p>
        </>
      );
    default:
      return <p>{t(isApple(thisDevice()) ? "push.old" : "push.unsupported")}</p>;
  }
}

function Steps({ first, steps }: { readonly first: Word; readonly steps: readonly Word[] }) {
  return (
    <>
      <p>{t(first)}</p>
      <ol class="steps">
        {steps.map((step) => (
          <li key={step}>{t(step)}</li>
        ))}
      </ol>
    </>
  );
}

interface SwitchProps {
  readonly word: Word;
  readonly act: () => Promise<string | null>;
}

function Switch({ word, act }: SwitchProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const carry = (): void => {
    if (busy) return;
    setBusy(true);
    void attempted(act).then((now) => {
      setTrouble(now);
      setBusy(false);
    });
  };
  return (
    <>
      <Trouble text={trouble} />
      <button type="button" class="secondary" aria-disabled={busy} onClick={carry}>
        {t(busy ? "busy" : word)}
      </button>
    </>
  );
}

/** Under a conversation in which somebody has written, until they have said yes or no. */
export function NotificationsHint({ written }: { readonly written: boolean }) {
  const writing = useWriting();
  const calm = useCalm(written && undecided.value && !writing);
  if (!calm) return null;
  const home = pushState.value === "home_screen";
  return (
    <aside class="push-hint">
      <p>{t(home ? "push.hint.home" : "push.hint")}</p>
      <div class="actions">
        {home ? (
          <a class="button secondary" href="/settings">{t("push.hint.how")}</a>
        ) : (
          <Switch word="push.hint.yes" act={turnOn} />
        )}
        <button type="button" class="quiet" onClick={decline}>{t("push.hint.no")}</button>
      </div>
    </aside>
  );
}

/** Whether somebody writes where a keyboard takes half of the screen. */
function useWriting(): boolean {
  const [writing, setWriting] = useState(false);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) return undefined;
    const look = (): void => setWriting(document.activeElement instanceof HTMLTextAreaElement);
    document.addEventListener("focusin", look);
    document.addEventListener("focusout", look);
    return () => {
      document.removeEventListener("focusin", look);
      document.removeEventListener("focusout", look);
    };
  }, []);
  return writing;
}

const CALM = 400;
const PRESSES = ["pointerdown", "pointerup", "pointercancel"];

/** Whether it is time for what is `wanted`: a moment after the last press, or all would move under a finger. */
function useCalm(wanted: boolean): boolean {
  const [pressed, setPressed] = useState(false);
  const [calm, setCalm] = useState(false);
  useEffect(() => {
    const look = (event: Event): void => setPressed(event.type === "pointerdown");
    for (const name of PRESSES) document.addEventListener(name, look, true);
    return () => {
      for (const name of PRESSES) document.removeEventListener(name, look, true);
    };
  }, []);
  useEffect(() => {
    if (!wanted) setCalm(false);
    if (!wanted || pressed) return undefined;
    const timer = setTimeout(() => setCalm(true), CALM);
    return () => clearTimeout(timer);
  }, [wanted, pressed]);
  return wanted && calm;
}
