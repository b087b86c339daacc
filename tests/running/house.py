"""`hekje` commands as people run them: processes of their own, on a folder of the test's own."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from pathlib import Path

import aiohttp

from tests.servers import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
STARTS_WITHIN = 60.0
"""With a demo school to be made first, on a machine that has more to do."""


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """This machine's, with no settings but these."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("HEKJE_")}
    given = {f"HEKJE_{name.upper()}": str(value) for name, value in settings.items()}
    return {**mine, "HEKJE_DATA": str(folder), "PYTHONPATH": str(ROOT), **given}


async def hekje(folder: Path, *arguments: str, **settings: object) -> tuple[int, str, str]:
    """A command carried out to its end: exit code, what it answered and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", *arguments,
        cwd=ROOT, env=environment(folder, **settings),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        answer, complaint = await process.communicate()
    assert process.returncode is not None
    return process.returncode, answer.decode(), complaint.decode()


class Server:
    """`hekje serve`, with what it logs in a file."""

    def __init__(
        self, folder: Path, port: int = 0, *, demo: bool = False, **settings: object
    ) -> None:
        """With `demo` an empty database gets the demo school, as with `bin/serve`."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._flags = [] if demo else ["--no-demo"]
        self._settings = {"port": self.port, "rate": 0, **settings}
        self._log = folder.with_name(f"{folder.name}-log")
        self._process: Process | None = None

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def start(self) -> None:
        """Returns when it is ready."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "server.cli", "serve", *self._flags,
                cwd=ROOT, env=environment(self._folder, **self._settings), stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(STARTS_WITHIN):
            while not await is_ready(self.url):
                assert self._process.returncode is None, self.log
                await asyncio.sleep(0.02)

    async def stop(self) -> int:
        """As on SIGTERM; its exit code."""
        assert self._process
        self._process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    async def demolish(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def is_ready(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
