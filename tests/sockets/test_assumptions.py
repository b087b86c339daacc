"""What the socket layer takes the libraries to be: another release of them stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import engineio
import pytest
import socketio

from server import wire
from server.decision import RateLimited
from server.frames import answer, event, refusal, websocket_text
from server.limits import REMEMBERED, RateLimit

ROOT = Path(__file__).parents[2]


def test_the_libraries_are_as_they_were() -> None:
    wire.check_assumptions()


@pytest.mark.parametrize(("owner", "name", "_"), wire._SIGNATURES, ids=lambda part: str(part))
def test_another_signature_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, _: list[str]
) -> None:
    def other(self: Any, something: int, else_: int) -> None: ...

    monkeypatch.setattr(owner, name, other)
    with pytest.raises(RuntimeError, match=name):
        wire.check_assumptions()


@pytest.mark.parametrize(
    ("owner", "name"), [(socketio.AsyncServer, "_handle_connect"), (engineio.AsyncServer, "send_packet")]
)  # fmt: skip
def test_a_method_that_is_gone_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    monkeypatch.delattr(owner, name)
    with pytest.raises(RuntimeError, match=name):
        wire.check_assumptions()


def test_an_attribute_that_is_gone_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = socketio.AsyncServer.__init__

    def without_environ(self: Any, *args: Any, **kwargs: Any) -> None:
        whole(self, *args, **kwargs)
        del self.environ

    monkeypatch.setattr(socketio.AsyncServer, "__init__", without_environ)
    with pytest.raises(RuntimeError, match="environ"):
        wire.check_assumptions()


def test_only_one_file_knows_the_libraries_from_the_inside() -> None:
    """Others import nothing of them at all."""
    knowing = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "server").rglob("*.py")
        if any(word in path.read_text() for word in ("import socketio", "import engineio",
               "from socketio", "from engineio"))
    ]  # fmt: skip
    assert knowing == ["server/wire.py"]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_says_its_length(length: int) -> None:
    frame = websocket_text(b"x" * length)
    head = {True: 2, False: 4 if length < 65_536 else 10}[length < 126]
    assert frame[0] == 0x81
    assert frame[head:] == b"x" * length
    told = frame[1] if head == 2 else int.from_bytes(frame[2:head], "big")
    assert told == length


def test_answers_and_events_are_packets_of_socket_io() -> None:
    assert event("heads", {"a": 1})[2:] == b'42["heads",{"a":1}]'
    assert answer(7, {})[2:] == b'437[{"ok":true}]'
    assert answer(7, {"read_seq": 3})[2:] == b'437[{"ok":true,"read_seq":3}]'
    assert refusal(7, {"code": "invalid"})[2:] == b'437[{"ok":false,"error":{"code":"invalid"}}]'


def test_who_asks_most_is_remembered_longest_however_many_ask() -> None:
    clock = [0.0]
    limit = RateLimit(1, 2, lambda: clock[0])
    for one in range(REMEMBERED + 10):
        limit.spend(f"account{one}")
        if one % 1_000 == 0:
            clock[0] += 1
            limit.spend("busy")
    assert len(limit._buckets) == REMEMBERED
    limit.spend("busy")
    with pytest.raises(RateLimited):
        limit.spend("busy")
