"""The log tells what went wrong and where, and nothing of anybody."""

from __future__ import annotations

import ast
import asyncio
import logging
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType

import apsw
import pytest

from server import journal
from server.journal import Journal
from storage.sqlite import open_sqlite
from storage.writes import Unavailable
from tests.cast import GUARDIANS, PUPILS, REGENBOOG, TEACHERS, move_in
from tests.handlers.visitors import Visitor
from tests.notify.post_office import post_office
from tests.running.house import PATIENCE, ROOT, Server
from tests.somebody import Somebody

TEXT = "Sami heeft buikpijn van de gymles"
LOGGING = r"log\.(debug|info|warning|error|exception|critical)$"
STREET = "198.51.100.77"
"""Where a parent is, as the proxy tells."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    folder = tmp_path / "data"
    store = await open_sqlite(folder / "hekje.db")
    await move_in(store, REGENBOOG)
    await store.close()
    server = Server(folder, proxies="127.0.0.1/32")
    await server.start()
    yield server
    await server.demolish()


async def test_a_day_at_school_leaves_no_name_text_or_address_in_the_log(
    server: Server, tmp_path: Path
) -> None:
    fatima = Somebody(server.url, {"token": REGENBOOG.token("fatima")})
    await fatima.connect()
    opened = await fatima.ok(
        "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.sami
    )
    about = opened["conversation"]["id"]
    await fatima.ok("message.send", conversation_id=about, key="1", text=TEXT)
    await fatima.ok("message.search", text="buikpijn")
    await fatima.refused("message.send", conversation_id=about, key="", text=TEXT)
    await fatima.refused(f"message.{TEXT}", text=TEXT)
    async with Visitor(server.url) as visitor:
        headers = {"X-Forwarded-For": STREET}
        wrong = {"email": "fatima@regenboog.example", "password": TEXT}
        await visitor.ask("POST", "/api/login", json=wrong, headers=headers)
        await visitor.ask("POST", "/api/login", data=TEXT.encode(), headers=headers)
        await visitor.ask("POST", "/api/password/forgot", json={"email": wrong["email"]})
        await visitor.ask("GET", f"/{TEXT}", headers=headers)
    spoil_messages(tmp_path / "data" / "hekje.db")
    await fatima.refused("message.history", conversation_id=about)
    await fatima.leave()
    assert await server.stop() == 0
    log = server.log
    assert 'event="a turn failed"' in log
    assert "error=ValidationError" in log
    assert "server/dispatch.py" in log
    assert mentioned(log) == set()
    assert all(re.match(r"at=\S+Z level=\w+ log=\S+ event=", line) for line in log.splitlines())


def spoil_messages(path: Path) -> None:
    """So that reading one fails with its text in the complaint."""
    connection = apsw.Connection(str(path))
    connection.execute("""UPDATE message SET body = json_set(body, '$.at', body ->> 'text')""")
    connection.close()


def mentioned(log: str) -> set[str]:
    people = " ".join((*GUARDIANS.values(), *TEACHERS.values(), *PUPILS.values()))
    words = {word for word in people.lower().split() if len(word) > 2} | set(
        TEXT.lower().split()[2:4]
    )
    private = words | {"buikpijn", "gymles", "@", STREET, "regenboog.example"}
    return {word for word in private if word in log.lower()}


async def test_what_a_mail_server_says_of_a_reader_stays_out_of_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    store = await open_sqlite(folder / "hekje.db")
    await move_in(store, REGENBOOG)
    await store.close()
    async with post_office() as office:
        office.answers = [
            f"{code} Fatima en Youssef Amrani wonen hier niet"
            for code in ("450 4.2.1", "550 5.1.1")
        ]
        server = Server(folder, smtp=f"smtp://127.0.0.1:{office.port}")
        await server.start()
        async with Visitor(server.url) as visitor:
            for name in ("fatima", "youssef"):
                email = f"{name}@regenboog.example"
                await visitor.ask("POST", "/api/password/forgot", json={"email": email})
        async with asyncio.timeout(PATIENCE):
            while not ("is tried again" in server.log and "is given up" in server.log):
                await asyncio.sleep(0.05)
        assert await server.stop() == 0
    assert mentioned(server.log) == set()


# --- What may hold anything ----------------------------------------------------------------


@pytest.fixture
def kept(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is logged after `journal.keep`, which is undone when the test is over."""
    root, ours = logging.getLogger(), logging.getLogger("hekje")
    before = root.handlers[:], root.level, ours.level, sys.excepthook
    yield capsys
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    threading.excepthook = threading.__excepthook__
    root.handlers[:], root.level, ours.level, sys.excepthook = before


def test_of_an_error_its_kinds_and_places_are_told(kept: pytest.CaptureFixture[str]) -> None:
    journal.keep()
    try:
        try:
            raise apsw.BusyError(TEXT)
        except apsw.BusyError as error:
            raise Unavailable(TEXT) from error
    except Unavailable as error:
        line = logged(exc_info=(type(error), error, error.__traceback__))
        shown = logged("the database is unavailable: %s", error)
    assert 'error="Unavailable from BusyError"' in line
    assert "running/test_journal.py" in line
    assert 'event="the database is unavailable: Unavailable from BusyError"' in shown
    both = ExceptionGroup(TEXT, [ValueError(TEXT), OSError(28, TEXT)])
    grouped = logged(exc_info=(type(both), both, None))
    assert 'error="ExceptionGroup of OSError:28, ValueError"' in grouped
    assert mentioned(line + shown + grouped) == set()


def test_nobody_can_write_a_line_of_their_own() -> None:
    line = logged("a word: %s", f'x\nat=2026 level=error event="{chr(0x2028)}"')
    assert "\n" not in line
    assert chr(0x2028) not in line


def test_a_library_says_only_where_it_spoke(kept: pytest.CaptureFixture[str]) -> None:
    journal.keep()
    logging.getLogger("aiohttp.server").error("Error handling %s", TEXT)  # as from a library:
    record = logging.LogRecord("aiohttp.server", 40, "/lib/aiohttp/web.py", 7, TEXT, None, None)
    assert 'event="a library spoke at aiohttp/web.py:7"' in Journal().format(record)
    assert mentioned(kept.readouterr().err) == set()


async def test_what_nobody_waited_for_is_told_the_same_way(
    kept: pytest.CaptureFixture[str],
) -> None:
    journal.keep()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(journal.unexpected)
    loop.call_soon(lambda: 1 / len([]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    line = kept.readouterr().err
    assert "something failed that nobody waited for" in line
    assert "error=ZeroDivisionError" in line


def test_the_last_words_of_a_process_too(kept: pytest.CaptureFixture[str]) -> None:
    journal.keep()
    error: BaseException = ValueError(TEXT)
    trace: TracebackType | None = None
    sys.excepthook(ValueError, error, trace)
    line = kept.readouterr().err
    assert "level=critical" in line
    assert "error=ValueError" in line
    assert mentioned(line) == set()


def logged(sentence: str = "something failed", *arguments: object, exc_info: object = None) -> str:
    """The line that our own code would leave."""
    path = str(ROOT / "server" / "dispatch.py")
    return Journal().format(
        logging.LogRecord("hekje", 30, path, 1, sentence, arguments, exc_info)  # type: ignore[arg-type]
    )


def test_every_line_of_ours_is_a_fixed_sentence() -> None:
    """What is filled in are ids, numbers, words of ours and errors, which tell their kind."""
    lines = 0
    for path in [*(ROOT / "server").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and re.match(LOGGING, ast.unparse(call.func)):
                lines += 1
                sentence, *rest = call.args
                assert isinstance(sentence, ast.Constant), (path, call.lineno)
                for filled in rest:
                    assert not isinstance(filled, ast.JoinedStr), (path, call.lineno)
                    assert not re.match(
                        r"(str|repr)\(|.*\.(text|name|email|to)$", ast.unparse(filled)
                    )
    assert lines > 15
