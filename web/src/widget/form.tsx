/** Forms: a field with its label and hint, and a form that says what went wrong. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Lost } from "../http";
import { t } from "../words";
import { Icon } from "./icon";

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly type?: "email" | "password" | "text";
  readonly autoComplete?: string;
  readonly hint?: string;
  readonly numeric?: boolean;
  readonly focus?: boolean;
}

export function Field({ label, name, value, onValue, type = "text", autoComplete, hint, numeric, focus }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [shown, show] = useState(false);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  const secret = type === "password";
  return (
    <div class="field">
      <label for={`field-${name}`}>{label}</label>
      <div class="field-box">
        <input
          ref={input}
          id={`field-${name}`}
          name={name}
          type={(secret && shown ? "text" : type) as "text"}
          value={value}
          required
          autoComplete={autoComplete ?? "off"}
          inputMode={numeric ? "numeric" : undefined}
          aria-describedby={hint ? `hint-${name}` : undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {secret && (
          <button type="button" class="quiet icon-only" aria-pressed={shown} aria-label={t("show_password")} onClick={() => show(!shown)}>
            <Icon name={shown ? "eye-off" : "eye"} />
          </button>
        )}
      </div>
      {hint && (
        <p class="hint" id={`hint-${name}`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  readonly action: string;
  /** Resolves to what went wrong, in words, or null. */
  readonly onSubmit: () => Promise<string | null>;
  readonly children: ComponentChildren;
}

export function Form({ action, onSubmit, children }: FormProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setTrouble(await attempted(onSubmit));
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <Trouble text={trouble} />
      <button type="submit" class="primary wide" aria-disabled={busy}>
        {busy ? t("busy") : action}
      </button>
    </form>
  );
}

export function Trouble({ text }: { readonly text: string | null }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (text !== null) box.current?.scrollIntoView({ block: "nearest" });
  }, [text]);
  return (
    <div ref={box} role="alert" class="alert-box">
      {text && <p class="trouble">{text}</p>}
    </div>
  );
}

/** What `act` says went wrong; a server that cannot be reached in words as well. */
export async function attempted(act: () => Promise<string | null>): Promise<string | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Lost) return t("no_connection");
    throw error;
  }
}
