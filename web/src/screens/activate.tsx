/** What the link of an invitation leads to: whose it is, and the account that it makes or adds to. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { call, Lost } from "../http";
import type { ActivationShown } from "../protocol";
import { go } from "../router";
import { account, entered } from "../session";
import { DoorPage } from "../widget/door";
import { Field, Form } from "../widget/form";
import { takeToken } from "../widget/link_token";
import { listed, t } from "../words";
import { digits } from "./login";

type Stage = "looking" | "ready" | "expired" | "unknown" | "lost";

export function Activate() {
  const token = useMemo(takeToken, []);
  const [stage, setStage] = useState<Stage>("looking");
  const [shown, setShown] = useState<ActivationShown | null>(null);

  const look = async (): Promise<void> => {
    setStage("looking");
    try {
      const answer = await call("/api/activation", { token: token || "-" });
      if (answer.ok) {
        setShown(answer);
        setStage("ready");
      } else {
        setStage(answer.error.code === "expired" ? "expired" : answer.error.code === "unavailable" ? "lost" : "unknown");
      }
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      setStage("lost");
    }
  };
  useEffect(() => void look(), []);

  if (stage === "ready" && shown !== null) return <Ready token={token} shown={shown} onExpired={() => setStage("expired")} />;
  if (stage === "expired") return <Expired token={token} />;
  if (stage === "looking") return <DoorPage title={t("opening")}>{null}</DoorPage>;
  return (
    <DoorPage title={stage === "lost" ? t("no_connection.title") : t("link.unknown")}>
      <p>{stage === "lost" ? t("no_connection") : t("link.unknown.text")}</p>
      {stage === "lost" ? (
        <button type="button" class="primary wide" onClick={() => void look()}>
          {t("again")}
        </button>
      ) : (
        <p class="after">
          <a href="/">{t("link.have_account")}</a>
        </p>
      )}
    </DoorPage>
  );
}

interface ReadyProps {
  readonly token: string;
  readonly shown: ActivationShown;
  readonly onExpired: () => void;
}

function Ready({ token, shown, onExpired }: ReadyProps) {
  const [name, setName] = useState(shown.name);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, askCode] = useState(false);
  const known = shown.account_exists;
  const inside = known && account.value?.email.toLowerCase() === shown.email.toLowerCase();

  const submit = async (): Promise<string | null> => {
    const given = inside ? {} : known ? { password } : { name, password };
    const answer = await call("/api/activate", { token, ...given, ...(needsCode ? { code: digits(code) } : {}) });
    if (answer.ok) {
      go("/", true);
      entered(answer.account);
      return null;
    }
    if (answer.error.code === "expired") onExpired();
    if (answer.error.code !== "code_required") return answer.error.message;
    askCode(true);
    return needsCode ? answer.error.message : null;
  };

  return (
    <DoorPage title={shown.name ? t("activate.welcome", { name: shown.name }) : t("activate.title")}>
      <p>
        {shown.children.length > 0
          ? t("activate.children", { school: shown.school, children: listed(shown.children) })
          : t("activate.staff", { school: shown.school })}
      </p>
      <p>{t(inside ? "activate.inside" : known ? "activate.known" : "activate.new", { email: shown.email })}</p>
      <Form action={t(known ? "activate.add" : "activate.action")} onSubmit={submit}>
        <input type="hidden" name="username" autoComplete="username" value={shown.email} />
        {!known && <Field label={t("name")} name="name" autoComplete="name" hint={t("name.hint")} value={name} onValue={setName} />}
        {!inside && (
          <Field
            label={t(known ? "password" : "password.choose")}
            name="password"
            type="password"
            {...(known ? {} : { hint: t("password.rules") })}
            autoComplete={known ? "current-password" : "new-password"}
            value={password}
            onValue={setPassword}
          />
        )}
        {needsCode && <Field label={t("code")} name="code" hint={t("code.hint")} autoComplete="one-time-code" numeric focus value={code} onValue={setCode} />}
      </Form>
      {known && !inside && (
        <p class="after">
          <a href="/forgot">{t("login.forgot")}</a>
        </p>
      )}
    </DoorPage>
  );
}

function Expired({ token }: { readonly token: string }) {
  const [asked, setAsked] = useState(false);
  const submit = async (): Promise<string | null> => {
    const answer = await call("/api/activation/renew", { token });
    if (!answer.ok) return answer.error.message;
    setAsked(true);
    return null;
  };
  return (
    <DoorPage title={t("link.expired")}>
      {asked ? (
        <p role="status">{t("link.renewed")}</p>
      ) : (
        <>
          <p>{t("link.expired.text")}</p>
          <Form action={t("link.renew")} onSubmit={submit}>
            {null}
          </Form>
          <p class="after">
            <a href="/">{t("link.have_account")}</a>
          </p>
        </>
      )}
    </DoorPage>
  );
}
