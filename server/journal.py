"""What the server says of itself: a line each, `key=value`, about nobody.

An exception may hold what somebody wrote, and so may whatever a library logs.
Of exceptions only their types and places are told, of a library only where it
spoke. Our own lines are fixed sentences with ids, numbers and words of ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from server.clock import rfc3339

log = logging.getLogger("hekje")

_HOUSE = Path(__file__).resolve().parent.parent
_OURS = (_HOUSE / "server", _HOUSE / "storage")
_BARE = re.compile(r"[\w.:/+<>-]+")
MOST_FRAMES = 20
"""Of a stack: the innermost tell where it went wrong, and a recursion has a thousand."""


def keep() -> None:
    """From now on all that is logged, or raised and caught by nobody, goes to stderr like this."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Journal())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written would be told with its text
    sys.excepthook = _uncaught
    threading.excepthook = lambda thread: _uncaught(
        thread.exc_type, thread.exc_value, thread.exc_traceback
    )


def unexpected(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For an event loop: what it says itself would show the arguments of a call that failed."""
    log.error("something failed that nobody waited for", exc_info=context.get("exception"))


class Journal(logging.Formatter):
    """`at=2026-11-23T20:05:00.000Z level=warning log=hekje event="…"`, then what is known of an error."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": _sentence(record),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields["error"] = kinds_of(error)
            fields["trace"] = " ".join(_places(error))
        return " ".join(f"{name}={_value(value)}" for name, value in fields.items())


def kinds_of(error: BaseException) -> str:
    """`Unavailable from BusyError`: an exception and what caused it, by their types."""
    kinds, seen = [], set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kinds.append(_kind(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " from ".join(kinds)


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        return f"{name} of {', '.join(sorted({_kind(one) for one in error.exceptions}))}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}:{error.errno}"
    return name


def _sentence(record: logging.LogRecord) -> str:
    path = Path(record.pathname)
    if not any(path.is_relative_to(folder) for folder in _OURS):
        return f"a library spoke at {path.parent.name}/{path.name}:{record.lineno}"
    arguments = record.args if isinstance(record.args, tuple) else ()
    shown = [kinds_of(one) if isinstance(one, BaseException) else one for one in arguments]
    return str(record.msg) % tuple(shown) if shown else str(record.msg)


def _places(error: BaseException) -> Iterator[str]:
    """Where it was, from the innermost on: without the lines of code, which may hold anything."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]):
        path = Path(frame.filename)
        yield f"{path.parent.name}/{path.name}:{frame.lineno}:{frame.name}"


def _value(value: str) -> str:
    return value if _BARE.fullmatch(value) else json.dumps(value)


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None:
        log.critical("this Hekje ends", exc_info=(kind, error, trace))
