import { expect, test, vi } from "vitest";

import { Memory } from "../src/keep";
import { Outbox, type Pending, type Send } from "../src/pending";
import { message } from "./people";

const letter = (key: string, changed: Partial<Pending> = {}): Pending => ({
  key,
  conversation_id: "c",
  text: `tekst ${key}`,
  at: `2026-11-23T20:05:0${key}.000Z`,
  ...changed,
});
const refuses = (code: string, retry_after?: number) =>
  Promise.resolve({ ok: false, error: { code, message: "Dat kan niet.", ...(retry_after === undefined ? {} : { retry_after }) } }) as ReturnType<Send>;

/** Whoever sends, and what was asked of them; each answer is given by hand. */
class Post {
  readonly asked: string[] = [];
  private readonly waiting: ((answer: Awaited<ReturnType<Send>> | null) => void)[] = [];
  readonly send: Send = (pending) => {
    this.asked.push(pending.key);
    return new Promise((resolve, reject) =>
      this.waiting.push((answer) => (answer === null ? reject(new Error("lost")) : resolve(answer))),
    );
  };
  async answers(answer: Awaited<ReturnType<Send>> | null = { ok: true, message: message(1) } as Awaited<ReturnType<Send>>): Promise<void> {
    this.waiting.shift()?.(answer);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const open = (shelf = new Memory(), post = new Post(), account = "a") => {
  const later = vi.fn();
  return { shelf, post, later, outbox: new Outbox(shelf, account, post.send, later) };
};
const keys = (outbox: Outbox): string[] => outbox.messages.value.map((one) => one.key);

test("of one conversation one is under way, in the order written", async () => {
  const { post, outbox } = open();
  for (const key of ["1", "2", "3"]) outbox.write(letter(key));
  outbox.write(letter("4", { conversation_id: "other" }));
  expect(post.asked).toEqual(["1", "4"]);
  await post.answers();
  expect(post.asked).toEqual(["1", "4", "2"]);
  expect(keys(outbox)).toEqual(["2", "3", "4"]);
});

test("without an answer it is sent again, under the same key, when the line is back", async () => {
  const { shelf, post, outbox } = open();
  outbox.write(letter("1"));
  await post.answers(null);
  expect([post.asked, keys(outbox), shelf.length]).toEqual([["1"], ["1"], 1]);
  outbox.go();
  expect(post.asked).toEqual(["1", "1"]);
  await post.answers();
  expect([keys(outbox), shelf.length]).toEqual([[], 0]);
});

test("going twice sends once", () => {
  const { post, outbox } = open();
  outbox.write(letter("1"));
  outbox.go();
  outbox.go();
  expect(post.asked).toEqual(["1"]);
});

test("what passes is tried later, as late as was asked for; what does not is told", async () => {
  const { post, later, outbox } = open();
  outbox.write(letter("1"));
  await post.answers(await refuses("rate_limited", 7));
  expect(later).toHaveBeenCalledWith(expect.any(Function), 7);
  expect(outbox.messages.value[0]?.trouble).toBeUndefined();
  (later.mock.calls[0]?.[0] as () => void)();
  await post.answers(await refuses("chat_closed"));
  expect(outbox.messages.value[0]?.trouble).toBe("Dat kan niet.");
  outbox.go();
  expect(post.asked).toEqual(["1", "1"]);
  outbox.retry("1");
  expect(post.asked).toEqual(["1", "1", "1"]);
});

test("the next one does not wait for one that was refused", async () => {
  const { post, outbox } = open();
  outbox.write(letter("1"));
  outbox.write(letter("2"));
  await post.answers(await refuses("invalid"));
  expect(post.asked).toEqual(["1", "2"]);
});

test("another tab finds what was left, in order, and nothing of another account", () => {
  const { shelf, outbox } = open();
  outbox.write(letter("2"));
  outbox.write(letter("1"));
  shelf.setItem("hekje.pending.a.broken", "{");
  shelf.setItem("hekje.pending.a.strange", '{"key":1}');
  expect(keys(open(shelf).outbox)).toEqual(["1", "2"]);
  expect(keys(open(shelf, new Post(), "b").outbox)).toEqual([]);
});

test("what another tab has sent is dropped, unless it is under way here", async () => {
  const { post, outbox } = open();
  outbox.write(letter("1"));
  outbox.write(letter("2"));
  outbox.forgotten("hekje.pending.a.2");
  outbox.forgotten("hekje.pending.a.1");
  outbox.forgotten("hekje.pending.b.1");
  expect(keys(outbox)).toEqual(["1"]);
  await post.answers();
  expect(keys(outbox)).toEqual([]);
});

test("a browser that keeps nothing loses nothing as long as the tab is there", async () => {
  class Full extends Memory {
    override setItem(): void {
      throw new Error("quota");
    }
  }
  const { post, outbox } = open(new Full());
  outbox.write(letter("1"));
  await post.answers(null);
  outbox.fetch();
  expect(keys(outbox)).toEqual(["1"]);
  outbox.go();
  await post.answers();
  outbox.fetch();
  expect(keys(outbox)).toEqual([]);
});
