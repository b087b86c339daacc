/**
 * What the server has told, as plain values: conversations, and of those that were opened their
 * messages. Functions take what is known and give what is known then; the same news twice changes
 * nothing, and news that left something out is noticed (`behind`).
 */

import type { Conversation, Message, SessionStarted } from "./protocol";

export interface Thread {
  /** Oldest first; `seq` without gaps, up to the newest that is known. */
  readonly messages: readonly Message[];
  /** There are older ones. */
  readonly more: boolean;
}

export interface Known {
  readonly epoch: string;
  readonly conversations: ReadonlyMap<string, Conversation>;
  readonly threads: ReadonlyMap<string, Thread>;
  /** Of each thread: the `rev` up to which nothing was missed. */
  readonly revs: ReadonlyMap<string, number>;
}

export const NOTHING: Known = {
  epoch: "",
  conversations: new Map(),
  threads: new Map(),
  revs: new Map(),
};

const MOST_SINCE = 300;

/** What `session.start` is asked with: `rev` of every thread. */
export function since(known: Known): Record<string, number> {
  const revs: Record<string, number> = {};
  for (const [id, rev] of [...known.revs].slice(-MOST_SINCE)) revs[id] = rev;
  return revs;
}

/** Threads of which something was missed. */
export function behind(known: Known): readonly string[] {
  return [...known.revs]
    .filter(([id, rev]) => (known.conversations.get(id)?.rev ?? rev) > rev)
    .map(([id]) => id);
}

/** Whether the server names a change that has not been heard of. */
export function overtaken(known: Known, heads: Readonly<Record<string, number>>): boolean {
  return Object.keys(heads).some(
    (id) => (heads[id] ?? 0) > (known.revs.get(id) ?? known.conversations.get(id)?.rev ?? 0),
  );
}

/** `known` is what is known by now, `before` what was when the server was asked. */
export function started(known: Known, before: Known, answer: SessionStarted): Known {
  const kept = before.epoch === "" || before.epoch === answer.epoch ? known : NOTHING;
  const conversations = conversationsOf(kept, before, answer);
  const asked = since(before);
  const lost = new Set([...(answer.gone ?? []), ...(answer.restart ?? [])]);
  const missed = [...(answer.missed ?? [])].sort((a, b) => a.seq - b.seq);
  const told = [...answer.conversations.map((one) => ({ id: one.id, rev: one.rev })), ...missed.map((one) => ({ id: one.conversation_id, rev: one.rev }))];
  let threads: ReadonlyMap<string, Thread> = new Map(
    [...kept.threads].filter(([id]) => conversations.has(id) && !lost.has(id) && (id in asked || !before.threads.has(id))),
  );
  const revs = new Map([...threads.keys()].map((id) => [id, kept.revs.get(id) ?? 0]));
  for (const { id, rev } of told) {
    if (id in asked && threads.has(id)) revs.set(id, Math.max(revs.get(id) ?? 0, rev));
  }
  for (const message of missed) threads = placed(threads, message);
  return { epoch: answer.epoch, conversations, threads, revs };
}

function conversationsOf(kept: Known, before: Known, answer: SessionStarted): ReadonlyMap<string, Conversation> {
  const found = new Map(answer.conversations.map((one) => [one.id, joined(kept.conversations.get(one.id), one)]));
  const asked = since(before);
  for (const [id, conversation] of kept.conversations) {
    // of those beyond the first page, the ones that were asked about are known to be there still
    const stands = answer.more && id in asked && !(answer.gone ?? []).includes(id);
    const isNew = !before.conversations.has(id);
    if ((stands || isNew) && !found.has(id)) found.set(id, conversation);
  }
  return found;
}

/** A conversation as somebody sees it now. */
export function changed(known: Known, conversation: Conversation): Known {
  const shown = joined(known.conversations.get(conversation.id), conversation);
  return { ...known, conversations: new Map(known.conversations).set(conversation.id, shown) };
}

/** As the server shows it, and what was heard of it since. */
function joined(before: Conversation | undefined, conversation: Conversation): Conversation {
  const newest = before && before.rev > conversation.rev ? before : conversation;
  return {
    ...conversation,
    rev: newest.rev,
    last_seq: newest.last_seq,
    read_seq: Math.max(conversation.read_seq, before?.read_seq ?? 0),
    ...(newest.last_message ? { last_message: newest.last_message } : {}),
  };
}

/** Whether a message belongs in a thread that does not reach it yet: another one before it is missing. */
export function misses(known: Known, message: Message): boolean {
  const thread = known.threads.get(message.conversation_id);
  return thread !== undefined && message.seq >= firstOf(thread) + thread.messages.length;
}

/** A message that was written, corrected or withdrawn. `mine`: by whoever is logged in. */
export function told(known: Known, message: Message, mine: boolean): Known {
  const id = message.conversation_id;
  const conversation = known.conversations.get(id);
  if (conversation === undefined) return known;
  const rev = known.revs.get(id);
  const revs =
    rev !== undefined && message.rev === rev + 1 ? new Map(known.revs).set(id, message.rev) : known.revs;
  const conversations = new Map(known.conversations).set(id, withLast(conversation, message, mine));
  const now = { ...known, conversations, revs, threads: placed(known.threads, message) };
  // whoever writes has read what stands before it
  return wasRead(now, id, message.author.role === "guardian" ? message.author.id : "team", message.seq);
}

function withLast(conversation: Conversation, message: Message, mine: boolean): Conversation {
  const isNew = message.seq > conversation.last_seq;
  const isLast = isNew || message.id === conversation.last_message?.id;
  const staff = message.author.role !== "guardian";
  return {
    ...conversation,
    rev: Math.max(conversation.rev, message.rev),
    last_seq: Math.max(conversation.last_seq, message.seq),
    ...(isLast ? { last_message: message } : {}),
    ...(mine ? { read_seq: Math.max(conversation.read_seq, message.seq) } : {}),
    ...(isNew && conversation.handled !== undefined ? { handled: staff } : {}),
  };
}

/** The newest page of a conversation that is opened; `rev` is what it had when it was asked for. */
export function opened(known: Known, id: string, messages: readonly Message[], more: boolean, rev: number): Known {
  return {
    ...known,
    threads: new Map(known.threads).set(id, { messages, more }),
    revs: new Map(known.revs).set(id, rev),
  };
}

/** A page that lies before what is known. */
export function prepended(known: Known, id: string, page: readonly Message[], more: boolean): Known {
  const thread = known.threads.get(id);
  if (thread === undefined) return known;
  const first = thread.messages[0]?.seq ?? Infinity;
  const older = page.filter((message) => message.seq < first);
  if (older.length > 0 && older[older.length - 1]?.seq !== first - 1) return known;
  const messages = [...older, ...thread.messages];
  return { ...known, threads: new Map(known.threads).set(id, { messages, more }) };
}

export function wasRead(known: Known, id: string, by: string, seq: number): Known {
  const conversation = known.conversations.get(id);
  if (conversation === undefined) return known;
  const marks = conversation.guardians_read?.map((mark) =>
    mark.id === by ? { ...mark, seq: Math.max(mark.seq, seq) } : mark,
  );
  const team = by === "team" && conversation.team_read_seq !== undefined ? { team_read_seq: Math.max(conversation.team_read_seq, seq) } : {};
  const shown = { ...conversation, ...team, ...(marks ? { guardians_read: marks } : {}) };
  return { ...known, conversations: new Map(known.conversations).set(id, shown) };
}

export function readByMe(known: Known, id: string, seq: number): Known {
  const conversation = known.conversations.get(id);
  if (conversation === undefined || conversation.read_seq >= seq) return known;
  const shown = { ...conversation, read_seq: seq };
  return { ...known, conversations: new Map(known.conversations).set(id, shown) };
}

/** In its place, if the thread reaches there; the newest word about it counts. */
function placed(threads: ReadonlyMap<string, Thread>, message: Message): ReadonlyMap<string, Thread> {
  const thread = threads.get(message.conversation_id);
  if (thread === undefined) return threads;
  const at = message.seq - firstOf(thread);
  const before = thread.messages[at];
  const misplaced = at < 0 || at > thread.messages.length;
  if (misplaced || (before !== undefined && before.rev >= message.rev)) return threads;
  const messages = [...thread.messages];
  messages[at] = message;
  return new Map(threads).set(message.conversation_id, { ...thread, messages });
}

const firstOf = (thread: Thread): number => thread.messages[0]?.seq ?? 1;
