"""Five hundred texts that want to be something else: script, markup, another direction, nothing at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product

_RUNS = "hit()"
_MARKUP = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<body onload={}>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src=javascript:parent.{}></iframe>",
    "<details open ontoggle={}>x</details>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<a href=javascript:{}>hier</a>",
    "<math><mtext></p><img src=x onerror={}>",
    "<style>@import 'javascript:{}'</style>",
    "<link rel=stylesheet href=data:,{}>",
    "<base href=javascript:{}//>",
    "<form action=javascript:{}><button>ja</button></form>",
    "<template><img src=x onerror={}></template>",
    "<object data=javascript:{}></object>",
    "<meta http-equiv=refresh content=0;url=javascript:{}>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "'-{}-'",
)
_WRAPPED = (
    "{}",
    '">{}',
    "'>{}<'",
    "</p></div></textarea></title>{}",
    "--><!--{}",
    "]]>{}<![CDATA[",
    "&lt;b&gt;{}&lt;/b&gt;",
    "%3Cb%3E{}\\u003cb\\u003e",
    "https://school.example/{}",
    'https://school.example/?q="onmouseover={}',
    "www.school.example#{}",
    "\u202e{}\u202c",
    "\u2066\u202e{}",
    "\u200b\u200d{}\ufeff\u2060",
    "שלום {} مرحبا",
    "\u2028{}\u2029\n\n\n",
    "＜b＞{}＜／b＞",
    "e\u0301\u0302\u0303\u0304\u0305\u0306{}👩\u200d👩\u200d👧\U000e0041",
    "__proto__ constructor {} toString",
    "W" * 300 + "{}",
)
PAYLOADS = tuple(outer.format(inner.format(_RUNS)) for inner, outer in product(_MARKUP, _WRAPPED))
assert len(set(PAYLOADS)) == 500
ALL = " ".join(PAYLOADS)
"""For what there is one of, such as the name of a school."""


def fitting(room: int) -> list[str]:
    """Each of them where only so much may be written: without its wrapping, if that is too long."""
    bare = (inner.format(_RUNS) for inner, _ in product(_MARKUP, _WRAPPED))
    return [
        whole if len(whole) <= room else part for whole, part in zip(PAYLOADS, bare, strict=True)
    ]


def letters(room: int) -> Iterator[str]:
    """All of them, as many at a time as may be written."""
    letter = ""
    for payload in PAYLOADS:
        if len(letter) + len(payload) >= room:
            yield letter
            letter = ""
        letter += f"{payload}\n"
    yield letter


def plain(text: str | None) -> str:
    """What is left of a text once only its letters and signs count."""
    seen = (sign for sign in text or "" if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


WATCH = "window.hits = 0; window.hit = () => { window.hits += 1; };"
"""Counts what runs."""

FOREIGN = """() => [...document.querySelectorAll("*")].filter((one) => {
  if (/^(script|link|meta)$/i.test(one.localName)) return one.closest("body") !== null;
  if (/^(iframe|object|embed|base|style|template|math|video)$/i.test(one.localName)) return true;
  if (one.localName === "img") return one.getAttribute("src") !== "/icon.svg";
  if (one.localName === "a") return !/^(https?:|\\/|#main$)/.test(one.getAttribute("href"));
  return [...one.attributes].some((attribute) => /^on/i.test(attribute.name));
}).map((one) => one.outerHTML.slice(0, 200))"""
"""Every element that no screen of ours has."""
