"""The page behind the link in a digest: a button that turns it off, with no log-in and no script.

A mail program presses it with one bare POST (RFC 8058), which asks for no cookie and no header; a
GET changes nothing, since mail scanners follow links.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from html import escape
from string import Template
from typing import Any

from aiohttp import web

from server import edge
from server.decision import NotFound, Refusal
from server.dispatch import Asker
from server.doors import Doors
from server.handlers import unsubscribing
from server.handlers.unsubscribing import DigestOf
from server.metrics import count_request
from server.tokens import unsubscribed_by
from server.words import SENTENCES, sentence
from storage import ids

PATH = "/unsubscribe/{token}"

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: #faf6ef; color: #1f2a27; }
body, button { font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 560px; margin: 0 auto; padding: 32px 16px; overflow-wrap: break-word; }
article { padding: 24px 20px; border-radius: 14px; background: #fff; }
.school { margin: 0 0 4px; color: #1c6b4f; font-weight: 600; }
h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.25; }
p { margin: 0 0 16px; }
button { padding: 11px 20px; border: 0; border-radius: 8px; background: #1c6b4f; color: #fff; }
button { font-weight: 600; cursor: pointer; }
a { color: #1c6b4f; }
:focus-visible { outline: 3px solid #1c6b4f; outline-offset: 3px; }
@media (prefers-color-scheme: dark) {
  body { background: #151a18; color: #ecefe9; }
  article { background: #1e2522; }
  .school, a { color: #84d3b1; }
  button { background: #84d3b1; color: #0f241b; }
  :focus-visible { outline-color: #84d3b1; }
}
"""
_PAGE = Template("""<!doctype html>
<html lang="$locale">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<article>
<p class="school">$school</p>
<h1>$title</h1>
<p>$text</p>
$rest
</article>
</main>
</body>
</html>
""")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}


def add_unsubscribe(app: web.Application, doors: Doors) -> None:
    app.router.add_get(PATH, partial(_answer, doors, unsubscribing.show))
    app.router.add_post(PATH, partial(_answer, doors, unsubscribing.end))


async def _answer(doors: Doors, decide: Any, request: web.Request) -> web.Response:
    """What a POST says in its body is not looked at: that it came is enough."""
    outcome = "ok"
    try:
        return _page(await _decided(doors, decide, request), asked=request.method != "POST")
    except Refusal as why:
        outcome = why.code
        return _refused(request, why)
    finally:
        count_request("/unsubscribe", outcome)


async def _decided(doors: Doors, decide: Any, request: web.Request) -> DigestOf:
    teacher_id = unsubscribed_by(doors.signing_key, request.match_info["token"])
    if teacher_id is None:
        raise NotFound("link_unknown")
    turn = partial(decide, teacher_id=teacher_id)
    found: DigestOf = await doors.dispatch.run(Asker(), turn, boundary=ids.school_of(teacher_id))
    return found


def _page(digest: DigestOf, *, asked: bool) -> web.Response:
    said = SENTENCES.get(digest.locale, SENTENCES["nl"])
    if asked and digest.on:
        button = f'<form method="post"><button>{escape(said["unsubscribe_button"])}</button></form>'
        return _html(digest.locale, digest.school, said, "unsubscribe_ask", button)
    home = f'<p><a href="/hours">{escape(said["unsubscribe_home"])}</a></p>'
    return _html(digest.locale, digest.school, said, "unsubscribe_done", home)


def _refused(request: web.Request, why: Refusal) -> web.Response:
    locale = edge.locale_of(request)
    said = {"title": "Hekje", "text": sentence(why, locale)}
    return _html(locale, "", said, "", "", edge.STATUS[why.code])


def _html(
    locale: str, school: str, said: dict[str, str], name: str, rest: str, status: int = 200
) -> web.Response:
    begin = f"{name}_" if name else ""
    page = _PAGE.substitute(
        locale=locale,
        style=_STYLE,
        school=escape(school),
        title=escape(said[f"{begin}title"]),
        text=escape(said[f"{begin}text"]),
        rest=rest,
    )
    return web.Response(text=page, content_type="text/html", headers=_HEADERS, status=status)
