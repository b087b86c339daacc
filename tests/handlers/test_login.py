"""Log-in over HTTP: who gets in, what strangers learn (nothing), what a request must look like."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from server import throttle
from server.decision import RateLimited
from server.throttle import Failures, Throttle, network_of
from tests.conftest import OpenSchool, School
from tests.handlers.visitors import Visitor, give_password

FATIMA = "fatima@regenboog.example"
UNKNOWN = "nobody@regenboog.example"


async def test_fatima_logs_in_and_her_page_gets_a_ticket(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as fatima:
        entered = await fatima.log_in(" Fatima@Regenboog.example ")
        ticket = await fatima.post("/api/ticket")
    assert entered.status == 200
    assert entered.body["account"] == {
        "id": school.cast.account("fatima"),
        "name": "Fatima Amrani",
        "email": FATIMA,
        "locale": "en",
        "roles": [
            {"school_id": "regenboog", "role": "guardian", "guardian_id": school.cast.fatima}
        ],
        "second_factor": False,
    }
    assert "token" not in entered.body
    cookie = entered.headers["Set-Cookie"]
    assert cookie.startswith("hekje_session=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Secure" not in cookie
    assert ticket.status == 200
    assert ticket.body["ticket"]


async def test_the_cookie_is_for_https_alone_where_there_is_https(open_school: OpenSchool) -> None:
    school = await open_school(url="https://hekje.school.example")
    await give_password(school, "fatima")
    async with Visitor(school.url) as fatima:
        entered = await fatima.log_in(FATIMA)
    assert "Secure" in entered.headers["Set-Cookie"]


async def test_a_program_gets_a_token_and_no_cookie(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url, page=False) as fatima:
        entered = await fatima.log_in(FATIMA, bearer=True)
    assert "Set-Cookie" not in entered.headers
    async with Visitor(school.url, token=entered.body["token"], page=False) as program:
        assert (await program.post("/api/ticket")).status == 200


async def test_a_wrong_address_and_a_wrong_password_get_the_same_answer(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as stranger:
        wrong_password = await stranger.log_in(FATIMA, "drie grijze olifanten")
        wrong_address = await stranger.log_in(UNKNOWN, "drie grijze olifanten")
        right = await stranger.log_in(FATIMA)
    assert right.status == 200
    assert wrong_password.status == wrong_address.status == 401
    assert wrong_password.code == "unauthenticated"
    assert wrong_password.raw == wrong_address.raw
    headers = [
        {k: v for k, v in r.headers.items() if k != "Date"} for r in (wrong_password, wrong_address)
    ]
    assert headers[0] == headers[1]


async def test_a_wrong_address_costs_the_work_of_a_wrong_password(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often, and with the same memory and passes, which is what takes the time."""
    account = await give_password(school, "fatima")
    work: list[Parameters] = []
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, hashed: str, password: str) -> bool:
        work.append(extract_parameters(hashed))
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    async with Visitor(school.url) as stranger:
        for email in (FATIMA, UNKNOWN):
            assert (await stranger.log_in(email, "drie grijze olifanten")).status == 401
    assert work == [extract_parameters(account.password)] * 2


async def test_whoever_keeps_guessing_is_slowed_and_told_for_how_long(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as stranger:
        replies = [await stranger.log_in(FATIMA, f"olifant nummer {n}") for n in range(11)]
        also_with_the_right_one = await stranger.log_in(FATIMA)
        unknown = [await stranger.log_in(UNKNOWN, f"olifant nummer {n}") for n in range(11)]
    assert [reply.status for reply in replies] == [401] * 10 + [429]
    assert replies[-1].code == "rate_limited"
    assert int(replies[-1].headers["Retry-After"]) == replies[-1].error["retry_after"] > 0
    assert also_with_the_right_one.status == 429
    assert [reply.status for reply in unknown] == [401] * 10 + [429]


async def test_guesses_sent_all_at_once_are_counted_too(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as stranger:
        replies = await asyncio.gather(
            *(stranger.log_in(FATIMA, f"olifant nummer {n}") for n in range(40))
        )
    statuses = [reply.status for reply in replies]
    assert statuses.count(401) <= 12  # ten, and what two slots were at
    assert statuses.count(401) + statuses.count(429) == 40


async def test_six_hundred_parents_of_one_school_log_in_from_one_address(school: School) -> None:
    for name in ("fatima", "youssef", "joost"):
        await give_password(school, name)
    async with Visitor(school.url, page=False) as schoolyard:

        async def parent(number: int) -> int:
            name = ("fatima", "youssef", "joost")[number % 3]
            reply = await schoolyard.log_in(f"{name}@regenboog.example", bearer=True)
            return reply.status

        statuses = await asyncio.gather(*map(parent, range(600)))
    assert set(statuses) == {200}


def test_failures_fade_and_keep_within_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "REMEMBERED", 100)
    clock = [0.0]
    failures = Failures(3, 60.0, lambda: clock[0])
    for _ in range(3):
        failures.check("fatima")
        failures.add("fatima")
    for number in range(1_000):
        failures.add(f"passer-by {number}")
    assert len(failures._counts) <= 100
    with pytest.raises(RateLimited) as refused:
        failures.check("fatima")
    assert refused.value.details["retry_after"] <= 61
    clock[0] = 61.0
    failures.check("fatima")


def test_right_log_ins_forgive_typing_errors() -> None:
    throttled = Throttle(lambda: 0.0)
    for _ in range(9):
        throttled.failed(FATIMA, "192.0.2.1")
    throttled.succeeded(FATIMA, "192.0.2.1")
    for _ in range(9):
        throttled.failed(FATIMA, "192.0.2.1")
    throttled.check(FATIMA, "192.0.2.1")
    throttled.failed(FATIMA, "192.0.2.1")
    with pytest.raises(RateLimited):
        throttled.check(FATIMA, "192.0.2.1")


def test_a_school_that_mistypes_once_each_is_let_in() -> None:
    """From one network address, at the same instant; whoever only fails there is not forgiven."""
    throttled = Throttle(lambda: 0.0)
    for number in range(99):
        throttled.failed(f"guess{number}@regenboog.example", "192.0.2.1")
    for number in range(600):
        parent = f"parent{number}@regenboog.example"
        throttled.check(parent, "192.0.2.1")
        throttled.failed(parent, "192.0.2.1")
        throttled.succeeded(parent, "192.0.2.1")
    throttled.failed("guess99@regenboog.example", "192.0.2.1")
    with pytest.raises(RateLimited):
        throttled.check("parent0@regenboog.example", "192.0.2.1")
    throttled.check("parent0@regenboog.example", "192.0.2.2")


def test_somebody_who_gets_in_forgives_no_guesses_of_strangers() -> None:
    throttled = Throttle(lambda: 0.0)
    for number in range(50):
        throttled.failed(FATIMA, f"192.0.2.{number}")
    throttled.succeeded(FATIMA, "198.51.100.1")
    with pytest.raises(RateLimited):
        throttled.check(FATIMA, "203.0.113.1")
    throttled.check("youssef@regenboog.example", "203.0.113.1")


def test_one_customer_is_one_network_address() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize(("proxies", "last"), [("192.0.2.0/24", 429), ("127.0.0.0/8", 401)])
async def test_only_a_known_proxy_says_who_is_behind_it(
    open_school: OpenSchool, proxies: str, last: int
) -> None:
    """A stranger who makes up addresses is still one; behind a proxy of ours they are many."""
    school = await open_school(proxies=proxies)
    await give_password(school, "fatima")
    async with Visitor(school.url) as stranger:
        replies = [
            await stranger.ask(
                "POST",
                "/api/login",
                json={"email": FATIMA, "password": "olifanten"},
                headers={"X-Forwarded-For": f"203.0.113.9, 198.51.100.{number}"},
            )
            for number in range(11)
        ]
    assert [reply.status for reply in replies] == [401] * 10 + [last]


# --- What is let in ------------------------------------------------------------------------


BODIES = {
    "not JSON": (b"{", 400, "invalid"),
    "NaN": (b'{"email": NaN, "password": "x"}', 400, "invalid"),
    "a key twice": (b'{"email": "a@b", "email": "a@b", "password": "x"}', 400, "invalid"),
    "half a surrogate": (rb'{"email": "\ud800@b", "password": "x"}', 400, "invalid"),
    "NUL": (rb'{"email": "a\u0000@b", "password": "x"}', 400, "invalid"),
    "not UTF-8": (b'{"email": "\xff@b", "password": "x"}', 400, "invalid"),
    "a mark before it": (b'\xef\xbb\xbf{"email": "a@b", "password": "x"}', 400, "invalid"),
    "deep": (b"[" * 30_000, 400, "invalid"),
    "a list": (b"[]", 400, "invalid"),
    "nothing": (b"", 400, "invalid"),
    "an operator": (b'{"email": {"$ne": null}, "password": "x"}', 400, "invalid"),
    "an unknown field": (b'{"email": "a@b.c", "password": "x", "admin": true}', 400, "invalid"),
    "a long number": (b'{"email": ' + b"1" * 5_000 + b', "password": "x"}', 400, "invalid"),
    "too much": (b'{"email": "' + b"a" * 70_000 + b'"}', 413, "too_large"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_no_request_is_refused(school: School, name: str) -> None:
    body, status, code = BODIES[name]
    async with Visitor(school.url) as visitor:
        reply = await _send(visitor, body)
        in_pieces = await _send(visitor, _pieces(body))
        fits = await _send(visitor, b'{"email": "nobody@b.c", "password": "x"}')
    assert (reply.status, reply.code) == (in_pieces.status, in_pieces.code) == (status, code)
    assert "Traceback" not in reply.raw.decode()
    assert fits.status == 401


async def test_the_first_fault_is_named(school: School) -> None:
    async with Visitor(school.url) as visitor:
        wrong_type = await visitor.post("/api/login", email=FATIMA, password=True)
        missing = await visitor.post("/api/login", email=FATIMA)
        unknown = await visitor.log_in(FATIMA, admin=True)
    assert [reply.error["field"] for reply in (wrong_type, missing, unknown)] == [
        "password", "password", "admin",
    ]  # fmt: skip


async def test_only_plain_json_is_read(school: School) -> None:
    fits = b'{"email": "nobody@b.c", "password": "x"}'
    async with Visitor(school.url) as visitor:
        form = await visitor.ask("POST", "/api/login", data={"email": FATIMA, "password": "x"})
        text = await visitor.ask(
            "POST", "/api/login", data=fits, headers={"Content-Type": "text/plain"}
        )
        packed = await visitor.ask(
            "POST",
            "/api/login",
            data=gzip.compress(fits),
            headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        )
        plain = await _send(visitor, fits)
    assert [form.status, text.status, packed.status, plain.status] == [415, 415, 415, 401]
    assert form.code == "invalid"


async def test_what_is_not_there_says_so_in_our_own_form(school: School) -> None:
    async with Visitor(school.url) as visitor:
        unknown = await visitor.ask("GET", "/api/nothing")
        wrong_method = await visitor.ask("GET", "/api/login")
        options = await visitor.ask(
            "OPTIONS", "/api/login", headers={"Origin": "https://evil.example"}
        )
    assert (unknown.status, unknown.code) == (404, "not_found")
    assert wrong_method.status == 405
    assert wrong_method.headers["Allow"] == "POST"
    assert wrong_method.error["code"] == "invalid"
    assert options.status == 405
    assert not [name for name in options.headers if name.startswith("Access-Control")]


async def test_sentences_come_in_the_language_of_the_reader(school: School) -> None:
    async with Visitor(school.url) as visitor:
        said = [
            (await visitor.ask("GET", "/api/x", headers={"Accept-Language": wanted})).error[
                "message"
            ]
            for wanted in ("en-GB,en;q=0.9", "nl", "fr, de;q=0.8", "fr, en;q=0.8, nl;q=0.7")
        ]
    assert said[0] == said[3] != said[1] == said[2]


async def test_every_answer_is_kept_from_caches_frames_and_other_sites(school: School) -> None:
    async with Visitor(school.url) as visitor:
        replies = [
            await visitor.log_in(FATIMA),
            await visitor.ask("GET", "/healthz"),
            await visitor.ask("GET", "/nothing"),
            await visitor.ask("GET", "/"),
            await visitor.ask("GET", "/socket.io/?EIO=4&transport=polling"),
        ]
    for reply in replies:
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert replies[0].headers["Cache-Control"] == "no-store"


# --- Pages ----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/c/regenboog.0123", "/activate", "/reset", "/merge"])
async def test_the_page_is_there_at_each_of_its_addresses(school: School, address: str) -> None:
    async with Visitor(school.url) as visitor:
        page = await visitor.ask("GET", address)
    assert page.status == 200
    assert b"<title>Hekje</title>" in page.raw
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


LOOKED_AT = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("address", ["/foo", "/settings/", "/c/"])
async def test_a_mistyped_address_shows_the_page_to_people_and_refuses_programs(
    school: School, address: str
) -> None:
    async with Visitor(school.url) as visitor:
        there = await visitor.ask("GET", "/settings", headers=LOOKED_AT)
        page = await visitor.ask("GET", address, headers=LOOKED_AT)
        refused = await visitor.ask("GET", address)
        posted = await visitor.ask("POST", address, headers=LOOKED_AT)
    assert (page.status, page.raw) == (404, there.raw)
    for name in ("Content-Security-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert page.headers[name] == there.headers[name]
    assert [reply.code for reply in (refused, posted)] == ["not_found"] * 2


async def test_the_api_answers_nobody_with_a_page(school: School) -> None:
    async with Visitor(school.url) as visitor:
        unknown = await visitor.ask("GET", "/api/x", headers=LOOKED_AT)
        wrong = await visitor.ask("GET", "/api/login", headers=LOOKED_AT)
    assert [unknown.status, wrong.status] == [404, 405]
    assert [unknown.code, wrong.code] == ["not_found", "invalid"]


async def _send(visitor: Visitor, body: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    return await visitor.ask("POST", "/api/login", data=body, headers=headers)


async def _pieces(body: bytes) -> Any:
    """The body without its length being told."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]
