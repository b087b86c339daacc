/** Which screen an address shows. `server/pages.py` knows the same addresses. */

import { computed, signal } from "@preact/signals";

export type Route =
  | { readonly name: "home" | "family" | "office" | "search" | "settings" | "forgot" | "nowhere" }
  | { readonly name: "activate" | "reset" | "merge" }
  | { readonly name: "hours"; readonly schoolId?: string }
  | { readonly name: "calendar"; readonly schoolId: string }
  | { readonly name: "conversation"; readonly conversationId: string }
  | { readonly name: "class" | "guardians"; readonly classId: string }
  | { readonly name: "write"; readonly classId: string; readonly pupilId?: string };

const path = signal(typeof location === "undefined" ? "/" : location.pathname);
export const route = computed<Route>(() => routeOf(path.value));
/** How many steps of ours lie behind, so that "back" stays inside. */
let steps = 0;

export function routeOf(address: string): Route {
  const [first = "", second, third] = address.split("/").slice(1).map(decoded);
  switch (first) {
    case "":
      return { name: "home" };
    case "family":
    case "office":
    case "search":
    case "settings":
    case "forgot":
    case "activate":
    case "reset":
    case "merge":
      return { name: first };
    case "hours":
      return second ? { name: "hours", schoolId: second } : { name: "hours" };
    case "calendar":
      return second ? { name: "calendar", schoolId: second } : { name: "nowhere" };
    case "c":
      return second ? { name: "conversation", conversationId: second } : { name: "nowhere" };
    case "class":
      if (!second) return { name: "nowhere" };
      return { name: third === "guardians" ? "guardians" : "class", classId: second };
    case "write":
      if (!second) return { name: "nowhere" };
      return third ? { name: "write", classId: second, pupilId: third } : { name: "write", classId: second };
    default:
      return { name: "nowhere" };
  }
}

export const at = {
  calendar: (schoolId: string) => `/calendar/${encodeURIComponent(schoolId)}`,
  hours: (schoolId: string) => `/hours/${encodeURIComponent(schoolId)}`,
  conversation: (id: string) => `/c/${encodeURIComponent(id)}`,
  class: (id: string) => `/class/${encodeURIComponent(id)}`,
  guardians: (id: string) => `/class/${encodeURIComponent(id)}/guardians`,
  write: (classId: string, pupilId?: string) =>
    `/write/${encodeURIComponent(classId)}${pupilId === undefined ? "" : `/${encodeURIComponent(pupilId)}`}`,
};

export function go(address: string, replace = false): void {
  if (address === location.pathname + location.hash) return;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  if (!replace) steps++;
  path.value = location.pathname;
}

/** To where somebody came from, or to `otherwise` when they came from outside. */
export function back(otherwise: string): void {
  if (steps > 0) history.back();
  else go(otherwise, true);
}

/** `loadsAnew`: whether the next step is the browser's own, as when there is a newer build. */
export function followLinks(loadsAnew: () => boolean): void {
  addEventListener("popstate", () => {
    steps = Math.max(0, steps - 1);
    path.value = location.pathname;
  });
  document.addEventListener("click", (event) => {
    if (loadsAnew()) return;
    const link = (event.target as Element | null)?.closest?.("a");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    event.preventDefault();
    go(link.pathname + link.hash);
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
