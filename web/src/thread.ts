/** Opening a conversation: its newest page, older ones when somebody scrolls, and its mark. */

import { ask, line } from "./connection";
import * as know from "./known";
import { PASSES } from "./pending";
import type { Answer, Conversation, RequestName, Requests } from "./protocol";
import { account, catchUp, known, learn, moreConversations } from "./session";

const FIRST_PAGE = 60;
const PAGE = 100;
const LONGEST_PAGE = 200;

/** Under way, so that the same page is asked for once. */
const opening = new Map<string, Promise<boolean>>();
const growing = new Map<string, Promise<void>>();

/** The newest messages, unless they are there; false when it is nobody's business here. */
export function open(id: string): Promise<boolean> {
  return known.value.threads.has(id) ? Promise.resolve(true) : once(opening, id, () => fetchNewest(id));
}

async function fetchNewest(id: string): Promise<boolean> {
  const conversation = known.value.conversations.get(id) ?? (await find(id));
  if (conversation === undefined) return false;
  const rev = conversation.rev;
  const answer = await patiently("message.history", { conversation_id: id, limit: FIRST_PAGE });
  if (!answer.ok) return false;
  known.value = know.opened(known.value, id, answer.messages, answer.more, rev);
  // what was told while the page was on its way may be in it or not
  if (know.behind(known.value).includes(id)) void catchUp(0);
  return true;
}

/** Looks for a conversation that was not in the first answer, as after following an old link. */
async function find(id: string): Promise<Conversation | undefined> {
  let before: string | undefined;
  for (let more = moreConversations.value; more; ) {
    const answer = await patiently("conversation.list", { limit: LONGEST_PAGE, ...(before === undefined ? {} : { before }) });
    if (!answer.ok) return undefined;
    for (const conversation of answer.conversations) learn({ conversation });
    before = answer.conversations[answer.conversations.length - 1]?.id;
    more = answer.more && !known.value.conversations.has(id);
  }
  return known.value.conversations.get(id);
}

/** The page before what is known, if there is one. */
export async function older(id: string, limit = PAGE): Promise<void> {
  if (line.value === "open") await once(growing, id, () => fetchOlder(id, limit));
}

async function fetchOlder(id: string, limit: number): Promise<void> {
  const thread = known.value.threads.get(id);
  const first = thread?.messages[0];
  if (thread === undefined || first === undefined || !thread.more) return;
  const answer = await ask("message.history", { conversation_id: id, before: first.seq, limit });
  if (answer.ok) known.value = know.prepended(known.value, id, answer.messages, answer.more);
}

/** All pages back to a message that somebody looks for. */
export async function reach(id: string, seq: number): Promise<void> {
  for (;;) {
    const thread = known.value.threads.get(id);
    const first = thread?.messages[0];
    if (thread === undefined || first === undefined || !thread.more || first.seq <= seq) return;
    await older(id, LONGEST_PAGE);
    if (known.value.threads.get(id)?.messages[0] === first) return; // nothing came
  }
}

function once<T>(under: Map<string, Promise<T>>, id: string, begin: () => Promise<T>): Promise<T> {
  const begun = under.get(id) ?? begin().finally(() => under.delete(id));
  under.set(id, begun);
  return begun;
}

/** Asks until there is an answer that will stand: a server that is busy for a moment is asked again. */
async function patiently<Name extends RequestName>(name: Name, request: Requests[Name]["request"]): Promise<Answer<Name>> {
  for (;;) {
    const answer = await ask(name, request);
    if (answer.ok || !PASSES.has(answer.error.code)) return answer;
    const seconds = answer.error.retry_after ?? 2;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** Up to where the server was told that this was read, by whom. */
const marked = new Map<string, number>();

export function markRead(id: string): void {
  const conversation = known.value.conversations.get(id);
  if (conversation === undefined || line.value !== "open") return;
  const seq = conversation.last_seq;
  const mark = `${account.value?.id ?? ""} ${id}`;
  if (conversation.read_seq >= seq || (marked.get(mark) ?? 0) >= seq) return;
  marked.set(mark, seq);
  void ask("message.read", { conversation_id: id, seq })
    .then((answer) => {
      if (answer.ok) known.value = know.readByMe(known.value, id, answer.read_seq);
      else marked.delete(mark);
    })
    .catch(() => marked.delete(mark));
}
