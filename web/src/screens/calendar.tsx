/** The school calendar, for the office: the days off as a list, one more, one less, or a calendar from elsewhere. */

import { useEffect, useState } from "preact/hooks";

import { daysOf, isDay, namesOf, periodsOf, runsOf, said, schoolYear, todayIn, type Run } from "../closed";
import { ask, line } from "../connection";
import { schoolName, zoneOf } from "../places";
import type { CalendarAnswer, Period } from "../protocol";
import { attempted, Form, Trouble } from "../widget/form";
import { PaneHead } from "../widget/pane";
import { counted, t } from "../words";
import { TakeOver } from "./take_over";

type Stored = Pick<CalendarAnswer, "closed" | "names">;

export function Calendar({ schoolId }: { readonly schoolId: string }) {
  const [calendar, setCalendar] = useState<CalendarAnswer | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [done, setDone] = useState("");
  const [undo, setUndo] = useState<Stored | null>(null);

  const load = async (): Promise<string | null> => {
    const answer = await ask("calendar.get", { school_id: schoolId });
    if (!answer.ok) return answer.error.message;
    setCalendar(answer);
    return null;
  };
  useEffect(() => {
    if (line.value === "open") void attempted(load).then(setTrouble);
  }, [schoolId, line.value]);

  /** Sets what it becomes; a colleague's change comes back as what stands there now. */
  const store = async (after: Stored, said: string): Promise<string | null> => {
    setDone("");
    const before = calendar;
    const answer = await ask("calendar.set", { school_id: schoolId, rev: before?.rev ?? 0, closed: after.closed, names: after.names ?? [] });
    if (!answer.ok) {
      if (answer.error.code === "conflict") await load();
      return answer.error.message;
    }
    setCalendar(answer);
    setUndo(before);
    setDone(said);
    return null;
  };

  const add = (period: Period): Promise<string | null> => store(withPeriod(calendar, period), t("calendar.added"));
  const remove = (run: Run): void => {
    void attempted(() => store(without(calendar, run), t("calendar.removed", { name: run.name || said(run) }))).then(setTrouble);
  };
  const goBack = (): void => {
    if (undo !== null) void attempted(() => store(undo, t("calendar.undone"))).then(setTrouble).then(() => setUndo(null));
  };

  return (
    <>
      <PaneHead title={t("calendar.title")}>
        <p class="soft">{schoolName(schoolId)}</p>
      </PaneHead>
      <div class="pane-body calendar">
        <p>{t("calendar.text")}</p>
        <Trouble text={trouble} />
        {calendar !== null && (
          <>
            <Days calendar={calendar} today={todayIn(zoneOf(schoolId))} onRemove={remove} />
            <Add onAdd={add} />
            <TakeOver
              schoolId={schoolId}
              region={calendar.region}
              onTaken={(now) => {
                setCalendar(now);
                setUndo(null);
                setDone(t("calendar.taken"));
                document.querySelector<HTMLElement>(".pane-title h1")?.focus();
                document.querySelector(".pane-body")?.scrollTo(0, 0);
              }}
            />
          </>
        )}
        <div class={done === "" ? "" : "save-bar"}>
          <p role="status" class="done">
            {done}
          </p>
          {undo !== null && done !== "" && (
            <button type="button" class="secondary" onClick={goBack}>
              {t("calendar.undo")}
            </button>
          )}
        </div>
      </div>
    </>
  );
}

function withPeriod(calendar: CalendarAnswer | null, period: Period): Stored {
  const names = namesOf(calendar?.names ?? []);
  const days = daysOf(period);
  for (const day of days) names.set(day, period.name ?? "");
  return { closed: [...new Set([...(calendar?.closed ?? []), ...days])], names: periodsOf(names) };
}

function without(calendar: CalendarAnswer | null, run: Run): Stored {
  const names = namesOf(calendar?.names ?? []);
  for (const day of run.days) names.delete(day);
  return { closed: (calendar?.closed ?? []).filter((day) => !run.days.includes(day)), names: periodsOf(names) };
}

function Add({ onAdd }: { readonly onAdd: (period: Period) => Promise<string | null> }) {
  const [name, setName] = useState("");
  const [first, setFirst] = useState("");
  const [last, setLast] = useState("");
  const submit = async (): Promise<string | null> => {
    if (!isDay(first) || (last !== "" && !isDay(last))) return t("calendar.no_date");
    const period = { name: name.trim(), first, last: last || first };
    if (period.last < period.first) return t("calendar.backwards");
    const days = daysOf(period);
    if (days[days.length - 1] !== period.last) return t("calendar.too_long");
    const wrong = await onAdd(period);
    if (wrong !== null) return wrong;
    setName("");
    setFirst("");
    setLast("");
    return null;
  };
  return (
    <details class="card">
      <summary class="h2">{t("calendar.add")}</summary>
      <Form action={t("calendar.add.do")} onSubmit={submit}>
        <div class="field">
          <label for="day-name">{t("calendar.name")}</label>
          <input id="day-name" type="text" maxLength={80} value={name} placeholder={t("calendar.name.example")} onInput={(event) => setName(event.currentTarget.value)} />
        </div>
        <div class="two-fields">
          <div class="field">
            <label for="day-first">{t("calendar.first")}</label>
            <input id="day-first" type="date" required value={first} onInput={(event) => setFirst(event.currentTarget.value)} />
          </div>
          <div class="field">
            <label for="day-last">{t("calendar.last")}</label>
            <input id="day-last" type="date" min={first} value={last} aria-describedby="hint-last" onInput={(event) => setLast(event.currentTarget.value)} />
            <p class="hint" id="hint-last">
              {t("calendar.last.hint")}
            </p>
          </div>
        </div>
      </Form>
    </details>
  );
}

interface DaysProps {
  readonly calendar: CalendarAnswer;
  readonly today: string;
  readonly onRemove: (run: Run) => void;
}

function Days({ calendar, today, onRemove }: DaysProps) {
  const runs = runsOf(calendar.closed, calendar.names);
  const coming = runs.filter((run) => run.last >= today);
  const past = runs.filter((run) => run.last < today);
  const years = [...new Set(coming.map((run) => schoolYear(run.first)))];
  if (runs.length === 0) return <p class="empty">{t("calendar.empty")}</p>;
  return (
    <>
      {coming.length === 0 && <p class="empty">{t("calendar.none_coming")}</p>}
      {years.map((year) => (
        <section key={year} class="card" aria-label={t("calendar.year", { year })}>
          <h2 class="section-title">{t("calendar.year", { year })}</h2>
          <ul class="plain">
            {coming
              .filter((run) => schoolYear(run.first) === year)
              .map((run) => (
                <Day key={run.first} run={run} now={run.first <= today} onRemove={() => onRemove(run)} />
              ))}
          </ul>
        </section>
      ))}
      {past.length > 0 && (
        <details class="card">
          <summary class="section-title">{counted("calendar.past", past.length)}</summary>
          <ul class="plain">
            {past.reverse().map((run) => (
              <Day key={run.first} run={run} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Day({ run, now = false, onRemove }: { readonly run: Run; readonly now?: boolean; readonly onRemove?: () => void }) {
  const name = run.name || t("calendar.no_name");
  return (
    <li class="person day-off">
      <div class="person-who">
        <strong dir="auto">{name}</strong>
        <span class="soft">
          {said(run)}
          {run.days.length > 1 && ` · ${counted("calendar.days", run.days.length)}`}
        </span>
        {now && <span class="good">{t("calendar.now")}</span>}
      </div>
      {onRemove && (
        <button type="button" class="secondary" aria-label={t("calendar.remove.one", { name, when: said(run) })} onClick={onRemove}>
          {t("calendar.remove")}
        </button>
      )}
    </li>
  );
}
