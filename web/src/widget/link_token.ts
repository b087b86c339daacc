/** The secret that a mailed link carries behind its `#`. */

/** It is taken out of the address, so that it does not stay in the history of a shared computer. */
export function takeToken(): string {
  const token = location.hash.slice(1);
  if (token !== "") {
    history.replaceState({ token }, "", location.pathname);
    return token;
  }
  const state: unknown = history.state;
  const kept = typeof state === "object" && state !== null ? (state as { token?: unknown }).token : undefined;
  return typeof kept === "string" ? kept : "";
}
