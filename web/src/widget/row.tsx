/** A conversation in a list. */

import { isUnread, zoneOf } from "../places";
import type { Conversation, Message } from "../protocol";
import { brief, givenName } from "../format";
import { at, route } from "../router";
import { isMine, outbox, typing } from "../session";
import { counted, t } from "../words";

interface RowProps {
  readonly conversation: Conversation;
  readonly title: string;
  /** Who else is in it, where the title does not say so. */
  readonly about?: string;
  readonly tag?: string | undefined;
}

export function Row({ conversation, title, about, tag }: RowProps) {
  const unread = conversation.last_seq - conversation.read_seq;
  const last = conversation.last_message;
  const here = route.value;
  const current = here.name === "conversation" && here.conversationId === conversation.id;
  return (
    <a
      class={isUnread(conversation) ? "row is-unread" : "row"}
      href={at.conversation(conversation.id)}
      aria-current={current ? "page" : undefined}
    >
      <span class="row-top">
        <strong dir="auto">{title}</strong>
        {last && <time dateTime={last.at}>{brief(last.at, zoneOf(conversation.school_id))}</time>}
      </span>
      {(about || tag) && (
        <span class="row-about">
          <span dir="auto">{about}</span>
          {tag && <span class="tag">{tag}</span>}
        </span>
      )}
      <span class="row-bottom">
        <span class="snippet" dir="auto">{snippet(conversation)}</span>
        {unread > 0 && (
          <span class="badge">
            {unread > 99 ? "99+" : unread}
            <span class="sr"> {counted("unread.messages", unread)}</span>
          </span>
        )}
      </span>
    </a>
  );
}

function snippet(conversation: Conversation): string {
  const waiting = outbox.value?.messages.value.filter((one) => one.conversation_id === conversation.id) ?? [];
  const newest = waiting[waiting.length - 1];
  if (newest?.trouble !== undefined) return t("row.not_sent", { text: newest.text });
  if (newest !== undefined) return t("row.sending", { text: newest.text });
  const typists = typing.value.get(conversation.id);
  if (typists && typists.size > 0) return t(typists.has("team") ? "typing.team" : "row.typing");
  return conversation.last_message ? lately(conversation, conversation.last_message) : t("row.empty");
}

/** With who said it, unless the row names only one who can have. */
function lately(conversation: Conversation, message: Message): string {
  const alone = message.author.role === "guardian" && conversation.guardians.length < 2;
  if (isMine(message) || message.withdrawn || alone || message.author.name === "") return said(message);
  return t("row.by", { name: givenName(message.author.name), text: message.text });
}

export function said(message: Message): string {
  if (message.withdrawn) return t("withdrawn");
  return isMine(message) ? t("row.me", { text: message.text }) : message.text;
}
