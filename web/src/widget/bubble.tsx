/** A message, with what its author can still do about it; and one that is still on its way. */

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { clock, day, dayKey } from "../format";
import type { Pending } from "../pending";
import type { Message } from "../protocol";
import { isMine, learn, outbox } from "../session";
import { t } from "../words";
import { attempted, Trouble } from "./form";
import { Icon } from "./icon";
import { Linked } from "./linked";

const CORRECTS_WITHIN = 15 * 60_000;
const ONE_BREATH = 5 * 60_000;

interface BubbleProps {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly zone: string;
  /** Who has read up to here, in words. */
  readonly read?: string | undefined;
  /** The first one that was not read when the conversation was opened. */
  readonly firstNew: boolean;
  readonly canWrite: boolean;
  readonly onCorrect: (message: Message) => void;
}

export function Bubble({ message, before, zone, read, firstNew, canWrite, onCorrect }: BubbleProps) {
  const mine = isMine(message);
  const newDay = before === undefined || dayKey(before.at, zone) !== dayKey(message.at, zone);
  const goesOn = !newDay && !firstNew && continues(before, message);
  return (
    <div class="entry" role="listitem" data-seq={message.seq} tabIndex={-1}>
      {newDay && <p class="day">{day(message.at, zone)}</p>}
      {firstNew && <p class="first-new">{t("first_new")}</p>}
      <div class={`bubble ${mine ? "mine" : "theirs"}${goesOn ? " goes-on" : ""}${message.author.role === "guardian" ? "" : " staff"}`}>
        {!goesOn && (
          <p class={mine ? "sr" : "author"} dir="auto">
            {mine ? t("you") : message.author.name || t("other_guardian")}
          </p>
        )}
        {message.withdrawn ? <p class="withdrawn">{t("withdrawn")}</p> : <Text text={message.text} />}
        <p class="meta">
          {message.edited_at && !message.withdrawn && <span>{t("corrected")}</span>}
          <time dateTime={message.at}>{clock(message.at, zone)}</time>
          {mine && !message.withdrawn && <Sent />}
          {mine && !message.withdrawn && canWrite && <Actions message={message} onCorrect={onCorrect} />}
        </p>
      </div>
      {read && <p class={mine ? "read" : "read of-colleague"}>{read}</p>}
    </div>
  );
}

function Sent() {
  return (
    <span class="sent">
      <Icon name="check" />
      <span class="sr">{t("sent")}</span>
    </span>
  );
}

function Text({ text }: { readonly text: string }) {
  const [whole, showWhole] = useState(false);
  const long = text.length > 1_400 || text.split("\n").length > 25;
  return (
    <>
      <p class={long && !whole ? "text is-cut" : "text"} dir="auto">
        <Linked text={text} />
      </p>
      {long && (
        <button type="button" class="link" aria-expanded={whole} onClick={() => showWhole(!whole)}>
          {t(whole ? "less" : "whole")}
        </button>
      )}
    </>
  );
}

function Actions({ message, onCorrect }: { readonly message: Message; readonly onCorrect: (message: Message) => void }) {
  const [stage, setStage] = useState<"closed" | "open" | "sure">("closed");
  const [trouble, setTrouble] = useState<string | null>(null);
  const dots = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (stage === "sure") cancel.current?.focus();
  }, [stage]);
  const close = (): void => {
    setStage("closed");
    dots.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && stage !== "closed") close();
  };
  const withdraw = async (): Promise<string | null> => {
    const answer = await ask("message.withdraw", { message_id: message.id });
    if (!answer.ok) return answer.error.message;
    const entry = cancel.current?.parentElement?.querySelector(":focus-visible") ? cancel.current.closest<HTMLElement>(".entry") : null;
    learn(answer);
    entry?.focus(); // the buttons are gone
    return null;
  };
  return (
    <>
      <button
        ref={dots}
        type="button"
        class="dots"
        aria-label={t("actions")}
        aria-expanded={stage !== "closed"}
        onClick={() => setStage(stage === "closed" ? "open" : "closed")}
        onKeyDown={onKey}
      >
        ⋯
      </button>
      {stage !== "closed" && (
        <span class="bubble-actions" onKeyDown={onKey}>
          {stage === "open" && Date.now() - Date.parse(message.at) < CORRECTS_WITHIN && (
            <Action onClick={() => { setStage("closed"); onCorrect(message); }}>{t("correct")}</Action>
          )}
          {stage === "open" && <Action onClick={() => setStage("sure")}>{t("withdraw")}</Action>}
          {stage === "sure" && (
            <>
              <span>{t("withdraw.sure")}</span>
              <Action onClick={() => void attempted(withdraw).then(setTrouble)}>{t("withdraw.yes")}</Action>
              <Action to={cancel} onClick={close}>{t("cancel")}</Action>
            </>
          )}
          <Trouble text={trouble} />
        </span>
      )}
    </>
  );
}

interface ActionProps {
  readonly onClick: () => void;
  readonly to?: RefObject<HTMLButtonElement | null>;
  readonly children: ComponentChildren;
}

function Action({ onClick, to, children }: ActionProps) {
  return (
    <button ref={to ?? null} type="button" class="link" onClick={onClick}>
      {children}
    </button>
  );
}

export function PendingBubble({ pending }: { readonly pending: Pending }) {
  return (
    <div class="entry" role="listitem">
      <div class={pending.trouble === undefined ? "bubble mine is-pending" : "bubble mine is-stuck"}>
        <Text text={pending.text} />
        {pending.trouble === undefined ? (
          <p class="meta">
            <Icon name="clock" />
            {t(line.value === "open" ? "sending" : "sending.later")}
          </p>
        ) : (
          <div class="meta stuck" role="alert">
            <p>
              <strong>{t("not_sent")}</strong> {pending.trouble}
            </p>
            <Action onClick={() => outbox.value?.retry(pending.key)}>{t("again")}</Action>
            <Action onClick={() => outbox.value?.discard(pending.key)}>{t("remove")}</Action>
          </div>
        )}
      </div>
    </div>
  );
}

/** The same person goes on, within a few minutes. */
function continues(before: Message | undefined, message: Message): boolean {
  if (before === undefined) return false;
  const same = before.author.id === message.author.id && before.author.name === message.author.name;
  return same && isMine(before) === isMine(message) && Date.parse(message.at) - Date.parse(before.at) < ONE_BREATH;
}
