/** Conversations and messages as the server tells them, for tests. */

import type { Conversation, Message, SessionStarted } from "../src/protocol";

export const ID = "school.c1";

export function conversation(changed: Partial<Conversation> = {}): Conversation {
  return {
    id: ID,
    school_id: "school",
    class_id: "school.3b",
    pupil: { id: "school.sami", name: "Sami" },
    guardians: [{ id: "school.fatima", name: "Fatima" }],
    read_only: false,
    last_seq: 0,
    rev: 0,
    read_seq: 0,
    ...changed,
  };
}

export function message(seq: number, changed: Partial<Message> = {}): Message {
  return {
    id: `${changed.conversation_id ?? ID}.${seq}`,
    conversation_id: ID,
    seq,
    rev: seq,
    kind: "text",
    author: { id: "school.anna", name: "Anna", role: "teacher" },
    text: `bericht ${seq}`,
    files: [],
    at: "2026-11-23T20:05:00.000Z",
    ...changed,
  };
}

export function answer(changed: Partial<SessionStarted> = {}): SessionStarted {
  const account = { id: "a", name: "Fatima", email: "f@x.example", locale: "nl", roles: [], second_factor: false } as const;
  return {
    account,
    schools: [],
    classes: [],
    pupils: [],
    channels: [],
    conversations: [],
    more: false,
    availability: [],
    epoch: "first",
    now: "2026-11-23T20:05:00.000Z",
    ...changed,
  } as unknown as SessionStarted;
}
