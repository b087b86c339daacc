"""Hekje's settings: read once from the environment and `.env`, frozen, each explaining itself.

`docs/settings.md` is generated from this file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server.addresses import parse_redis, parse_url
from server.calendar.address import GOVERNMENT, parse_address
from server.dotenv import read_dotenv
from server.nearby import is_this_machine
from server.notify.mailbox import sender_of
from server.notify.push_services import parse_hosts
from server.notify.smtp_address import parse_smtp

Network = IPv4Network | IPv6Network

SHORTEST_SECRET = 16


class WrongSetting(Exception):
    """A setting that cannot be used; its text is one line for whoever starts the server."""


def _setting(default: Any, about: str, name: str = "") -> Any:
    return field(default=default, metadata={"about": about, "name": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One record, made by `read`."""

    url: str = _setting(
        "http://localhost:8080", "public address, used in links; not given, `localhost` at the port"
    )
    host: str = _setting("127.0.0.1", "where to listen")
    port: int = _setting(8080, "where to listen; `PORT` counts too")
    data: Path = _setting(Path("data"), "folder for SQLite, files, mail and generated secrets")
    database: str = _setting(
        "",
        "`sqlite:///PATH` (default: `hekje.db` in the data folder) or `mongodb://…/hekje` (a replica set)",
    )
    redis: str = _setting(
        "",
        "`redis://…`, through which processes know who is here and what they look at; "
        "one process alone needs none",
    )
    smtp: str = _setting(
        "",
        "`smtp://user:pass@host:587?tls=starttls` or `smtps://…`; "
        "without it mail goes to `mail/*.eml` in the data folder",
    )
    mail_from: str = _setting("Hekje <no-reply@localhost>", "sender of all mail")
    origins: tuple[str, ...] = _setting(
        (), "further origins that browsers may connect from, separated by commas"
    )
    secret: str = _setting(
        "",
        "signing key; made on first start and kept in the data folder, "
        "but must be given with MongoDB or Redis",
    )
    proxies: tuple[Network, ...] = _setting(
        (), "networks whose `X-Forwarded-For` is believed, separated by commas"
    )
    push_hosts: tuple[str, ...] = _setting(
        (),
        "further hosts that a Web Push may go to, beside the known push services, separated by commas: "
        "`push.example`, `*.push.example` or `push.example:8443`",
    )
    school_holidays: str = _setting(
        GOVERNMENT,
        "where the national school holidays are, in the government's JSON; asked when the office or "
        "`hekje calendar import` asks for them and never by itself; `off` for never",
    )
    rate: float = _setting(
        20, "requests a second that an account may make on average; 0 for no limit"
    )
    burst: int = _setting(
        100, "requests that an account may make at once before `HEKJE_RATE` counts"
    )
    metrics_token: str = _setting(
        "", "opens `/metrics` as a bearer token; without it only this machine may look"
    )
    connections: int = _setting(20, "connections an account may have at once")

    @property
    def is_local(self) -> bool:
        """`url` leads nowhere but to this machine."""
        return is_this_machine(urlsplit(self.url).hostname)

    @property
    def sqlite_path(self) -> Path:
        """Of a database that is `sqlite:///…`."""
        return Path(self.database.removeprefix("sqlite:///"))

    @property
    def push_contact(self) -> str:
        """Where a push service finds who runs this server, as RFC 8292 asks."""
        return self.url if self.https else f"mailto:{sender_of(self.mail_from).addr_spec}"

    @property
    def https(self) -> bool:
        return self.url.startswith("https:")


def read(environment: Mapping[str, str], folder: Path) -> Settings:
    """The settings of `environment`, then of a `.env` file in `folder`, then the defaults.

    Raises `WrongSetting` naming the first that cannot be used.
    """
    given = {**_beside(folder), **environment}
    if not given.get("HEKJE_PORT") and given.get("PORT"):
        given["HEKJE_PORT"] = given["PORT"]
    _refuse_unknown(given)
    read_one = partial(_read_one, given)
    data = Path(read_one("data", str) or "data")
    port = read_one("port", _port)
    settings = Settings(
        url=read_one("url", parse_url) if given.get("HEKJE_URL", "").strip() else _here(port),
        host=read_one("host", str),
        port=port,
        data=data,
        database=read_one("database", _database) or f"sqlite:///{data / 'hekje.db'}",
        redis=read_one("redis", parse_redis),
        smtp=read_one("smtp", _smtp),
        mail_from=read_one("mail_from", _sender),
        origins=read_one("origins", _origins),
        secret=read_one("secret", _secret),
        proxies=read_one("proxies", _networks),
        push_hosts=read_one("push_hosts", parse_hosts),
        school_holidays=read_one("school_holidays", parse_address),
        rate=read_one("rate", _number),
        burst=read_one("burst", _whole),
        metrics_token=read_one("metrics_token", _secret),
        connections=read_one("connections", _whole),
    )
    if not settings.secret and (settings.redis or settings.database.startswith("mongodb")):
        raise WrongSetting(
            "HEKJE_SECRET must be given with MongoDB or Redis, the same for every process"
        )
    return settings


def signing_key(settings: Settings) -> bytes:
    """The secret, from the settings or from the file that the first start made."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        return _secret(path.read_text(encoding="utf-8").strip()).encode()
    except OSError as error:
        raise WrongSetting(f"HEKJE_DATA: {path} cannot be used: {error.strerror}") from error
    except ValueError as error:
        raise WrongSetting(
            f"HEKJE_DATA: the key in {path} must have at least {SHORTEST_SECRET} characters: put it "
            "back from a backup, or delete the file for a new one, and no link in an older mail opens"
        ) from error


def _make_secret(path: Path) -> None:
    """Whole at once, and the same for all processes that start together."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as unfinished:
        unfinished.write(secrets.token_urlsafe(32))
        unfinished.flush()
        os.fsync(unfinished.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(unfinished.name, path)


def documentation() -> str:
    """`docs/settings.md`, whole."""
    rows = [
        f"| `HEKJE_{setting.name.upper()}` | {_shown(setting.default)} | {setting.metadata['about']} |"
        for setting in fields(Settings)
    ]
    head = (
        "# Settings\n\n"
        "Environment variables, or the same names in a `.env` file in the folder where Hekje starts.\n"
        "A wrong value stops the start with one clear line.\n\n"
        "| name | default | meaning |\n| --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    return f"`{default}`" if default not in ("", ()) else "none"


def _beside(folder: Path) -> dict[str, str]:
    try:
        return read_dotenv(folder / ".env")
    except (OSError, ValueError) as error:
        raise WrongSetting(f".env: {getattr(error, 'strerror', None) or error}") from error


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {f"HEKJE_{setting.name.upper()}" for setting in fields(Settings)}
    for name in given:
        if name.startswith("HEKJE_") and name not in known:
            raise WrongSetting(f"{name} is not a setting; see docs/settings.md")


def _read_one(given: Mapping[str, str], name: str, parse: Any) -> Any:
    raw = given.get(f"HEKJE_{name.upper()}", "").strip()
    if not raw:
        return next(setting.default for setting in fields(Settings) if setting.name == name)
    try:
        return parse(raw)
    except ValueError as error:
        raise WrongSetting(f"HEKJE_{name.upper()}: {error}") from error


def _here(port: int) -> str:
    """Without an address it is found on its own machine; port 0 is any."""
    return f"http://localhost:{port or 8080}"


def _origins(raw: str) -> tuple[str, ...]:
    return tuple(parse_url(word) for word in _words(raw))


def _port(raw: str) -> int:
    if not raw.isdecimal() or not 0 <= int(raw) <= 65535:
        raise ValueError(f"expected a port from 0 to 65535, got {raw!r}")
    return int(raw)


def _database(raw: str) -> str:
    if raw.startswith("sqlite:///") and len(raw) > len("sqlite:///"):
        return raw
    if raw.startswith(("mongodb://", "mongodb+srv://")) and urlsplit(raw).path.strip("/"):
        return raw
    raise ValueError("expected sqlite:///PATH or mongodb://HOST/NAME")


def _smtp(raw: str) -> str:
    parse_smtp(raw)
    return raw


def _sender(raw: str) -> str:
    try:
        sender_of(raw)
    except ValueError:
        raise ValueError(f"expected Name <address>, got {raw!r}") from None
    return raw


def _secret(raw: str) -> str:
    if len(raw) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return raw


def _networks(raw: str) -> tuple[Network, ...]:
    return tuple(ip_network(word) for word in _words(raw))


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _number(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = -1
    if not 0 <= value < 1e9:
        raise ValueError(f"expected a number of 0 or more, got {raw!r}")
    return value


def _whole(raw: str) -> int:
    if not raw.isdecimal() or int(raw) < 1:
        raise ValueError(f"expected a whole number of 1 or more, got {raw!r}")
    return int(raw)
