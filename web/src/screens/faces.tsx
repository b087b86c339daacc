/** The demo school's people, one click each; and a second window for the other side of a conversation. */

import { useState } from "preact/hooks";

import { call } from "../http";
import type { DemoPerson } from "../protocol";
import { entered } from "../session";
import { attempted, Trouble } from "../widget/form";
import { Icon } from "../widget/icon";
import { t } from "../words";

interface FacesProps {
  readonly school: string;
  readonly people: readonly DemoPerson[];
}

export function Faces({ school, people }: FacesProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const enter = async (id: string): Promise<void> => {
    setTrouble(
      await attempted(async () => {
        const answer = await call("/api/demo/enter", { id });
        if (!answer.ok) return answer.error.message;
        entered(answer.account);
        return null;
      }),
    );
  };
  const choose = (id: string): void => void enter(id);
  return (
    <>
      <h1>{t("demo.title")}</h1>
      <p>{t("demo.text", { school })}</p>
      <Trouble text={trouble} />
      <div class="face-groups">
        <Group title={t("demo.guardians")} people={people.filter((one) => one.role === "guardian")} choose={choose} />
        <Group title={t("demo.staff")} people={people.filter((one) => one.role !== "guardian")} choose={choose} />
      </div>
      <p class="note">
        {t("demo.second")}{" "}
        <a href={otherName()} target="_blank" rel="noreferrer">
          {t("demo.second.open")}
        </a>
      </p>
    </>
  );
}

interface GroupProps {
  readonly title: string;
  readonly people: readonly DemoPerson[];
  readonly choose: (id: string) => void;
}

function Group({ title, people, choose }: GroupProps) {
  return (
    <section class="faces">
      <h2 class="section-title">{title}</h2>
      <ul class="plain">
        {people.map((one) => (
          <li key={one.id}>
            <button type="button" class={`face is-${one.role}`} onClick={() => choose(one.id)}>
              <span class="portrait" aria-hidden="true">
                {initial(one.name)}
              </span>
              <span class="face-words">
                <strong>{one.name}</strong>
                <span class="soft">{one.about}</span>
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Of the given name: "Juf Anouk" is an A. */
const initial = (name: string): string => name.split(" ").pop()?.charAt(0) ?? "";

/** A browser takes another name of this machine for another site, so that nobody is logged out here. */
function otherName(): string {
  const other = location.hostname === "localhost" ? "127.0.0.1" : "localhost";
  return `${location.protocol}//${other}${location.port ? `:${location.port}` : ""}/`;
}
