/** The office: each class with its guardians' accounts, who waits for a team, and to whom mail did not arrive. */

import { useEffect, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { brief } from "../format";
import { className, zoneOf } from "../places";
import type { Failure, School } from "../protocol";
import { at } from "../router";
import { account, classes, schools } from "../session";
import { NamesInDigests } from "../widget/names_in_digests";
import { listed, t } from "../words";
import { ListTitle } from "./title";
import { UnreadOf, useUnread } from "./unread";

export function Office() {
  const mine = schools.value.filter((school) =>
    account.value?.roles.some((role) => role.role === "office" && role.school_id === school.id),
  );
  return (
    <>
      <ListTitle title={t("place.office")}>
        <p class="lead">{t("office.text")}</p>
      </ListTitle>
      {mine.map((school) => (
        <OfficeOf key={school.id} school={school} />
      ))}
    </>
  );
}

function OfficeOf({ school }: { readonly school: School }) {
  const unread = useUnread(school.id);
  const here = [...classes.value.values()].filter((one) => one.school_id === school.id && !one.read_only);
  return (
    <>
      {unread.first && <UnreadOf unread={unread} />}
      <section class="card">
        <h2 class="section-title">{school.name}</h2>
        {here.length === 0 && <p class="empty">{t("office.no_classes")}</p>}
        {here
          .sort((a, b) => a.name.localeCompare(b.name))
          .map((one) => (
            <a key={one.id} class="row" href={at.guardians(one.id)}>
              <span class="row-top">
                <strong>{t("class", { name: className(one) })}</strong>
              </span>
              <span class="row-about">{listed(one.teachers.map((teacher) => teacher.name))}</span>
            </a>
          ))}
      </section>
      <section class="card">
        <a class="row" href={at.calendar(school.id)}>
          <span class="row-top">
            <strong>{t("calendar.open")}</strong>
          </span>
          <span class="row-about">{t("calendar.open.text")}</span>
        </a>
      </section>
      {!unread.first && <UnreadOf unread={unread} />}
      <Failures school={school} />
      <NamesInDigests school={school} />
    </>
  );
}

function Failures({ school }: { readonly school: School }) {
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  useEffect(() => {
    if (line.value !== "open") return;
    void ask("notice.failures", { school_id: school.id })
      .then((answer) => answer.ok && setFailures(answer.failures))
      .catch(() => undefined); // it is asked again when the line is back
  }, [school.id, line.value]);
  if (failures.length === 0) return null;
  return (
    <section class="card">
      <h2 class="section-title">{t("office.failures")}</h2>
      <ul class="plain">
        {failures.map((one) => (
          <li key={`${one.person_id} ${one.at}`} class="person">
            <strong dir="auto">{one.name}</strong>
            <span>{one.email}</span>
            <span class="soft">
              {t(`trouble.${one.trouble}`)} · {brief(one.at, zoneOf(school.id))}
            </span>
            <span class="to-do">{t(`trouble.${one.trouble}.do`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
