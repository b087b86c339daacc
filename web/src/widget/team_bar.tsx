/** What only the team sees of a conversation: who answers, and whether an answer is due. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import { waits } from "../places";
import type { Answer, Conversation } from "../protocol";
import { learn, myIds } from "../session";
import { t } from "../words";
import { focusComposer } from "./composer";
import { attempted, Trouble } from "./form";
import { Icon } from "./icon";

export function TeamBar({ conversation }: { readonly conversation: Conversation }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  if (conversation.last_seq === 0 || conversation.read_only) return null;
  const id = conversation.id;
  const holder = conversation.taken_by;
  const mine = holder !== undefined && myIds.value.has(holder.id);
  const waiting = waits(conversation);

  const act = (change: () => Promise<Answer<"conversation.take">>): void => {
    const carry = async (): Promise<string | null> => {
      const answer = await change();
      if (!answer.ok) return answer.error.message;
      learn(answer);
      if (answer.conversation.taken_by !== undefined && answer.conversation.taken_by.id !== holder?.id) focusComposer();
      return null;
    };
    void attempted(carry).then(setTrouble);
  };

  return (
    <div class="team-bar" role="group" aria-label={t("team_bar")}>
      <p class={waiting ? "state" : "good"} role="status">
        {waiting ? (holder ? (mine ? t("taken.me") : t("taken.by", { name: holder.name })) : t("waiting")) : t("handled")}
      </p>
      {waiting && (holder === undefined || mine) && (
        <button type="button" class="secondary" onClick={() => act(() => ask("conversation.take", { conversation_id: id, taken: !mine }))}>
          <Icon name="hand" />
          {t(mine ? "take.release" : "take")}
        </button>
      )}
      <button type="button" class="secondary" onClick={() => act(() => ask("conversation.handle", { conversation_id: id, handled: waiting }))}>
        <Icon name="check" />
        {t(waiting ? "handle" : "handle.undo")}
      </button>
      <Trouble text={trouble} />
    </div>
  );
}
