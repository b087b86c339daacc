"""The bench counts right: what it says of a server can be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import generator, mail, roster, servers
from bench.scenes import Scene, Seat, relay_seats
from tests.roster.make import large_school
from tests.storage.places import Place

pytestmark = pytest.mark.timeout(60)

A_FEW_FAMILIES = Scene("a few families", classes=4, parents=2, teachers=3, senders=8)


def load(seats: list[Seat], *, fan_out: int, rate: float = 0) -> generator.Measured:
    port = servers.free_port()
    with servers.relay(port):
        return generator.run(
            port, seats, fan_out=fan_out, rate=rate, warm_up=0, seconds=1, drain=1, spin=False
        )


def test_each_message_of_twenty_connections_reaches_exactly_the_three_teachers() -> None:
    seen = load(relay_seats(A_FEW_FAMILIES), fan_out=3)
    assert seen.connections == 20
    assert seen.acked == seen.sent > 0
    assert seen.delivered == 3 * seen.acked
    assert (seen.refused, seen.strays, seen.lost) == (0, 0, 0)


def test_by_the_clock_as_many_are_sent_as_were_due() -> None:
    seen = load(relay_seats(A_FEW_FAMILIES), fan_out=3, rate=100)
    assert seen.sent == pytest.approx(100, abs=1)
    assert seen.delivered == 3 * seen.sent
    assert seen.delivery_ms.count == 3 * seen.ack_ms.count


def test_a_delivery_to_another_class_is_counted_as_a_stray() -> None:
    eavesdropper = Seat(group=99, auth={"rooms": ["team-0"]})
    seen = load([*relay_seats(A_FEW_FAMILIES), eavesdropper], fan_out=0)
    assert seen.strays > 0
    assert seen.delivered > 3 * seen.acked


def test_a_request_without_an_answer_is_not_counted_as_answered() -> None:
    teacher, *_ = relay_seats(A_FEW_FAMILIES)
    stranger = Seat(group=0, auth={}, event=("message.send", {"text": "to no conversation"}))
    seen = load([teacher, stranger], fan_out=3)
    assert (seen.sent, seen.acked, seen.delivered) == (1, 0, 0)


async def test_every_mail_that_is_counted_was_sent(tmp_path: Path) -> None:
    seen = await mail.measure(tmp_path, 30)
    assert seen.mails == 30
    assert seen.cpu > 0
    assert seen.wall > 0


async def test_messages_are_answered_while_a_roster_comes_in(tmp_path: Path) -> None:
    place = Place("sqlite", str(tmp_path / "hekje.db"))
    seen = await roster.measure(place, tmp_path, large_school(30, 50))
    assert [one.what for one in seen] == [
        "sqlite, a first roster", "sqlite, next year's", "sqlite, the same again",
    ]  # fmt: skip
    assert all(one.answers > 0 for one in seen)
