"""A server as a process of its own on its core."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bench.machine import SERVER_CORE, pinned_to

ROOT = Path(__file__).parent.parent
PATIENCE = 20


class DidNotStart(Exception):
    """A server that ended or said nothing; its text is its last words."""


@contextmanager
def started(
    arguments: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A Python program of ours until the block ends, then killed; gives its process id."""
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            preexec_fn=pinned_to(SERVER_CORE),
        ) as process,
    ):
        try:
            _wait_for(process, port, words)
            yield process.pid
        finally:
            process.kill()


@contextmanager
def relay(port: int) -> Iterator[int]:
    with started(["-m", "bench.relay", str(port)], port) as pid:
        yield pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(process: subprocess.Popen[bytes], port: int, words: IO[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            words.seek(0)
            raise DidNotStart(words.read().decode()[-2000:])
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise DidNotStart(f"nothing listens on port {port} after {PATIENCE} s")
