/** A text whose web addresses can be followed. */

import { parts } from "../linked";

export function Linked({ text }: { readonly text: string }) {
  return (
    <>
      {parts(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </>
  );
}
