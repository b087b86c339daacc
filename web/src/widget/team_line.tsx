/** What a parent sees before writing: whether the team is there, in words, and each teacher's days. */

import { useEffect, useId, useState } from "preact/hooks";

import { availability, endOf, keepRight, looked } from "../availability";
import { draftOf } from "../drafts";
import { account } from "../session";
import { teacherInWords, teamInWords } from "../there";
import { t } from "../words";
import { Icon } from "./icon";

export function TeamLine({ classId, zone }: { readonly classId: string; readonly zone: string }) {
  const [open, setOpen] = useState(false);
  const list = useId();
  useEffect(() => keepRight(classId), [classId]);
  const one = availability.value.get(classId);
  if (one === undefined) return null;
  const now = new Date(looked.value);
  const [only, ...others] = one.teachers;
  const alone = only !== undefined && others.length === 0;
  return (
    <div class={one.team.available ? "team-line is-there" : "team-line"}>
      <div class="team-line-head">
        <span class="lamp" aria-hidden="true" />
        <p role="status">{alone ? teacherInWords(only, zone, now) : teamInWords(one, zone, now, endOf(one))}</p>
        {others.length > 0 && (
          <button type="button" class="link" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
            {t("there.who")}
          </button>
        )}
      </div>
      {others.length > 0 && (
        <ul class="plain" id={list} hidden={!open}>
          {one.teachers.map((teacher) => (
            <li key={teacher.teacher_id}>{teacherInWords(teacher, zone, now)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface ChatClosedProps {
  readonly conversationId: string;
  readonly classId: string;
  readonly contact: string;
}

/** In the place of the composer: how to reach the school instead. */
export function ChatClosed({ conversationId, classId, contact }: ChatClosedProps) {
  useEffect(() => keepRight(classId), [classId]);
  const draft = draftOf(account.value?.id ?? "", conversationId);
  return (
    <div class="chat-closed" role="status">
      <Icon name="clock" />
      <p>
        <strong>{t("there.chat_off")}</strong> {contact} {draft !== "" && <span class="soft">{t("there.draft")}</span>}
      </p>
    </div>
  );
}
