"""A proposal in sentences that somebody of the office can check, in Dutch and English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from server.calendar.propose import Proposal
from server.presence.closed_days import Period

_WORDS = Path(__file__).parent.parent / "words" / "calendar"
SENTENCES: dict[str, dict[str, str]] = {
    locale: json.loads((_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    for locale in ("nl", "en")
}
MOST_SHOWN = 60


def describe(proposal: Proposal, locale: str) -> list[str]:
    """What comes, goes and stays, by name; and what is to be known of those names."""
    found = proposal.differences
    if not (found.comes or found.goes or found.named):
        lines = [say("nothing", locale)]
    else:
        counts = {name: len(getattr(found, name)) for name in ("comes", "goes", "stays")}
        lines = [say("counts", locale, **counts)]
    for what in ("comes", "goes", "named", "stays"):
        lines += _listed(what, getattr(found, what), locale)
    return [*lines, *_remarks(proposal, locale)]


def say(name: str, locale: str, /, **values: object) -> str:
    return SENTENCES.get(locale, SENTENCES["nl"])[name].format(**values)


def _listed(what: str, periods: Sequence[Period], locale: str) -> Iterator[str]:
    for period in periods[:MOST_SHOWN]:
        yield f"  {say(what, locale)}: {_said(period, locale)}"
    if len(periods) > MOST_SHOWN:
        yield f"  {say('more', locale, count=len(periods) - MOST_SHOWN)}"


def _said(period: Period, locale: str) -> str:
    day = say("day", locale)
    return say(
        "one_day" if len(period) == 1 else "days",
        locale,
        name=period.name or say("no_name", locale),
        first=period.first.strftime(day),
        last=period.last.strftime(day),
        count=len(period),
    )


def _remarks(proposal: Proposal, locale: str) -> Iterator[str]:
    names = proposal.offer.names
    out = [name for name in names if name in proposal.left_out]
    if out:
        yield say("left_out", locale, names=", ".join(out))
    for note in ("optional", "advised"):
        noted = [name for name in names if proposal.offer.notes.get(name) == note]
        noted = [name for name in noted if name not in proposal.left_out]
        if noted:
            yield say(note, locale, names=", ".join(noted))
    if proposal.offer.skipped:
        yield say("skipped", locale, count=proposal.offer.skipped)
