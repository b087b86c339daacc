/** A guardian's first screen: what is new, and each child with its class and teachers. Also that of a teacher without a class. */

import { givenName } from "../format";
import { children, className, conversationsOf, isGuardian, isUnread, schoolName } from "../places";
import type { Conversation, Pupil } from "../protocol";
import { at } from "../router";
import { account, classes, myIds, schools } from "../session";
import { Icon } from "../widget/icon";
import { MoreConversations } from "../widget/more";
import { Row } from "../widget/row";
import { counted, listed, t } from "../words";
import { ListTitle } from "./title";

export function Family() {
  const all = conversationsOf({ kind: "family" });
  const here = children.value;
  const unread = all.filter(isUnread).length;
  const past = all.filter((one) => !here.some((pupil) => belongs(one, pupil)));
  return (
    <>
      <ListTitle title={t("family.hello", { name: givenName(account.value?.name ?? "") })}>
        {all.length > 0 && isGuardian.value && <p class="lead">{unread > 0 ? counted("family.new", unread) : t("family.all_read")}</p>}
      </ListTitle>
      {here.map((pupil) => (
        <Child key={`${pupil.id} ${pupil.class_id}`} pupil={pupil} conversations={all.filter((one) => belongs(one, pupil))} />
      ))}
      {here.length === 0 && <p class="empty">{t(isGuardian.value ? "family.no_children" : "family.no_classes")}</p>}
      {past.length > 0 && (
        <section class="card past">
          <h2>{t("family.past")}</h2>
          {past.map((conversation) => (
            <Row key={conversation.id} conversation={conversation} title={conversation.pupil.name} about={teamOf(conversation)} tag={t("row.read_only")} />
          ))}
        </section>
      )}
      <MoreConversations shown={all} />
    </>
  );
}

function Child({ pupil, conversations }: { readonly pupil: Pupil; readonly conversations: readonly Conversation[] }) {
  const schoolClass = classes.value.get(pupil.class_id);
  const name = className(schoolClass);
  const teachers = schoolClass?.teachers.map((teacher) => teacher.name) ?? [];
  const school = schools.value.length > 1 && schoolClass ? ` · ${schoolName(schoolClass.school_id)}` : "";
  const own = conversations.filter((one) => !one.read_only);
  return (
    <section class="card child" aria-labelledby={`child-${pupil.id}-${pupil.class_id}`}>
      <h2 id={`child-${pupil.id}-${pupil.class_id}`} dir="auto">{pupil.name}</h2>
      <p class="soft">
        {t("class", { name })}
        {school}
        {teachers.length > 0 && <> · {listed(teachers)}</>}
      </p>
      {conversations.map((conversation) => (
        <Row key={conversation.id} conversation={conversation} title={withWhom(conversation)} tag={conversation.read_only ? t("row.read_only") : undefined} />
      ))}
      {schoolClass && !schoolClass.read_only && (
        <a class={own.length > 0 ? "button secondary wide" : "button primary wide"} href={at.write(pupil.class_id, pupil.id)} aria-label={t("family.write", { name })}>
          <Icon name="pen" />
          {t("family.write.short")}
        </a>
      )}
    </section>
  );
}

const belongs = (conversation: Conversation, pupil: Pupil): boolean =>
  conversation.pupil.id === pupil.id && conversation.class_id === pupil.class_id;

const teamOf = (conversation: Conversation): string =>
  t("family.team", { name: className(classes.value.get(conversation.class_id)) });

/** The child and its class stand above: what tells one conversation from another is who is in it. */
function withWhom(conversation: Conversation): string {
  const others = conversation.guardians.filter((one) => !myIds.value.has(one.id)).map((one) => givenName(one.name));
  return others.length > 0 ? t("family.with", { names: listed(others) }) : t("family.alone");
}
