/** Told once to a teacher who unsubscribed in a mail: the summary e-mail is off, and how it comes back. */

import { useState } from "preact/hooks";

import { ask } from "../connection";
import { at } from "../router";
import { digestsEnded } from "../session";
import { t } from "../words";
import { attempted, Trouble } from "./form";

export function DigestEnded({ schoolId }: { readonly schoolId: string }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  if (!digestsEnded.value.some((one) => one.school_id === schoolId)) return null;
  const dismiss = async (): Promise<string | null> => {
    const answer = await ask("availability.dismiss", { school_id: schoolId });
    if (!answer.ok) return answer.error.message;
    digestsEnded.value = digestsEnded.value.filter((one) => one.school_id !== schoolId);
    return null;
  };
  return (
    <section class="card digest-ended" aria-labelledby="digest-ended">
      <h2 id="digest-ended">{t("digest_ended")}</h2>
      <p>{t("digest_ended.text")}</p>
      <Trouble text={trouble} />
      <div class="actions">
        <a class="button primary" href={at.hours(schoolId)}>
          {t("digest_ended.on")}
        </a>
        <button type="button" class="quiet" onClick={() => void attempted(dismiss).then(setTrouble)}>
          {t("digest_ended.fine")}
        </button>
      </div>
    </section>
  );
}
