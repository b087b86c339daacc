"""How the service worker and the page that places it are served; a browser tries them in `tests/browser`."""

from __future__ import annotations

from tests.conftest import School
from tests.handlers.visitors import Visitor


async def test_the_service_worker_stands_at_the_top_and_is_asked_for_each_time(
    school: School,
) -> None:
    """It may fetch what is of this origin, and run nothing else."""
    async with Visitor(school.url) as browser:
        worker = await browser.ask("GET", "/sw.js")
        script = await browser.ask("GET", "/icon-192.png")
    assert worker.status == 200
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Content-Security-Policy"] == (
        "default-src 'none'; connect-src 'self'; img-src 'self'"
    )
    assert worker.headers["X-Content-Type-Options"] == "nosniff"
    assert b"/assets/first-" in worker.raw, "the build has told it its files"
    assert b"__SHELL__" not in worker.raw
    assert "max-age" in script.headers["Cache-Control"]


async def test_the_page_takes_a_script_from_one_policy_alone(school: School) -> None:
    async with Visitor(school.url) as browser:
        page = await browser.ask("GET", "/settings")
    policy = page.headers["Content-Security-Policy"]
    for part in (
        "worker-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types hekje",
    ):
        assert part in policy.split("; ")
