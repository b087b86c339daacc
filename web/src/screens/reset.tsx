/** Sets a new password, with the link that was mailed. */

import { useMemo, useState } from "preact/hooks";

import { call } from "../http";
import { connect, door } from "../connection";
import { go } from "../router";
import { DoorPage } from "../widget/door";
import { Field, Form } from "../widget/form";
import { takeToken } from "../widget/link_token";
import { t } from "../words";

export function Reset() {
  const token = useMemo(takeToken, []);
  const [password, setPassword] = useState("");
  const [stage, setStage] = useState<"ask" | "done" | "expired">("ask");

  const submit = async (): Promise<string | null> => {
    const answer = await call("/api/password/reset", { token, password });
    if (answer.ok) {
      setStage("done");
    } else if (answer.error.code === "expired") {
      setStage("expired");
    } else {
      return answer.error.message;
    }
    return null;
  };
  const toLogIn = (): void => {
    door.value = "unknown";
    connect();
    go("/", true);
  };

  if (stage === "done") {
    return (
      <DoorPage title={t("reset.done")}>
        <p role="status">{t("reset.done.text")}</p>
        <button type="button" class="primary wide" onClick={toLogIn}>
          {t("to_login")}
        </button>
      </DoorPage>
    );
  }
  if (stage === "expired" || token === "") {
    return (
      <DoorPage title={t("link.expired")}>
        <p>{t("reset.expired")}</p>
        <a class="button primary wide" href="/forgot">
          {t("link.renew")}
        </a>
      </DoorPage>
    );
  }
  return (
    <DoorPage title={t("reset.title")}>
      <Form action={t("reset.action")} onSubmit={submit}>
        <Field label={t("password.new")} name="password" type="password" hint={t("password.rules")} autoComplete="new-password" value={password} onValue={setPassword} />
      </Form>
    </DoorPage>
  );
}
