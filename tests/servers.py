"""Servers that tests talk to, each a process of its own with a folder of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN = 30.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def secantus(*flags: str) -> Iterator[str]:
    """A MongoDB-compatible server; yields its `mongodb://` url, without a database."""
    with tempfile.TemporaryDirectory(prefix="hekje-secantus-") as folder:
        port = free_port()
        server = start_secantus(port, Path(folder), *flags)
        try:
            yield f"mongodb://127.0.0.1:{port}"
        finally:
            stop(server)


def start_secantus(port: int, folder: Path, *flags: str) -> subprocess.Popen[bytes]:
    """The server on this port, answering, with what was in the folder before."""
    command = [str(Path(sys.executable).with_name("secantusd-py")), "--port", str(port)]
    command += ["--storage-path", str(folder / "database"), "--sync-on-commit", *flags]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for_port(port, server)
    except BaseException:
        stop(server)
        raise
    return server


def wait_for_port(port: int, server: subprocess.Popen[bytes]) -> None:
    """Returns when somebody answers there; raises when the server ends or takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"{server.args!r} ended with {server.returncode}")
        with socket.socket() as caller:
            caller.settimeout(1)
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answered on port {port} within {STARTS_WITHIN} s")


def stop(server: subprocess.Popen[bytes]) -> None:
    """At once: nobody needs what it still would write."""
    server.kill()
    server.wait()
