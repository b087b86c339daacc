/** Which parents wait for a team for too long: whom to speak to, and never what was written. */

import { useEffect, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { brief } from "../format";
import { className, zoneOf } from "../places";
import type { UnreadAnswer } from "../protocol";
import { classes } from "../session";
import { attempted, Trouble } from "../widget/form";
import { counted, listed, t } from "../words";

const CHOICES = [null, 1, 2, 3, 5, 10] as const;

interface Unread {
  readonly schoolId: string;
  readonly answer: UnreadAnswer | null;
  /** Somebody waited when it was asked for: that comes before all else, and stays where it is. */
  readonly first: boolean;
  readonly setAnswer: (answer: UnreadAnswer) => void;
}

export function useUnread(schoolId: string): Unread {
  const [answer, setAnswer] = useState<UnreadAnswer | null>(null);
  const [first, setFirst] = useState(false);
  useEffect(() => {
    if (line.value !== "open") return;
    void ask("notice.unread", { school_id: schoolId })
      .then((given) => {
        if (!given.ok) return;
        setAnswer(given);
        setFirst(given.unread.length > 0);
      })
      .catch(() => undefined); // it is asked again when the line is back
  }, [schoolId, line.value]);
  return { schoolId, answer, first, setAnswer };
}

export function UnreadOf({ unread: { schoolId, answer, setAnswer } }: { readonly unread: Unread }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  if (answer === null) return null;
  const choose = (days: number | null): void => {
    const store = async (): Promise<string | null> => {
      const given = await ask("school.show_unread", { school_id: schoolId, days });
      if (!given.ok) return given.error.message;
      setAnswer(given);
      return null;
    };
    void attempted(store).then(setTrouble);
  };
  return (
    <section class="card">
      <h2 class="section-title">{t("unread.title")}</h2>
      {answer.unread.length > 0 ? <Waiting answer={answer} zone={zoneOf(schoolId)} /> : <p class="soft">{answer.days === undefined ? t("unread.off") : t("unread.none")}</p>}
      <div class="field unread-days">
        <label for={`unread-${schoolId}`}>{t("unread.when")}</label>
        <select id={`unread-${schoolId}`} value={String(answer.days ?? "")} onChange={(event) => choose(Number(event.currentTarget.value) || null)}>
          {CHOICES.map((days) => (
            <option key={days} value={days ?? ""}>
              {days === null ? t("unread.never") : counted("unread.after", days)}
            </option>
          ))}
          {answer.days !== undefined && !(CHOICES as readonly (number | null)[]).includes(answer.days) && <option value={answer.days}>{counted("unread.after", answer.days)}</option>}
        </select>
      </div>
      <Trouble text={trouble} />
    </section>
  );
}

function Waiting({ answer, zone }: { readonly answer: UnreadAnswer; readonly zone: string }) {
  return (
    <>
      <p>{t("unread.text")}</p>
      <ul class="plain">
        {answer.unread.map((one) => {
          const schoolClass = classes.value.get(one.class_id);
          const team = (schoolClass?.teachers ?? []).map((teacher) => teacher.name);
          return (
            <li key={`${one.class_id} ${one.guardian.id}`} class="person">
              <strong dir="auto">{one.guardian.name}</strong>
              <span>{t("unread.since", { name: className(schoolClass), when: brief(one.since, zone) })}</span>
              <span class="soft">{team.length > 0 ? t("unread.do", { names: listed(team) }) : t("unread.no_team")}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
