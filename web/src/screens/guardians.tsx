/** The guardians of a class: who has an account, who was invited, whom mail does not reach. */

import { useEffect, useState } from "preact/hooks";

import { serverNow } from "../availability";
import { ask, line } from "../connection";
import { moment } from "../format";
import { className, zoneOf } from "../places";
import type { InvitedGuardian } from "../protocol";
import { classes, pupils } from "../session";
import { attempted, Trouble } from "../widget/form";
import { PaneHead } from "../widget/pane";
import { counted, listed, t } from "../words";

/** Of a request. */
const MOST = 200;

export function Guardians({ classId }: { readonly classId: string }) {
  const [guardians, setGuardians] = useState<readonly InvitedGuardian[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const schoolClass = classes.value.get(classId);

  const load = async (): Promise<string | null> => {
    const answer = await ask("invitation.list", { class_id: classId });
    if (!answer.ok) return answer.error.message;
    setGuardians(answer.guardians);
    return null;
  };
  useEffect(() => {
    if (line.value === "open") void attempted(load).then(setTrouble);
  }, [classId, line.value]);

  const invite = (guardianIds: readonly string[]): void => {
    setDone(null);
    const send = async (): Promise<string | null> => {
      const answer = await ask("invitation.send", { class_id: classId, guardian_ids: guardianIds });
      if (!answer.ok) return answer.error.message;
      setDone(counted("invite.sent", answer.sent));
      return load();
    };
    void attempted(send).then(setTrouble);
  };

  const open = (guardians ?? []).filter((one) => canBeInvited(one) && !isInvited(one));
  const without = (guardians ?? []).filter((one) => !one.has_account && !canBeInvited(one)).length;
  return (
    <>
      <PaneHead title={t("guardians.title", { name: className(schoolClass) })}>
        <p class="soft">{t("guardians.text")}</p>
      </PaneHead>
      <div class="pane-body">
        <Trouble text={trouble} />
        {open.length > 0 && (
          <button type="button" class="primary" onClick={() => invite(open.slice(0, MOST).map((one) => one.guardian_id))}>
            {counted("invite.all", open.length)}
          </button>
        )}
        {without > 0 && <p class="soft">{counted("invite.cannot", without)}</p>}
        {guardians?.length === 0 && <p class="empty">{t("guardians.empty")}</p>}
        <ul class="plain people">
          {[...(guardians ?? [])].sort(openFirst).map((one) => (
            <Guardian key={one.guardian_id} guardian={one} zone={zoneOf(schoolClass?.school_id ?? "")} onInvite={() => invite([one.guardian_id])} />
          ))}
        </ul>
        <div class={done === null ? "" : "save-bar"}>
          <p role="status" class="done">
            {done}
          </p>
        </div>
      </div>
    </>
  );
}

interface GuardianProps {
  readonly guardian: InvitedGuardian;
  readonly zone: string;
  readonly onInvite: () => void;
}

function Guardian({ guardian, zone, onInvite }: GuardianProps) {
  const of = pupils.value.filter((pupil) => guardian.pupil_ids.includes(pupil.id)).map((pupil) => pupil.name);
  return (
    <li class="person">
      <div class="person-who">
        <strong dir="auto">{guardian.name}</strong>
        {of.length > 0 && <span class="soft">{t("guardians.of", { names: listed([...new Set(of)]) })}</span>}
        <span class={guardian.has_account ? "good" : "state"}>{stateOf(guardian, zone)}</span>
        {guardian.undelivered && !guardian.has_account && <span class="trouble">{t(`trouble.${guardian.undelivered}`)}</span>}
      </div>
      {canBeInvited(guardian) && (
        <button type="button" class="secondary" aria-label={t(guardian.invited_at ? "invite.again.one" : "invite.one", { name: guardian.name })} onClick={onInvite}>
          {guardian.invited_at ? t("invite.again") : t("invite")}
        </button>
      )}
    </li>
  );
}

function stateOf(guardian: InvitedGuardian, zone: string): string {
  if (guardian.has_account) return t("guardians.account");
  if (!guardian.has_address) return t("guardians.no_address");
  if (guardian.needs_own_address) return t("guardians.own_address");
  if (!guardian.invited_at) return t("guardians.not_invited");
  return t(isInvited(guardian) ? "guardians.invited" : "guardians.expired", { when: moment(guardian.invited_at, zone) });
}

const canBeInvited = (one: InvitedGuardian): boolean => !one.has_account && one.has_address && !one.needs_own_address;

/** And can still come in by that. */
const isInvited = (one: InvitedGuardian): boolean => Date.parse(one.invited_until ?? "") > serverNow();

const openFirst = (a: InvitedGuardian, b: InvitedGuardian): number =>
  Number(a.has_account) - Number(b.has_account) || a.name.localeCompare(b.name);
