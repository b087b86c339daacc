"""The machine: a core for the server, a core for the generator, and who else was on them."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

SERVER_CORE, GENERATOR_CORE = 0, 1
NICENESS = -19
DIE_WITH_PARENT = 1
_LIBC = ctypes.CDLL(None)
AUTOGROUP = Path("/proc/self/autogroup")
TICKS = os.sysconf("SC_CLK_TCK")
LIBRARIES = ("python-socketio", "python-engineio", "aiohttp", "uvloop", "msgspec", "apsw")


def pinned_to(core: int) -> Callable[[], None]:
    """What a child does before it becomes the program: keep to a core, go first if allowed."""

    def settle() -> None:
        _LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        os.sched_setaffinity(0, {core})
        os.setsid()  # priorities count within a session; this one's own counts among sessions
        try:
            os.nice(NICENESS)
            AUTOGROUP.write_text(f"{NICENESS}")
        except OSError:
            pass  # an ordinary user, or another kernel, measures with ordinary priority

    return settle


@contextmanager
def to_ourselves(lock: Path) -> Iterator[None]:
    """Two measurements at once would measure each other: the second waits."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Ticks:
    """CPU seconds since the start of the machine, or of a process."""

    used: float
    stolen: float
    ours: float
    at: float

    @classmethod
    def now(cls, *pids: int) -> Ticks:
        """Of both cores, and of those processes of ours."""
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        user, nice, system, _idle, _wait, _irq, _soft, stolen = fields[:8]
        ours = sum(map(cpu_seconds, pids)) + sum(os.times()[:4])
        return cls((user + nice + system) / TICKS, stolen / TICKS, ours, time.monotonic())

    def foreign_since(self, before: Ticks) -> float:
        """Cores that others used meanwhile: other processes, and the host of a virtual machine."""
        used = self.used - before.used - (self.ours - before.ours)
        return max(0.0, used) / (self.at - before.at)

    def stolen_since(self, before: Ticks) -> float:
        return (self.stolen - before.stolen) / (self.at - before.at)


def cpu_seconds(pid: int) -> float:
    """What a running process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kb(pid: int) -> float:
    """Resident memory in kB of 1000 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1000


def fsync_ms(folder: Path, times: int = 200) -> float:
    """How long the disk takes to keep 4 kB, at the median."""
    path = folder / "fsync"
    taken = []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(b"x" * 4096)
            start = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(taken) * 1000


def described(folder: Path) -> list[str]:
    """The machine and the versions, a line each."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}",
        f"fsync of 4 kB: {fsync_ms(folder):.2f} ms at the median",
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    ]
