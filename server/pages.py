"""The built web client: one page for all of its addresses, under a strict policy, and its files."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from server import edge
from server.settings import Settings

DIST = Path(__file__).parent.parent / "web" / "dist"

ADDRESSES = (
    "/",
    "/c/{conversation_id}",
    "/class/{class_id}",
    "/class/{class_id}/guardians",
    "/calendar/{school_id}",
    "/family",
    "/hours",
    "/hours/{school_id}",
    "/office",
    "/write/{class_id}",
    "/write/{class_id}/{pupil_id}",
    "/search",
    "/settings",
    "/forgot",
    "/activate",
    "/reset",
    "/merge",
)
"""What `web/src/router.ts` knows: a page may be asked for at each, by reloading it or from a mail."""

OF_PROGRAMS = "/api/"

SERVICE_WORKER = "/sw.js"
"""At the top, so that it may answer for all addresses."""
HASHED = "/assets/"
"""The build gives these files another name whenever what is in them changes."""
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_FOR_A_DAY = "public, max-age=86400"
_WORTH_PACKING = 1_000

_NOT_BUILT = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Hekje</title></head><body>
<h1>Hekje</h1>
<p>De website is nog niet gebouwd. Start Hekje met <code>bin/serve</code>: dat bouwt haar eerst.</p>
<p lang="en">The website has not been built yet. Start Hekje with <code>bin/serve</code>:
that builds it first.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it is sent, plain and packed."""

    plain: bytes
    packed: bytes
    content_type: str

    def answer(
        self, request: web.Request, headers: dict[str, str], status: int = 200
    ) -> web.Response:
        headers = {**headers, "Vary": "Accept-Encoding"}
        body = self.plain
        if self.packed and "gzip" in request.headers.get("Accept-Encoding", "").lower():
            headers["Content-Encoding"] = "gzip"
            body = self.packed
        text = self.content_type.startswith(("text/", "application/"))
        charset = "utf-8" if text else None
        return web.Response(
            status=status,
            body=body,
            content_type=self.content_type,
            charset=charset,
            headers=headers,
        )


def add_pages(app: web.Application, settings: Settings, folder: Path = DIST) -> None:
    """All files are read once; a page that says how to build them when there are none."""
    index = folder / "index.html"
    for path in sorted(folder.rglob("*")) if index.is_file() else ():
        if path.is_file() and path != index and not path.name.startswith("."):
            address = "/" + path.relative_to(folder).as_posix()
            app.router.add_get(address, _sends(_page(path), _headers(address)))
    page = _page(index) if index.is_file() else Page(_NOT_BUILT.encode(), b"", "text/html")
    shell_headers = {"Content-Security-Policy": policy(settings), "Cache-Control": "no-cache"}
    shell = _sends(page, shell_headers)
    for address in ADDRESSES:
        app.router.add_get(address, shell)
    app.middlewares.append(_or_nowhere(page, shell_headers))


def _headers(address: str) -> dict[str, str]:
    if address == SERVICE_WORKER:
        # a policy of its own: it fetches the shell, and shows the icon
        own = "default-src 'none'; connect-src 'self'; img-src 'self'"
        return {"Cache-Control": "no-cache", "Content-Security-Policy": own}
    return {"Cache-Control": _FOR_A_YEAR if address.startswith(HASHED) else _FOR_A_DAY}


def policy(settings: Settings) -> str:
    """Everything from this origin alone, and nothing that stands inside the page.

    The one Trusted Types policy, `hekje`, knows a single address: that of the service worker.
    """
    sockets = settings.url.replace("http", "ws", 1)  # browsers before 2022 don't count it as 'self'
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {sockets}; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types hekje"
    )


def _page(path: Path) -> Page:
    plain = path.read_bytes()
    content_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or _UNKNOWN
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) >= _WORTH_PACKING else b""
    return Page(plain, packed, content_type)


_UNKNOWN = "application/octet-stream"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


def _or_nowhere(page: Page, headers: dict[str, str]) -> Middleware:
    """Whoever mistypes an address sees the page, which says so; a program gets its refusal."""

    @web.middleware
    async def answer(request: web.Request, handler: edge.Handler) -> web.StreamResponse:
        unknown = isinstance(request.match_info.http_exception, web.HTTPNotFound)
        if unknown and _is_looked_at(request):
            return page.answer(request, headers, status=404)
        return await handler(request)

    return answer


def _is_looked_at(request: web.Request) -> bool:
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(OF_PROGRAMS)
    return is_page and "text/html" in request.headers.get("Accept", "").lower()


def _sends(page: Page, headers: dict[str, str]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def send(request: web.Request) -> web.Response:
        return page.answer(request, headers)

    return send
