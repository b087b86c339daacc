/** Where a message is written: it grows, keeps a draft, and corrects what was just sent. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { draftOf, keepDraft, onDraft } from "../drafts";
import type { Message } from "../protocol";
import { account, learn, outbox } from "../session";
import { t } from "../words";
import { written } from "../written";
import { attempted, Trouble } from "./form";
import { Icon } from "./icon";

/** Code points, as the server counts them. */
export const LONGEST = 4_000;
const NEARLY = 3_600;
const TELLS_TYPING = 4_000;
const keyboard = (): boolean => matchMedia("(pointer: fine)").matches;

interface ComposerProps {
  readonly conversationId: string;
  readonly correcting: Message | null;
  readonly onCorrected: () => void;
  readonly onSent: () => void;
}

export function Composer({ conversationId, correcting, onCorrected, onSent }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const me = account.value?.id ?? "";
  const [text, setText] = useState(() => draftOf(me, conversationId));
  const [trouble, setTrouble] = useState<string | null>(null);
  const typed = useTyping(conversationId);

  // before anybody can type: later it would take away what they did
  useLayoutEffect(() => {
    if (correcting) setText(correcting.text);
    if (correcting || keyboard()) box.current?.focus();
  }, [correcting]);
  useLayoutEffect(() => grow(box.current), [text]);
  useEffect(() => {
    // sent in another tab, it must not stand here to be sent once more
    if (!correcting) return onDraft(me, conversationId, (before, now) => setText((here) => (here === before ? now : here)));
    return undefined;
  }, [me, conversationId, correcting]);

  const write = (now: string): void => {
    setText(now);
    setTrouble(null);
    if (correcting) return;
    keepDraft(me, conversationId, now);
    if (now.trim() !== "") typed();
  };
  const leave = (): void => {
    setText(draftOf(me, conversationId));
    onCorrected();
  };
  const correct = async (message: Message): Promise<string | null> => {
    if (text !== message.text) {
      const answer = await ask("message.edit", { message_id: message.id, text: written(text) });
      if (!answer.ok) return answer.error.message;
      learn(answer);
    }
    leave();
    return null;
  };
  const left = text.length > NEARLY ? LONGEST - Array.from(text).length : LONGEST;
  const submit = (): void => {
    if (written(text).trim() === "" || left < 0) return;
    if (correcting) {
      void attempted(() => correct(correcting)).then(setTrouble);
      return;
    }
    outbox.value?.write({ key: newKey(), conversation_id: conversationId, text: written(text), at: new Date().toISOString() });
    write("");
    onSent();
    box.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && correcting) leave();
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    if (!keyboard() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {correcting && (
        <p class="correcting">
          {t("correcting")}
          <button type="button" class="link" onClick={leave}>
            {t("cancel")}
          </button>
        </p>
      )}
      <Trouble text={trouble} />
      <div class="composer-row">
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t("composer")}
          aria-describedby="composer-hint"
          placeholder={t("composer")}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <button type="submit" class="primary send" onMouseDown={keepFocus} aria-disabled={text.trim() === "" || left < 0} aria-label={t(correcting ? "save" : "send")}>
          <Icon name={correcting ? "check" : "send"} />
        </button>
      </div>
      <p class={left < 0 ? "trouble count" : "count"} role="status">
        {left <= LONGEST - NEARLY ? t(left < 0 ? "too_long" : "left", { n: Math.abs(left) }) : ""}
      </p>
      <p class="composer-hint" id="composer-hint">
        {keyboard() ? t("composer.keys") : ""}
      </p>
    </form>
  );
}

/** The button takes the focus from nobody: a phone's keyboard stays, and so does all that stands above it. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

/** To whoever has a keyboard. */
export function focusComposer(): void {
  if (keyboard()) document.querySelector<HTMLElement>(".composer textarea")?.focus();
}

function grow(box: HTMLTextAreaElement | null): void {
  if (box === null) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, innerHeight * 0.4)}px`;
}

/** Tells the others now and then that somebody is writing. */
function useTyping(conversationId: string): () => void {
  const last = useRef(0);
  return () => {
    if (line.value !== "open" || Date.now() - last.current < TELLS_TYPING) return;
    last.current = Date.now();
    void ask("message.typing", { conversation_id: conversationId }).catch(() => undefined); // a courtesy
  };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
