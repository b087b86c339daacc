/** What the browser calls a page. Never by a child's name: it stays in histories, and stands on a screen that is shared. */

import { computed } from "@preact/signals";

import { door } from "./connection";
import { className, nameOf, newIn, place, places } from "./places";
import { route } from "./router";
import { classes, known } from "./session";
import { t, type Word } from "./words";

const DOORS: { readonly [name: string]: Word | undefined } = {
  activate: "activate.title",
  reset: "reset.title",
  forgot: "forgot.title",
  merge: "merge.title",
  out: "login.title",
  enrol: "factor.title",
  stranger: "stranger.title",
};

export const title = computed(() => {
  const word = DOORS[route.value.name] ?? DOORS[door.value];
  const inside = word === undefined && door.value === "in";
  const said = word !== undefined ? t(word) : inside ? screen() : "";
  const news = inside ? places.value.reduce((sum, one) => sum + newIn(one), 0) : 0;
  return `${news > 0 ? `(${news}) ` : ""}${said === "" ? "" : `${said} – `}${t("app")}`;
});

function screen(): string {
  const here = route.value;
  switch (here.name) {
    case "search":
    case "settings":
    case "hours":
      return t(here.name);
    case "calendar":
      return t("calendar.title");
    case "guardians":
      return within("class.guardians", here.classId);
    case "write":
      return within("class.write", here.classId);
    case "conversation":
      return within("messages", known.value.conversations.get(here.conversationId)?.class_id);
    case "nowhere":
      return t("nowhere.title");
    default:
      return nameOf(place.value);
  }
}

function within(word: Word, classId = ""): string {
  const name = className(classes.value.get(classId));
  return name === "" ? t(word) : `${t(word)} · ${t("class", { name })}`;
}
