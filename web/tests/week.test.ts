import { beforeAll, describe, expect, test } from "vitest";

import { added, blockOf, daysInWords, drawn, oneMore, pulled, timeOf, timesOf, weekInWords, weekOf, type Typed } from "../src/week";
import { speak } from "../src/words";

const SCHOOL: Typed = ["08:00", "12:30"];
const LATER: Typed = ["13:15", "16:30"];

beforeAll(() => {
  globalThis.document = { documentElement: { lang: "" } } as Document;
  speak("en");
});

test.each([
  ["8", 480],
  ["8:30", 510],
  ["8.30", 510],
  ["830", 510],
  ["0830", 510],
  [" 16:45 ", 1005],
  ["24:00", 1440],
  ["24:01", null],
  ["8:60", null],
  ["", null],
  ["half nine", null],
])("%j is read as a time", (typed, minutes) => {
  expect(timeOf(typed)).toBe(minutes);
});

test("a block must begin before it ends", () => {
  expect(blockOf(SCHOOL)).toEqual([480, 750]);
  expect(blockOf(["12:30", "08:00"])).toBeNull();
  expect(blockOf(["8:00", ""])).toBeNull();
});

describe("with the pointer", () => {
  const day = [SCHOOL, LATER];

  test("a block that is drawn stops at its neighbours, from either side", () => {
    expect(drawn(day, 17 * 60, 20 * 60)).toEqual([1020, 1200]);
    expect(drawn(day, 20 * 60, 15 * 60)).toEqual([990, 1200]);
    expect(drawn(day, 12 * 60 + 45, 20 * 60)).toEqual([765, 795]);
    expect(drawn(day, 9 * 60, 20 * 60), "inside another").toBeNull();
    expect(drawn([], 1435, 1700)).toBeNull();
  });

  test("a block is moved whole and keeps its length", () => {
    expect(pulled(day, 0, "whole", 30)).toEqual([["08:30", "13:00"], LATER]);
    expect(pulled(day, 0, "whole", 300)).toEqual([["08:45", "13:15"], LATER]);
    expect(pulled(day, 0, "whole", -1000)).toEqual([["00:00", "04:30"], LATER]);
    expect(pulled(day, 1, "whole", 2000)).toEqual([SCHOOL, ["20:45", "24:00"]]);
  });

  test("an end is stretched, and never past its start", () => {
    expect(pulled(day, 1, "end", 60)).toEqual([SCHOOL, ["13:15", "17:30"]]);
    expect(pulled(day, 1, "end", -1000)).toEqual([SCHOOL, ["13:15", "13:30"]]);
    expect(pulled(day, 1, "start", -1000)).toEqual([SCHOOL, ["12:30", "16:30"]]);
  });

  test("a new block takes its place among the others", () => {
    expect(added([LATER], [480, 750])).toEqual(day);
  });
});

test("one more block comes after the last, as long as there is room", () => {
  expect(oneMore([])).toEqual([["08:00", "16:30"]]);
  expect(oneMore([LATER])).toEqual([LATER, ["17:00", "19:00"]]);
  expect(oneMore([["08:00", "24:00"]])).toBeNull();
});

describe("in words", () => {
  const hours = { mon: [SCHOOL], tue: [SCHOOL], wed: [SCHOOL], thu: [SCHOOL, LATER] };

  test("days with the same hours are named together", () => {
    expect(weekInWords(hours)).toBe("on Monday to Wednesday, 8:00 to 12:30; on Thursday, 8:00 to 12:30 and 13:15 to 16:30");
    expect(weekInWords({})).toBe("");
    expect(daysInWords(["fri", "mon", "tue", "wed"])).toBe("Monday to Wednesday and Friday");
    expect(daysInWords(["sun", "mon"])).toBe("Monday and Sunday");
  });

  test("a day that ends at midnight and a week without end", () => {
    expect(timesOf([["20:00", "24:00"]])).toBe("20:00 to midnight");
    const whole = weekOf({ mon: [["00:00", "24:00"]] }).mon;
    const always = { mon: whole, tue: whole, wed: whole, thu: whole, fri: whole, sat: whole, sun: whole };
    expect(weekInWords(always)).toBe("day and night");
    expect(weekInWords({ ...always, sun: [] })).toBe("on Monday to Saturday, 0:00 to midnight");
  });

  test("in Dutch", () => {
    speak("nl");
    expect(weekInWords(hours)).toBe("op maandag t/m woensdag van 8:00 tot 12:30; op donderdag van 8:00 tot 12:30 en 13:15 tot 16:30");
    speak("en");
  });
});
