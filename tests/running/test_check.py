"""`hekje check` says in plain words what is in order and what is not."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
import trustme

from server import check
from server.check import Finding
from server.notify.refusals import NotSent
from server.notify.smtp import SmtpTransport
from server.notify.smtp_address import parse_smtp
from server.settings import Settings, read, signing_key
from storage.schema import SCHEMA_VERSION
from storage.sqlite import open_sqlite
from tests.notify.post_office import PostOffice, post_office
from tests.running.house import hekje
from tests.running.test_health import redis_server
from tests.servers import free_port, secantus

PUBLIC = {"url": "https://hekje.school.example", "proxies": "127.0.0.1/32"}


def settings(folder: Path, **given: object) -> Settings:
    named = {f"HEKJE_{name.upper()}": str(value) for name, value in given.items()}
    return read({"HEKJE_DATA": str(folder / "data"), **named}, folder)


async def found(part: str, of: Settings) -> Finding:
    [finding] = [finding for finding in await check.check(of) if finding.part == part]
    return finding


async def test_a_school_that_is_in_order_passes(tmp_path: Path) -> None:
    of = settings(tmp_path)
    signing_key(of)
    await (await open_sqlite(of.sqlite_path)).close()
    async with post_office() as office:
        given = {
            **PUBLIC,
            "smtp": f"smtp://127.0.0.1:{office.port}",
            "mail_from": "a@school.example",
        }
        code, answer, complaint = await hekje(of.data, "check", **given)
    assert code == 0, answer + complaint
    lines = answer.splitlines()
    assert [line.split()[1] for line in lines] == [
        "address:", "disk:", "secret:", "database:", "mail:", "redis:", "clock:",
    ]  # fmt: skip
    assert [line for line in lines if not line.startswith("ok ")] == []


async def test_whatever_is_wrong_is_named_and_the_rest_is_looked_at_too(tmp_path: Path) -> None:
    given = {**PUBLIC, "smtp": f"smtp://127.0.0.1:{free_port()}"}
    code, answer, complaint = await hekje(tmp_path / "data", "check", **given)
    assert code == 1
    assert [line for line in answer.splitlines() if line.startswith("wrong  mail: 127.0.0.1")]
    assert "clock:" in answer
    assert "not in order: mail" in complaint
    assert not (tmp_path / "data").exists(), "looking makes nothing"


async def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    code, answer, complaint = await hekje(tmp_path, "check", port="a door")
    assert (code, answer, complaint.count("\n")) == (1, "", 1)
    assert "HEKJE_PORT" in complaint


@pytest.mark.parametrize(
    ("given", "state", "word"),
    [
        (PUBLIC, "ok", "people use"),
        ({}, "note", "this machine only"),
        ({"url": "http://hekje.school.example"}, "wrong", "https"),
        ({"url": "https://hekje.school.example"}, "wrong", "HEKJE_PROXIES"),
    ],
)
async def test_the_address_that_people_use(
    tmp_path: Path, given: dict[str, str], state: str, word: str
) -> None:
    finding = await found("address", settings(tmp_path, **given))
    assert (finding.state, word in finding.sentence) == (state, True)


async def test_the_folder_and_the_key_in_it(tmp_path: Path) -> None:
    of = settings(tmp_path)
    assert [(await found(part, of)).state for part in ("disk", "secret")] == ["note", "note"]
    signing_key(of)
    assert [(await found(part, of)).state for part in ("disk", "secret")] == ["ok", "ok"]
    (of.data / "secret").chmod(0o644)
    assert "chmod 600" in (await found("secret", of)).sentence


async def test_a_folder_that_cannot_be_made_and_a_key_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Beste school")
    of = read({"HEKJE_DATA": str(tmp_path / "letter" / "data")}, tmp_path)
    finding = await found("disk", of)
    assert (finding.state, f"make it in {tmp_path / 'letter'}" in finding.sentence) == (
        "wrong",
        True,
    )
    (tmp_path / "data" / "secret").mkdir(parents=True, mode=0o700)
    finding = await found("secret", settings(tmp_path))
    assert (finding.state, "cannot be used" in finding.sentence) == ("wrong", True)


async def test_a_sqlite_file(tmp_path: Path) -> None:
    of = settings(tmp_path)
    assert (await found("database", of)).state == "note"
    await (await open_sqlite(of.sqlite_path)).close()
    assert (await found("database", of)).state == "ok"
    connection = apsw.Connection(str(of.sqlite_path))
    connection.pragma("user_version", SCHEMA_VERSION + 1)
    connection.close()
    newer = await found("database", of)
    assert (newer.state, str(SCHEMA_VERSION + 1) in newer.sentence) == ("wrong", True)
    of.sqlite_path.write_bytes(b"Beste school" * 500)
    broken = await found("database", of)
    assert (broken.state, "no SQLite database" in broken.sentence) == ("wrong", True)
    of.sqlite_path.write_bytes(b"")
    assert (await found("database", of)).state == "note"


async def test_a_sqlite_file_that_cannot_be_looked_at_is_not_called_broken(tmp_path: Path) -> None:
    of = settings(tmp_path)
    await (await open_sqlite(of.sqlite_path)).close()
    in_the_way = of.sqlite_path.with_name("hekje.db-wal")  # as a full disk is
    in_the_way.mkdir()
    finding = await found("database", of)
    assert (finding.state, "broken" in finding.sentence) == ("wrong", False)
    assert f"SQLite cannot look at {of.sqlite_path}" in finding.sentence
    in_the_way.rmdir()
    assert (await found("database", of)).state == "ok"


async def test_a_database_of_another_program(tmp_path: Path) -> None:
    of = settings(tmp_path)
    of.data.mkdir()
    connection = apsw.Connection(str(of.sqlite_path))
    connection.execute("CREATE TABLE school (name TEXT)")
    connection.close()
    finding = await found("database", of)
    assert (finding.state, "not of Hekje" in finding.sentence) == ("wrong", True)


async def test_mongodb(tmp_path: Path) -> None:
    with secantus() as server:
        of = settings(tmp_path, database=f"{server}/hekje", secret="s" * 16)
        assert (await found("database", of)).state == "note"
    assert (await found("database", of)).state == "wrong"


async def test_redis_and_no_password_is_repeated(tmp_path: Path) -> None:
    with redis_server() as url:
        of = settings(tmp_path, redis=url, secret="s" * 16)
        assert (await found("redis", of)).state == "ok"
    of = settings(tmp_path, redis=f"{url.replace('//', '//:hunter22@')}", secret="s" * 16)
    wrong = await found("redis", of)
    assert (wrong.state, "hunter22" in str(wrong)) == ("wrong", False)


# --- Mail ----------------------------------------------------------------------------------


async def test_mail_that_would_come_from_nowhere(tmp_path: Path) -> None:
    async with post_office() as office:
        of = settings(tmp_path, smtp=f"smtp://127.0.0.1:{office.port}")
        finding = await found("mail", of)
    assert (finding.state, "HEKJE_MAIL_FROM" in finding.sentence) == ("wrong", True)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """One that lets only Hekje in, and whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    async with post_office(starttls=context, login=True) as office:
        yield office


async def test_a_mail_server_is_gone_to_with_encryption_and_password(
    tmp_path: Path, office: PostOffice
) -> None:
    url = f"smtp://hekje:wrong@localhost:{office.port}?tls=starttls"
    finding = await found("mail", settings(tmp_path, smtp=url))
    assert (finding.state, "certificate" in finding.sentence.lower()) == ("wrong", True)
    assert "wrong@" not in finding.sentence
    assert office.calls == 1


async def test_knocking_logs_in_and_sends_nothing() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with post_office(starttls=context, login=True) as office:
        for password, way_in in (("pass%20word%2F%231", True), ("wrong", False)):
            url = f"smtp://hekje:{password}@localhost:{office.port}?tls=starttls"
            transport = SmtpTransport(parse_smtp(url), tls_context=trusting)
            try:
                await transport.knock()
                came_in = True
            except NotSent:
                came_in = False
            await transport.close()
            assert came_in is way_in
        assert office.letters == []
