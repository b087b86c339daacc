import { beforeAll, describe, expect, test } from "vitest";

import { endOf, waitFor } from "../src/availability";
import { asked, draftOf, examples, faults } from "../src/hours";
import type { AvailableTeacher, ClassAvailability } from "../src/protocol";
import { teacherInWords, teamInWords } from "../src/there";
import { untilInWords, whenInWords } from "../src/when";
import { speak } from "../src/words";

const ZONE = "Europe/Amsterdam";
/** A Thursday in November, at ten in Amsterdam. */
const NOW = new Date("2026-11-26T09:00:00Z");
const HOURS = { mon: [["08:00", "16:30"]], tue: [["08:00", "16:30"]], wed: [["08:00", "16:30"]] };
const UNTIL = "2026-11-26T15:30:00.000Z";
const NEXT = "2026-11-30T07:00:00.000Z";

function team(state: Omit<AvailableTeacher, "teacher_id" | "name" | "hours">, ...names: string[]): ClassAvailability {
  const teachers = names.map((name) => ({ teacher_id: name, name, hours: HOURS, ...state }));
  return { class_id: "3B", team: state, teachers };
}

const said = (one: ClassAvailability): string => teamInWords(one, ZONE, NOW, endOf(one));

beforeAll(() => {
  globalThis.document = { documentElement: { lang: "" } } as Document;
  speak("en");
});

describe("when", () => {
  test.each([
    ["2026-11-26T12:15:00.000Z", "at 13:15"],
    ["2026-11-27T07:00:00.000Z", "tomorrow at 8:00"],
    [NEXT, "on Monday at 8:00"],
    ["2026-12-03T07:00:00.000Z", "on Thursday 3 December at 8:00"],
    ["2027-01-04T07:00:00.000Z", "on Monday 4 January at 8:00"],
  ])("%s is %j", (at, words) => {
    expect(whenInWords(at, ZONE, NOW)).toBe(words);
  });

  test("a day is a day at the school, wherever its reader is", () => {
    expect(whenInWords("2026-11-26T23:30:00.000Z", ZONE, NOW)).toBe("tomorrow at 0:30");
    expect(whenInWords("2026-11-26T23:30:00.000Z", "Europe/London", NOW)).toBe("at 23:30");
  });

  test("across the change of the clocks tomorrow is one day away", () => {
    expect(whenInWords("2026-10-25T07:00:00.000Z", ZONE, new Date("2026-10-24T21:59:00Z"))).toBe("tomorrow at 8:00");
    expect(whenInWords("2027-03-28T06:00:00.000Z", ZONE, new Date("2027-03-27T22:30:00Z"))).toBe("tomorrow at 8:00");
  });

  test("what ends at midnight ends today", () => {
    expect(untilInWords("2026-11-26T23:00:00.000Z", ZONE, NOW)).toBe("midnight");
    expect(untilInWords("2026-11-27T11:00:00.000Z", ZONE, NOW)).toBe("tomorrow at 12:00");
  });
});

describe("a team in words", () => {
  test.each([
    [{ available: true, until: UNTIL }, "The team is reading now, until 16:30."],
    [{ available: true }, "The team is reading now."],
    [{ available: false, reason: "outside_hours", next: NEXT }, "Nobody is reading now. The team reads again on Monday at 8:00. You can always write."],
    [{ available: false, reason: "school_closed", next: NEXT }, "The school is closed today. The team reads again on Monday at 8:00. You can always write."],
    [{ available: false, reason: "away", next: NEXT }, "The team is away today. The team reads again on Monday at 8:00. You can always write."],
    [{ available: false, reason: "outside_hours" }, "Nobody is reading now. You can always write."],
  ] as const)("%j", (state, words) => {
    expect(said(team(state, "Anna", "Bram"))).toBe(words);
  });

  test("a closed chat, and a class without teachers", () => {
    const closed = { ...team({ available: false, reason: "chat_off" }, "Anna"), chat_closed: true };
    expect(said(closed)).toBe("The teachers of this class do not take messages now.");
    expect(said(team({ available: false, reason: "outside_hours" }))).toBe("This class has no teacher in Hekje now.");
  });

  test("what has ended, and could not be asked again, is not said any more", () => {
    const one = team({ available: true, until: UNTIL }, "Anna", "Bram");
    expect(teamInWords(one, ZONE, new Date("2026-11-26T16:00:00Z"), endOf(one))).toBe("You can write. We cannot tell right now whether anybody is reading.");
  });

  test("a teacher's sentence has the week, and now or next", () => {
    const [anna] = team({ available: false, reason: "outside_hours", next: NEXT }, "Anna Jansen").teachers;
    if (!anna) throw new Error("Anna is not there");
    const week = "Anna Jansen reads messages on Monday to Wednesday, 8:00 to 16:30.";
    expect(teacherInWords(anna, ZONE, NOW)).toBe(`${week} Not now; next: on Monday at 8:00.`);
    expect(teacherInWords({ ...anna, reason: "away" }, ZONE, NOW)).toBe(`${week} Away today; next: on Monday at 8:00.`);
    expect(teacherInWords({ ...anna, reason: "chat_off" }, ZONE, NOW)).toBe("Anna Jansen does not take messages.");
    expect(teacherInWords({ ...anna, hours: {} }, ZONE, NOW)).toContain("has no fixed hours");
  });
});

describe("asking again", () => {
  test("is due when the first of the team comes or goes", () => {
    const one = team({ available: true, until: UNTIL }, "Anna");
    const bram = { teacher_id: "Bram", name: "Bram", hours: {}, available: false, next: "2026-11-26T12:00:00.000Z" };
    expect(endOf({ ...one, teachers: [...one.teachers, bram] })).toBe(Date.parse("2026-11-26T12:00:00Z"));
    expect(endOf(team({ available: true }, "Anna"))).toBe(Infinity);
  });

  test("waits neither longer than a timer holds nor shorter than a second", () => {
    expect(waitFor(40_000, 10_000)).toBe(30_000);
    expect(waitFor(Infinity, 0)).toBe(60_000);
    expect(waitFor(5_000, 10_000)).toBe(1_000);
  });
});

describe("a teacher's settings", () => {
  const mine = { school_id: "s", hours: HOURS, away: [], chat: true, own: true, digest: { at: "16:45", days: ["mon"] } } as const;

  test("are asked for as they were shown", () => {
    expect(asked(draftOf(mine))).toEqual({ hours: { ...HOURS, thu: [], fri: [], sat: [], sun: [] }, away: [], chat: true, digest: mine.digest });
    expect(asked({ ...draftOf(mine), away: [["", ""]] }).away).toEqual([]);
  });

  test("name what cannot be read by its field", () => {
    const draft = draftOf(mine);
    const wrong = {
      ...draft,
      week: { ...draft.week, mon: [["8", "half nine"] as const], tue: [["9", "8"] as const] },
      away: [["2026-12-14", ""] as const],
      digest: { on: true, at: "24:00", days: [] },
    };
    expect([...faults(wrong).keys()]).toEqual(["hours.mon[0]", "hours.tue[0]", "away[0]", "digest.at", "digest.days"]);
    expect(faults(draft).size).toBe(0);
  });

  test("are shown by an evening, a day and one of another kind", () => {
    expect(examples(NOW, ZONE)).toEqual([
      { date: "2026-11-26", time: "21:00" },
      { date: "2026-11-27", time: "10:00" },
      { date: "2026-11-28", time: "11:00" },
    ]);
    const late = new Date("2026-11-27T20:30:00Z");
    expect(examples(late, ZONE).map((one) => one.date)).toEqual(["2026-11-28", "2026-11-28", "2026-11-30"]);
  });
});
