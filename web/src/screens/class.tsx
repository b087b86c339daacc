/** A teacher's inbox of one class: what waits for an answer first, then the rest. */

import { useRef } from "preact/hooks";

import { className, conversationsOf, isUnread, waits } from "../places";
import type { Conversation, SchoolClass } from "../protocol";
import { at, route } from "../router";
import { myIds, pupils } from "../session";
import { DigestEnded } from "../widget/digest_ended";
import { Icon } from "../widget/icon";
import { MoreConversations } from "../widget/more";
import { Row } from "../widget/row";
import { TeamWeek } from "../widget/team_week";
import { counted, listed, t } from "../words";
import { ListTitle } from "./title";

export function ClassInbox({ schoolClass }: { readonly schoolClass: SchoolClass }) {
  const all = conversationsOf({ kind: "class", class: schoolClass });
  const first = useFirst(all);
  const waiting = [...all.filter(waits)].sort((a, b) => Number(first(b)) - Number(first(a)));
  const begun = all.filter((one) => one.last_seq === 0);
  const rest = all.filter((one) => one.last_seq > 0 && !waits(one));
  return (
    <>
      <ListTitle title={t("class", { name: className(schoolClass) })}>
        <p class="lead">{waiting.length > 0 ? counted("class.waiting", waiting.length) : t("class.none_waiting")}</p>
        {!schoolClass.read_only && <Accounts classId={schoolClass.id} />}
        {!schoolClass.read_only && <Actions schoolClass={schoolClass} />}
      </ListTitle>
      <DigestEnded schoolId={schoolClass.school_id} />
      <Rows title={t("class.waiting.title")} conversations={waiting} />
      <Rows title={t("class.begun.title")} conversations={begun} />
      <Rows title={t("class.rest.title")} conversations={rest} />
      {all.length === 0 && <p class="empty">{t("class.empty")}</p>}
      <MoreConversations shown={all} classId={schoolClass.id} />
      {!schoolClass.read_only && <TeamWeek schoolClass={schoolClass} />}
    </>
  );
}

/** What is unread comes first; what is open stays where it was, or the next one would slide under the pointer. */
function useFirst(all: readonly Conversation[]): (one: Conversation) => boolean {
  const here = route.value.name === "conversation" ? route.value.conversationId : "";
  const open = useRef({ id: "", wasUnread: false });
  if (open.current.id !== here) open.current = { id: here, wasUnread: all.some((one) => one.id === here && isUnread(one)) };
  return (one) => isUnread(one) || (one.id === here && open.current.wasUnread);
}

function Actions({ schoolClass }: { readonly schoolClass: SchoolClass }) {
  return (
    <div class="actions">
      <a class="button secondary" href={at.write(schoolClass.id)}>
        <Icon name="pen" />
        {t("class.write")}
      </a>
      <a class="button secondary" href={at.guardians(schoolClass.id)}>
        <Icon name="people" />
        {t("class.guardians")}
      </a>
    </div>
  );
}

/** Whom the class does not reach yet. */
function Accounts({ classId }: { readonly classId: string }) {
  const without = withoutAccount(classId);
  return without > 0 ? <p class="lead">{counted("class.without", without)}</p> : null;
}

function withoutAccount(classId: string): number {
  const missing = new Set<string>();
  for (const pupil of pupils.value) {
    if (pupil.class_id !== classId) continue;
    for (const guardian of pupil.guardians) if (guardian.has_account === false) missing.add(guardian.id);
  }
  return missing.size;
}

function Rows({ title, conversations }: { readonly title: string; readonly conversations: readonly Conversation[] }) {
  if (conversations.length === 0) return null;
  return (
    <section class="card">
      <h2 class="section-title">{title}</h2>
      {conversations.map((conversation) => (
        <Row
          key={conversation.id}
          conversation={conversation}
          title={conversation.pupil.name}
          about={listed(conversation.guardians.map((guardian) => guardian.name))}
          tag={takenBy(conversation)}
        />
      ))}
    </section>
  );
}

/** Who said that they will answer, as long as somebody must. */
export function takenBy(conversation: Conversation): string | undefined {
  const holder = conversation.taken_by;
  if (holder === undefined || !waits(conversation)) return conversation.read_only ? t("row.read_only") : undefined;
  return myIds.value.has(holder.id) ? t("taken.me") : t("taken.by", { name: holder.name });
}
