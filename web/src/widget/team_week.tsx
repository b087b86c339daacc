/** The team sees each other's days: who is there today, and on which days of this week and the next. */

import { useEffect, useId, useState } from "preact/hooks";

import { availability, looked, serverNow } from "../availability";
import { ask, line } from "../connection";
import { zoneOf } from "../places";
import type { SchoolClass, TeacherOnDay, TeamDay, TeamWeek as Days } from "../protocol";
import { at } from "../router";
import { myIds } from "../session";
import { timesOf } from "../week";
import { dateInWords, daysLater, localOf } from "../when";
import { listed, t } from "../words";

export function TeamWeek({ schoolClass }: { readonly schoolClass: SchoolClass }) {
  const [open, setOpen] = useState(false);
  const [ahead, lookAhead] = useState(0);
  const [week, setWeek] = useState<Days | null>(null);
  const list = useId();
  const stands = availability.value.get(schoolClass.id);
  const today = localOf(new Date(Math.max(looked.value, serverNow())), zoneOf(schoolClass.school_id)).date;
  useEffect(() => {
    let wanted = true;
    if (line.value !== "open") return undefined;
    void ask("availability.week", { class_id: schoolClass.id, date: daysLater(today, 7 * ahead) })
      .then((answer) => {
        if (wanted && answer.ok) setWeek(answer);
      })
      .catch(() => undefined); // asked again when the line is back
    return () => {
      wanted = false;
    };
  }, [schoolClass.id, stands, today, ahead, line.value]);
  if (week === null) return null;
  const days = week.days.filter((day, index) => index < 5 || day.teachers.some((one) => (one.hours ?? []).length > 0));
  return (
    <section class="card team-week">
      <h2 class="section-title">{t(ahead === 0 ? "team_week" : "team_week.next")}</h2>
      {ahead === 0 && <p>{todayInWords(week.days.find((day) => day.date === today))}</p>}
      <ul class="plain" id={list} hidden={!open}>
        {days.map((day) => (
          <Day key={day.date} day={day} today={day.date === today} />
        ))}
      </ul>
      <div class="team-week-actions">
        <button type="button" class="link" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
          {t(open ? "team_week.hide" : "team_week.show")}
        </button>
        {open && (
          <button type="button" class="link" onClick={() => lookAhead(1 - ahead)}>
            {t(ahead === 0 ? "team_week.to_next" : "team_week.to_this")}
          </button>
        )}
        <a href={at.hours(schoolClass.school_id)}>{t("hours.change")}</a>
      </div>
    </section>
  );
}

function Day({ day, today }: { readonly day: TeamDay; readonly today: boolean }) {
  const there = day.teachers.filter((one) => (one.hours ?? []).length > 0);
  const away = day.closed ? [] : day.teachers.filter((one) => one.reason === "away");
  return (
    <li class={today ? "team-day is-today" : "team-day"} aria-current={today ? "date" : undefined}>
      <strong>{dateInWords(day.date, false)}</strong>
      {day.closed && <span class="soft">{t("team_week.shut")}</span>}
      {!day.closed && there.length + away.length === 0 && <span class="soft">{t("team_week.empty")}</span>}
      {there.map((one) => (
        <span key={one.teacher_id}>
          {nameOf(one)} <span class="soft">{timesOf((one.hours ?? []).map(([from = "", to = ""]) => [from, to] as const))}</span>
        </span>
      ))}
      {away.map((one) => (
        <span key={one.teacher_id} class="soft">
          {nameOf(one)} {t("team_week.away")}
        </span>
      ))}
    </li>
  );
}

function todayInWords(day: TeamDay | undefined): string {
  if (day === undefined) return "";
  if (day.closed) return t("team_week.closed");
  const names = day.teachers.filter((one) => (one.hours ?? []).length > 0).map(nameOf);
  return names.length > 0 ? t("team_week.today", { names: listed(names) }) : t("team_week.nobody");
}

const nameOf = (one: TeacherOnDay): string => (myIds.value.has(one.teacher_id) ? t("you") : one.name);
