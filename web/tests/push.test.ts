import { expect, test } from "vitest";

import { keyBytes, sameKey, stateOf, type Device } from "../src/push_state";
import { noticeOf } from "../worker/notice";
import { roadOf } from "../worker/shell";

const PHONE: Device = {
  userAgent: "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36",
  platform: "Linux armv8l",
  touchPoints: 5,
  standalone: false,
  able: true,
  permission: "default",
};
const IPHONE: Device = { ...PHONE, userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)", platform: "iPhone", able: false };
const IPAD: Device = { ...IPHONE, userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", platform: "MacIntel" };

test("notifications are on only where somebody wanted them and the browser allows them", () => {
  expect(stateOf(PHONE, false)).toBe("off");
  expect(stateOf(PHONE, true)).toBe("off");
  expect(stateOf({ ...PHONE, permission: "granted" }, false)).toBe("off");
  expect(stateOf({ ...PHONE, permission: "granted" }, true)).toBe("on");
  expect(stateOf({ ...PHONE, permission: "denied" }, true)).toBe("denied");
});

test("an iPhone or iPad can have them once Hekje is on its home screen", () => {
  for (const device of [IPHONE, IPAD]) {
    expect(stateOf(device, false)).toBe("home_screen");
    expect(stateOf({ ...device, standalone: true }, false), "too old").toBe("unsupported");
    expect(stateOf({ ...device, standalone: true, able: true, permission: "granted" }, true)).toBe("on");
  }
  expect(stateOf({ ...IPAD, touchPoints: 0 }, false), "a Mac").toBe("unsupported");
  expect(stateOf({ ...PHONE, able: false }, false)).toBe("unsupported");
});

test("a key is the same when each of its bytes is", () => {
  const key = keyBytes("-_8A");
  expect([...key]).toEqual([251, 255, 0]);
  expect(sameKey(key.buffer, keyBytes("-_8A"))).toBe(true);
  for (const other of ["-_8B", "-_8AAA", ""]) expect(sameKey(key.buffer, keyBytes(other))).toBe(false);
  expect(sameKey(null, key)).toBe(false);
});

test("a push becomes what the server says, and leads where it says", () => {
  const said = { kind: "urgent", conversation_id: "regenboog.a/b", tag: "regenboog.a/b", locale: "en", text: "New message" };
  expect(noticeOf(JSON.stringify(said).padEnd(512), "nl-NL")).toEqual({
    title: "New message",
    lang: "en",
    tag: "regenboog.a/b",
    urgent: true,
    path: "/c/regenboog.a%2Fb",
  });
});

test.each(["", "no json", "null", "[]", '{"text":1,"conversation_id":{}}'])("of a push that cannot be read something is shown: %s", (said) => {
  expect(noticeOf(said, "nl")).toEqual({ title: "Er is nieuws in Hekje", lang: "nl", tag: "hekje", urgent: false, path: "/" });
  expect(noticeOf(said, "en-GB").title).toBe("There is news in Hekje");
});

const HOME = "https://hekje.example";
const KEPT = ["/", "/assets/index-1.js", "/icon.svg"];
const road = (path: string, mode = "cors", method = "GET", origin = HOME) =>
  roadOf({ method, url: origin + path, mode }, HOME, KEPT);

test("screens and files of the app come from the device, and nothing else does", () => {
  for (const path of ["/", "/c/regenboog.abc123", "/class/regenboog.3b", "/settings", "/c/x#12", "/?from=home"]) {
    expect(road(path, "navigate"), path).toBe("page");
    expect(road(path, "cors"), path).toBe("network");
    expect(road(path, "navigate", "POST"), path).toBe("network");
  }
  expect(road("/assets/index-1.js")).toBe("file");
  expect(road("/icon.svg", "no-cors")).toBe("file");
  expect(road("/assets/index-2.js"), "of another build").toBe("network");
  expect(road("/assets/index-1.js", "cors", "GET", "https://elsewhere.example")).toBe("network");
  for (const path of ["/api/ticket", "/files/regenboog.1", "/calendar/x.ics", "/unsubscribe/x", "/socket.io/", "/metrics", "/healthz"]) {
    expect(road(path), path).toBe("network");
    expect(road(path, "navigate"), path).toBe("network");
  }
});
