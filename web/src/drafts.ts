/** What somebody has begun to write, per account and conversation, until it is sent. */

import { names, put } from "./keep";
import { shelf } from "./kept";

const PREFIX = "hekje.draft.";

export function draftOf(accountId: string, conversationId: string): string {
  return shelf.getItem(`${PREFIX}${accountId}.${conversationId}`) ?? "";
}

export function keepDraft(accountId: string, conversationId: string, text: string): void {
  const name = `${PREFIX}${accountId}.${conversationId}`;
  if (text.trim() === "") shelf.removeItem(name);
  else put(shelf, name, text);
}

/** Tells what another tab makes of a draft; returns how to stop. */
export function onDraft(accountId: string, conversationId: string, changed: (before: string, now: string) => void): () => void {
  const listen = (event: StorageEvent): void => {
    if (event.key === `${PREFIX}${accountId}.${conversationId}`) changed(event.oldValue ?? "", event.newValue ?? "");
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}

export function forgetAll(accountId: string): void {
  for (const name of names(shelf, `${PREFIX}${accountId}.`)) shelf.removeItem(name);
}
