"""Letters reach a real mail server, encrypted; what it refuses is told apart from what may pass."""

from __future__ import annotations

import asyncio
import stat
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

import pytest

from server.notify.refusals import TryLater, Unreachable
from server.notify.smtp import KEPT, SmtpTransport
from server.notify.smtp_address import SmtpAddress, parse_smtp
from server.notify.transport import open_transport
from tests.notify.conftest import Certificate
from tests.notify.mailbag import until
from tests.notify.post_office import DROPS, PASSWORD, post_office

NOWHERE = Path("/nonexistent")


def letter(to: str = "fatima@regenboog.example", id: str = "1") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Hekje <no-reply@hekje.example>"
    message["To"] = to
    message["Message-ID"] = f"<{id}@hekje.example>"
    message["Subject"] = "Je uitnodiging"
    message.set_content("Beste Fatima,\n\n.één punt vooraan\n", cte="8bit")
    return message


async def test_letters_reach_the_post_office_of_this_machine_over_one_connection() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        await transport.send(letter(id="1"))
        await transport.send(letter(id="2"))
        await transport.close()
    assert [sent["Message-ID"] for sent in office.letters] == [
        "<1@hekje.example>",
        "<2@hekje.example>",
    ]
    assert "\n.één punt vooraan" in office.letters[0].get_content().replace("\r", "")
    assert office.calls == 1


async def test_starttls_with_a_log_in(certificate: Certificate) -> None:
    async with post_office(starttls=certificate.server, login=True) as office:
        url = f"smtp://hekje:{quote(PASSWORD, safe='')}@127.0.0.1:{office.port}?tls=starttls"
        transport = open_transport(url, NOWHERE, tls_context=certificate.client)
        await transport.send(letter())
        await transport.close()
    assert len(office.letters) == 1
    assert office.encrypted


async def test_encrypted_from_the_first_byte(certificate: Certificate) -> None:
    async with post_office(tls=certificate.server) as office:
        url = f"smtps://127.0.0.1:{office.port}"
        transport = open_transport(url, NOWHERE, tls_context=certificate.client)
        await transport.send(letter())
        await transport.close()
    assert len(office.letters) == 1


async def test_a_post_office_nobody_vouches_for_gets_nothing(certificate: Certificate) -> None:
    async with post_office(starttls=certificate.server) as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}?tls=starttls", NOWHERE)
        with pytest.raises(Unreachable):
            await transport.send(letter())
    assert not office.letters


async def test_a_post_office_that_offers_no_encryption_gets_nothing() -> None:
    async with post_office() as office:
        asking = open_transport(f"smtp://127.0.0.1:{office.port}?tls=starttls", NOWHERE)
        with pytest.raises(Unreachable):
            await asking.send(letter())
        assert not office.letters
        plain = open_transport(f"smtp://127.0.0.1:{office.port}?tls=none", NOWHERE)
        await plain.send(letter())
        await plain.close()
    assert len(office.letters) == 1, "the same office takes it when nobody asks for encryption"


async def test_a_wrong_password_is_ours_to_mend_and_no_letter_is_given_up(
    certificate: Certificate,
) -> None:
    async with post_office(starttls=certificate.server, login=True) as office:
        url = f"smtp://hekje:guess@127.0.0.1:{office.port}?tls=starttls"
        transport = open_transport(url, NOWHERE, tls_context=certificate.client)
        with pytest.raises(Unreachable) as refusal:
            await transport.send(letter())
    assert "guess" not in str(refusal.value)


async def test_a_post_office_that_says_goodbye_is_called_anew() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        office.answers = ["421 4.3.2 closing"]
        with pytest.raises(TryLater):
            await transport.send(letter())
        await transport.send(letter())
        await transport.close()
    assert (len(office.letters), office.calls) == (1, 2)


async def test_a_connection_that_drops_halfway_means_later() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        office.answers = [DROPS]
        with pytest.raises(TryLater):
            await transport.send(letter())
        await transport.send(letter())
        await transport.close()
    assert len(office.letters) == 1


async def test_a_connection_that_dropped_between_letters_costs_nothing() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        await transport.send(letter(id="1"))
        office.hang_up()
        await transport.send(letter(id="2"))
        await transport.close()
    assert (len(office.letters), office.calls) == (2, 2)


async def test_a_connection_that_nobody_uses_is_closed() -> None:
    async with post_office() as office:
        transport = SmtpTransport(parse_smtp(f"smtp://127.0.0.1:{office.port}"), idle=0.05)
        await asyncio.gather(*(transport.send(letter(id=str(id))) for id in range(3)))
        assert office.calls == 3
        await until(lambda: not office.lines)
        await transport.send(letter(id="4"))
        await transport.close()
    assert (len(office.letters), office.calls) == (4, 4)


async def test_no_more_connections_stay_open_than_are_of_use() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        await asyncio.gather(*(transport.send(letter(id=str(id))) for id in range(KEPT + 5)))
        await until(lambda: len(office.lines) == KEPT)
        await transport.close()
        await until(lambda: not office.lines)
    assert len(office.letters) == KEPT + 5


async def test_a_post_office_that_never_says_anything_is_let_go() -> None:
    caller_left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        caller_left.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = SmtpTransport(parse_smtp(f"smtp://127.0.0.1:{port}"), patience=0.05)
    with pytest.raises(Unreachable):
        await transport.send(letter())
    async with asyncio.timeout(10):
        await caller_left.wait()
    server.close()
    await server.wait_closed()


async def test_a_post_office_that_falls_silent_over_one_letter_is_called_anew_for_the_next() -> (
    None
):
    async with post_office() as office:
        transport = SmtpTransport(parse_smtp(f"smtp://127.0.0.1:{office.port}"), patience=0.2)
        with pytest.raises(TryLater):
            await transport.send(letter("slow@regenboog.example"))
        office.slow_ones.set()
        await transport.send(letter())
        await transport.close()
    assert [sent["To"] for sent in office.letters] == ["fatima@regenboog.example"]


async def test_a_post_office_that_reads_a_letter_before_it_gives_a_receipt_is_waited_for() -> None:
    async with post_office() as office:
        transport = SmtpTransport(parse_smtp(f"smtp://127.0.0.1:{office.port}"), patience=0.1)
        sending = asyncio.create_task(transport.send(letter("late@regenboog.example")))
        await until(lambda: office.waiting == 1)
        await asyncio.sleep(0.3)  # longer than it is waited for at any other step
        assert not sending.done()
        office.slow_ones.set()
        await sending
        await transport.close()
    assert len(office.letters) == 1


async def test_a_sender_who_is_called_away_leaves_no_half_used_connection() -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
        await transport.send(letter(id="1"))
        sending = asyncio.create_task(transport.send(letter(id="2")))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await transport.send(letter(id="3"))
        await transport.close()
    assert {"<1@hekje.example>", "<3@hekje.example>"} <= {
        sent["Message-ID"] for sent in office.letters
    }


async def test_nobody_at_the_post_office_is_no_letters_fault() -> None:
    async with post_office() as office:
        port = office.port
    transport = open_transport(f"smtp://127.0.0.1:{port}", NOWHERE)
    with pytest.raises(Unreachable):
        await transport.send(letter())


async def test_without_a_post_office_letters_go_into_a_folder(tmp_path: Path) -> None:
    transport = open_transport("", tmp_path / "mail")
    await transport.send(letter(id="1"))
    await transport.send(letter(id="2"))
    await transport.send(letter(id="2"))
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == ["1.eml", "2.eml"], "one each, none half done"
    kept = message_from_bytes(files[0].read_bytes(), policy=SMTP)
    assert kept["To"] == "fatima@regenboog.example"
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600, "a letter may hold a key"


async def test_a_letter_stays_in_its_folder_whatever_its_message_id(tmp_path: Path) -> None:
    transport = open_transport("", tmp_path / "mail")
    await transport.send(letter(id="../../etc/passwd"))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "_.._etc_passwd.eml"


async def test_a_folder_that_cannot_be_made_is_no_letters_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    transport = open_transport("", tmp_path / "taken" / "mail")
    with pytest.raises(Unreachable):
        await transport.send(letter())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://post.example", SmtpAddress("post.example", 587, "starttls")),
        ("smtp://post.example:25?tls=starttls", SmtpAddress("post.example", 25, "starttls")),
        ("smtps://post.example", SmtpAddress("post.example", 465, "tls")),
        ("smtp://localhost", SmtpAddress("localhost", 25, "none")),
        ("smtp://[::1]:1025?tls=none", SmtpAddress("::1", 1025, "none")),
        ("smtp://127.0.0.1?tls=starttls", SmtpAddress("127.0.0.1", 587, "starttls")),
        (
            "smtp://hekje%40a.example:p%2Fw%23@post.example:587?tls=starttls",
            SmtpAddress("post.example", 587, "starttls", "hekje@a.example", "p/w#"),
        ),
    ],
)
def test_where_mail_is_handed_over(url: str, expected: SmtpAddress) -> None:
    assert parse_smtp(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "post.example",
        "http://post.example",
        "smtp://",
        "smtp://:587",
        "smtp://post.example:port",
        "smtp://post.example:99999",
        "smtp://post.example/box",
        "smtp://hekje@post.example",
        "smtp://hekje:hush#hush@post.example",
        "smtp://hekje:hush/hush@post.example",
        "smtp://post.example?tls=none",
        "smtp://mail.localhost?tls=none",
        "smtp://post.example?tls=maybe",
        "smtp://post.example?starttls",
        "smtps://post.example?tls=starttls",
        "smtp://[::1",
    ],
)
def test_a_wrong_address_is_one_clear_line_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as refusal:
        parse_smtp(url)
    assert "hush" not in str(refusal.value)


def test_a_password_is_never_shown() -> None:
    assert "hush" not in repr(parse_smtp("smtp://hekje:hush@post.example"))
