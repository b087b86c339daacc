/**
 * Which part of a long list is drawn. Everything is counted from its bottom, where a conversation
 * grows the least: what lies above may have any height, guessed until it is seen, without anything
 * moving that is in view.
 */

/** Messages that are drawn or left out together. */
export const BLOCK = 15;

export interface Drawn {
  /** First and last block, both included; `from` over `to` when there is none. */
  readonly from: number;
  readonly to: number;
  /** pixels that stand for what lies above and below */
  readonly above: number;
  readonly below: number;
}

/** `heights` per block, from top to bottom; `bottom` is how far it is scrolled up from the end. */
export function drawn(heights: readonly number[], bottom: number, viewport: number, margin: number): Drawn {
  const low = bottom - margin;
  const high = bottom + viewport + margin;
  let from = heights.length;
  let to = -1;
  let above = 0;
  let below = 0;
  let end = 0;
  for (let index = heights.length - 1; index >= 0; index--) {
    const height = heights[index] ?? 0;
    const start = end;
    end += height;
    if (end < low) {
      below += height;
    } else if (start > high) {
      above += height;
    } else {
      from = index;
      to = Math.max(to, index);
    }
  }
  return { from, to, above, below };
}

/** Blocks begin at fixed numbers, so that older messages coming in above leave them as they are. */
export const blockOf = (seq: number): number => Math.floor(seq / BLOCK);
