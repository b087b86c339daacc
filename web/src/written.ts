/** A text as it goes out: without what a paste brings along and no message can hold. */

export function written(text: string): string {
  const lines = text.replace(/\r\n?|[\v\f]/g, "\n");
  return Array.from(lines).filter((char) => canBeKept(char.codePointAt(0) ?? 0)).join("");
}

/** No control characters but the newline and the tab, and no half of a pair. */
function canBeKept(code: number): boolean {
  const control = code < 32 || (code > 126 && code < 160);
  return code === 9 || code === 10 || !(control || (code >= 0xd800 && code < 0xe000));
}
