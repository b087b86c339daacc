/** Puts another account of the same person into this one, with the link mailed to that other address. */

import { useMemo, useState } from "preact/hooks";

import { call } from "../http";
import { go } from "../router";
import { entered } from "../session";
import { DoorPage } from "../widget/door";
import { Field, Form } from "../widget/form";
import { takeToken } from "../widget/link_token";
import { t } from "../words";
import { digits } from "./login";

export function Merge() {
  const token = useMemo(takeToken, []);
  const [code, setCode] = useState("");
  const [needsCode, askCode] = useState(false);

  const submit = async (): Promise<string | null> => {
    const answer = await call("/api/merge", { token: token || "-", ...(needsCode ? { code: digits(code) } : {}) });
    if (answer.ok) {
      go("/", true);
      entered(answer.account);
      return null;
    }
    if (answer.error.code !== "code_required") return answer.error.message;
    askCode(true);
    return needsCode ? answer.error.message : null;
  };

  return (
    <DoorPage title={t("merge.title")}>
      <p>{t("merge.text")}</p>
      <Form action={t("merge.action")} onSubmit={submit}>
        {needsCode && <Field label={t("code")} name="code" hint={t("code.hint")} autoComplete="one-time-code" numeric focus value={code} onValue={setCode} />}
      </Form>
      <p class="after">
        <a href="/">{t("cancel")}</a>
      </p>
    </DoorPage>
  );
}
