/** A calendar from elsewhere: which one, what it would change, and then the change itself. */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { namesOf, onlyDays, runsOf, said } from "../closed";
import { ask } from "../connection";
import type { CalendarAnswer, Period, ProposalAnswer, Requests } from "../protocol";
import { attempted, Trouble } from "../widget/form";
import { counted, t } from "../words";

type Region = NonNullable<CalendarAnswer["region"]>;
type Asked = Omit<Requests["calendar.propose"]["request"], "school_id" | "left_out">;

/** What is being looked at; it is still there when a tablet is turned and the page is laid out anew. */
const looked = signal<{ readonly schoolId: string; readonly asked: Asked; readonly proposal: ProposalAnswer } | null>(null);

const REGIONS: readonly Region[] = ["noord", "midden", "zuid"];
const LONGEST = 60_000;

interface TakeOverProps {
  readonly schoolId: string;
  readonly region: Region | undefined;
  readonly onTaken: (calendar: CalendarAnswer) => void;
}

export function TakeOver({ schoolId, region, onTaken }: TakeOverProps) {
  const shown = looked.value?.schoolId === schoolId ? looked.value : null;
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const opener = useRef<HTMLHeadingElement>(null);

  const latest = useRef(0);

  /** Of several asked in a row the last one counts. */
  const act = (what: (mine: () => boolean) => Promise<string | null>): void => {
    const number = ++latest.current;
    const mine = (): boolean => number === latest.current;
    setBusy(true);
    void attempted(() => what(mine)).then((wrong) => {
      if (!mine()) return;
      setTrouble(wrong);
      setBusy(false);
    });
  };
  const propose = (which: Asked, leftOut?: readonly string[]): void =>
    act(async (mine) => {
      const answer = await ask("calendar.propose", { school_id: schoolId, ...which, ...(leftOut && { left_out: leftOut }) });
      if (!mine()) return null;
      if (!answer.ok) return answer.error.message;
      looked.value = { schoolId, asked: which, proposal: answer };
      return null;
    });
  const close = (): void => {
    looked.value = null;
    setTrouble(null);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const take = (one: ProposalAnswer): void =>
    act(async () => {
      const { kind, editions, left_out, rev, region } = one;
      const answer = await ask("calendar.import", { school_id: schoolId, kind, editions, left_out, rev, ...(region && { region }) });
      if (!answer.ok) return answer.error.message;
      close();
      onTaken(answer);
      return null;
    });

  if (shown !== null) {
    const { asked, proposal } = shown;
    return <Preview proposal={proposal} busy={busy} trouble={trouble} onLeaveOut={(names) => propose(asked, names)} onTake={() => take(proposal)} onCancel={close} />;
  }
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={opener}>
        {t("take_over.title")}
      </h2>
      <p>{t("take_over.text")}</p>
      <Trouble text={trouble} />
      <p role="status" class="soft">
        {busy && t("busy")}
      </p>
      <Sources region={region} onAsk={propose} onWrong={setTrouble} />
    </section>
  );
}

interface SourcesProps {
  readonly region: Region | undefined;
  readonly onAsk: (asked: Asked) => void;
  readonly onWrong: (trouble: string) => void;
}

function Sources({ region: known, onAsk, onWrong }: SourcesProps) {
  const [region, setRegion] = useState<Region | undefined>(known);
  const withRegion = (more: Asked): void => {
    if (region === undefined) onWrong(t("take_over.choose_region"));
    else onAsk({ ...more, region });
  };
  const file = (chosen: File, ask: (more: Asked) => void): void => {
    void textOf(chosen).then((text) => {
      const short = onlyDays(text);
      if (short.length > LONGEST) onWrong(t("take_over.too_large"));
      else ask({ kind: "file", file: short, file_name: chosen.name.slice(0, 80) });
    }, () => onWrong(t("take_over.unreadable")));
  };
  return (
    <ul class="plain sources">
      <li>
        <h3>{t("take_over.school")}</h3>
        <fieldset class="regions">
          <legend>{t("take_over.region")}</legend>
          {REGIONS.map((one) => (
            <label class="choice" key={one}>
              <input type="radio" name="region" checked={region === one} onChange={() => setRegion(one)} />
              <span>{t(`take_over.region.${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <div class="source-ways">
          <button type="button" class="secondary" onClick={() => withRegion({ kind: "school_holidays" })}>
            {t("take_over.fetch")}
          </button>
          <Choose id="holidays-file" label={t("take_over.school.file")} accept=".json,application/json" onChoose={(chosen) => file(chosen, withRegion)} />
        </div>
      </li>
      <li>
        <h3>{t("take_over.public")}</h3>
        <p class="soft">{t("take_over.public.text")}</p>
        <button type="button" class="secondary" onClick={() => onAsk({ kind: "public_holidays" })}>
          {t("take_over.look")}
        </button>
      </li>
      <li>
        <h3>{t("take_over.agenda")}</h3>
        <p class="soft">{t("take_over.agenda.text")}</p>
        <Choose id="agenda-file" label={t("take_over.agenda.file")} accept=".ics,text/calendar" onChoose={(chosen) => file(chosen, onAsk)} />
      </li>
    </ul>
  );
}

interface ChooseProps {
  readonly id: string;
  readonly label: string;
  readonly accept: string;
  readonly onChoose: (file: File) => void;
}

function Choose({ id, label, accept, onChoose }: ChooseProps) {
  return (
    <span class="choose">
      <input
        class="sr"
        id={id}
        type="file"
        accept={accept}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // the same file can be chosen again
          if (chosen) onChoose(chosen);
        }}
      />
      <label class="button secondary" for={id}>
        {label}
      </label>
    </span>
  );
}

/** Browsers of 2018 have no `file.text()`. */
function textOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsText(file);
  });
}

interface PreviewProps {
  readonly proposal: ProposalAnswer;
  readonly busy: boolean;
  readonly trouble: string | null;
  readonly onLeaveOut: (names: readonly string[]) => void;
  readonly onTake: () => void;
  readonly onCancel: () => void;
}

function Preview({ proposal, busy, trouble, onLeaveOut, onTake, onCancel }: PreviewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [out, setOut] = useState<readonly string[]>(proposal.left_out);
  useEffect(() => heading.current?.focus(), []);
  const { comes, goes, stays, named } = proposal;
  const nothing = comes.length + goes.length + named.length === 0;
  const toggle = (name: string, taken: boolean): void => {
    const others = out.filter((one) => one !== name);
    const now = taken ? others : [...others, name];
    setOut(now);
    onLeaveOut(now);
  };
  return (
    <section class="card changes-shown">
      <h2 tabIndex={-1} ref={heading}>
        {t("preview.title")}
      </h2>
      <p>{nothing ? t("preview.nothing") : t("preview.text")}</p>
      <Trouble text={trouble} />
      <Periods title={counted("preview.comes", comes.length)} look="comes" periods={comes} />
      <Periods title={counted("preview.goes", goes.length)} look="goes" periods={goes} />
      <Periods title={counted("preview.named", named.length)} look="stays" periods={named} />
      {stays.length > 0 && (
        <details>
          <summary>{counted("preview.stays", stays.length)}</summary>
          <Periods look="stays" periods={stays} />
        </details>
      )}
      {(proposal.skipped ?? 0) > 0 && <p class="soft">{counted("preview.skipped", proposal.skipped ?? 0)}</p>}
      <div class="offered">
        <fieldset>
          <legend>{t("preview.names")}</legend>
          <p class="hint">{t("preview.names.hint")}</p>
          {proposal.names.map((one) => (
            <label class="choice" key={one.name}>
              <input type="checkbox" checked={!out.includes(one.name)} onChange={(event) => toggle(one.name, event.currentTarget.checked)} />
              <span>
                {one.name || t("calendar.no_name")}
                {one.note && <small class="soft"> {t(`preview.note.${one.note}`)}</small>}
              </span>
            </label>
          ))}
        </fieldset>
      </div>
      <div class="source-ways">
        {!nothing && (
          <button type="button" class="primary" aria-disabled={busy} onClick={() => !busy && onTake()}>
            {t("preview.take")}
          </button>
        )}
        <button type="button" class="secondary" onClick={onCancel}>
          {nothing ? t("back") : t("cancel")}
        </button>
      </div>
    </section>
  );
}

function Periods({ title, look, periods }: { readonly title?: string; readonly look: string; readonly periods: readonly Period[] }) {
  if (periods.length === 0) return null;
  const runs = runsOf([...namesOf(periods).keys()], periods);
  return (
    <>
      {title !== undefined && <h3>{title}</h3>}
      <ul class={`plain changes ${look}`}>
        {runs.map((run) => (
          <li key={run.first}>
            <strong dir="auto">{run.name || t("calendar.no_name")}</strong> <span class="soft">{said(run)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
