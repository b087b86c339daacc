/** Beginning a conversation: about whom, with whom, and in words who will read it. */

import { useEffect, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { children, className } from "../places";
import type { GuardianOfPupil, Pupil, SchoolClass } from "../protocol";
import { at, go } from "../router";
import { classes, learn, myIds, pupils } from "../session";
import { attempted, Form, Trouble } from "../widget/form";
import { PaneHead } from "../widget/pane";
import { listed, t } from "../words";

export function Write({ classId, pupilId }: { readonly classId: string; readonly pupilId: string | undefined }) {
  const schoolClass = classes.value.get(classId);
  if (schoolClass === undefined) return <PaneHead title={t("nowhere.title")} />;
  if (pupilId === undefined) return <ChoosePupil schoolClass={schoolClass} />;
  const child = children.value.find((one) => one.id === pupilId && one.class_id === classId);
  if (child) return <ToTeam schoolClass={schoolClass} child={child} />;
  const pupil = pupils.value.find((one) => one.id === pupilId && one.class_id === classId);
  if (pupil) return <ToFamily schoolClass={schoolClass} pupil={pupil} />;
  return <PaneHead title={t("nowhere.title")} />;
}

/** Opens it and goes there; resolves to what went wrong. */
async function open(classId: string, pupilId: string, guardianIds: readonly string[]): Promise<string | null> {
  const answer = await ask("conversation.open", { class_id: classId, pupil_id: pupilId, guardian_ids: guardianIds });
  if (!answer.ok) return answer.error.message;
  learn(answer);
  go(at.conversation(answer.conversation.id), true);
  return null;
}

// --- A guardian to the team ------------------------------------------------------------------

function ToTeam({ schoolClass, child }: { readonly schoolClass: SchoolClass; readonly child: Pupil }) {
  const me = child.guardians.find((one) => myIds.value.has(one.id));
  const others = child.guardians.filter((one) => !myIds.value.has(one.id));
  const [chosen, choose] = useState<readonly string[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const teachers = schoolClass.teachers.map((teacher) => teacher.name);
  const along = others.filter((one) => chosen.includes(one.id)).map((one) => one.name);
  const start = (): Promise<string | null> => open(schoolClass.id, child.id, [...(me ? [me.id] : []), ...chosen]);

  useEffect(() => {
    if (others.length === 0 && line.value === "open") void attempted(start).then(setTrouble);
  }, [others.length, line.value]);

  return (
    <>
      <PaneHead title={t("family.write", { name: className(schoolClass) })}>
        <p class="soft">{t("write.about", { name: child.name })}</p>
      </PaneHead>
      <div class="pane-body">
        {others.length === 0 ? (
          <>
            <p role="status">{trouble === null ? t("opening") : ""}</p>
            <Trouble text={trouble} />
          </>
        ) : (
          <Form action={t("write.go")} onSubmit={start}>
            <fieldset>
              <legend>{t("write.include")}</legend>
              {others.map((one) => (
                <Choice key={one.id} guardian={one} chosen={chosen} onChoose={choose} />
              ))}
              <p class="hint">{t("write.include.hint")}</p>
            </fieldset>
            <p class="readers" role="status">{t("readers", { names: listed([t("you"), ...along, ...teachers]) })}</p>
          </Form>
        )}
      </div>
    </>
  );
}

// --- A teacher to a family -------------------------------------------------------------------

function ChoosePupil({ schoolClass }: { readonly schoolClass: SchoolClass }) {
  const here = pupils.value
    .filter((one) => one.class_id === schoolClass.id)
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <PaneHead title={t("write.choose")}>
        <p class="soft">{t("class", { name: className(schoolClass) })}</p>
      </PaneHead>
      <div class="pane-body">
        {here.length === 0 && <p class="empty">{t("write.no_pupils")}</p>}
        <ul class="plain">
          {here.map((pupil) => (
            <li key={pupil.id}>
              <a class="row" href={at.write(schoolClass.id, pupil.id)}>
                <strong dir="auto">{pupil.name}</strong>
                <span class="row-about" dir="auto">{listed(pupil.guardians.map((one) => one.name)) || t("write.nobody")}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function ToFamily({ schoolClass, pupil }: { readonly schoolClass: SchoolClass; readonly pupil: Pupil }) {
  const [chosen, choose] = useState<readonly string[]>(pupil.guardians.map((one) => one.id));
  const names = pupil.guardians.filter((one) => chosen.includes(one.id)).map((one) => one.name);
  const colleagues = schoolClass.teachers.filter((one) => !myIds.value.has(one.id)).map((one) => one.name);
  const start = async (): Promise<string | null> =>
    chosen.length === 0 ? t("write.choose_one") : open(schoolClass.id, pupil.id, chosen);
  return (
    <>
      <PaneHead title={t("write.to", { name: pupil.name })}>
        <p class="soft">{t("class", { name: className(schoolClass) })}</p>
      </PaneHead>
      <div class="pane-body">
        {pupil.guardians.length === 0 ? (
          <p class="empty">{t("write.nobody")}</p>
        ) : (
          <Form action={t("write.go")} onSubmit={start}>
            <fieldset>
              <legend>{t("write.whom")}</legend>
              {pupil.guardians.map((one) => (
                <Choice key={one.id} guardian={one} chosen={chosen} onChoose={choose} />
              ))}
            </fieldset>
            <p class="readers" role="status">{t("readers", { names: listed([t("you"), ...colleagues, ...names]) })}</p>
          </Form>
        )}
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly guardian: GuardianOfPupil;
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}

function Choice({ guardian, chosen, onChoose }: ChoiceProps) {
  const on = chosen.includes(guardian.id);
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={on}
        onChange={() => onChoose(on ? chosen.filter((id) => id !== guardian.id) : [...chosen, guardian.id])}
      />
      <span dir="auto">
        {guardian.name}
        {guardian.has_account === false && <span class="soft"> · {t("write.no_account")}</span>}
      </span>
    </label>
  );
}
