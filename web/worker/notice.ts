/** What a push becomes on the screen. The server says it in the words of whoever is told, without names. */

export interface Notice {
  readonly title: string;
  readonly lang: string;
  /** A later one with the same takes the place of an earlier one. */
  readonly tag: string;
  readonly urgent: boolean;
  /** What a click opens. */
  readonly path: string;
}

/** Never nothing: browsers take pushes away from who receives one and shows none. */
export function noticeOf(said: string, language: string): Notice {
  const given = read(said);
  const dutch = !language.toLowerCase().startsWith("en");
  const conversation = text(given["conversation_id"]);
  return {
    title: text(given["text"]) || (dutch ? "Er is nieuws in Hekje" : "There is news in Hekje"),
    lang: text(given["locale"]) || (dutch ? "nl" : "en"),
    tag: text(given["tag"]) || "hekje",
    urgent: given["kind"] === "urgent",
    path: conversation === "" ? "/" : `/c/${encodeURIComponent(conversation)}`,
  };
}

function read(said: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(said);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
