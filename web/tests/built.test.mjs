/** What the build has made: light enough for an old phone, and readable by its browser. */

import { Linter } from "eslint";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const DIST = "web/dist";
const MOST = 60_000;
/** Chromium 71, Firefox 67 and Safari 12.1 read this (of 2019 a `catch` without a name), and know nothing of `LATER`. */
const READS = 2019;
const LATER =
  /\.(?:replaceAll|matchAll|allSettled|fromEntries|flatMap|trimEnd|at|findLast|toSorted|hasOwn|replaceChildren)\(|structuredClone\(|Promise\.any\(|new (?:WeakRef|ResizeObserver)\b|Intl\.(?:RelativeTimeFormat|ListFormat|DisplayNames|Segmenter)/g;

const page = readFileSync(`${DIST}/index.html`, "utf8");
const scripts = [...page.matchAll(/<script[^>]* src="([^"]+)"/g)].map((found) => readFileSync(DIST + (found[1]), "utf8"));
/** `import()` and `import.meta`, which they know too, are of 2020. */
const troubles = (code) =>
  new Linter()
    .verify(code.replace(/\bimport(?=\(|\.meta)/g, "load"), { languageOptions: { ecmaVersion: READS, sourceType: "module" } })
    .map((one) => one.message);

test("the script of the first screen is small", () => {
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThanOrEqual(MOST);
  for (const script of scripts) expect(script, "it is all in one file").not.toMatch(/(?:import|from)\s*"\.\//);
});

test("a browser of its time can read every script", { timeout: 60_000 }, () => {
  expect(troubles("const a = {}; a?.b")).not.toEqual([]);
  const all = readdirSync(`${DIST}/assets`).filter((name) => name.endsWith(".js"));
  for (const name of all) expect(troubles(readFileSync(`${DIST}/assets/${name}`, "utf8")), name).toEqual([]);
});

test("and has all that they call", () => {
  for (const script of scripts) expect([...script.matchAll(LATER)].map((found) => found[0])).toEqual([]);
});

test("nothing stands inside the page, and nothing comes from elsewhere", () => {
  expect(page).not.toMatch(/<style|style=|<script>| on\w+=|(?:src|href)="(?:https?:)?\/\//);
});
