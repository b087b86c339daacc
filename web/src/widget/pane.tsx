/** The top of a pane: back on a phone, its title, and what belongs under it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { addressOf, place } from "../places";
import { back } from "../router";
import { t } from "../words";
import { Icon } from "./icon";

interface PaneHeadProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** Something in the pane takes the focus itself. */
  readonly quiet?: boolean;
}

export function PaneHead({ title, children, quiet = false }: PaneHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!quiet) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="pane-head">
      <button type="button" class="quiet icon-only back" aria-label={t("back")} onClick={() => back(addressOf(place.value))}>
        <Icon name="back" />
      </button>
      <div class="pane-title">
        <h1 ref={heading} tabIndex={-1} dir="auto">
          {title}
        </h1>
        {children}
      </div>
    </div>
  );
}
