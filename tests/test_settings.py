"""Settings: where they come from, and one line for each that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import Settings, WrongSetting, read, signing_key

SECRET = "a secret of sixteen and more"

RIGHT = {
    "HEKJE_URL": ("https://hekje.school.example:8443/", "url", "https://hekje.school.example:8443"),
    "HEKJE_REDIS": ("redis://:pass@127.0.0.1:6379/1", "redis", "redis://:pass@127.0.0.1:6379/1"),
    "HEKJE_PORT": ("8081", "port", 8081),
    "HEKJE_ORIGINS": ("http://a.example, https://b.example", "origins",
                      ("http://a.example", "https://b.example")),
    "HEKJE_DATABASE": ("mongodb://127.0.0.1/hekje", "database", "mongodb://127.0.0.1/hekje"),
    "HEKJE_RATE": ("0", "rate", 0),
    "HEKJE_MAIL_FROM": ("De Iep, groep 3 <a@b.example>", "mail_from", "De Iep, groep 3 <a@b.example>"),
}  # fmt: skip


def refused(folder: Path, **given: str) -> str:
    with pytest.raises(WrongSetting) as refusal:
        read({"HEKJE_SECRET": SECRET, **given}, folder)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_be_is_taken(tmp_path: Path, name: str) -> None:
    raw, field, value = RIGHT[name]
    assert getattr(read({"HEKJE_SECRET": SECRET, name: raw}, tmp_path), field) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("HEKJE_URL", "hekje.school.example"),
        ("HEKJE_URL", "https://hekje.school.example/hekje"),
        ("HEKJE_URL", "https://hekje.school.example:eight"),
        ("HEKJE_URL", "https://hekje.school.example:80000"),
        ("HEKJE_URL", "https://somebody:hunter22@hekje.school.example"),
        ("HEKJE_ORIGINS", "https://a.example, https://b.example:x"),
        ("HEKJE_PORT", "-1"),
        ("HEKJE_PORT", "65536"),
        ("HEKJE_DATABASE", "postgres://127.0.0.1/hekje"),
        ("HEKJE_DATABASE", "mongodb://127.0.0.1"),
        ("HEKJE_REDIS", "127.0.0.1:6379"),
        ("HEKJE_REDIS", "redis://:hunter22@127.0.0.1:door"),
        ("HEKJE_SMTP", "mail.example"),
        ("HEKJE_MAIL_FROM", "Hekje"),
        ("HEKJE_MAIL_FROM", "Hekje <a@>"),
        ("HEKJE_MAIL_FROM", "De Regenboog <a@b.example"),
        ("HEKJE_MAIL_FROM", "a@b.example, c@d.example"),
        ("HEKJE_PROXIES", "10.0.0.1/8"),
        ("HEKJE_RATE", "nan"),
        ("HEKJE_CONNECTIONS", "0"),
        ("HEKJE_SECRET", "short"),
        ("HEKJE_SECRETS", SECRET),
    ],
)
def test_what_cannot_be_stops_the_start_in_one_line(tmp_path: Path, name: str, raw: str) -> None:
    complaint = refused(tmp_path, **{name: raw})
    assert name in complaint
    assert "hunter22" not in complaint, "what is logged holds no password"


def test_several_processes_need_the_same_secret(tmp_path: Path) -> None:
    for name, value in (("DATABASE", "mongodb://127.0.0.1/hekje"), ("REDIS", "redis://127.0.0.1")):
        assert read({f"HEKJE_{name}": value, "HEKJE_SECRET": SECRET}, tmp_path).secret == SECRET
        assert "HEKJE_SECRET" in refused(tmp_path, **{f"HEKJE_{name}": value, "HEKJE_SECRET": ""})
    assert read({}, tmp_path).secret == ""


@pytest.mark.parametrize("kept", ["", "\n", "short", b"\xff" * 32])
def test_a_key_that_was_cut_short_signs_nothing(tmp_path: Path, kept: str | bytes) -> None:
    settings = read({"HEKJE_DATA": str(tmp_path)}, tmp_path)
    assert len(signing_key(settings)) > 40
    written = kept.encode() if isinstance(kept, str) else kept
    (tmp_path / "secret").write_bytes(written)
    with pytest.raises(WrongSetting, match="at least 16 characters") as refusal:
        signing_key(settings)
    assert str(tmp_path / "secret") in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_number_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    assert refused(tmp_path, HEKJE_RATE="veel") == (
        "HEKJE_RATE: expected a number of 0 or more, got 'veel'"
    )


@pytest.mark.parametrize("own", [{}, {"HEKJE_PORT": ""}])
def test_a_platform_tells_the_port_in_its_own_way(tmp_path: Path, own: dict[str, str]) -> None:
    settings = read({"PORT": "9001", **own}, tmp_path)
    assert (settings.port, settings.url) == (9001, "http://localhost:9001")
    assert read({"PORT": "9001", "HEKJE_PORT": "9002"}, tmp_path).port == 9002
    assert read({}, tmp_path).port == Settings().port == 8080


def test_a_file_gives_what_the_environment_does_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "\ufeffHEKJE_PORT=9001\n\n# of the school\nexport HEKJE_CONNECTIONS = 5\n"
        'HEKJE_MAIL_FROM=\'"De Regenboog" <hekje@regenboog.example>\'\nHEKJE_BURST="7"\nOTHER=1\n',
        encoding="utf-8",
    )
    settings = read({"HEKJE_BURST": "8"}, tmp_path)
    assert (settings.port, settings.connections, settings.burst) == (9001, 5, 8)
    assert settings.mail_from == '"De Regenboog" <hekje@regenboog.example>'


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (b"HEKJE_PORT=9001\nHEKJE_HOST\n", "line 2"),
        (b"HEKJE_MAIL_FROM=\xff\xfe\n", "UTF-8"),
        (b"HEKJE_PROT=9001\n", "HEKJE_PROT is not a setting"),
        (b"HEKJE_PORT=door\n", "HEKJE_PORT"),
    ],
)
def test_a_faulty_file_stops_the_start_in_one_line(
    tmp_path: Path, written: bytes, complaint: str
) -> None:
    (tmp_path / ".env").write_bytes(written)
    assert complaint in refused(tmp_path)


def test_without_an_address_it_is_this_machine_at_the_port(tmp_path: Path) -> None:
    assert read({}, tmp_path).url == "http://localhost:8080"
    assert read({"HEKJE_PORT": "9001"}, tmp_path).url == "http://localhost:9001"
    assert read({"HEKJE_PORT": "0"}, tmp_path).url == "http://localhost:8080"
    given = {"HEKJE_PORT": "9001", "HEKJE_URL": "https://hekje.regenboog.example"}
    assert read(given, tmp_path).url == "https://hekje.regenboog.example"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8080", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.1:8080", True),
        ("http://[::1]:8080", True),
        ("https://hekje.regenboog.example", False),
        ("http://192.168.1.4:8080", False),
        ("http://localhost.regenboog.example", False),
        ("http://0.0.0.0:8080", False),
    ],
)
def test_an_address_of_this_machine_is_known(tmp_path: Path, url: str, local: bool) -> None:
    assert read({"HEKJE_URL": url}, tmp_path).is_local is local
