/** Logging out: it says so when the server cannot be reached, since the session would live on. */

import { useEffect, useState } from "preact/hooks";

import { line } from "../connection";
import { logOut } from "../session";
import { t, type Word } from "../words";
import { attempted, Trouble } from "./form";

interface LogOutProps {
  readonly look: string;
  readonly word?: Word;
  /** Before anything: `false` keeps somebody in. */
  readonly mayLeave?: () => boolean;
}

export function LogOutButton({ look, word = "log_out", mayLeave = () => true }: LogOutProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (line.value === "open") setTrouble(null);
  }, [line.value]);
  const leave = (): void => {
    if (mayLeave()) void attempted(logOut).then(setTrouble);
  };
  return (
    <>
      <Trouble text={trouble} />
      <button type="button" class={look} onClick={leave}>
        {t(word)}
      </button>
    </>
  );
}
