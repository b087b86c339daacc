/** Finding messages by their words, in everything that somebody may read. */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { moment } from "../format";
import { className, zoneOf } from "../places";
import type { Message } from "../protocol";
import { at } from "../router";
import { account, classes, known } from "../session";
import { attempted, Trouble } from "../widget/form";
import { Icon } from "../widget/icon";
import { PaneHead } from "../widget/pane";
import { said } from "../widget/row";
import { counted, t } from "../words";

interface Looked {
  readonly text: string;
  readonly asked: string;
  readonly found: readonly Message[] | null;
  readonly more: boolean;
}

const NOTHING: Looked = { text: "", asked: "", found: null, more: false };
/** For whoever comes back from a message; only as long as the same person is in. */
const looked = signal(NOTHING);
let whose = account.value?.id;
account.subscribe((who) => {
  if (who?.id !== whose) looked.value = NOTHING;
  whose = who?.id;
});

const PAGE = 50;
const MOST = 200;
/** Where there is no keyboard on the screen that would cover what was found. */
const FINE = matchMedia("(pointer: fine)").matches;

export function Search() {
  const [trouble, setTrouble] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { text, asked, found, more } = looked.value;

  const look = (words: string, before?: string, limit = PAGE): void => {
    const asker = whose;
    const carry = async (): Promise<string | null> => {
      const answer = await ask("message.search", { text: words, limit, ...(before === undefined ? {} : { before }) });
      if (asker !== whose) return null;
      if (!answer.ok) return answer.error.message;
      const messages = before === undefined ? answer.messages : [...(looked.value.found ?? []), ...answer.messages];
      looked.value = { ...looked.value, asked: words, found: messages, more: answer.more };
      return null;
    };
    void attempted(carry).then(setTrouble);
  };
  useEffect(() => {
    if (FINE) field.current?.focus();
  }, []);
  useEffect(() => {
    // something of it may have been withdrawn
    if (line.value === "open" && found !== null) look(asked, undefined, Math.min(MOST, Math.max(PAGE, found.length)));
  }, [line.value]);

  return (
    <>
      <PaneHead title={t("search.title")} quiet={FINE} />
      <div class="pane-body">
        <form
          class="search"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") look(text);
          }}
        >
          <input ref={field} type="search" maxLength={200} aria-label={t("search.words")} placeholder={t("search.words")} value={text} onInput={(event) => (looked.value = { ...looked.value, text: event.currentTarget.value })} />
          <button type="submit" class="primary">
            <Icon name="search" />
            {t("search")}
          </button>
        </form>
        <Trouble text={trouble} />
        <p role="status" class="soft">{found === null ? t("search.text") : found.length === 0 ? t("search.none") : more ? counted("search.some", found.length) : counted("search.found", found.length)}</p>
        <ul class="plain">
          {(found ?? []).map((message) => (
            <li key={message.id}>
              <Found message={message} />
            </li>
          ))}
        </ul>
        {more && (
          <button type="button" class="quiet" onClick={() => look(asked, found?.[found.length - 1]?.id)}>
            {t("search.more")}
          </button>
        )}
      </div>
    </>
  );
}

function Found({ message }: { readonly message: Message }) {
  const conversation = known.value.conversations.get(message.conversation_id);
  const name = conversation ? className(classes.value.get(conversation.class_id)) : "";
  return (
    <a class="row" href={`${at.conversation(message.conversation_id)}#${message.seq}`}>
      <span class="row-top">
        <strong dir="auto">{message.author.name || t("other_guardian")}</strong>
        <time dateTime={message.at}>{moment(message.at, zoneOf(conversation?.school_id ?? ""))}</time>
      </span>
      {conversation && <span class="row-about">{t("search.in", { child: conversation.pupil.name, name })}</span>}
      <span class="found-text" dir="auto">{said(message)}</span>
    </a>
  );
}
