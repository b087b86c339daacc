/** Asks for a mail with which to set a new password. */

import { useState } from "preact/hooks";

import { call } from "../http";
import { DoorPage } from "../widget/door";
import { Field, Form } from "../widget/form";
import { t } from "../words";

export function Forgot() {
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState(false);

  const submit = async (): Promise<string | null> => {
    const answer = await call("/api/password/forgot", { email });
    if (!answer.ok) return answer.error.message;
    setAsked(true);
    return null;
  };

  return (
    <DoorPage title={t("forgot.title")}>
      {asked ? (
        <p role="status">{t("forgot.asked", { email })}</p>
      ) : (
        <>
          <p>{t("forgot.text")}</p>
          <Form action={t("forgot.action")} onSubmit={submit}>
            <Field label={t("email")} name="email" type="email" autoComplete="username" value={email} onValue={setEmail} />
          </Form>
        </>
      )}
      <p class="after">
        <a href="/">{t("to_login")}</a>
      </p>
    </DoorPage>
  );
}
