import { expect, test } from "vitest";

import * as know from "../src/known";
import { answer, conversation, ID, message } from "./people";

const withThread = (upTo: number): know.Known => {
  const told = conversation({ last_seq: upTo, rev: upTo });
  const known = know.started(know.NOTHING, know.NOTHING, answer({ conversations: [told] }));
  const page = Array.from({ length: upTo }, (_, n) => message(n + 1));
  return know.opened(known, ID, page, false, upTo);
};
const texts = (known: know.Known): string[] => known.threads.get(ID)?.messages.map((one) => one.text) ?? [];

test("a new message comes last, and the same one again changes nothing", () => {
  const once = know.told(withThread(2), message(3), false);
  expect(texts(once)).toEqual(["bericht 1", "bericht 2", "bericht 3"]);
  expect(know.behind(once)).toEqual([]);
  const twice = know.told(once, message(3), false);
  expect(texts(twice)).toEqual(texts(once));
  expect(twice.revs).toEqual(once.revs);
});

test("a gap is noticed, waited for and filled", () => {
  const gap = know.told(withThread(2), message(4), false);
  expect(texts(gap)).toEqual(["bericht 1", "bericht 2"]);
  expect(know.behind(gap)).toEqual([ID]);
  expect(know.misses(gap, message(4))).toBe(true);
  expect(know.since(gap)).toEqual({ [ID]: 2 });
  const now = conversation({ last_seq: 4, rev: 4 });
  const filled = know.started(gap, gap, answer({ conversations: [now], missed: [message(4), message(3)] }));
  expect(texts(filled)).toEqual(["bericht 1", "bericht 2", "bericht 3", "bericht 4"]);
  expect(know.behind(filled)).toEqual([]);
  expect(know.misses(filled, message(4))).toBe(false);
});

test("the first message of all may come after the second", () => {
  const second = know.told(withThread(0), message(2), false);
  expect(texts(second)).toEqual([]);
  const now = conversation({ last_seq: 2, rev: 2 });
  const both = know.started(second, second, answer({ conversations: [now], missed: [message(1), message(2)] }));
  expect(texts(both)).toEqual(["bericht 1", "bericht 2"]);
});

test("the newest word about a message counts, in whatever order it comes", () => {
  const corrected = know.told(withThread(2), message(1, { rev: 3, text: "verbeterd" }), false);
  expect(texts(corrected)).toEqual(["verbeterd", "bericht 2"]);
  const late = know.told(corrected, message(1, { rev: 1 }), false);
  expect(texts(late)).toEqual(["verbeterd", "bericht 2"]);
});

test("a push that comes while the answer is on its way is not undone by it", () => {
  const before = withThread(2);
  const pushed = know.told(before, message(3), false);
  const old = conversation({ last_seq: 2, rev: 2 });
  const known = know.started(pushed, before, answer({ conversations: [old], missed: [] }));
  expect(known.conversations.get(ID)?.last_seq).toBe(3);
  expect(texts(known)).toEqual(["bericht 1", "bericht 2", "bericht 3"]);
  expect(know.behind(known)).toEqual([]);
});

test("a conversation that begins while the answer is on its way stays", () => {
  const before = withThread(2);
  const other = conversation({ id: "school.c2", last_seq: 1, rev: 1 });
  const known = know.started(know.changed(before, other), before, answer({ conversations: [conversation({ last_seq: 2, rev: 2 })] }));
  expect([...known.conversations.keys()]).toEqual([ID, "school.c2"]);
});

test("what is gone, or must be read afresh, is forgotten; the rest is kept", () => {
  const before = withThread(2);
  const now = conversation({ last_seq: 900, rev: 900 });
  const restarted = know.started(before, before, answer({ conversations: [now], restart: [ID] }));
  expect(restarted.threads.has(ID)).toBe(false);
  expect(restarted.conversations.has(ID)).toBe(true);
  const gone = know.started(before, before, answer({ gone: [ID], more: true }));
  expect([gone.conversations.size, gone.threads.size, gone.revs.size]).toEqual([0, 0, 0]);
  const kept = know.started(before, before, answer({ more: true }));
  expect(texts(kept)).toEqual(["bericht 1", "bericht 2"]);
});

test("after a backup was restored nothing of before counts", () => {
  const before = withThread(2);
  const known = know.started(before, before, answer({ epoch: "second", conversations: [conversation({ last_seq: 1, rev: 1 })] }));
  expect(known.threads.size).toBe(0);
  expect(known.conversations.get(ID)?.last_seq).toBe(1);
});

test("older pages are put before, once", () => {
  const newest = know.opened(withThread(0), ID, [message(5), message(6)], true, 6);
  const page = [message(3), message(4)];
  const whole = know.prepended(know.prepended(newest, ID, page, true), ID, page, true);
  expect(whole.threads.get(ID)?.messages.map((one) => one.seq)).toEqual([3, 4, 5, 6]);
  const hole = know.prepended(whole, ID, [message(1)], false);
  expect(hole).toBe(whole);
});

test("a change of an older message outside what is drawn is no gap", () => {
  const newest = know.opened(know.changed(withThread(0), conversation({ last_seq: 6, rev: 6 })), ID, [message(5), message(6)], true, 6);
  const known = know.told(newest, message(2, { rev: 7 }), false);
  expect(known.threads.get(ID)?.messages.map((one) => one.seq)).toEqual([5, 6]);
  expect([know.behind(known), know.misses(known, message(2, { rev: 7 }))]).toEqual([[], false]);
});

test("heads of what was heard of say nothing, others do", () => {
  expect(know.overtaken(withThread(2), { [ID]: 2 })).toBe(false);
  expect(know.overtaken(withThread(2), { [ID]: 3 })).toBe(true);
  expect(know.overtaken(withThread(2), { "school.c9": 1 })).toBe(true);
});

test("marks only move on", () => {
  const known = know.readByMe(withThread(2), ID, 2);
  expect(know.readByMe(known, ID, 1)).toBe(known);
  const family = know.changed(known, conversation({ last_seq: 2, rev: 2, team_read_seq: 0 }));
  const read = know.wasRead(know.wasRead(family, ID, "team", 2), ID, "team", 1);
  expect(read.conversations.get(ID)?.team_read_seq).toBe(2);
});

test("a teacher who answers has read what stands before", () => {
  const family = know.changed(withThread(2), conversation({ last_seq: 2, rev: 2, team_read_seq: 0 }));
  expect(know.told(family, message(3), false).conversations.get(ID)?.team_read_seq).toBe(3);
  const marks = [{ id: "school.fatima", seq: 0 }, { id: "school.youssef", seq: 0 }];
  const team = know.changed(withThread(2), conversation({ last_seq: 2, rev: 2, guardians_read: marks }));
  const author = { id: "school.fatima", name: "Fatima", role: "guardian" } as const;
  const seen = know.told(team, message(3, { author }), false).conversations.get(ID);
  expect([seen?.guardians_read?.map((one) => one.seq), seen?.team_read_seq]).toEqual([[3, 0], undefined]);
});

test("whoever writes has read, and a guardian's message waits again", () => {
  const handled = know.changed(withThread(2), conversation({ last_seq: 2, rev: 2, handled: true }));
  const mine = know.told(handled, message(3), true).conversations.get(ID);
  expect([mine?.read_seq, mine?.handled]).toEqual([3, true]);
  const author = { id: "school.fatima", name: "Fatima", role: "guardian" } as const;
  const theirs = know.told(handled, message(3, { author }), false).conversations.get(ID);
  expect([theirs?.read_seq, theirs?.handled]).toEqual([0, false]);
});
