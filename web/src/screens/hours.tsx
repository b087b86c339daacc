/** A teacher's settings at a school: the week, days away, whether parents can write, the summary e-mail. */

import { useEffect, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { asked, draftOf, faults, isSaved, unsaved, type Draft } from "../hours";
import { schoolName, schoolsTaught, zoneOf } from "../places";
import type { MyAvailability } from "../protocol";
import { at } from "../router";
import { account, digestsEnded } from "../session";
import { Away } from "../widget/away";
import { Digest } from "../widget/digest";
import { attempted, Trouble } from "../widget/form";
import { Meaning } from "../widget/hours_meaning";
import { PaneHead } from "../widget/pane";
import { Week } from "../widget/week";
import { t } from "../words";
import "../words/hours";

export function Hours({ schoolId }: { readonly schoolId: string | undefined }) {
  const taught = schoolsTaught.value;
  const here = schoolId ?? taught[0];
  const [mine, setMine] = useState<MyAvailability | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (here === undefined || line.value !== "open" || mine?.school_id === here) return;
    const load = async (): Promise<string | null> => {
      const answer = await ask("availability.mine", { school_id: here });
      if (!answer.ok) return answer.error.message;
      setMine(answer);
      return null;
    };
    void attempted(load).then(setTrouble);
  }, [here, line.value]);
  return (
    <>
      <PaneHead title={taught.length > 1 && here ? t("hours.of", { school: schoolName(here) }) : t("hours")} />
      <div class="pane-body">
        {taught.length > 1 && (
          <nav class="chips" aria-label={t("hours.schools")}>
            {taught.map((id) => (
              <a key={id} class="chip" href={at.hours(id)} aria-current={id === here ? "page" : undefined}>
                {schoolName(id)}
              </a>
            ))}
          </nav>
        )}
        {here === undefined && <p class="empty">{t("hours.none_here")}</p>}
        <Trouble text={trouble} />
        {mine !== null && mine.school_id === here && <Settings key={here} mine={mine} onSaved={setMine} />}
      </div>
    </>
  );
}

function Settings({ mine, onSaved }: { readonly mine: MyAvailability; readonly onSaved: (mine: MyAvailability) => void }) {
  const place = `${account.value?.id} ${mine.school_id}`;
  const [draft, setDraft] = useState(() => unsaved.get(place) ?? draftOf(mine));
  const [refused, setRefused] = useState<{ readonly field: string; readonly message: string } | null>(null);
  const change = (some: Partial<Draft>): void =>
    setDraft((before) => {
      const now = { ...before, ...some };
      return JSON.stringify(now) === JSON.stringify(before) ? before : now; // a field that was only left
    });
  useEffect(() => setRefused(null), [draft]);
  useEffect(() => {
    if (isSaved(draft, mine)) unsaved.delete(place);
    else unsaved.set(place, draft);
  }, [draft, mine]);
  const found = faults(draft);
  const sound = found.size === 0 && refused === null;
  const trouble = (field: string): string | undefined => {
    const word = found.get(field);
    if (word !== undefined) return t(word);
    return refused !== null && (refused.field === field || refused.field.startsWith(`${field}[`)) ? refused.message : undefined;
  };
  const put = (answer: MyAvailability): void => {
    digestsEnded.value = digestsEnded.value.filter((one) => one.school_id !== answer.school_id || answer.digest === null);
    setDraft(draftOf(answer));
    onSaved(answer);
  };
  return (
    <>
      {!mine.own && <p class="note">{t("hours.default")}</p>}
      <section class="card" aria-labelledby="week-title">
        <h2 id="week-title">{t("hours.week")}</h2>
        <p class="hint">{t("hours.week.hint")}</p>
        <Week week={draft.week} trouble={trouble} onWeek={(week) => change({ week })} />
      </section>
      <section class="card">
        <h2>{t("hours.away")}</h2>
        <Away away={draft.away} trouble={trouble} onAway={(away) => change({ away })} />
      </section>
      <section class="card">
        <h2>{t("hours.digest")}</h2>
        <Digest digest={draft.digest} trouble={trouble} onDigest={(digest) => change({ digest })} />
      </section>
      <section class="card">
        <label class="choice">
          <input type="checkbox" checked={draft.chat} onChange={(event) => change({ chat: event.currentTarget.checked })} />
          <span>{t("hours.chat")}</span>
        </label>
        <p class="hint">{t("hours.chat.hint")}</p>
      </section>
      <Meaning
        draft={draft}
        sound={sound}
        schoolId={mine.school_id}
        zone={zoneOf(mine.school_id)}
        onRefused={(field, message) => setRefused({ field, message })}
      />
      <SaveBar mine={mine} draft={draft} sound={sound} onUndo={() => change(draftOf(mine))} onSaved={put} />
    </>
  );
}

interface SaveBarProps {
  readonly mine: MyAvailability;
  readonly draft: Draft;
  readonly sound: boolean;
  readonly onUndo: () => void;
  readonly onSaved: (mine: MyAvailability) => void;
}

function SaveBar({ mine, draft, sound, onUndo, onSaved }: SaveBarProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [asking, setAsking] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const dirty = !isSaved(draft, mine);
  useEffect(() => {
    setTrouble(null);
    if (!dirty) return;
    setDone(false);
    setAsking(null);
  }, [draft]);
  const save = async (confirm: boolean): Promise<string | null> => {
    const answer = await ask("availability.set", { school_id: mine.school_id, ...asked(draft), confirm });
    if (!answer.ok && answer.error["rule"] === "no_digest") {
      setAsking(answer.error.message);
      return null;
    }
    setAsking(null);
    if (!answer.ok) return answer.error.message;
    onSaved(answer);
    setDone(true);
    return null;
  };
  const submit = (confirm: boolean): void => {
    if (sound) {
      void attempted(() => save(confirm)).then(setTrouble);
      return;
    }
    setTrouble(t("hours.preview.wrong"));
    const fault = document.querySelector(".times > .trouble")?.parentElement;
    fault?.querySelector<HTMLElement>("[aria-invalid], .days input")?.focus();
  };
  const settled = !dirty && mine.own;
  return (
    <div class={settled && !done ? "" : "save-bar"}>
      <Trouble text={trouble} />
      {asking !== null ? (
        <div role="alertdialog" aria-label={t("hours.digest")}>
          <p>{asking}</p>
          <button type="button" class="primary" onClick={() => submit(true)}>
            {t("hours.no_digest.yes")}
          </button>
          <button type="button" class="quiet" onClick={() => setAsking(null)}>
            {t("cancel")}
          </button>
        </div>
      ) : (
        <>
          <p class={done ? "done" : "soft"} role="status">{dirty ? t("hours.unsaved") : done ? t("saved") : ""}</p>
          {dirty && (
            <button type="button" class="quiet" onClick={onUndo}>
              {t("hours.undo")}
            </button>
          )}
          {!settled && (
            <button type="button" class="primary" onClick={() => submit(false)}>
              {t("save")}
            </button>
          )}
        </>
      )}
    </div>
  );
}
