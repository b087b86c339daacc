/** The places that somebody has: their children, each class that they teach, the office. */

import { computed, signal } from "@preact/signals";

import type { Conversation, Pupil, SchoolClass } from "./protocol";
import { at, route } from "./router";
import { account, classes, conversations, known, myIds, pupils, schools } from "./session";
import { t } from "./words";

export type Place =
  | { readonly kind: "family" }
  | { readonly kind: "class"; readonly class: SchoolClass }
  | { readonly kind: "office" };

export const isOfFamily = (conversation: Conversation): boolean => conversation.guardians_read === undefined;
export const isUnread = (conversation: Conversation): boolean => conversation.last_seq > conversation.read_seq;
export const waits = (conversation: Conversation): boolean => conversation.handled === false && conversation.last_seq > 0;

/** Those of this year first. */
export const taught = computed<readonly SchoolClass[]>(() =>
  [...classes.value.values()]
    .filter((one) => one.teachers.some((teacher) => myIds.value.has(teacher.id)))
    .sort((a, b) => Number(a.read_only) - Number(b.read_only) || a.name.localeCompare(b.name)),
);

/** In the order of their classes, so that a child stands where it stood yesterday. */
export const children = computed<readonly Pupil[]>(() =>
  pupils.value
    .filter((pupil) => pupil.guardians.some((guardian) => myIds.value.has(guardian.id)))
    .sort((a, b) => classOf(a).localeCompare(classOf(b), undefined, { numeric: true }) || a.name.localeCompare(b.name)),
);

const classOf = (pupil: Pupil): string => className(classes.value.get(pupil.class_id));

/** Ids of the schools where somebody teaches. */
export const schoolsTaught = computed<readonly string[]>(() =>
  (account.value?.roles ?? []).filter((role) => role.role === "teacher").map((role) => role.school_id),
);

const hasRole = (wanted: string): boolean =>
  (account.value?.roles ?? []).some((role) => role.role === wanted);

export const isGuardian = computed(() => hasRole("guardian"));

export const places = computed<readonly Place[]>(() => [
  ...taught.value.map((one) => ({ kind: "class" as const, class: one })),
  ...(hasRole("guardian") ? [{ kind: "family" as const }] : []),
  ...(hasRole("office") ? [{ kind: "office" as const }] : []),
]);

/** Whether there is anything that somebody may read: the office alone reads no messages. */
export const reads = computed(() => places.value.some((one) => one.kind !== "office"));

const visited = signal("");

/** Which list belongs to the address. */
export const place = computed<Place>(() => {
  const known = places.value;
  const first = known.find((one) => addressOf(one) === visited.value) ?? known[0] ?? { kind: "family" as const };
  return known.find((one) => isPlaceOf(one)) ?? first;
});

/**
 * Keeps to the list that somebody was looking at while they are elsewhere: one that the address named,
 * since what comes first is not known before the classes are.
 */
place.subscribe((now) => {
  if (isPlaceOf(now)) visited.value = addressOf(now);
});

function isPlaceOf(one: Place): boolean {
  const here = route.value;
  switch (here.name) {
    case "family":
    case "office":
      return one.kind === here.name;
    case "calendar":
      return one.kind === "office";
    case "class":
    case "guardians":
      return one.kind === "class" && one.class.id === here.classId;
    case "write": {
      const own = children.value.some((pupil) => pupil.id === here.pupilId && pupil.class_id === here.classId);
      return own ? one.kind === "family" : one.kind === "class" && one.class.id === here.classId;
    }
    case "conversation": {
      const conversation = known.value.conversations.get(here.conversationId);
      if (conversation === undefined) return false;
      if (isOfFamily(conversation)) return one.kind === "family";
      return one.kind === "class" && one.class.id === conversation.class_id;
    }
    default:
      return false;
  }
}

export function addressOf(one: Place): string {
  return one.kind === "class" ? at.class(one.class.id) : `/${one.kind}`;
}

/** Several schools can each have a 3B. */
export function nameOf(one: Place): string {
  if (one.kind !== "class") return t(one.kind === "family" ? "place.family" : "place.office");
  const name = t("class", { name: className(one.class) });
  return schools.value.length > 1 ? `${name} · ${schoolName(one.class.school_id)}` : name;
}

/** As sentences name it after "groep" or "class", which some schools call it themselves. */
export const className = (one: SchoolClass | undefined): string =>
  one === undefined ? "" : `${one.name.replace(/^(groep|class) +(?=.)/i, "")}${one.read_only ? ` (${one.year})` : ""}`;

export const schoolName = (id: string): string =>
  schools.value.find((school) => school.id === id)?.name ?? "";

export const zoneOf = (schoolId: string): string =>
  schools.value.find((school) => school.id === schoolId)?.timezone ?? "Europe/Amsterdam";

export function conversationsOf(one: Place): readonly Conversation[] {
  return conversations.value.filter((conversation) =>
    one.kind === "class"
      ? !isOfFamily(conversation) && conversation.class_id === one.class.id
      : one.kind === "family" && isOfFamily(conversation),
  );
}

/** How much is new in a place: for the family unread conversations, for a class those that wait too. */
export const newIn = (one: Place): number => conversationsOf(one).filter(isUnread).length;
