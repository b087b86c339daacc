import { expect, test } from "vitest";

import { daysOf, isDay, namesOf, onlyDays, periodsOf, runsOf, said, schoolYear, todayIn } from "../src/closed";
import { locale } from "../src/words";

const week = ["2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25"];
const next = ["2026-12-28", "2026-12-29"];
const named = (days: readonly string[], name: string) => days.map((day) => ({ first: day, last: day, name }));

test("a holiday goes on over a weekend, and no further", () => {
  const closed = [...week, ...next, "2027-01-04"];
  expect(runsOf(closed, named(closed, "Kerst")).map(({ first, last, days }) => [first, last, days.length])).toEqual([
    ["2026-12-21", "2026-12-29", 7],
    ["2027-01-04", "2027-01-04", 1],
  ]);
});

test("days with another name are another holiday", () => {
  const runs = runsOf(week, [{ first: "2026-12-21", last: "2026-12-23", name: "Studiedagen" }]);
  expect(runs.map(({ first, last, name }) => [first, last, name])).toEqual([
    ["2026-12-21", "2026-12-23", "Studiedagen"],
    ["2026-12-24", "2026-12-25", ""],
  ]);
});

test("names become periods again, without those that have none", () => {
  const periods = [
    { first: "2026-12-21", last: "2026-12-23", name: "Vrij" },
    { first: "2026-12-28", last: "2026-12-28", name: "Vrij" },
  ];
  const names = namesOf(periods);
  names.set("2027-01-01", "");
  expect(periodsOf(names)).toEqual(periods);
});

test("dates have no time zone, and the last of October is one day", () => {
  expect(daysOf({ first: "2026-10-24", last: "2026-10-26" })).toEqual(["2026-10-24", "2026-10-25", "2026-10-26"]);
  expect(todayIn("Europe/Amsterdam", new Date("2026-10-24T22:30:00Z"))).toBe("2026-10-25");
  expect(["2026-07-31", "2026-08-01"].map(schoolYear)).toEqual(["2025-2026", "2026-2027"]);
  expect(["2026-02-28", "2026-13-01", "28-02-2026", ""].map(isDay)).toEqual([true, false, false, false]);
});

test("a period reads as people write it", () => {
  locale.value = "nl";
  expect(said({ first: "2026-12-24", last: "2026-12-24" })).toBe("donderdag 24 december 2026");
  expect(said({ first: "2026-12-21", last: "2027-01-01" })).toMatch(/^ma 21 dec\.? 2026 – vr 1 jan\.? 2027$/);
});

test("of an agenda nothing leaves the browser but dates and names", () => {
  const agenda = [
    "BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Vrij", "  voor iedereen", "DESCRIPTION:geheim", " en meer geheim",
    "ATTENDEE:mailto:fatima@school.example", "DTSTART;VALUE=DATE:20270101", "END:VEVENT", "END:VCALENDAR",
  ];
  const kept = onlyDays(`\ufeff${agenda.join("\r\n")}`);
  expect(kept).not.toMatch(/geheim|fatima/);
  expect(kept.split("\r\n")).toEqual(agenda.filter((_, n) => ![4, 5, 6].includes(n)));
});

test("a file of holidays is sent without its white space, and a broken one as it is", () => {
  expect(onlyDays(' \n[ {"content": [ ] } ]')).toBe('[{"content":[]}]');
  expect(onlyDays("[ {")).toBe("[ {");
  expect(onlyDays("iets anders")).toBe("iets anders");
});
