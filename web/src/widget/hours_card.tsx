/** In the settings: when a teacher reads, in words, and where that is changed. */

import { availability, looked } from "../availability";
import { schoolName, schoolsTaught, zoneOf } from "../places";
import type { AvailableTeacher } from "../protocol";
import { at } from "../router";
import { myIds } from "../session";
import { teacherInWords } from "../there";
import { t } from "../words";

export function HoursCard() {
  const taught = schoolsTaught.value;
  if (taught.length === 0) return null;
  return (
    <section class="card">
      <h2>{t("hours")}</h2>
      {taught.map((schoolId) => {
        const me = myselfAt(schoolId);
        return (
          <div key={schoolId}>
            {taught.length > 1 && <p class="section-title">{schoolName(schoolId)}</p>}
            {me && <p>{teacherInWords(me, zoneOf(schoolId), new Date(looked.value))}</p>}
            <a class="button secondary" href={at.hours(schoolId)}>
              {t("hours.change")}
            </a>
          </div>
        );
      })}
    </section>
  );
}

/** As the parents of any class see them; nothing for who is in no team now. */
function myselfAt(schoolId: string): AvailableTeacher | undefined {
  for (const one of availability.value.values()) {
    const me = one.teachers.find((teacher) => myIds.value.has(teacher.teacher_id) && teacher.teacher_id.startsWith(`${schoolId}.`));
    if (me) return me;
  }
  return undefined;
}
