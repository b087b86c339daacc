/** "Show older conversations": those that were not in the first answer, a page at a time. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import type { Conversation } from "../protocol";
import { learn, moreConversations, wholeLists } from "../session";
import { t } from "../words";
import { attempted, Trouble } from "./form";

interface MoreProps {
  /** Those that are shown, the last changed first. */
  readonly shown: readonly Conversation[];
  readonly classId?: string;
}

export function MoreConversations({ shown, classId }: MoreProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  if (!moreConversations.value || wholeLists.value.has(classId ?? "")) return null;
  const load = async (): Promise<string | null> => {
    const last = shown[shown.length - 1];
    const answer = await ask("conversation.list", {
      ...(classId === undefined ? {} : { class_id: classId }),
      ...(last === undefined ? {} : { before: last.id }),
    });
    if (!answer.ok) return answer.error.message;
    for (const conversation of answer.conversations) learn({ conversation });
    if (!answer.more) wholeLists.value = new Set(wholeLists.value).add(classId ?? "");
    return null;
  };
  return (
    <div class="more">
      <Trouble text={trouble} />
      <button type="button" class="quiet" onClick={() => void attempted(load).then(setTrouble)}>
        {t("older_conversations")}
      </button>
    </div>
  );
}
