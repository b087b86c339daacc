/** A conversation: who reads it, what was said, and the next message. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { availability } from "../availability";
import { line } from "../connection";
import { className, isOfFamily, zoneOf } from "../places";
import type { Conversation as Talk, Message } from "../protocol";
import { classes, isMine, known, myIds, outbox, schools, typing } from "../session";
import { markRead, older, open, reach } from "../thread";
import { Bubble, PendingBubble } from "../widget/bubble";
import { Composer } from "../widget/composer";
import { Log } from "../widget/log";
import { NotificationsHint } from "../widget/notifications";
import { PaneHead } from "../widget/pane";
import { ChatClosed, TeamLine } from "../widget/team_line";
import { TeamBar } from "../widget/team_bar";
import { listed, t } from "../words";

export function Conversation({ id }: { readonly id: string }) {
  const [missing, setMissing] = useState(false);
  const conversation = known.value.conversations.get(id);
  const thread = known.value.threads.get(id);
  useEffect(() => {
    if (line.value !== "open" || thread !== undefined) return;
    void open(id)
      .then((found) => setMissing(!found))
      .catch(() => undefined); // tried again when the line is back
  }, [id, line.value, thread === undefined, conversation === undefined]);

  if (conversation === undefined) {
    return (
      <>
        <PaneHead title={missing ? t("gone.title") : t("opening")} />
        <div class="pane-body">{missing && <p class="empty">{t("gone.text")}</p>}</div>
      </>
    );
  }
  return (
    <div class="talk">
      <PaneHead title={titleOf(conversation)} quiet>
        <p class="soft" dir="auto">{readersOf(conversation)}</p>
      </PaneHead>
      {!isOfFamily(conversation) && <TeamBar conversation={conversation} />}
      <Messages conversation={conversation} />
    </div>
  );
}

function Messages({ conversation }: { readonly conversation: Talk }) {
  const id = conversation.id;
  const thread = known.value.threads.get(id);
  const pending = outbox.value?.messages.value.filter((one) => one.conversation_id === id) ?? [];
  const [correcting, correct] = useState<Message | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const scrolled = useRef<HTMLDivElement>(null);
  const firstNew = useMemo(() => (conversation.read_seq < conversation.last_seq ? conversation.read_seq + 1 : 0), [id]);
  const target = useTarget(id, thread !== undefined);
  const zone = zoneOf(conversation.school_id);
  const read = readMark(conversation, thread?.messages ?? []);
  useMarking(id, atEnd && thread !== undefined, conversation.last_seq);

  const draw = useCallback(
    (message: Message, before: Message | undefined) => (
      <Bubble
        key={message.id}
        message={message}
        before={before}
        zone={zone}
        read={read?.seq === message.seq ? read.words : undefined}
        firstNew={message.seq === firstNew && firstNew > 1}
        canWrite={!conversation.read_only}
        onCorrect={correct}
      />
    ),
    [zone, read?.seq, read?.words, firstNew, conversation.read_only],
  );
  const toEnd = (): void => {
    const log = scrolled.current?.querySelector(".log");
    if (log) log.scrollTop = 0;
  };

  return (
    <>
      <div class="log-box" ref={scrolled}>
        <Log
          messages={thread?.messages ?? []}
          more={thread?.more ?? false}
          onOlder={useCallback(() => void older(id).catch(() => undefined), [id])}
          onEnd={setAtEnd}
          draw={draw}
          target={target}
        >
          {thread !== undefined && thread.messages.length === 0 && pending.length === 0 && (
            <p class="empty">{t(isOfFamily(conversation) ? "talk.empty.family" : "talk.empty.team")}</p>
          )}
          {thread === undefined && <p class="empty" role="status">{t("opening")}</p>}
          <div role="list" aria-label={t("on_their_way")}>
            {pending.map((one) => (
              <PendingBubble key={one.key} pending={one} />
            ))}
          </div>
          <p class="typing" role="status">{typingOf(conversation)}</p>
        </Log>
        {!atEnd && (
          <button type="button" class="to-end secondary" onClick={toEnd}>
            {t(conversation.last_seq > conversation.read_seq ? "to_new" : "to_end")}
          </button>
        )}
      </div>
      <NotificationsHint written={thread?.messages.some(isMine) ?? false} />
      {conversation.read_only ? (
        <p class="read-only">{t("read_only", { contact: contactOf(conversation) })}</p>
      ) : isOfFamily(conversation) && correcting === null && availability.value.get(conversation.class_id)?.chat_closed ? (
        <ChatClosed conversationId={id} contact={contactOf(conversation)} classId={conversation.class_id} />
      ) : (
        <>
          {isOfFamily(conversation) && <TeamLine classId={conversation.class_id} zone={zone} />}
          <Composer conversationId={id} correcting={correcting} onCorrected={() => correct(null)} onSent={toEnd} />
        </>
      )}
    </>
  );
}

/** Marks as read what is in view of somebody who is there. */
function useMarking(id: string, seen: boolean, lastSeq: number): void {
  const open = line.value === "open";
  useEffect(() => {
    const mark = (): void => {
      if (seen && document.visibilityState === "visible" && document.hasFocus()) markRead(id);
    };
    mark();
    addEventListener("focus", mark);
    document.addEventListener("visibilitychange", mark);
    return () => {
      removeEventListener("focus", mark);
      document.removeEventListener("visibilitychange", mark);
    };
  }, [id, seen, lastSeq, open]);
}

/** The message that the address names after its `#`, as a search result does. */
function useTarget(id: string, loaded: boolean): number | undefined {
  const [target, setTarget] = useState<number | undefined>(undefined);
  useEffect(() => {
    const seq = Number(location.hash.slice(1));
    if (loaded && seq > 0) void reach(id, seq).then(() => setTarget(seq)).catch(() => undefined);
  }, [id, loaded]);
  return target;
}

// --- In words --------------------------------------------------------------------------------

const teamOf = (conversation: Talk): string[] =>
  (classes.value.get(conversation.class_id)?.teachers ?? []).map((teacher) => (myIds.value.has(teacher.id) ? t("you") : teacher.name));

const youFirst = (names: readonly string[]): string[] =>
  [...names].sort((a, b) => Number(b === t("you")) - Number(a === t("you")));

function titleOf(conversation: Talk): string {
  const name = className(classes.value.get(conversation.class_id));
  return isOfFamily(conversation) ? t("talk.title", { name, child: conversation.pupil.name }) : conversation.pupil.name;
}

function readersOf(conversation: Talk): string {
  const guardians = conversation.guardians.map((one) => (myIds.value.has(one.id) ? t("you") : one.name));
  return t("readers", { names: listed(youFirst([...guardians, ...teamOf(conversation)])) });
}

/** The last message of one's own side that the other has read. */
function readMark(conversation: Talk, messages: readonly Message[]): { seq: number; words: string } | undefined {
  const family = isOfFamily(conversation);
  const marks = conversation.guardians_read ?? [];
  const upTo = family ? (conversation.team_read_seq ?? 0) : Math.max(0, ...marks.map((mark) => mark.seq));
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (message === undefined || message.seq > upTo || (message.author.role === "guardian") !== family) continue;
    if (family) return { seq: message.seq, words: t("read.team") };
    const readers = marks.filter((mark) => mark.seq >= message.seq).map((mark) => nameOf(conversation, mark.id));
    return { seq: message.seq, words: t("read.by", { names: listed(readers) }) };
  }
  return undefined;
}

function typingOf(conversation: Talk): string {
  const here = [...(typing.value.get(conversation.id)?.keys() ?? [])];
  if (here.length === 0) return "";
  return here.includes("team") ? t("typing.team") : t("typing", { names: listed(here.map((id) => nameOf(conversation, id))) });
}

function nameOf(conversation: Talk, id: string): string {
  const people = [...conversation.guardians, ...(classes.value.get(conversation.class_id)?.teachers ?? [])];
  return people.find((one) => one.id === id)?.name ?? t("somebody");
}

const contactOf = (conversation: Talk): string =>
  schools.value.find((school) => school.id === conversation.school_id)?.contact ?? "";
