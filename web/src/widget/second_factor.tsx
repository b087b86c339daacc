/** Setting up a second factor: the secret to put into an app, and the code that shows that it is there. */

import { useEffect, useState } from "preact/hooks";

import { ask } from "../connection";
import type { Account, TotpBegun } from "../protocol";
import { digits } from "../screens/login";
import { t } from "../words";
import { attempted, Field, Form, Trouble } from "./form";

export function SecondFactor({ onDone }: { readonly onDone: (account: Account) => void }) {
  const [begun, setBegun] = useState<TotpBegun | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [code, setCode] = useState("");

  useEffect(() => {
    void attempted(async () => {
      const answer = await ask("totp.begin", {});
      if (!answer.ok) return answer.error.message;
      setBegun(answer);
      return null;
    }).then(setTrouble);
  }, []);

  const submit = async (): Promise<string | null> => {
    const answer = await ask("totp.confirm", { code: digits(code) });
    if (!answer.ok) return answer.error.message;
    onDone(answer.account);
    return null;
  };

  if (begun === null) return <Trouble text={trouble} />;
  return (
    <>
      <ol class="steps">
        <li>{t("factor.app")}</li>
        <li>
          {t("factor.secret")}
          <output class="secret">{(begun.secret.match(/.{1,4}/g) ?? []).join(" ")}</output>
          <a href={begun.uri}>{t("factor.open")}</a>
        </li>
        <li>{t("factor.code")}</li>
      </ol>
      <Form action={t("factor.action")} onSubmit={submit}>
        <Field label={t("code")} name="code" hint={t("code.hint")} autoComplete="one-time-code" numeric value={code} onValue={setCode} />
      </Form>
    </>
  );
}
