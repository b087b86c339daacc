"""One measurement each, on a server started for it; done again when the machine was not quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import generator, servers
from bench.generator import Measured
from bench.hekje import School, messages_kept
from bench.machine import Ticks, resident_kb
from bench.scenes import Scene, Seat, relay_seats
from bench.seed import conversation_id

MOST_FOREIGN = 0.15
"""Cores that others, the host included, may use during a measurement before it is done again."""
MOST_BUSY = 0.8
"""The part of its core that the generator may work before it counts as the bottleneck."""
SETTLE = 1.0


class WrongCount(Exception):
    """Messages were lost, doubled, refused or told to the wrong people: no figure counts then."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often."""

    repetitions: int
    warm_up: float
    seconds: float
    questions: float
    connections: tuple[int, int]
    """Idle ones before and between the two readings of memory."""
    tries: int
    """How often at most, when the machine was not quiet."""


FULL = Effort(3, warm_up=1, seconds=3, questions=2, connections=(200, 1_000), tries=4)
QUICK = Effort(1, warm_up=0.3, seconds=0.7, questions=0.5, connections=(50, 100), tries=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured, and what disturbed it."""

    what: str
    seen: Measured
    foreign: float
    stolen: float

    @property
    def undisturbed(self) -> bool:
        return self.foreign + self.stolen <= MOST_FOREIGN and self.seen.busy <= MOST_BUSY


@dataclass(frozen=True, slots=True)
class Running:
    """A started server."""

    port: int
    pid: int
    folder: Path | None = None


@contextmanager
def on_relay() -> Iterator[Running]:
    port = servers.free_port()
    with servers.relay(port) as pid:
        yield Running(port, pid)


@contextmanager
def on_hekje(school: School) -> Iterator[Running]:
    port = servers.free_port()
    with school.served(port) as (pid, folder):
        yield Running(port, pid, folder)


def relay_load(scene: Scene, effort: Effort, rate: float = 0) -> Trial:
    """The bare relay, as fast as it answers or by the clock."""

    def once() -> Trial:
        with on_relay() as running:
            return _load(f"relay, {scene.name}", running, relay_seats(scene), scene, effort, rate)

    return _quietly(once, effort.tries)


def hekje_load(school: School, effort: Effort, rate: float = 0) -> Trial:
    """Hekje likewise; then it is killed and what it had acknowledged is looked up in the file."""
    scene = school.scene

    def once() -> Trial:
        with on_hekje(school) as running:
            trial = _load(f"Hekje, {scene.name}", running, school.seats(), scene, effort, rate)
        assert running.folder
        kept = messages_kept(running.folder, scene)
        if kept != trial.seen.acked:
            raise WrongCount(f"{trial.seen.acked} messages acknowledged, {kept} in the database")
        return trial

    return _quietly(once, effort.tries)


def questions(school: School, name: str, effort: Effort) -> Trial:
    """One teacher asks one question after another; the whole round trip counts."""
    about = {"conversation_id": conversation_id(0, 0), "limit": 50}
    seat = school.teacher_asking(name, **(about if name == "message.history" else {}))

    def once() -> Trial:
        with on_hekje(school) as running:
            return _measure(name, running, [seat], effort.warm_up, effort.questions)

    return _quietly(once, effort.tries)


def memory(
    server: Callable[[], AbstractContextManager[Running]],
    seats: list[Seat],
    effort: Effort,
    *,
    deflate: bool,
) -> float:
    """kB of resident memory per connection that has started its session and is idle."""
    before, between = effort.connections
    with server() as running:
        many = [seats[i % len(seats)] for i in range(before + between)]
        greeting = '["session.start",{}]'
        with generator.idle(running.port, many[:before], greeting=greeting, deflate=deflate):
            time.sleep(SETTLE)
            first = resident_kb(running.pid)
            with generator.idle(running.port, many[before:], greeting=greeting, deflate=deflate):
                time.sleep(SETTLE)
                return (resident_kb(running.pid) - first) / between


def _load(
    what: str, running: Running, seats: list[Seat], scene: Scene, effort: Effort, rate: float
) -> Trial:
    what += f", {rate:.0f} a second" if rate else ", as fast as it answers"
    trial = _measure(
        what, running, seats, effort.warm_up, effort.seconds, fan_out=scene.teachers, rate=rate
    )
    seen = trial.seen
    faults = seen.refused or seen.strays or seen.lost
    if faults or seen.acked != seen.sent or seen.delivered != seen.acked * scene.teachers:
        raise WrongCount(
            f"{what}: {seen.sent} sent, {seen.acked} acknowledged, {seen.refused} refused "
            f"{seen.first_refusal}, {seen.delivered} delivered to teams of {scene.teachers}, "
            f"{seen.strays} to others, {seen.lost} connections lost"
        )
    return trial


def _measure(
    what: str,
    running: Running,
    seats: list[Seat],
    warm_up: float,
    seconds: float,
    *,
    fan_out: int = 0,
    rate: float = 0,
) -> Trial:
    before = Ticks.now(running.pid)
    seen = generator.run(
        running.port, seats, fan_out=fan_out, rate=rate, warm_up=warm_up, seconds=seconds
    )
    after = Ticks.now(running.pid)
    return Trial(what, seen, after.foreign_since(before), after.stolen_since(before))


def _quietly(once: Callable[[], Trial], most: int) -> Trial:
    """The first undisturbed try, or the least disturbed of them."""
    tries: list[Trial] = []
    for _ in range(most):
        tries.append(trial := once())
        print(_line(trial), file=sys.stderr, flush=True)
        if trial.undisturbed:
            return trial
    return min(tries, key=lambda trial: trial.foreign + trial.stolen)


def _line(trial: Trial) -> str:
    seen = trial.seen
    return (
        f"{trial.what}: {seen.acked_a_second:.0f} answers a second (p50 {seen.ack_ms.p50:.2f} ms), "
        f"delivered in p50 {seen.delivery_ms.p50:.2f}, p99 {seen.delivery_ms.p99:.2f} ms; "
        f"generator {seen.busy:.0%}, others {trial.foreign:.2f}, host {trial.stolen:.2f} cores"
    )
