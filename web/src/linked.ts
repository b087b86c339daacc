/** Which parts of a text are addresses of the web. */

export interface Part {
  readonly text: string;
  readonly href?: string;
}

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'\u2018-\u201f\u00ab\u00bb\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gi;

export function parts(text: string): readonly Part[] {
  const found: Part[] = [];
  let done = 0;
  for (let match = ADDRESS.exec(text); match !== null; match = ADDRESS.exec(text)) {
    const shown = trimmed(match[0]);
    const href = hrefOf(shown);
    if (href === null) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index) });
    found.push({ text: shown, href });
    done = match.index + shown.length;
    ADDRESS.lastIndex = done;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}

/** A sentence's own full stop or bracket is not part of the address. */
function trimmed(address: string): string {
  const short = address.replace(/[.,;:!?…]+$/, "");
  const open = short.split("(").length;
  const closed = short.split(")").length;
  return closed > open ? short.replace(/\)+[.,;:!?…]*$/, "") : short;
}

function hrefOf(shown: string): string | null {
  try {
    const url = new URL(/^www\./i.test(shown) ? `https://${shown}` : shown);
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && url.hostname.includes(".") && url.username === "" ? url.href : null;
  } catch {
    return null;
  }
}
