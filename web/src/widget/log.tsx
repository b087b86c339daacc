/** The messages of a conversation, of which only what is near the eye is drawn. */

import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

import type { Message } from "../protocol";
import { blockOf, drawn } from "../window";
import { t } from "../words";

const GUESSED = 76;
/** Pixels drawn beyond what is in view, and pixels before the top at which older ones are asked for. */
const MARGIN = 900;
const EARLY = 2_000;
const AT_END = 60;

interface LogProps {
  readonly messages: readonly Message[];
  readonly more: boolean;
  readonly onOlder: () => void;
  /** `true` when the newest message is in view. */
  readonly onEnd: (atEnd: boolean) => void;
  readonly draw: (message: Message, before: Message | undefined) => ComponentChildren;
  /** A message to bring into view. */
  readonly target?: number | undefined;
  /** Stands under the last message. */
  readonly children?: ComponentChildren;
}

export function Log({ messages, more, onOlder, onEnd, draw, target, children }: LogProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<number, number>());
  const [view, setView] = useState({ bottom: 0, viewport: 800 });
  const first = messages[0]?.seq ?? 0;
  const blocks = useMemo(() => blocked(messages), [messages]);
  const measured = blocks.map((block) => heights.current.get(block.id) ?? block.messages.length * GUESSED);
  const { from, to, above, below } = drawn(measured, view.bottom, view.viewport, MARGIN);

  const look = useCallback((): void => {
    const box = scroller.current;
    if (box === null) return;
    const bottom = Math.max(0, -box.scrollTop);
    setView((before) =>
      Math.abs(before.bottom - bottom) < MARGIN / 4 && before.viewport === box.clientHeight && bottom !== 0
        ? before
        : before.bottom === bottom && before.viewport === box.clientHeight
          ? before
          : { bottom, viewport: box.clientHeight },
    );
    onEnd(bottom < AT_END);
    if (more && box.scrollHeight - box.clientHeight - bottom < EARLY) onOlder();
  }, [more, onOlder, onEnd]);

  useHeights(scroller, heights);
  useSteady(scroller);
  useLayoutEffect(look, [messages, look]);
  useLayoutEffect(() => {
    if (target !== undefined && first > 0 && first <= target) jumpTo(scroller.current, target, blocks, measured);
  }, [target, first <= (target ?? 0)]);

  return (
    <div class="log" ref={scroller} tabIndex={0} role="region" aria-label={t("messages")} onScroll={look}>
      <div class="log-inner">
        {more ? <p class="log-top">{t("older")}</p> : null}
        <div style={{ height: `${above}px` }} />
        {blocks.slice(from, to + 1).map((block) => (
          <div key={block.id} data-block={block.id} class="block" role="list" aria-label={t("messages")}>
            {block.messages.map((message, index) => draw(message, block.messages[index - 1] ?? block.before))}
          </div>
        ))}
        <div style={{ height: `${below}px` }} />
        {children}
      </div>
    </div>
  );
}

interface Block {
  readonly id: number;
  readonly messages: readonly Message[];
  /** The message before its first. */
  readonly before: Message | undefined;
}

function blocked(messages: readonly Message[]): readonly Block[] {
  const blocks: { id: number; messages: Message[]; before: Message | undefined }[] = [];
  messages.forEach((message, index) => {
    const last = blocks[blocks.length - 1];
    const id = blockOf(message.seq);
    if (last?.id === id) last.messages.push(message);
    else blocks.push({ id, messages: [message], before: messages[index - 1] });
  });
  return blocks;
}

/** Remembers how high each block was when it was drawn. */
function useHeights(scroller: { current: HTMLDivElement | null }, heights: { current: Map<number, number> }): void {
  const width = useRef(0);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    if (width.current !== box.clientWidth) {
      width.current = box.clientWidth;
      heights.current.clear();
    }
    for (const block of box.querySelectorAll<HTMLElement>("[data-block]")) {
      heights.current.set(Number(block.dataset["block"]), block.offsetHeight);
    }
  });
}

/** Whoever reads further up stays where they are, whatever comes in below or turns out higher than guessed. */
function useSteady(scroller: { current: HTMLDivElement | null }): void {
  const box = scroller.current;
  const held = box !== null && box.scrollTop < -AT_END ? firstInView(box) : null;
  useLayoutEffect(() => {
    if (box === null || held === null || !held.entry.isConnected) return;
    const moved = held.entry.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) >= 1) box.scrollTop += moved;
  });
}

function firstInView(box: HTMLDivElement): { readonly entry: HTMLElement; readonly top: number } | null {
  const { top, bottom } = box.getBoundingClientRect();
  for (const entry of box.querySelectorAll<HTMLElement>("[data-seq]")) {
    const place = entry.getBoundingClientRect();
    if (place.bottom > top) return place.top < bottom ? { entry, top: place.top } : null;
  }
  return null;
}

function jumpTo(box: HTMLDivElement | null, seq: number, blocks: readonly Block[], heights: readonly number[]): void {
  if (box === null) return;
  const index = blocks.findIndex((block) => block.id === blockOf(seq));
  const below = heights.slice(index + 1).reduce((sum, height) => sum + height, 0);
  box.scrollTop = -below;
  requestAnimationFrame(() => {
    const found = box.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.focus({ preventScroll: true });
  });
}
