/** Who is here and what they know: the one place where news from the server becomes what is shown. */

import { batch, computed, signal } from "@preact/signals";

import { allTold, availability, told } from "./availability";
import { ask, connect, door, leave, line, listenWith, startAgain, type Listener } from "./connection";
import * as drafts from "./drafts";
import { call, Lost } from "./http";
import { shelf } from "./kept";
import * as know from "./known";
import { Outbox, type Pending } from "./pending";
import type {
  Account,
  Answer,
  Conversation,
  DigestEnded,
  ErrorCode,
  Message,
  Pupil,
  PushName,
  Pushes,
  School,
  SchoolClass,
  SessionStarted,
} from "./protocol";
import { speak } from "./words";

export const account = signal<Account | null>(null);
export const schools = signal<readonly School[]>([]);
export const classes = signal<ReadonlyMap<string, SchoolClass>>(new Map());
export const pupils = signal<readonly Pupil[]>([]);
export const known = signal<know.Known>(know.NOTHING);
/** With which this server's pushes are signed. */
export const pushKey = signal("");
/** Where a link in a mail turned the summary e-mail off, and nobody has been told yet. */
export const digestsEnded = signal<readonly DigestEnded[]>([]);
/** There are conversations beside those that are known. */
export const moreConversations = signal(false);
/** Lists of which everything has been asked for since: a class, or "" for all. */
export const wholeLists = signal<ReadonlySet<string>>(new Set());
export const outbox = signal<Outbox | null>(null);
/** Conversation → who is writing there, and until when to believe it. */
export const typing = signal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());
/** The last message that somebody else wrote while the page was open. */
export const heard = signal<Message | null>(null);
/** Why the log-in page is shown to somebody who was logged in. */
export const ended = signal(false);

/** The ids under which this account is known at its schools. */
export const myIds = computed(() => {
  const ids = new Set<string>();
  for (const role of account.value?.roles ?? []) {
    if (role.guardian_id !== undefined) ids.add(role.guardian_id);
    if (role.teacher_id !== undefined) ids.add(role.teacher_id);
  }
  return ids;
});

export const conversations = computed<readonly Conversation[]>(() =>
  [...known.value.conversations.values()].sort((a, b) => lastAt(b).localeCompare(lastAt(a))),
);

const TYPING_FADES = 6_000;
const GAP_WAITS = 400;

export function begin(): void {
  listenWith(listener);
  addEventListener("storage", (event) => {
    if (event.key !== null && event.newValue === null) outbox.value?.forgotten(event.key);
  });
  connect();
}

/** Somebody has logged in on this page. */
export function entered(who: Account): void {
  ended.value = false;
  forget();
  account.value = who;
  speak(who.locale);
  door.value = "unknown";
  connect();
}

/** Resolves to what went wrong. Without a connection nobody is logged out: the session would live on. */
export async function logOut(): Promise<string | null> {
  const answer = await call("/api/logout");
  if (!answer.ok && answer.error.code !== "unauthenticated") return answer.error.message;
  const id = account.value?.id;
  if (id !== undefined) {
    for (const message of outbox.value?.messages.value ?? []) outbox.value?.discard(message.key);
    drafts.forgetAll(id);
  }
  batch(() => {
    forget();
    leave();
  });
  return null;
}

export const lastAt = (conversation: Conversation): string => conversation.last_message?.at ?? "";

export function isMine(message: Message): boolean {
  return message.key !== undefined || (message.author.id !== "" && myIds.value.has(message.author.id));
}

/** What the server answered about a conversation or a message, taken as the news that it is. */
export function learn(news: { conversation: Conversation } | { message: Message }): void {
  if ("conversation" in news) {
    known.value = know.changed(known.value, news.conversation);
  } else {
    hear(news.message);
  }
}

/** Asks for what was missed, soon and once; what is missed meanwhile is asked for after that. */
let catching: Promise<void> | null = null;
let asked = false;
let again = false;
export function catchUp(wait = GAP_WAITS): Promise<void> {
  again ||= asked;
  catching ??= new Promise<void>((resolve) => setTimeout(resolve, wait))
    .then(() => {
      asked = true;
      return startAgain();
    })
    .finally(() => {
      const more = again && line.value === "open";
      catching = null;
      asked = again = false;
      if (more) void catchUp(0);
    });
  return catching;
}

function forget(): void {
  account.value = null;
  outbox.value = null;
  known.value = know.NOTHING;
  moreConversations.value = false;
  classes.value = new Map();
  pupils.value = [];
  schools.value = [];
  availability.value = new Map();
  digestsEnded.value = [];
  typing.value = new Map();
  heard.value = null;
}

// --- What the server tells -------------------------------------------------------------------

const listener: Listener = {
  async start(): Promise<ErrorCode | null> {
    const before = known.value;
    const answer = await ask("session.start", { since: know.since(before) });
    if (!answer.ok) return answer.error.code;
    if (account.value !== null && account.value.id !== answer.account.id) {
      forget(); // somebody else has logged in in another tab: nothing of the one is shown to the other
      return listener.start();
    }
    batch(() => started(answer, before));
    return null;
  },

  push<Name extends PushName>(name: Name, news: Pushes[Name]): void {
    (HEARD[name] as ((news: Pushes[Name]) => void) | undefined)?.(news);
    if (know.behind(known.value).length > 0) void catchUp();
  },
};

/** A push of a feature that this client does not know yet is nothing to it. */
const HEARD: { [Name in PushName]?: (news: Pushes[Name]) => void } = {
  "session.changed": () => void catchUp(0),
  heads: (heads) => {
    if (know.overtaken(known.value, heads)) void catchUp(0);
  },
  "availability.changed": (news) => told(news),
  "conversation.changed": (news) => learn(news),
  "message.posted": ({ message }) => {
    if (!known.value.conversations.has(message.conversation_id)) void catchUp();
    if (!isMine(message)) heard.value = message;
    fade(message.conversation_id, message.author.role === "guardian" ? message.author.id : "team");
    hear(message);
  },
  "message.changed": ({ message }) => {
    if (message.id === heard.value?.id) heard.value = null; // withdrawn: its text is nowhere any more
    hear(message);
  },
  "message.was_read": ({ conversation_id, by, seq }) => {
    known.value = know.wasRead(known.value, conversation_id, by, seq);
  },
  "message.is_typing": ({ conversation_id, by }) => {
    const until = Date.now() + TYPING_FADES;
    const here = new Map(typing.value.get(conversation_id)).set(by, until);
    typing.value = new Map(typing.value).set(conversation_id, here);
    setTimeout(() => fade(conversation_id, by, until), TYPING_FADES);
  },
};

function hear(message: Message): void {
  const mine = isMine(message);
  batch(() => {
    known.value = know.told(known.value, message, mine);
    // as long as one before it is missing it cannot be shown in its place, and stays on its way
    if (message.key !== undefined && !know.misses(known.value, message)) outbox.value?.discard(message.key);
  });
}

/** Somebody has stopped writing, or it was too long ago (`until`) to go on believing it. */
function fade(conversationId: string, by: string, until = Infinity): void {
  const here = typing.value.get(conversationId);
  if (here === undefined || (here.get(by) ?? Infinity) > until) return;
  const left = new Map(here);
  if (until === Infinity && by !== "team") left.clear();
  left.delete(by);
  typing.value = new Map(typing.value).set(conversationId, left);
}

function started(answer: SessionStarted, before: know.Known): void {
  account.value = answer.account;
  speak(answer.account.locale);
  schools.value = answer.schools;
  classes.value = new Map(answer.classes.map((one) => [one.id, one]));
  pupils.value = answer.pupils;
  pushKey.value = answer.push_key;
  allTold(answer.availability, answer.now);
  digestsEnded.value = answer.digests_ended ?? [];
  moreConversations.value = answer.more;
  wholeLists.value = new Set();
  known.value = know.started(known.value, before, answer);
  const letters = (outbox.value ??= outboxOf(answer.account.id));
  letters.fetch();
  for (const message of answer.missed ?? []) {
    if (message.key !== undefined) letters.discard(message.key);
  }
  if (line.value === "open") letters.go();
}

function outboxOf(accountId: string): Outbox {
  const send = async ({ conversation_id, key, text }: Pending): Promise<Answer<"message.send">> => {
    // what one account has written is never sent in the name of another
    if (line.value !== "open" || account.value?.id !== accountId) throw new Lost("message.send");
    const sent = await ask("message.send", { conversation_id, key, text });
    if (!sent.ok) return sent;
    hear(sent.message);
    if (know.misses(known.value, sent.message)) await catchUp(0);
    return sent;
  };
  return new Outbox(shelf, accountId, send, (again, seconds) => {
    setTimeout(again, seconds * (800 + 400 * Math.random()));
  });
}

line.subscribe((now) => {
  if (now === "open") outbox.value?.go();
});

door.subscribe((now) => {
  if (now !== "out" || account.value === null) return;
  ended.value = true;
  forget();
});
