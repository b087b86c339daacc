/** A day as a line on which hours are drawn, moved and stretched. Whoever has no pointer types them. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { added, blockOf, drawn, pulled, spoken, STEP, type Block, type Grip, type Typed } from "../week";

/** Pixels from its end at which a block is stretched, and those after which a touch is more than a tap. */
const EDGE = 14;
const DRAGS_AFTER = 4;
const OF_A_LETTER = 7.5;

interface WeekTrackProps {
  readonly blocks: readonly Typed[];
  readonly range: Block;
  readonly onBlocks: (blocks: readonly Typed[]) => void;
  readonly onTap: () => void;
}

interface Held {
  readonly blocks: readonly Typed[];
  /** -1: a new one is being drawn. */
  readonly index: number;
  readonly grip: Grip;
  readonly x: number;
  readonly minute: number;
  moved: boolean;
}

export function WeekTrack({ blocks, range: [low, high], onBlocks, onTap }: WeekTrackProps) {
  const track = useRef<HTMLDivElement>(null);
  const held = useRef<Held | null>(null);
  const [width, setWidth] = useState(300);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(track.current?.clientWidth ?? 300);
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const share = (minutes: number): number => ((minutes - low) / (high - low)) * 100;
  const minuteAt = (x: number): number => {
    const place = track.current?.getBoundingClientRect();
    return place ? low + ((x - place.left) / place.width) * (high - low) : low;
  };

  const take = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const minute = minuteAt(event.clientX);
    const edge = (EDGE / width) * (high - low);
    held.current = { blocks, ...grasped(blocks, minute, edge), x: event.clientX, minute, moved: false };
    track.current?.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent): void => {
    const hold = held.current;
    if (hold === null) return;
    if (!hold.moved && Math.abs(event.clientX - hold.x) < DRAGS_AFTER) return;
    hold.moved = true;
    const minute = minuteAt(event.clientX);
    if (hold.index >= 0) {
      onBlocks(pulled(hold.blocks, hold.index, hold.grip, snapped(minute - hold.minute)));
    } else {
      const block = drawn(hold.blocks, snapped(hold.minute), snapped(minute));
      onBlocks(block === null ? hold.blocks : added(hold.blocks, block));
    }
  };
  const drop = (): void => {
    if (held.current && !held.current.moved) onTap();
    held.current = null;
  };
  /** The page is being scrolled after all. */
  const letGo = (): void => {
    if (held.current?.moved) onBlocks(held.current.blocks);
    held.current = null;
  };

  return (
    <div
      class="week-track"
      ref={track}
      aria-hidden="true"
      style={{ "--cells": (high - low) / 120 }}
      onPointerDown={take}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={letGo}
    >
      {blocks.map((typed, index) => {
        const block = blockOf(typed);
        if (block === null) return null;
        const label = `${spoken(typed[0])}–${typed[1].replace(/^0(?=\d)/, "")}`;
        const size = share(block[1]) - share(block[0]);
        return (
          <span key={index} class="week-block" title={label} style={{ left: `${share(block[0])}%`, width: `${size}%` }}>
            {label.length * OF_A_LETTER + 12 < (size / 100) * width ? label : ""}
          </span>
        );
      })}
    </div>
  );
}

const snapped = (minutes: number): number => Math.round(minutes / STEP) * STEP;

/** Which block lies there, and whether it is taken by one of its ends. */
function grasped(blocks: readonly Typed[], minute: number, edge: number): { index: number; grip: Grip } {
  for (let index = 0; index < blocks.length; index++) {
    const typed = blocks[index];
    const block = typed && blockOf(typed);
    if (!block || minute < block[0] - edge / 2 || minute > block[1] + edge / 2) continue;
    const near = Math.min(edge, (block[1] - block[0]) / 3);
    if (minute < block[0] + near) return { index, grip: "start" };
    if (minute > block[1] - near) return { index, grip: "end" };
    return { index, grip: "whole" };
  }
  return { index: -1, grip: "whole" };
}
