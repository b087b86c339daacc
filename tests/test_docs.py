"""Documents tell what the code does: whoever changes a type makes them anew in the same commit."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from server.app import Hekje
from server.handlers import EVENTS
from server.protocol.calls import CALLS
from server.protocol.generate import asyncapi
from server.protocol.generate.documents import documents
from server.protocol.generate.words import about_call, about_push, about_request, codes
from server.protocol.pushes import PUSHES
from tests.conftest import School

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("path", documents())
def test_a_document_is_what_the_types_say_today(path: str) -> None:
    written = (ROOT / path).read_text(encoding="utf-8")
    assert written == documents()[path], "run: .venv/bin/python -m server.protocol.generate"


def test_every_request_push_call_and_code_is_told_of() -> None:
    page = documents()["docs/protocol.md"]
    for name in (*EVENTS, *PUSHES):
        assert f"\n### `{name}`\n" in page
    for path in CALLS:
        assert f"\n### `POST {path}`\n" in page
    for code in codes():
        assert f"\n| `{code.name}` |" in page


def test_each_of_them_has_a_sentence_of_its_own() -> None:
    said = {name: about_request(name) for name in EVENTS}
    said |= {f"push {name}": about_push(name) for name in PUSHES}
    said |= {path: about_call(path) for path in CALLS}
    said |= {code.name: code.about for code in codes()}
    assert [name for name, about in said.items() if len(about.split()) < 3] == []
    twice = [about for about in said.values() if list(said.values()).count(about) > 1]
    assert twice == []


def test_only_what_is_in_the_table_is_ever_pushed() -> None:
    pushed: set[str] = set()
    for source in (ROOT / "server").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        pushed |= set(re.findall(r'\bframe\(\s*"([\w.]+)"', text))
        pushed |= set(
            re.findall(
                r'"((?:message|conversation)\.[\w]+ed|message\.is_typing|message\.was_read)"', text
            )
        )
    assert pushed - set(PUSHES) == set()
    assert {"message.posted", "heads", "session.changed"} <= pushed, "found how pushes are made"


async def test_the_calls_are_the_ones_that_the_server_takes(school: School) -> None:
    posts = {
        route.resource.canonical
        for route in _routes(school.hekje)
        if route.method == "POST" and route.resource.canonical.startswith("/api/")
    }
    assert posts == set(CALLS)


def test_the_asyncapi_document_is_valid(tmp_path: Path) -> None:
    assert _faults_of(ROOT / "docs" / "asyncapi.json") == ""
    broken = asyncapi.document()
    broken["operations"]["message.send"]["action"] = "shout"
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    assert "action" in _faults_of(tmp_path / "broken.json"), "it would tell"


def test_what_the_asyncapi_document_refers_to_is_there() -> None:
    document = asyncapi.document()
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    assert len(references) > 50
    for reference in references:
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in part, reference
            part = part[step]


def test_the_web_clients_types_hold_under_strict_typescript(tmp_path: Path) -> None:
    right = """
      const ask = async <N extends RequestName>(name: N, what: Requests[N]["request"]):
        Promise<Answer<N>> => { void name; void what; throw new Error("no server here"); };
      const answer = await ask("message.send", { conversation_id: "c", key: "k", text: "Hoi" });
      if (answer.ok) { const seq: number = answer.message.seq; void seq; }
      else { const code: ErrorCode = answer.error.code; void code; }
      const heads: Pushes["heads"] = { c: 3 };
      void heads;
    """
    assert _typescript(tmp_path, right) == ""
    assert "TS2353" in _typescript(tmp_path, right.replace('key: "k"', 'kee: "k"'))
    assert "TS2322" in _typescript(tmp_path, right.replace("seq: number", "seq: string"))


def test_no_type_of_the_web_client_is_any() -> None:
    assert (
        re.search(r"\bany\b", re.sub(r"/\*.*?\*/", "", documents()["web/src/protocol.ts"])) is None
    )


def _routes(hekje: Hekje) -> list[Any]:
    runner: Any = hekje._runner
    return [route for route in runner.app.router.routes() if route.resource is not None]


def _faults_of(document: Path) -> str:
    command = ["node", str(ROOT / "tests" / "asyncapi.mjs"), str(document)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stderr


def _typescript(folder: Path, code: str) -> str:
    """What the compiler says of a client that uses the types."""
    used = "Answer, ErrorCode, Pushes, RequestName, Requests"
    module = (ROOT / "web" / "src" / "protocol").as_posix()
    client = folder / "client.ts"
    client.write_text(f'import type {{ {used} }} from "{module}";\n{code}\nexport {{}};\n')
    options = json.loads((ROOT / "tsconfig.json").read_text())
    config = folder / "tsconfig.json"
    config.write_text(
        json.dumps(
            {
                "compilerOptions": {**options["compilerOptions"], "target": "ES2022"},
                "files": [str(client)],
            }
        )
    )
    command = [str(ROOT / "node_modules" / ".bin" / "tsc"), "--project", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100).stdout
