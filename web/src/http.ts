/** The calls over HTTP. They answer what the server says, or raise `Lost` when it cannot be reached. */

import type { CallAnswer, CallPath, Calls } from "./protocol";
import { locale } from "./words";

/** Nobody answered: whether it was carried out is not known. */
export class Lost extends Error {}

const PATIENCE = 15_000;

export async function call<Path extends CallPath>(
  path: Path,
  request?: Calls[Path]["request"],
): Promise<CallAnswer<Path>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": locale.value,
        "X-Hekje": "1",
      },
      body: request === undefined ? null : JSON.stringify(request),
      signal: stop.signal,
    });
    if (response.status === 204) return { ok: true } as CallAnswer<Path>;
    return (await response.json()) as CallAnswer<Path>;
  } catch {
    throw new Lost(path);
  } finally {
    clearTimeout(timer);
  }
}
