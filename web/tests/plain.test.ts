/** What is worked out without a server: what is drawn, linked, written, and when it was. */

import { expect, test } from "vitest";

import { brief, clock, day } from "../src/format";
import { parts } from "../src/linked";
import { routeOf } from "../src/router";
import { blockOf, drawn } from "../src/window";
import { written } from "../src/written";
import { listed, locale, t } from "../src/words";

const ZONE = "Europe/Amsterdam";
const links = (text: string): (string | undefined)[] => parts(text).map((part) => part.href).filter((href) => href !== undefined);

test("addresses of the web are links, without the sentence around them", () => {
  expect(links("Zie https://school.example/a. En (www.school.example/b), klaar?")).toEqual([
    "https://school.example/a",
    "https://www.school.example/b",
  ]);
  expect(links("https://nl.wikipedia.org/wiki/Hek_(doorgang)")).toEqual(["https://nl.wikipedia.org/wiki/Hek_(doorgang)"]);
});

test("nothing else is, and no text is lost", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "https://a@evil.example", "http://localhost", "mailto:x@y.example"]) {
    expect(links(text), text).toEqual([]);
  }
  const text = "voor https://a.example na www.b.example. eind";
  expect(parts(text).map((part) => part.text).join("")).toBe(text);
});

test("an address does not reach past an invisible sign", () => {
  expect(links("https://bank.example\u202egro.live")).toEqual(["https://bank.example/"]);
});

test("only what is near the eye is drawn, and the rest has its height", () => {
  const heights = Array.from({ length: 100 }, () => 1_000);
  const end = drawn(heights, 0, 800, 900);
  expect(end).toEqual({ from: 98, to: 99, above: 98_000, below: 0 });
  const middle = drawn(heights, 50_000, 800, 900);
  expect(middle.above + middle.below + (middle.to - middle.from + 1) * 1_000).toBe(100_000);
  expect(middle.to - middle.from).toBeLessThan(5);
  expect(drawn([], 0, 800, 900)).toEqual({ from: 0, to: -1, above: 0, below: 0 });
  expect([blockOf(14), blockOf(15), blockOf(29)]).toEqual([0, 1, 1]);
});

test("a text goes out without what no message can hold", () => {
  expect(written("een\r\ntwee\u000bdrie\u0000\u009f\tvier 👩‍👧")).toBe("een\ntwee\ndrie\tvier 👩‍👧");
  expect(written("half \ud83d paar")).toBe("half  paar");
  expect(written("\u0007\u0000")).toBe("");
});

test("days are the school's, over midnight and over changing clocks", () => {
  locale.value = "nl";
  const now = new Date("2026-11-24T10:00:00Z");
  expect(clock("2026-11-23T20:05:00.000Z", ZONE)).toBe("21:05");
  expect(day("2026-11-23T23:30:00.000Z", ZONE, now)).toBe("vandaag");
  expect(day("2026-11-23T22:30:00.000Z", ZONE, now)).toBe("gisteren");
  expect(day("2026-11-20T10:00:00.000Z", ZONE, now)).toBe("vrijdag 20 november");
  expect(brief("2025-11-20T10:00:00.000Z", ZONE, now)).toBe("20 nov 2025");
  const afterShortDay = new Date("2026-03-29T22:30:00Z");
  expect(day("2026-03-29T10:00:00.000Z", ZONE, afterShortDay)).toBe("gisteren");
  const afterLongDay = new Date("2026-10-25T23:30:00Z");
  expect(day("2026-10-25T22:30:00.000Z", ZONE, afterLongDay)).toBe("gisteren");
});

test("an address shows its screen, and nonsense none", () => {
  expect(routeOf("/c/school.c1")).toEqual({ name: "conversation", conversationId: "school.c1" });
  expect(routeOf("/class/school.3b/guardians")).toEqual({ name: "guardians", classId: "school.3b" });
  expect(routeOf("/write/school.3b/school.sami")).toEqual({ name: "write", classId: "school.3b", pupilId: "school.sami" });
  for (const address of ["/c", "/c/%E0%A4%A", "/class/", "/elsewhere", "/__proto__"]) {
    expect(routeOf(address).name, address).toBe("nowhere");
  }
});

test("a name from right to left does not turn a sentence around", () => {
  locale.value = "en";
  expect(listed(["Anna", "فاطمة"])).toBe("Anna and \u2068فاطمة\u2069");
  expect(t("says", { name: "\u202eannA", text: "x" })).toBe("\u2068annA\u2069 writes: x");
});
