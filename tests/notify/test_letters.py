"""What people read in the mail, and what can never end up in a header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from msgspec.structs import replace

from server.notify.letters import LOCALES, PAGES, Letters
from server.notify.mailbox import NotAnAddress, address_of, sender_of
from server.tokens import link_id_of
from storage.schema import Link, Mail, School

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
SECRET = b"a secret of this school alone"
REGENBOOG = School(id="regenboog", name="De Regenboog")
LINK = Link(
    id="link1",
    purpose="activate",
    school_id="regenboog",
    person_id="regenboog.fatima",
    role="guardian",
    email="fatima@regenboog.example",
    bucket=0,
    made_at=NOW,
    expires_at=NOW + timedelta(days=14),
)
MAIL = Mail(
    id="mail1",
    template="activation",
    to="fatima@regenboog.example",
    locale="nl",
    link_id="link1",
    header_id="<mail1@hekje.example>",
    bucket=0,
    due_at=NOW,
)
LETTERS = Letters("https://hekje.example", "Hekje <no-reply@hekje.example>", SECRET)


def invitation(
    locale: str = "nl", name: str = "Fatima Amrani", school: School = REGENBOOG, link: Link = LINK
) -> EmailMessage:
    mail = replace(MAIL, locale=locale)
    return LETTERS.activation(mail, link, school=school, name=name, now=NOW)


def as_received(letter: EmailMessage) -> tuple[EmailMessage, str, str]:
    """The letter after its journey, its text and its HTML."""
    received = message_from_bytes(bytes(letter), policy=SMTP)
    assert isinstance(received, EmailMessage)
    text, html = received.get_body(("plain",)), received.get_body(("html",))
    assert text is not None
    assert html is not None
    return received, text.get_content().replace("\r\n", "\n"), html.get_content()


def test_fatima_reads_who_invites_her_what_to_open_and_until_when() -> None:
    letter, text, html = as_received(invitation())
    assert letter["Subject"] == "Je uitnodiging voor Hekje van De Regenboog"
    assert letter["To"] == "Fatima Amrani <fatima@regenboog.example>"
    assert letter["From"] == "Hekje <no-reply@hekje.example>"
    for words in (text, html):
        assert "Beste Fatima Amrani," in words
        assert "De Regenboog gebruikt Hekje." in words
        assert "tot dinsdag 8 december 2026 om 09:30" in words, "the clock of the school"
        assert "https://hekje.example/activate#link1." in words


def test_the_link_is_one_that_this_server_signed() -> None:
    _, text, _ = as_received(invitation())
    token = text.partition("/activate#")[2].split()[0]
    assert link_id_of(SECRET, token) == "link1"
    assert link_id_of(b"another secret", token) is None


def test_a_teacher_is_not_told_about_a_child_of_theirs() -> None:
    _, text, _ = as_received(invitation(name="Anna Jansen", link=replace(LINK, role="teacher")))
    assert "je kind" not in text
    assert "ouders" in text


def test_youssef_resets_his_password_in_english() -> None:
    mail = replace(MAIL, template="reset", locale="en")
    link = replace(LINK, purpose="reset", expires_at=NOW + timedelta(hours=1))
    letter, text, html = as_received(
        LETTERS.to_account(mail, link, name="Youssef Amrani", timezone="Europe/Amsterdam", now=NOW)
    )
    assert letter["Subject"] == "A new password for Hekje"
    for words in (text, html):
        assert "https://hekje.example/reset#link1." in words
        assert "until Tuesday 24 November 2026 at 10:30" in words


def test_a_program_knows_the_letter_for_automatic_and_a_repeat_for_a_repeat() -> None:
    first, again = invitation(), invitation()
    assert first["Message-ID"] == again["Message-ID"] == "<mail1@hekje.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["Date"].datetime == NOW


@pytest.mark.parametrize("locale", LOCALES)
def test_every_letter_reads_well_on_a_phone_by_day_and_by_night(locale: str) -> None:
    letters = [invitation(locale)]
    for template in set(PAGES) - {"activation"}:
        mail = replace(MAIL, template=template, locale=locale)
        letters.append(
            LETTERS.to_account(mail, LINK, name="", timezone="Europe/Amsterdam", now=NOW)
        )
    for letter in letters:
        _, text, html = as_received(letter)
        assert f'lang="{locale}"' in html
        assert 'name="viewport"' in html
        assert "prefers-color-scheme: dark" in html
        assert 'class="button" href="https://hekje.example/' in html
        assert "http" not in html.replace("https://hekje.example/", ""), "nothing from elsewhere"
        assert "\n\n\n" not in text
        assert max(map(len, bytes(letter).splitlines())) < 998


def test_a_language_without_letters_gets_dutch() -> None:
    assert "uitnodiging" in invitation("tr")["Subject"]


def test_a_name_with_signs_stays_a_name() -> None:
    letter, text, html = as_received(invitation(name='Juf <evil@x> & "Şükrü", ☀️'))
    assert [address.addr_spec for address in letter["To"].addresses] == ["fatima@regenboog.example"]
    assert letter["To"].addresses[0].display_name == 'Juf <evil@x> & "Şükrü", ☀️'
    assert 'Juf <evil@x> & "Şükrü", ☀️' in text
    assert "Juf &lt;evil@x&gt; &amp;" in html


def test_a_long_name_makes_no_line_that_a_post_office_refuses() -> None:
    letter = invitation(name="Fatima " * 200)
    assert max(map(len, bytes(letter).splitlines())) < 998
    _, text, _ = as_received(letter)
    assert "Fatima " * 200 in text


@pytest.mark.parametrize(
    "odd", ["\r\nBcc: x@y.example", "\n", "\r", "\0", "\u2028", "\u2029", "\x85"]
)
def test_nothing_breaks_out_of_a_header(odd: str) -> None:
    assert invitation(name="Fatima" + " Amrani")
    with pytest.raises(ValueError):
        invitation(name="Fatima" + odd)
    with pytest.raises(ValueError):
        invitation(school=replace(REGENBOOG, name="De Regenboog" + odd))
    with pytest.raises(ValueError):
        address_of("Fatima", "fatima@regenboog.example" + odd)
    with pytest.raises(ValueError):
        LETTERS.activation(
            replace(MAIL, header_id=f"<1@hekje.example>{odd}"),
            LINK,
            school=REGENBOOG,
            name="Fatima",
            now=NOW,
        )


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "fatima",
        "@regenboog.example",
        "a@",
        "a@b@c",
        "a@b>,<c@d",
        "a..b@x.example",
        "a b@x.example",
        "ä b@x.example",
        "ä>b@x.example",
        "a(b)@x.example",
        "a@[127.0.0.1]",
        "a@x.example.",
        f"a@{'b' * 64}.example",
        f"{'a' * 65}@x.example",
        f"a@{'b.' * 130}example",
    ],
)
def test_what_is_no_address_gets_no_letter(odd: str) -> None:
    assert str(address_of("Fatima", "fatima@bücher.example")) == (
        "Fatima <fatima@xn--bcher-kva.example>"
    )
    with pytest.raises(NotAnAddress):
        address_of("Fatima", odd)


def test_what_cannot_be_read_as_a_name_is_no_fault_of_the_address() -> None:
    with pytest.raises(NotAnAddress):
        address_of("Fatima", "fatima@x.example\n")
    with pytest.raises(ValueError, match="control") as refusal:
        address_of("Fatima\n", "fatima@x.example")
    assert not isinstance(refusal.value, NotAnAddress)


@pytest.mark.parametrize(
    ("written", "header"),
    [
        ("hekje@regenboog.example", "hekje@regenboog.example"),
        ("De Regenboog <hekje@regenboog.example>", "De Regenboog <hekje@regenboog.example>"),
        ("De Regenboog, 3B <a@b.example>", '"De Regenboog, 3B" <a@b.example>'),
        ('"De Regenboog, 3B" <a@b.example>', '"De Regenboog, 3B" <a@b.example>'),
        ("Basisschool Zoë <a@bücher.example>", "Basisschool Zoë <a@xn--bcher-kva.example>"),
    ],
)
def test_a_sender_is_one_name_and_one_address(written: str, header: str) -> None:
    assert str(sender_of(written)) == header
    letters = Letters("https://hekje.regenboog.example", written, b"secret")
    letter = letters.activation(MAIL, LINK, school=REGENBOOG, name="Fatima", now=NOW)
    read = message_from_bytes(bytes(letter), policy=SMTP)["From"]
    assert [str(one) for one in read.addresses] == [header]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "Hekje",
        "Hekje <a@>",
        "De Regenboog <a@b.example",
        "a@b.example, c@d.example",
        "a@b.example <c@d.example>",
        "A <a@b.example>, C <c@d.example>",
        '"De Regenboog <a@b.example>',
        "De Regenboog\n <a@b.example>",
        "De Regenboog <é@b.example>",
    ],
)
def test_what_is_not_one_sender_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        sender_of(written)
