/** The house once somebody is in: one column on a phone, the list beside the rest on a laptop. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

import { line } from "../connection";
import { addressOf, nameOf, newIn, place, places, reads } from "../places";
import { route } from "../router";
import { heard } from "../session";
import { Brand } from "../widget/door";
import { Gate } from "../widget/gate";
import { Icon } from "../widget/icon";
import { later } from "../widget/later";
import { counted, t, type Word } from "../words";
import { ClassInbox } from "./class";
import { Conversation } from "./conversation";
import { Family } from "./family";
import { Write } from "./write";

const Calendar = later(() => import("./calendar").then((found) => found.Calendar));
const Guardians = later(() => import("./guardians").then((found) => found.Guardians));
const Hours = later(() => import("./hours").then((found) => found.Hours));
const Office = later(() => import("./office").then((found) => found.Office));
const Search = later(() => import("./search").then((found) => found.Search));
const Settings = later(() => import("./settings").then((found) => found.Settings));

const WIDE = typeof matchMedia === "undefined" ? null : matchMedia("(min-width: 56rem)");
export const wide = signal(WIDE?.matches ?? false);
WIDE?.addListener((now) => {
  wide.value = now.matches;
});

export function Frame() {
  const pane = paneOf();
  const showsHead = wide.value || pane === null;
  return (
    <div class={wide.value ? "frame is-wide" : "frame"}>
      {showsHead && <Head />}
      <LineState />
      {wide.value ? (
        <div class="columns">
          <section class="side" aria-label={nameOf(place.value)}>
            <List />
          </section>
          <main class="pane" id="main" tabIndex={-1}>
            {pane ?? <Nothing />}
          </main>
        </div>
      ) : (
        <main class={pane === null ? "side" : "pane"} id="main" tabIndex={-1}>
          {pane ?? <List />}
        </main>
      )}
      <Announcer />
    </div>
  );
}

function paneOf(): ComponentChildren {
  const here = route.value;
  switch (here.name) {
    case "conversation":
      return <Conversation key={here.conversationId} id={here.conversationId} />;
    case "calendar":
      return <Calendar key={here.schoolId} schoolId={here.schoolId} />;
    case "guardians":
      return <Guardians key={here.classId} classId={here.classId} />;
    case "write":
      return <Write key={`${here.classId} ${here.pupilId ?? ""}`} classId={here.classId} pupilId={here.pupilId} />;
    case "search":
      return <Search />;
    case "hours":
      return <Hours schoolId={here.schoolId} />;
    case "settings":
      return <Settings />;
    default:
      return null;
  }
}

function List() {
  const here = place.value;
  if (here.kind === "class") return <ClassInbox schoolClass={here.class} />;
  return here.kind === "office" ? <Office /> : <Family />;
}

function Head() {
  return (
    <header class="head">
      <a class="skip" href="#main" onClick={toMain}>
        {t("skip")}
      </a>
      <Brand />
      {places.value.length > 1 && <Places />}
      <nav class="head-links" aria-label={t("nav.more")}>
        {reads.value && (
          <a href="/search" aria-label={t("search")} aria-current={route.value.name === "search" ? "page" : undefined}>
            <Icon name="search" />
            <span>{t("search")}</span>
          </a>
        )}
        <a href="/settings" aria-label={t("settings")} aria-current={route.value.name === "settings" ? "page" : undefined}>
          <Icon name="settings" />
          <span>{t("settings")}</span>
        </a>
      </nav>
    </header>
  );
}

function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Places() {
  return (
    <nav class="places" aria-label={t("nav.places")}>
      {places.value.map((one) => {
        const news = newIn(one);
        return (
          <a key={addressOf(one)} href={addressOf(one)} aria-current={one === place.value ? "page" : undefined}>
            {nameOf(one)}
            {news > 0 && (
              <span class="badge">
                {news}
                <span class="sr"> {counted("unread", news)}</span>
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}

function LineState() {
  return (
    <div role="status" class="line-state">
      {line.value === "broken" && <p>{t("line.broken")}</p>}
    </div>
  );
}

/** Tells a screen reader what somebody else has just written, wherever one is. */
function Announcer() {
  const message = heard.value;
  return (
    <div class="sr" role="log" aria-live="polite">
      {message && <p key={message.id}>{t("says", { name: message.author.name, text: message.text })}</p>}
    </div>
  );
}

function Nothing() {
  const [title, text] = nothing();
  return (
    <div class="nothing">
      <Gate />
      <h1>{t(title)}</h1>
      <p>{t(text)}</p>
    </div>
  );
}

function nothing(): readonly [Word, Word] {
  if (route.value.name === "nowhere") return ["nowhere.title", "nowhere.text"];
  if (place.value.kind === "office") return ["nothing.office.title", "nothing.office.text"];
  return ["nothing.title", "nothing.text"];
}
