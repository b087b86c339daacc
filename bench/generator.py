"""The load generator as Python sees it: compiled when needed, run, its report read."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.machine import GENERATOR_CORE, pinned_to
from bench.scenes import Seat

HERE = Path(__file__).parent
PROGRAM = HERE / "build" / "loadgen"


class Times(msgspec.Struct, frozen=True):
    """Milliseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    max: float


class Measured(msgspec.Struct, frozen=True):
    """What one run saw: `sent` to `lost` from its start, the rest in the measured time."""

    connections: int
    senders: int
    sent: int
    acked: int
    refused: int
    delivered: int
    strays: int
    lost: int
    seconds: float
    acked_a_second: float
    delivered_a_second: float
    busy: float
    """The part of its core that the generator worked, rather than looked for work."""
    ack_ms: Times
    delivery_ms: Times
    lag_ms: Times
    """How late the generator itself was."""
    first_refusal: str


class GeneratorFailed(Exception):
    """The generator could not do what it was asked; its text is what it said."""


def build() -> Path:
    """Compile it, unless that was done since it last changed."""
    source = HERE / "loadgen.c"
    if not PROGRAM.exists() or PROGRAM.stat().st_mtime < source.stat().st_mtime:
        PROGRAM.parent.mkdir(exist_ok=True)
        flags = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["cc", *flags, "-o", str(PROGRAM), str(source)], check=True)
    return PROGRAM


def run(
    port: int,
    seats: Iterable[Seat],
    *,
    fan_out: int = 0,
    rate: float = 0,
    warm_up: float = 1,
    seconds: float = 2,
    drain: float = 5,
    spin: bool = True,
    push: str = "message.posted",
) -> Measured:
    """Load the server: by the clock at `rate` a second, or without one as fast as it answers."""
    options: list[str] = [f"--fan-out={fan_out}", f"--push={push}", f"--drain={drain}"]
    options += [f"--warm-up={warm_up}", f"--seconds={seconds}"]
    options += [f"--rate={rate}"] * bool(rate) + ["--spin"] * spin
    with _seats_file(seats) as path:
        done = subprocess.run(
            [str(build()), f"--port={port}", *options, path],
            capture_output=True,
            preexec_fn=pinned_to(GENERATOR_CORE),
            timeout=120 + 2 * (warm_up + seconds),
        )
    if not done.stdout:
        raise GeneratorFailed(done.stderr.decode())
    return msgspec.json.decode(done.stdout, type=Measured)


@contextmanager
def idle(port: int, seats: Iterable[Seat], *, greeting: str, deflate: bool) -> Iterator[None]:
    """Connections that greet the server and then say nothing, for as long as this lasts."""
    options = [f"--greeting={greeting}", "--idle"] + ["--deflate"] * deflate
    with _seats_file(seats) as path:
        running = subprocess.Popen(
            [str(build()), f"--port={port}", *options, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with running:
            assert running.stdout
            assert running.stderr
            if not running.stdout.readline():
                raise GeneratorFailed(running.stderr.read().decode())
            yield
            if running.poll() is not None:
                raise GeneratorFailed(running.stderr.read().decode())


@contextmanager
def _seats_file(seats: Iterable[Seat]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as file:
        file.writelines(seat.line() for seat in seats)
        file.flush()
        yield file.name
