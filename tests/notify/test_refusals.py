"""What a post office says against a letter, and whose fault that is."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTPUTF8

import pytest

from server.notify.letters import offer_unsubscribe
from server.notify.mailbox import address_of
from server.notify.refusals import NotSent, Refused, TryLater, Unreachable
from server.notify.transport import Transport, open_transport
from tests.notify.post_office import DROPS, PostOffice, post_office
from tests.notify.test_letters import invitation
from tests.notify.test_transport import NOWHERE, letter

LATER = "later"


def to(office: PostOffice) -> Transport:
    return open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)


def verdict(error: NotSent) -> str:
    """What was wrong: `address` or `letter`; or `later`."""
    return error.cause if isinstance(error, Refused) else LATER


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("450 4.2.0 <fatima@regenboog.example> greylisted", LATER),
        ("451 try again", LATER),
        ("452 4.2.2 mailbox full", LATER),
        ("550 <fatima@regenboog.example>: no such user", "address"),
        ("550 5.1.1 <fatima@regenboog.example> unknown", "address"),
        ("550 5.1.2 no such domain", "address"),
        ("550 5.1.10 recipient not found", "address"),
        ("550 5.2.1 mailbox disabled", "address"),
        ("552 5.2.2 mailbox full", "address"),
        ("550 5.4.1 recipient address rejected: access denied", "address"),
        ("553 mailbox name not allowed", "address"),
        ("556 5.1.10 this domain takes no mail", "address"),
        ("550 5.1.8 bad sender", "letter"),
        ("550 5.7.1 not wanted", "letter"),
        ("554 5.7.1 relay access denied", "letter"),
        ("554 no", "letter"),
    ],
)
async def test_no_to_a_recipient_for_now_or_for_good(answer: str, expected: str) -> None:
    async with post_office() as office:
        transport = to(office)
        office.answers = [answer]
        with pytest.raises((Refused, TryLater)) as refusal:
            await transport.send(letter())
        assert verdict(refusal.value) == expected
        assert str(refusal.value).startswith(answer[:3])
        assert "fatima" not in str(refusal.value), "who was written to is nobody's business"
        await transport.send(letter())
        await transport.close()
    assert len(office.letters) == 1
    assert office.calls == 1, "after a refusal the connection is as good as before"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("451 4.3.0 scanner is busy", LATER),
        ("550 no", "letter"),
        ("552 5.3.4 too big", "letter"),
        ("554 5.7.1 looks like spam", "letter"),
        ("550 5.1.1 unknown after all", "address"),
    ],
)
async def test_no_to_a_letter_for_now_or_for_good(answer: str, expected: str) -> None:
    async with post_office() as office:
        transport = to(office)
        office.to_letters = [answer]
        with pytest.raises((Refused, TryLater)) as refusal:
            await transport.send(letter())
        assert verdict(refusal.value) == expected
        await transport.send(letter())
        await transport.close()
    assert (len(office.letters), office.calls) == (1, 1)


@pytest.mark.parametrize("answer", ["450 4.7.1 slow down", "553 5.7.1 not your address", "421 bye"])
async def test_a_sender_who_is_not_taken_is_no_letters_fault(answer: str) -> None:
    async with post_office() as office:
        transport = to(office)
        office.to_senders = [answer]
        with pytest.raises(Unreachable):
            await transport.send(letter())
        await transport.send(letter())
        await transport.close()
    assert len(office.letters) == 1


async def test_a_letter_whose_receipt_was_lost_may_have_arrived_and_keeps_its_name() -> None:
    async with post_office() as office:
        transport = to(office)
        office.to_letters = [DROPS]
        with pytest.raises(TryLater):
            await transport.send(letter(id="1"))
        await transport.send(letter(id="1"))
        await transport.close()
    assert [sent["Message-ID"] for sent in office.letters] == ["<1@hekje.example>"] * 2


# --- Addresses and letters of every kind ----------------------------------------------------


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("o'brien+school@x.example", "o'brien+school@x.example"),
        ('"a b"@x.example', '"a b"@x.example'),
        ('"<x@y>"@x.example', '"<x@y>"@x.example'),
        ("fatima@bücher.example", "fatima@xn--bcher-kva.example"),
        ("fatima@straße.example", "fatima@xn--strae-oqa.example"),
    ],
)
async def test_an_unusual_address_gets_its_letter(address: str, named: str) -> None:
    async with post_office() as office:
        transport = to(office)
        await transport.send(_letter_to(address))
        await transport.close()
    assert office.recipients == [named]


def _letter_to(address: str) -> EmailMessage:
    made = letter()
    if not address.isascii():
        made.policy = SMTPUTF8
    del made["To"]
    made["To"] = address_of("Fatima, née Şahin", address)
    return made


async def test_an_address_beyond_ascii_needs_a_post_office_that_knows_such() -> None:
    async with post_office() as office:
        transport = to(office)
        await transport.send(_letter_to("fatıma@x.example"))
        assert office.recipients == ["fatıma@x.example"]
        await transport.close()
        office.knows = frozenset({"8BITMIME"})
        with pytest.raises(Refused) as refusal:
            await transport.send(_letter_to("fatıma@x.example"))
        assert refusal.value.cause == "address"
        await transport.send(letter())
        await transport.close()
    assert (len(office.letters), office.calls) == (2, 2)


async def test_a_post_office_of_seven_bits_gets_seven_bits() -> None:
    async with post_office() as office:
        transport = to(office)
        await transport.send(letter())
        await transport.close()
        office.knows = frozenset()
        await transport.send(letter())
        await transport.close()
    eight, seven = office.letters
    assert (eight["Content-Transfer-Encoding"], seven["Content-Transfer-Encoding"]) == (
        "8bit",
        "base64",
    )
    assert seven.get_content().splitlines() == eight.get_content().splitlines()


@pytest.mark.parametrize("end", ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n"])
async def test_no_text_ends_its_letter_and_begins_another(end: str) -> None:
    smuggled = f"Hallo{end}MAIL FROM:<x@y.example>\r\nRCPT TO:<y@y.example>\r\nDATA\r\nMuh"
    async with post_office() as office:
        transport = to(office)
        made = letter()
        made.set_payload(smuggled)
        await transport.send(made)
        await transport.close()
    (sent,) = office.letters
    assert "Muh" in sent.get_content()
    assert office.recipients == ["fatima@regenboog.example"]


async def test_a_way_out_of_a_list_arrives_so_that_it_can_be_clicked() -> None:
    url = "https://hekje.school.example/unsubscribe/" + "t" * 300
    async with post_office() as office:
        transport = to(office)
        made = invitation()
        offer_unsubscribe(made, url)
        await transport.send(made)
        await transport.close()
    (sent,) = office.letters
    assert sent["List-Unsubscribe"] == f"<{url}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in bytes(made)
