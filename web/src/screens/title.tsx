/** The heading of a list: the page's own on a phone, beside another one on a laptop. */

import type { ComponentChildren } from "preact";

import { wide } from "./frame";

export function ListTitle({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="list-title">
      {wide.value ? <h2 class="h1">{title}</h2> : <h1>{title}</h1>}
      {children}
    </div>
  );
}
