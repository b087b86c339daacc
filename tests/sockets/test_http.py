"""Bad input at the HTTP door: each gets an answer of our own form, and the log keeps still."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from server import callers
from server.protocol.calls import CALLS as ALL
from tests.conftest import OpenSchool, School
from tests.sockets.http import HOST, JSON, LAST, Talk, ask, get, post

CALLS = [path.encode() for path in ALL]


def takes_anything(path: bytes) -> bool:
    """Whether it reads a body, from whoever comes."""
    call = ALL[path.decode()]
    return call.request is not None and not call.session


CHUNKED = b"Transfer-Encoding: chunked"
NOT_HTTP = {
    "a greeting": b"hello there\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "nothing but zeroes": bytes(1_000) + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "HTTP/2.0 in a line": get(b"/healthz").replace(b"HTTP/1.1", b"HTTP/2.0"),
    "HTTP of 1991": b"GET /healthz\r\n" + HOST + LAST + b"\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": get(b"/healthz", b"Host: evil.example"),
    "an unknown method": get(b"/healthz", method=b"BREW"),
    "a method in small letters": get(b"/healthz", method=b"get"),
    "NUL in the address": get(b"/a\x00b"),
    "a space in the address": get(b"/a b"),
    "half an IPv6 address": get(b"http://[::1/"),
    "a port that cannot be": get(b"http://x:99999999/"),
    "letters of no address": get("/héalthz".encode()),
    "an address of no page": get(b"*"),
    "a type of content, twice": post(b"/api/login", JSON.strip(), JSON.strip()),
    "a space before a colon": get(b"/healthz", b"X-Hekje : 1"),
    "a header without a colon": get(b"/healthz", b"X-Hekje"),
    "NUL in a header": get(b"/healthz", b"X-Hekje: 1\x00"),
    "a folded header": get(b"/healthz", b"X-Hekje: 1\r\n  2"),
    "lines that end with LF": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "two lengths": post(b"/api/login", b"Content-Length: 2", b"Content-Length: 3"),
    "one length, twice": post(b"/api/login", b"Content-Length: 2", b"Content-Length: 2"),
    "a length and chunks": post(b"/api/login", b"Content-Length: 2", CHUNKED),
    "chunks and a length": post(b"/api/login", CHUNKED, b"Content-Length: 2", body=b"0\r\n\r\n"),
    "a negative length": post(b"/api/login", b"Content-Length: -1"),
    "a length with a sign": post(b"/api/login", b"Content-Length: +2"),
    "a length in other digits": post(b"/api/login", "Content-Length: ٢".encode()),
    "a length beyond numbers": post(b"/api/login", b"Content-Length: " + b"9" * 40),
    "an unknown coding": post(b"/api/login", b"Transfer-Encoding: xchunked"),
    "chunks without a size": post(b"/api/login", CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk beyond numbers": post(b"/api/login", CHUNKED, body=b"f" * 20 + b"\r\n{}\r\n"),
    "a negative chunk": post(b"/api/login", CHUNKED, body=b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk that runs on": post(b"/api/login", CHUNKED, body=b"2\r\n{}{}\r\n0\r\n\r\n"),
}
TOO_LARGE = {
    "a long address": get(b"/" + b"a" * 20_000),
    "a long header": get(b"/healthz", b"X-Hekje: " + b"a" * 20_000),
    "a huge cookie": get(b"/healthz", b"Cookie: hekje_session=" + b"a" * 500_000),
    "10,000 headers": get(b"/healthz", *(b"X-%d: 1" % number for number in range(10_000))),
}


@pytest.mark.parametrize("raw", NOT_HTTP.values(), ids=list(NOT_HTTP))
async def test_what_is_no_http_is_invalid(school: School, raw: bytes) -> None:
    answer = await ask(school.url, raw)
    assert (answer.status, answer.error["code"]) == (400, "invalid")
    await as_usual(school, answer.head)


@pytest.mark.parametrize("raw", TOO_LARGE.values(), ids=list(TOO_LARGE))
async def test_a_head_that_is_too_large_is_not_read(school: School, raw: bytes) -> None:
    answer = await ask(school.url, raw)
    assert (answer.status, answer.error["code"]) == (431, "too_large")
    await as_usual(school, answer.head)


async def as_usual(school: School, head: str) -> None:
    """The headers of every answer, no name of a library, and the next caller is served."""
    assert "Content-Type: application/json" in head
    assert "X-Content-Type-Options: nosniff" in head
    assert "Server: Hekje" in head
    assert (await ask(school.url, get(b"/healthz"))).status == 200


async def test_what_follows_on_nonsense_is_not_taken_for_a_request(school: School) -> None:
    """Else somebody behind the same proxy would get an answer that is not theirs."""
    smuggled = post(b"/api/login", b"Content-Length: 2", CHUNKED, body=b"0\r\n\r\n")
    talk = await Talk.begin(school.url)
    heard = await (await talk.say(smuggled + get(b"/healthz"))).hear()
    assert heard.count(b"HTTP/1.") == 1
    await talk.leave()


# --- What may be asked, and where ----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [b"//healthz", b"/%2e%2e/%2e%2e/etc/passwd", b"/../etc/passwd", b"/c/../../etc/passwd", b"/%00",
     b"/%zz%ff", b"/%c0%af", b"/healthz/", b"/healthz%2f", b"/api", b"/c/", b"/.env",
     b"/data/hekje.db"],
)  # fmt: skip
async def test_an_address_that_is_none_is_not_there(school: School, path: bytes) -> None:
    answer = await ask(school.url, get(path))
    assert (answer.status, answer.error["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", CALLS)
async def test_a_call_is_made_with_post_alone(school: School, path: bytes) -> None:
    for method in (b"GET", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE"):
        answer = await ask(school.url, get(path, b"X-HTTP-Method-Override: POST", method=method))
        assert (answer.status, answer.error["code"]) == (405, "invalid")
        assert "Allow: POST" in answer.head
        assert "access-control" not in answer.head.lower()
    head = await ask(school.url, get(path, method=b"HEAD"))
    assert (head.status, head.body) == (405, b"")


async def test_a_proxy_that_we_are_not_is_not_found(school: School) -> None:
    tunnel = await ask(school.url, get(b"evil.example:443", method=b"CONNECT"))
    assert (tunnel.status, tunnel.error["code"]) == (404, "not_found")
    assert (await ask(school.url, get(b"http://evil.example/x"))).status == 404
    assert (await ask(school.url, get(b"http://evil.example/healthz"))).body == b'{"ok":true}'


@pytest.mark.parametrize(
    "header",
    [b"X-Forwarded-Host: evil.example", b"X-Forwarded-Proto: gopher", b"Forwarded: host=evil",
     b"X-Original-URL: /metrics", b"X-Forwarded-For: 127.0.0.1, x, \xff", b"X-Hekje: \xff\xfe",
     b"Accept-Language: " + b"x-," * 2_000, b"Accept-Language: en;q=NaN, \xff", b"Cookie: \xff=;;,=",
     b"If-None-Match: *", b"If-Modified-Since: never", b"Range: bytes=0-0,-1,9-1,x",
     b"Authorization: Bearer", b"Authorization: Basic \xff", b"Upgrade: h2c", b"Content-Length: 0"],
)  # fmt: skip
async def test_a_header_that_somebody_made_up_changes_nothing(
    school: School, header: bytes
) -> None:
    plain, with_header = [await ask(school.url, get(b"/", *some)) for some in ((), (header,))]
    assert (with_header.status, with_header.body) == (plain.status, plain.body)
    assert "evil" not in with_header.head
    assert (await ask(school.url, get(b"/api/x", header))).error["code"] == "not_found"


async def test_an_expectation_is_refused_in_our_form(school: School) -> None:
    for path in (b"/healthz", b"/nothing"):
        answer = await ask(school.url, get(path, b"Expect: wonders"))
        assert (answer.status, answer.error["code"]) == (417, "invalid")
    proceed = await ask(school.url, post(b"/api/login", JSON.strip(), b"Expect: 100-continue",
                                         b"Content-Length: 2"))  # fmt: skip
    assert proceed.status == 100
    assert b"400 Bad Request" in proceed.body


# --- Bodies --------------------------------------------------------------------------------

FORM = b"Content-Type: multipart/form-data"
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'


@pytest.mark.parametrize(
    "headers",
    [(FORM,), (FORM + b"; boundary=x",), (FORM + b"; boundary=" + b"x" * 5_000,),
     (b"Content-Type: ;;;=",), (b"Content-Type: \xff/\xfe",), (b"Content-Type: application/jsonp",),
     (b"Content-Type: text/plain",), (b"Content-Type: application/x-www-form-urlencoded",),
     (),
     (JSON.strip(), b"Content-Encoding: gzip"), (JSON.strip(), b"Content-Encoding: br"),
     (JSON.strip(), b"Content-Encoding: gzip, gzip"), (JSON.strip(), b"Content-Encoding: x")],
)  # fmt: skip
async def test_a_body_that_is_no_json_is_not_looked_into(
    school: School, headers: tuple[bytes, ...]
) -> None:
    bodies = [b"{}", PARTS * 500 + b"--x--", gzip.compress(b" " * 10_000_000), zlib.compress(b"")]
    bodies.append(gzip.compress(b"") * 1_000)
    for body in bodies:
        length = b"Content-Length: %d" % len(body)
        answer = await ask(school.url, post(b"/api/login", length, *headers, body=body))
        assert (answer.status, answer.error["code"]) == (415, "invalid")


FITS_NOWHERE = (
    b"", b"{", b"null", b"[]", b'"x"', b"1", b"NaN", b'{"email":NaN}', b"\xef\xbb\xbf{}", b"\xff",
    b'{"email":"\\ud800"}', b'{"a":1,"a":1}', b"[" * 30_000, b'{"a":' * 10_000, b"9" * 60_000,
    b'{"email":{"$ne":null},"password":{"$gt":""}}', b'{"__proto__":{}}', b"{}\x00", b"{}{}",
    b'{"token":"x","email":"a@b.c","password":["x"]}', b'{"token":"\\u0000","admin":true}',
    json.dumps({str(key): 0 for key in range(6_000)}).encode(),
)  # fmt: skip


@pytest.mark.parametrize("path", [path for path in CALLS if takes_anything(path)])
async def test_json_that_does_not_fit_is_invalid(school: School, path: bytes) -> None:
    session = b"Authorization: Bearer " + school.cast.token("fatima").encode()
    for body in FITS_NOWHERE:
        length = b"Content-Length: %d" % len(body)
        answer = await ask(school.url, post(path, JSON.strip(), session, length, body=body))
        assert (answer.status, answer.error["code"]) == (400, "invalid"), body[:50]


@pytest.mark.parametrize("size", [64 * 1024, 64 * 1024 + 1])
async def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(school: School, size: int) -> None:
    body = b'{"email":""}'
    body += b" " * (size - len(body))
    expected = (400, "invalid") if size == 64 * 1024 else (413, "too_large")
    length = b"Content-Length: %d" % size
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in split(body, 1_000))
    for framing, raw in ((length, body), (CHUNKED, chunks + b"0\r\n\r\n")):
        answer = await ask(school.url, post(b"/api/login", JSON.strip(), framing, body=raw))
        assert (answer.status, answer.error["code"]) == expected


async def test_a_storm_of_chunks_is_a_body_like_any_other(school: School) -> None:
    body = b"1\r\n \r\n" * 30_000 + b"2\r\n{}\r\n0\r\n" + b"X-Trailer: 1\r\n" * 20 + b"\r\n"
    answer = await ask(school.url, post(b"/api/login", JSON.strip(), CHUNKED, body=body))
    assert (answer.status, answer.error["field"]) == (400, "email")


def split(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


async def test_a_gigabyte_that_is_announced_is_refused_before_it_comes(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "LINGER", 0.1)
    length = b"Content-Length: 1000000000"
    answer = await ask(school.url, post(b"/api/login", JSON.strip(), length))
    assert (answer.status, answer.error["code"]) == (413, "too_large")


async def test_many_requests_at_once_are_answered_one_by_one(school: School) -> None:
    one = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    talk = await Talk.begin(school.url)
    heard = await (await talk.say(one * 300 + get(b"/healthz"))).hear()
    assert heard.count(b'{"ok":true}') == 301
    assert LAST.strip().lower() in heard.lower()
    await talk.leave()


async def test_who_asks_across_origins_is_told_nothing_extra(open_school: OpenSchool) -> None:
    school = await open_school(url="https://hekje.school.example")
    for origin in (b"null", b"https://evil.example", b"https://hekje.school.example.evil.example"):
        asked = get(b"/api/login", b"Origin: " + origin, b"Access-Control-Request-Method: POST",
                    method=b"OPTIONS")  # fmt: skip
        answer = await ask(school.url, asked)
        assert answer.status == 405
        assert "access-control" not in answer.head.lower()
