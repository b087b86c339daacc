"""What a client might send, changed at random; the same seed makes the same again."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from msgspec import inspect

from server.handlers import EVENTS
from server.protocol.calls import CALLS
from tests.sockets.http import HOST, JSON, LAST, get
from tests.sockets.test_fields import parts, proper, with_part
from tests.sockets.test_slow_callers import UPGRADE
from tests.sockets.wire import framed

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**100, 1.5, -0.0, 1e300, "", " ", "\n",
    "é", "İ", "שלום\u202e", "\u0300" * 500, "🤒" * 100, "a" * 5_000, "$ne", "__proto__", "../..",
    "2026-02-30", "24:00", "25:61", "0000-00-00", [], {}, [[]], [None], {"": {}}, {"$gt": ""},
    ["a"] * 400, {"a": {"a": {"a": {}}}},
]  # fmt: skip
"""Values that stand where others belong."""

SCRAPS = [
    "NaN", "-Infinity", "1e999", "9" * 5_000, "\\u0000", "\\ud800", "\\udc00\\ud83d", '"', "\\", ",", ":",
    "{", "}", "[", "]", "[" * 2_000, '{"a":' * 2_000, "null", "\ufeff", "\x00", "\x7f", "\u2028", "é", "🤒",
    "٣", "42", "451-", "0{}", "\r\n", "\r\n\r\n", "--", "/*", "'", '"text":"x",', "999999999999999999999",
]  # fmt: skip
"""What gets between."""

HEADERS = [
    b"Content-Length: 2", b"Content-Length: -1", b"Content-Length: 9999999999", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip", b"Content-Encoding: gzip", b"Expect: 100-continue", b"Upgrade: websocket",
    b"Host: evil.example", b"X-Forwarded-For: 1.2.3.4", b"Cookie: hekje_session=x", b"Range: bytes=0-",
    b"X-HTTP-Method-Override: DELETE", b"If-Match: *", b"Connection: keep-alive", b"X: " + b"a" * 9_000,
    b"Origin: null", b"Accept-Language: \xff", b"Authorization: Bearer .", b"Te: trailers", b" folded",
]  # fmt: skip

PATHS = [b"/", b"/healthz", b"/readyz", b"/metrics", b"/c/x", b"/activate", b"/unsubscribe/x"]

SHUTS_OTHERS_OUT = {"school.require_second_factor"}

Known = dict[str, list[Any]]
"""What really is there, by the name of the field that it goes into."""


class Mutations:
    """Proper frames and requests about what is `known`, each changed in one to three ways."""

    def __init__(self, chance: random.Random, known: Known) -> None:
        self.chance = chance
        self._known = known

    # --- Frames ----------------------------------------------------------------------------

    def text(self) -> str:
        """A Socket.IO packet; some are as good as new."""
        name = self.chance.choice(sorted(EVENTS.keys() - SHUTS_OTHERS_OUT))
        payload = self._payload(EVENTS[name].request)
        for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
            payload = self._changed_value(payload, EVENTS[name].request)
        said = [name, payload] if self.chance.random() < 0.95 else self.chance.choice(ODD)
        text = f"42{self.chance.randrange(1_000)}{json.dumps(said, ensure_ascii=False)}"
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2])):
            text = self._torn(text)
        return text

    def frame(self) -> bytes:
        """A WebSocket frame that holds one, with bits of it turned over."""
        raw = bytearray(framed(self.text().encode(errors="replace")))
        for _ in range(self.chance.randint(1, 4)):
            at = self.chance.randrange(min(len(raw), self.chance.choice([2, 8, len(raw)])))
            raw[at] ^= 1 << self.chance.randrange(8)
        return bytes(raw[: self.chance.choice([len(raw), self.chance.randrange(len(raw)) + 1])])

    # --- Requests --------------------------------------------------------------------------

    def request(self) -> bytes:
        """What somebody may say to the HTTP door."""
        whole = self.chance.choice([self._call, self._call, self._call, self._page])()
        for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
            change: Callable[[bytes], bytes] = self.chance.choice(
                [self._other_header, self._flipped, self._cut, self._scrap_inside]
            )
            whole = change(whole)
        return whole

    def _call(self) -> bytes:
        path = self.chance.choice(list(CALLS))
        body = b""
        asked = CALLS[path].request
        if asked is not None:
            payload = self._changed_value(self._payload(asked), asked)
            text = json.dumps(payload, ensure_ascii=False)
            body = (self._torn(text) if self.chance.random() < 0.4 else text).encode(
                errors="replace"
            )
        length = b"Content-Length: %d\r\n" % len(body)
        return b"POST %b HTTP/1.1\r\n%b%b%b%b\r\n%b" % (
            path.encode(),
            HOST,
            LAST,
            JSON,
            length,
            body,
        )

    def _page(self) -> bytes:
        return self.chance.choice([*map(get, PATHS), UPGRADE])

    def _other_header(self, whole: bytes) -> bytes:
        lines = whole.split(b"\r\n")
        lines.insert(self.chance.randint(1, min(4, len(lines))), self.chance.choice(HEADERS))
        return b"\r\n".join(lines)

    def _flipped(self, whole: bytes) -> bytes:
        raw = bytearray(whole)
        raw[self.chance.randrange(len(raw))] ^= 1 << self.chance.randrange(8)
        return bytes(raw)

    def _cut(self, whole: bytes) -> bytes:
        return whole[: self.chance.randrange(len(whole)) + 1]

    def _scrap_inside(self, whole: bytes) -> bytes:
        return self._torn(whole.decode("latin-1")).encode("latin-1", errors="replace")

    # --- Changes ---------------------------------------------------------------------------

    def _payload(self, request: type) -> Any:
        """A proper one, about what is really there where that is known."""
        payload = proper(inspect.type_info(request))
        return {
            name: self.chance.choice(self._known[name]) if name in self._known else value
            for name, value in payload.items()
        }

    def _changed_value(self, payload: Any, request: type) -> Any:
        """A field is odd, gone, or one too many."""
        if not isinstance(payload, dict) or not payload:
            return self.chance.choice(ODD)
        name = self.chance.choice(list(payload))
        way = self.chance.random()
        if way < 0.15:
            return {field: value for field, value in payload.items() if field != name}
        if way < 0.25:
            return {**payload, self.chance.choice(SCRAPS): self.chance.choice(ODD)}
        places = [path for path, _ in parts(inspect.type_info(request)) if path]
        try:
            return with_part(
                payload, self.chance.choice(places), copy.copy(self.chance.choice(ODD))
            )
        except (KeyError, IndexError, TypeError):  # an earlier change has taken that place away
            return {**payload, name: self.chance.choice(ODD)}

    def _torn(self, text: str) -> str:
        """Something left out, said twice, or in between."""
        start = self.chance.randrange(len(text) + 1)
        end = min(len(text), start + self.chance.choice([1, 1, 2, 5, 40]))
        between = self.chance.choice(["", text[start:end] * 2, self.chance.choice(SCRAPS)])
        return text[:start] + between + text[end if self.chance.random() < 0.5 else start :]
