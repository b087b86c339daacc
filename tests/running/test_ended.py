"""A Hekje of which a part has ended ends itself, so that whoever watches it starts it anew."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from tests.running.house import PATIENCE, ROOT, environment
from tests.servers import free_port

URL = "https://hekje.regenboog.example"

WITH_A_DEAD_WORKER = """
import sys
from dataclasses import replace

from server import cli
from server.settings import read

# no setting ends a worker any more, so it gets one that `read` refuses
cli.read = lambda *given: replace(read(*given), mail_from="nobody")
sys.exit(cli.main())
"""


@pytest.mark.parametrize("command", ["serve --no-demo", "worker"])
async def test_a_worker_that_dies_takes_hekje_with_it(tmp_path: Path, command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WITH_A_DEAD_WORKER, *command.split(),
        cwd=ROOT, env=environment(tmp_path, port=free_port(), url=URL),
        stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = complaint.decode()
    assert process.returncode == 1, said
    assert 'level=critical log=hekje event="the worker has ended unasked"' in said
    assert "error=NotAnAddress" in said
    assert said.splitlines()[-1] == "hekje: the worker has ended unasked; the log says where"
