/**
 * Messages on their way. Each is kept in the browser under its key until the server says that it
 * has it, so that a reload, a crash or a dead connection loses none; sent again, it is never doubled.
 */

import { signal, type ReadonlySignal } from "@preact/signals";

import { names, put, type Shelf } from "./keep";
import type { Answer } from "./protocol";

export interface Pending {
  readonly key: string;
  readonly conversation_id: string;
  readonly text: string;
  /** when it was written, by this device's clock */
  readonly at: string;
  /** Why it was refused, in words; it is sent again only when somebody asks. */
  readonly trouble?: string;
}

type Sent = Answer<"message.send">;
/** Raises when nobody answers. */
export type Send = (pending: Pending) => Promise<Sent>;

/** What may come right by itself; all else is told to whoever wrote. */
export const PASSES = new Set(["unavailable", "rate_limited", "unauthenticated", "code_setup_required"]);

export class Outbox {
  private readonly held = signal<readonly Pending[]>([]);
  /** Of each conversation the key that is under way: the next waits, so that they arrive in order. */
  private readonly busy = new Map<string, string>();
  /** What the browser did not want to keep: this tab alone remembers it. */
  private readonly unkept = new Set<string>();
  private readonly prefix: string;

  constructor(
    private readonly shelf: Shelf,
    accountId: string,
    private readonly send: Send,
    private readonly later: (again: () => void, seconds: number) => void,
  ) {
    this.prefix = `hekje.pending.${accountId}.`;
    this.fetch();
  }

  get messages(): ReadonlySignal<readonly Pending[]> {
    return this.held;
  }

  /** Looks what is kept: another tab may have left something, or have sent it. */
  fetch(): void {
    const kept = names(this.shelf, this.prefix).map((name) => read(this.shelf.getItem(name)));
    const found = kept.filter((one): one is Pending => one !== null && !this.unkept.has(one.key));
    found.push(...this.held.value.filter((one) => this.unkept.has(one.key)));
    found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.held.value = found;
  }

  /** Another tab has sent or discarded what stood under this name. What is under way here has its own answer. */
  forgotten(name: string): void {
    const key = name.slice(this.prefix.length);
    if (name.startsWith(this.prefix) && ![...this.busy.values()].includes(key)) this.drop(key);
  }

  write(pending: Pending): void {
    this.keep(pending);
    this.held.value = [...this.held.value, pending];
    this.go();
  }

  retry(key: string): void {
    this.held.value = this.held.value.map((one) => {
      if (one.key !== key) return one;
      const again = { key, conversation_id: one.conversation_id, text: one.text, at: one.at };
      this.keep(again);
      return again;
    });
    this.go();
  }

  /** It has arrived, or nobody wants it any more. */
  discard(key: string): void {
    this.shelf.removeItem(this.prefix + key);
    this.unkept.delete(key);
    this.drop(key);
  }

  /** Sends what can be sent: of each conversation the oldest. */
  go(): void {
    for (const pending of this.held.value) {
      if (pending.trouble === undefined && !this.busy.has(pending.conversation_id)) {
        void this.carry(pending);
      }
    }
  }

  private async carry(pending: Pending): Promise<void> {
    this.busy.set(pending.conversation_id, pending.key);
    const answer = await this.send(pending).catch(() => null);
    this.busy.delete(pending.conversation_id);
    if (answer === null) return; // the connection is gone; `go` is called when it is back
    if (answer.ok) {
      this.discard(pending.key);
    } else if (PASSES.has(answer.error.code)) {
      this.later(() => this.go(), answer.error.retry_after ?? 2);
      return;
    } else {
      this.refused(pending.key, answer.error.message);
    }
    this.go();
  }

  private refused(key: string, trouble: string): void {
    this.held.value = this.held.value.map((one) => {
      if (one.key !== key) return one;
      const stuck = { ...one, trouble };
      this.keep(stuck);
      return stuck;
    });
  }

  private keep(pending: Pending): void {
    if (put(this.shelf, this.prefix + pending.key, JSON.stringify(pending))) this.unkept.delete(pending.key);
    else this.unkept.add(pending.key);
  }

  private drop(key: string): void {
    this.held.value = this.held.value.filter((one) => one.key !== key);
  }
}

function read(text: string | null): Pending | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isPending(value) ? value : null;
  } catch {
    return null;
  }
}

function isPending(value: unknown): value is Pending {
  const fields = ["key", "conversation_id", "text", "at"];
  return (
    typeof value === "object" &&
    value !== null &&
    fields.every((field) => typeof (value as Record<string, unknown>)[field] === "string")
  );
}
