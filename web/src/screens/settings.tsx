/** One's own name and language, where one is logged in, and the second factor. */

import { useEffect, useRef, useState } from "preact/hooks";

import { ask, line } from "../connection";
import { moment } from "../format";
import { call } from "../http";
import { isGuardian } from "../places";
import type { SessionOfAccount } from "../protocol";
import { account, outbox } from "../session";
import { attempted, Field, Form, Trouble } from "../widget/form";
import { HoursCard } from "../widget/hours_card";
import { LogOutButton } from "../widget/log_out";
import { Notifications } from "../widget/notifications";
import { PaneHead } from "../widget/pane";
import { QuietHours } from "../widget/quiet_hours";
import { SecondFactor } from "../widget/second_factor";
import { speak, t, type Locale } from "../words";

export function Settings() {
  return (
    <>
      <PaneHead title={t("settings")}>
        <p class="soft">{account.value?.email}</p>
      </PaneHead>
      <div class="pane-body">
        <HoursCard />
        <Name />
        <Language />
        <Notifications />
        {isGuardian.value && <QuietHours />}
        <Factor />
        <Sessions />
        <OtherAccount />
        <LogOut />
      </div>
    </>
  );
}

function Name() {
  const [name, setName] = useState(account.value?.name ?? "");
  const [done, setDone] = useState(false);
  const submit = async (): Promise<string | null> => {
    setDone(false);
    const answer = await ask("account.update", { name });
    if (!answer.ok) return answer.error.message;
    account.value = answer.account;
    setDone(true);
    return null;
  };
  return (
    <section class="card">
      <h2>{t("name")}</h2>
      <Form action={t("save")} onSubmit={submit}>
        <Field label={t("name")} name="name" autoComplete="name" hint={t("name.hint")} value={name} onValue={setName} />
      </Form>
      <p role="status" class="done">{done && t("saved")}</p>
    </section>
  );
}

function Language() {
  const [trouble, setTrouble] = useState<string | null>(null);
  const choose = (locale: Locale): void => {
    const carry = async (): Promise<string | null> => {
      const answer = await ask("account.update", { locale });
      if (!answer.ok) return answer.error.message;
      account.value = answer.account;
      speak(answer.account.locale);
      return null;
    };
    void attempted(carry).then(setTrouble);
  };
  return (
    <section class="card">
      <fieldset>
        <legend class="h2">{t("language")}</legend>
        {(["nl", "en"] as const).map((locale) => (
          <label class="choice" key={locale} lang={locale}>
            <input type="radio" name="locale" checked={account.value?.locale === locale} onChange={() => choose(locale)} />
            <span>{locale === "nl" ? "Nederlands" : "English"}</span>
          </label>
        ))}
      </fieldset>
      <Trouble text={trouble} />
    </section>
  );
}

function Factor() {
  const [setting, setSetting] = useState(false);
  const on = account.value?.second_factor ?? false;
  return (
    <section class="card">
      <h2>{t("factor.title")}</h2>
      {on ? (
        <p class="good" role="status">{t("factor.on")}</p>
      ) : setting ? (
        <SecondFactor onDone={(now) => (account.value = now)} />
      ) : (
        <>
          <p>{t("factor.off")}</p>
          <button type="button" class="secondary" onClick={() => setSetting(true)}>
            {t("factor.begin")}
          </button>
        </>
      )}
    </section>
  );
}

function Sessions() {
  const [sessions, setSessions] = useState<readonly SessionOfAccount[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const load = async (): Promise<string | null> => {
    const answer = await ask("session.list", {});
    if (!answer.ok) return answer.error.message;
    setSessions(answer.sessions);
    return null;
  };
  useEffect(() => {
    if (line.value === "open") void attempted(load).then(setTrouble);
  }, [line.value]);
  const end = async (id: string): Promise<string | null> => {
    const answer = await ask("session.end", { session_id: id });
    return answer.ok || answer.error.code === "not_found" ? load() : answer.error.message;
  };
  return (
    <section class="card">
      <h2>{t("sessions")}</h2>
      <ul class="plain">
        {sessions.map((one) => (
          <li key={one.id} class="person">
            <div class="person-who">
              <strong>{deviceOf(one.agent)}</strong>
              <span class="soft">{t("sessions.since", { when: moment(one.created_at, zoneHere()) })}</span>
            </div>
            {one.current ? (
              <span class="good">{t("sessions.this")}</span>
            ) : (
              <button type="button" class="secondary" onClick={() => void attempted(() => end(one.id)).then(setTrouble)}>
                {t("sessions.end")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Trouble text={trouble} />
    </section>
  );
}

const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "Firefox, Android": what people call the device that names itself so. */
export function deviceOf(agent: string): string {
  const browser = /Edg|Firefox|FxiOS|CriOS|Chrom|Safari/.exec(agent)?.[0] ?? "";
  const system = /Android|iPhone|iPad|Windows|Mac OS|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const names: Record<string, string> = { Edg: "Edge", FxiOS: "Firefox", CriOS: "Chrome", Chrom: "Chrome", "Mac OS": "Mac", CrOS: "Chromebook" };
  const found = [browser, system].filter((part) => part !== "").map((part) => names[part] ?? part);
  return found.length > 0 ? found.join(", ") : t("sessions.unknown");
}

function OtherAccount() {
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = async (): Promise<string | null> => {
    const answer = await call("/api/merge/ask", { email });
    if (!answer.ok) return answer.error.message;
    setAsked(true);
    return null;
  };
  return (
    <section class="card">
      <details>
        <summary class="h2">{t("merge.other")}</summary>
        <p>{t("merge.other.text")}</p>
        {asked ? (
          <p role="status">{t("merge.asked", { email })}</p>
        ) : (
          <Form action={t("merge.ask")} onSubmit={submit}>
            <Field label={t("email")} name="other-email" type="email" autoComplete="email" value={email} onValue={setEmail} />
          </Form>
        )}
      </details>
    </section>
  );
}

function LogOut() {
  const [sure, setSure] = useState(false);
  const card = useRef<HTMLElement>(null);
  const waiting = outbox.value?.messages.value.length ?? 0;
  const mayLeave = (): boolean => {
    setSure(waiting > 0);
    return waiting === 0 || sure;
  };
  useEffect(() => {
    if (waiting === 0) setSure(false); // it was all sent meanwhile
    if (sure) card.current?.scrollIntoView({ block: "nearest" });
  }, [sure, waiting === 0]);
  return (
    <section class="card" ref={card}>
      <p role="status">{sure && t("log_out.unsent")}</p>
      <LogOutButton look="secondary" word={sure ? "log_out.anyway" : "log_out"} mayLeave={mayLeave} />
      {sure && (
        <button type="button" class="quiet" onClick={() => setSure(false)}>
          {t("cancel")}
        </button>
      )}
    </section>
  );
}
