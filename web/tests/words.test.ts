import { expect, test } from "vitest";

import firstEn from "../src/words/en.json";
import hoursEn from "../src/words/hours/en.json";
import hoursNl from "../src/words/hours/nl.json";
import firstNl from "../src/words/nl.json";

const en = { ...firstEn, ...hoursEn };
const nl = { ...firstNl, ...hoursNl };

const holes = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();

test("every sentence is there in both languages, with the same holes", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(nl).sort());
  for (const [word, dutch] of Object.entries(nl)) {
    expect(holes(en[word as keyof typeof en]), word).toEqual(holes(dutch));
  }
});

test("no sentence stands in two places", () => {
  expect(Object.keys(hoursNl).filter((word) => word in firstNl)).toEqual([]);
});

test("no sentence is empty or said twice by one word", () => {
  expect([...Object.values(nl), ...Object.values(en)].filter((said) => said.trim() === "")).toEqual([]);
});
