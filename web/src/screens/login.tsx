/** Log-in by address and password, and by a code for who has a second factor; in the demo with a click. */

import { useEffect, useState } from "preact/hooks";

import { call } from "../http";
import type { Calls } from "../protocol";
import { ended, entered } from "../session";
import { Welcome } from "../widget/door";
import { Field, Form } from "../widget/form";
import { later } from "../widget/later";
import { locale, t } from "../words";

const Faces = later(() => import("./faces").then((found) => found.Faces));

type Demo = Calls["/api/demo"]["answer"];

/** Only a machine's own names can be those of a demo: nowhere else is it asked for. */
const MAY_BE_DEMO = typeof location !== "undefined" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

export function LogIn() {
  const demo = useDemo();
  if (demo === undefined) return null;
  return (
    <Welcome roomy={demo !== null}>
      {ended.value && <p class="note">{t("login.ended")}</p>}
      {demo === null ? (
        <>
          <h1>{t("login.title")}</h1>
          <LogInForm />
        </>
      ) : (
        <>
          <Faces school={demo.school} people={demo.people} />
          <details class="by-password">
            <summary>{t("demo.by_password")}</summary>
            <LogInForm />
          </details>
        </>
      )}
    </Welcome>
  );
}

/** The demo school's people; null where there is none, undefined until that is known. */
function useDemo(): Demo | null | undefined {
  const [demo, know] = useState<Demo | null | undefined>(MAY_BE_DEMO ? undefined : null);
  const language = locale.value;
  useEffect(() => {
    if (!MAY_BE_DEMO) return;
    call("/api/demo")
      .then((answer) => know(answer.ok ? answer : null))
      .catch(() => know(null));
  }, [language]);
  return demo;
}

function LogInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, askCode] = useState(false);

  const submit = async (): Promise<string | null> => {
    const given = needsCode ? { email, password, code: digits(code) } : { email, password };
    const answer = await call("/api/login", given);
    if (answer.ok) {
      entered(answer.account);
      return null;
    }
    if (answer.error.code !== "code_required") return answer.error.message;
    const again = needsCode;
    askCode(true);
    return again ? answer.error.message : null;
  };

  return (
    <>
      <Form action={t("login.action")} onSubmit={submit}>
        <Field label={t("email")} name="email" type="email" autoComplete="username" value={email} onValue={setEmail} />
        <Field label={t("password")} name="password" type="password" autoComplete="current-password" value={password} onValue={setPassword} />
        {needsCode && (
          <Field label={t("code")} name="code" hint={t("code.hint")} autoComplete="one-time-code" numeric focus value={code} onValue={setCode} />
        )}
      </Form>
      <p class="after">
        <a href="/forgot">{t("login.forgot")}</a>
      </p>
      <p class="hint">{t("login.no_account")}</p>
    </>
  );
}

export const digits = (code: string): string => code.replace(/\s/g, "");
