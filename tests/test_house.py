"""The house keeps its own rules: what it is made of, how big it grows, and what its pages say."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOUSE = Path(__file__).parent.parent

LONGEST_FILE = {"server": 300, "storage": 300, "bench": 300, "tests": 500}
LONGEST_FUNCTION = {"server": 40, "storage": 40, "bench": 40, "tests": 60}

LONGER = {
    "storage/schema.py": (
        580,
        "every record and index on one page, which a migration is read from",
    ),
    "server/school/conversations.py:send_message": (
        46,
        "the one story of a message, told without a break",
    ),
    "tests/handlers/test_session_start.py:test_a_guardian_gets_all_for_the_first_screen": (
        73,
        "the whole answer, compared as one",
    ),
}
"""What is longer than that, how long at most, and why. The number may only go down."""

SLACK = 10
"""Lines that an exception may lie above what it is for, before it must come down."""

DRIVERS = {
    "apsw": "storage/sqlite/",
    "argon2": "server/passwords.py",
    "aiosmtplib": "server/notify/smtp.py",
    "css_inline": "server/notify/letters.py",
    "dateutil": "server/calendar/ics.py",
    "defusedxml": "server/roster/edexml/xml.py",
    "engineio": "server/wire.py",
    "holidays": "server/calendar/public.py",
    "icalendar": "server/calendar/ics.py",
    "idna": "server/notify/mailbox.py",
    "jinja2": "server/notify/letters.py",
    "motor": "storage/mongo/driver.py",
    "py_vapid": "server/notify/push_keys.py",
    "pymongo": "storage/mongo/driver.py",
    "pyotp": "server/school/second_factor.py",
    "pywebpush": "server/notify/push.py",
    "redis": "server/redis.py",
    "socketio": "server/wire.py",
    "uvloop": "server/cli.py",
}
"""Each library that something else could take the place of, and the one place that knows it."""

RULES_KNOW = (
    "server.school",
    "server.decision",
    "storage.schema",
    "storage.ids",
    "storage.writes",
    "msgspec",
    "pyotp",
)


@cache
def committed() -> list[Path]:
    """Every file that is committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, check=True, text=True).stdout
    return [HOUSE / name for name in sorted(set(listed.split("\0"))) if (HOUSE / name).is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def modules(*tops: str) -> Iterator[Path]:
    for path in committed():
        if path.suffix == ".py" and name_of(path).split("/")[0] in tops:
            yield path


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from storage import ids` names a module of a package
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_of(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


# --- Size ----------------------------------------------------------------------------------


def sizes() -> Iterator[tuple[str, int, int]]:
    """Each file and function, its lines, and how many it may have."""
    for path in modules(*LONGEST_FILE):
        top, text = name_of(path).split("/")[0], path.read_text()
        yield name_of(path), len(text.splitlines()), LONGEST_FILE[top]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{name_of(path)}:{node.name}", lines, LONGEST_FUNCTION[top]


def test_nothing_grows_past_what_can_be_read_at_a_glance() -> None:
    too_long = [
        f"{name} has {lines} lines, at most {LONGER.get(name, (most, ''))[0]}"
        for name, lines, most in sizes()
        if lines > LONGER.get(name, (most, ""))[0]
    ]
    assert too_long == []


def test_an_exception_that_is_no_longer_needed_goes() -> None:
    longest = {name: lines for name, lines, most in sizes() if lines > most}
    assert sorted(LONGER) == sorted(set(LONGER) & set(longest)), "these fit by now"
    loose = [name for name, (most, _) in LONGER.items() if most - longest[name] > SLACK]
    assert loose == [], "these have become shorter: so may their exceptions"
    assert all(reason for _, reason in LONGER.values())


# --- Layers and libraries ------------------------------------------------------------------


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=HOUSE, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


def test_rules_know_records_and_refusals_and_nothing_else() -> None:
    rules = [path for path in modules("server") if name_of(path).startswith("server/school/")]
    assert rules
    strangers = {
        f"{name_of(path)}: {name}"
        for path in rules
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not is_of(name, *RULES_KNOW)
    }
    assert strangers == set()


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_each_driver_has_one_place(driver: str) -> None:
    users = {
        name_of(path)
        for path in modules("server", "storage")
        if any(is_of(name, driver) for name in imported(path))
    }
    assert users, f"nobody uses {driver}"
    assert {user for user in users if not user.startswith(DRIVERS[driver])} == set()


# --- What is installed ---------------------------------------------------------------------


def locked(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (HOUSE / lock).read_text(), re.MULTILINE))


def wanted(*extras: str) -> list[Requirement]:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    asked = list(project["dependencies"])
    for extra in extras:
        asked += project["optional-dependencies"][extra]
    return [Requirement(line) for line in asked]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ["install"]), ("requirements-dev.lock", ["install", "dev"])],
)
def test_what_the_project_asks_for_is_locked(lock: str, extras: list[str]) -> None:
    versions = locked(lock)
    unmet = [
        str(asked)
        for asked in wanted(*extras)
        if asked.name not in versions or not asked.specifier.contains(versions[asked.name], True)
    ]
    assert unmet == [], (
        f"{lock} is older than pyproject.toml; CONTRIBUTING.md says how to make it anew"
    )


def test_tests_run_on_what_is_served() -> None:
    served, tested = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: tested.get(name) for name in served} == served


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_installs_from_any_mirror(lock: str) -> None:
    text = (HOUSE / lock).read_text()
    assert "sha256:" in text
    assert not re.search(r"://|--(index|extra-index|find-links|trusted)", text)


def test_the_lock_of_node_installs_from_any_mirror() -> None:
    text = (HOUSE / "package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text


# --- What is written -----------------------------------------------------------------------

ELSEWHERE = (
    r"(?<![\w.])/(work|root|home|opt|Users)/",
    r"pypi\." + "org",
    "pythonhosted",
    r"registry\." + "npmjs",
)
"""Paths of somebody's machine, and hosts of registries."""


def texts() -> Iterator[tuple[str, str]]:
    for path in committed():
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_machine_or_a_registry() -> None:
    told = [
        f"{name}: {found.group()}"
        for name, text in texts()
        if name != name_of(Path(__file__))
        for found in re.finditer("|".join(ELSEWHERE), text)
    ]
    assert told == []


def pages() -> Iterator[Path]:
    return (
        path
        for path in committed()
        if path.suffix == ".md"
        and name_of(path).startswith(("docs/", *map(str.upper, "abcdefghijklmnopqrstuvwxyz")))
    )


def links(page: Path) -> Iterator[str]:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:", target):
            yield target.partition("#")[0]


def test_every_link_leads_somewhere() -> None:
    assert "docs/protocol.md" in set(links(HOUSE / "README.md"))
    broken = [
        f"{name_of(page)}: {target}"
        for page in pages()
        for target in links(page)
        if target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_page_can_be_found() -> None:
    """From the README, by links alone: each decision too."""
    reached: set[Path] = set()
    waiting = [HOUSE / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        waiting += [page.parent / target for target in links(page) if target]
    assert sorted(name_of(page) for page in pages() if page.resolve() not in reached) == []


def test_decisions_are_numbered_in_a_row() -> None:
    names = sorted(path.name for path in (HOUSE / "docs/decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        title = (HOUSE / "docs/decisions" / name).read_text().splitlines()[0]
        assert title.startswith(f"# {int(name[:4])}. ")


@pytest.mark.parametrize("script", ["bin/serve", "bin/setup", "bin/test", "bin/check", ".ci/run"])
def test_a_script_runs_and_stops_at_the_first_fault(script: str) -> None:
    path = HOUSE / script
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text()
    subprocess.run(["bash", "-n", path], check=True)
