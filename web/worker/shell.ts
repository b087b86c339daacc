/** What is answered from this device: the page and its files, never what anybody wrote. */

/** `page`: the shell, when the network does not give it; `file`: kept, if it is; `network`: none of our business. */
export type Road = "page" | "file" | "network";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
}

/** Addresses of the server that are no screens of the app. */
const OF_THE_SERVER = /^\/(api|socket\.io|files|calendar|unsubscribe|healthz|readyz|metrics)(\/|$)/;

export const isScreen = (path: string): boolean => !OF_THE_SERVER.test(path);

/** `kept` are paths of files of this build. */
export function roadOf(asked: Asked, origin: string, kept: readonly string[]): Road {
  const url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== origin) return "network";
  if (kept.includes(url.pathname) && url.pathname !== "/") return "file";
  return asked.mode === "navigate" && isScreen(url.pathname) ? "page" : "network";
}
