/** Finding messages by their words, in everything that somebody may read. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import { moment } from "../format";
import { className, zoneOf } from "../places";
import type { Message } from "../protocol";
import { at } from "../router";
import { classes, known } from "../session";
import { attempted, Trouble } from "../widget/form";
import { Icon } from "../widget/icon";
import { PaneHead } from "../widget/pane";
import { said } from "../widget/row";
import { counted, t } from "../words";

export function Search() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [found, setFound] = useState<readonly Message[] | null>(null);
  const [more, setMore] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  const look = (words: string, before?: string): void => {
    const carry = async (): Promise<string | null> => {
      const answer = await ask("message.search", { text: words, ...(before === undefined ? {} : { before }) });
      if (!answer.ok) return answer.error.message;
      setAsked(words);
      setFound(before === undefined ? answer.messages : [...(found ?? []), ...answer.messages]);
      setMore(answer.more);
      return null;
    };
    void attempted(carry).then(setTrouble);
  };

  return (
    <>
      <PaneHead title={t("search.title")} quiet />
      <div class="pane-body">
        <form
          class="search"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") look(text);
          }}
        >
          <input type="search" maxLength={200} aria-label={t("search.words")} placeholder={t("search.words")} value={text} onInput={(event) => setText(event.currentTarget.value)} />
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
