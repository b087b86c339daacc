/** Whether the mail to teachers may name pupils: for the office to say, off until it does. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import type { School } from "../protocol";
import { schools } from "../session";
import { t } from "../words";
import { attempted, Trouble } from "./form";

export function NamesInDigests({ school }: { readonly school: School }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const allow = async (allowed: boolean): Promise<string | null> => {
    const answer = await ask("school.name_in_digests", { school_id: school.id, allowed });
    if (!answer.ok) return answer.error.message;
    schools.value = schools.value.map((one) => (one.id === school.id ? answer.school : one));
    return null;
  };
  return (
    <section class="card">
      <h2 class="section-title">{t("digest.mail")}</h2>
      <label class="choice">
        <input
          type="checkbox"
          checked={school.names_in_digests ?? false}
          onChange={(event) => void attempted(() => allow(event.currentTarget.checked)).then(setTrouble)}
        />
        <span>{t("digest.names")}</span>
      </label>
      <p class="hint">{t("digest.names.hint")}</p>
      <Trouble text={trouble} />
    </section>
  );
}
