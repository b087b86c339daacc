"""`Procfile` runs the web side and a worker together, and stops both."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.settings import read, signing_key
from tests.handlers.visitors import Visitor
from tests.running.house import PATIENCE, ROOT, environment, hekje, is_ready
from tests.servers import free_port, secantus

URL = "https://hekje.regenboog.example"
"""A public one, at which no demo school is made."""

Honcho = Callable[..., Awaitable[tuple[Process, str]]]


@pytest.fixture
async def honcho(tmp_path: Path) -> AsyncIterator[Honcho]:
    """Starts what `Procfile` names, in a group of its own; with the address it serves at."""
    running: list[Process] = []

    async def start(**settings: object) -> tuple[Process, str]:
        port = free_port()
        (tmp_path / "Procfile").write_text((ROOT / "Procfile").read_text())
        (tmp_path / ".venv").symlink_to(Path(sys.prefix))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "honcho.command", "start",
            cwd=tmp_path, env={**environment(tmp_path / "data", port=port, url=URL, **settings)},
            stdout=PIPE, stderr=STDOUT, start_new_session=True,
        )  # fmt: skip
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(PATIENCE):
            while not await is_ready(url):
                assert process.returncode is None
                await asyncio.sleep(0.05)
        return process, url

    yield start
    for process in running:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def mail_goes_out_and_both_stop(
    tmp_path: Path, process: Process, url: str, **settings: object
) -> None:
    """Asked at the web side, sent by the worker."""
    data = tmp_path / "data"
    made = await hekje(data, "school", "create", "regenboog", "--name", "De Regenboog", **settings)
    assert made[0] == 0, made
    code, link, complaint = await hekje(
        data, "account", "create", "--school", "regenboog", "--role", "office",
        "--email", "dewit@regenboog.example", **settings,
    )  # fmt: skip
    assert code == 0, complaint
    letters = set((data / "mail").iterdir())
    async with Visitor(url) as visitor:
        activated = await visitor.post(
            "/api/activate", token=link.strip().partition("#")[2],
            name="Mevrouw De Wit", password="vier grijze olifanten",
        )  # fmt: skip
        assert activated.status == 200, activated.body
        await visitor.post("/api/password/forgot", email="dewit@regenboog.example")
    async with asyncio.timeout(PATIENCE):
        while len(set((data / "mail").glob("[!.]*.eml")) - letters) < 1:
            await asyncio.sleep(0.05)
    process.terminate()
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        said = (await process.stdout.read()).decode()
        await process.wait()
    assert said.count("stopped (rc=0)") == 2, said
    assert "level=error" not in said


async def test_web_and_worker_on_one_sqlite_file(tmp_path: Path, honcho: Honcho) -> None:
    process, url = await honcho()
    await mail_goes_out_and_both_stop(tmp_path, process, url)


async def test_web_and_worker_on_mongodb(tmp_path: Path, honcho: Honcho) -> None:
    with secantus() as server:
        given = {"database": f"{server}/hekje", "secret": "s" * 16}
        process, url = await honcho(**given)
        await mail_goes_out_and_both_stop(tmp_path, process, url, **given)


def test_all_who_start_together_have_one_key(tmp_path: Path) -> None:
    for start in range(30):
        settings = read({"HEKJE_DATA": str(tmp_path / str(start))}, tmp_path)
        with ThreadPoolExecutor(8) as processes:
            keys = set(processes.map(signing_key, [settings] * 8))
        assert len(keys) == 1
        assert len(keys.pop()) > 40
        assert [path.name for path in settings.data.iterdir()] == ["secret"]
