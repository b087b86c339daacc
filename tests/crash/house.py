"""A server as people run it: a process of its own, killed, told to stop, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from pathlib import Path

from tests.cast import REGENBOOG, move_in
from tests.clients.house import open_database
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 20.0


@dataclass
class House:
    """`hekje serve`; without its worker every notice stays where it was written."""

    folder: Path
    database: str
    worker: bool = False
    public: str = ""
    """Where browsers find it, when that is not where it listens."""
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return self.public or self.url

    async def fill(self) -> None:
        self.folder.mkdir(exist_ok=True)
        store = await open_database(self.database)
        await move_in(store, REGENBOOG)
        await store.close()

    async def open(self) -> None:
        """Returns when it can be connected to."""
        command = [sys.executable, "-m", "server.cli", "serve", "--no-demo"]
        command += [] if self.worker else ["--no-worker"]
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log
            )
        async with asyncio.timeout(STARTS_WITHIN):
            while not await self._answers():
                assert self.process.returncode is None, (self.process.returncode, self.log())
                await asyncio.sleep(0.01)

    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("HEKJE_")},
            "HEKJE_DATA": str(self.folder),
            "HEKJE_DATABASE": self.database,
            "HEKJE_SECRET": "a secret of sixteen and more",
            "HEKJE_PORT": str(self.port),
            "HEKJE_URL": self.address,
            "HEKJE_RATE": "0",
            "HEKJE_CONNECTIONS": "50",
        }

    async def kill(self) -> None:
        """As when the power button is held down: nothing of it runs on."""
        assert self.process
        self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL

    async def terminate(self, within: float) -> int:
        """Ask it to stop; its exit code."""
        assert self.process
        self.process.terminate()
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def demolish(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def log(self) -> str:
        return (self.folder / "log").read_text()[-4000:]

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True
