"""What a teacher may set: a week that can be lived by, and dates of this century."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise

from msgspec.structs import replace

from server.decision import AgainstPolicy, Event, Invalid
from server.presence.availability import DEFAULT_DIGEST, DEFAULT_WEEK, WEEKDAYS, minutes
from storage import ids
from storage.schema import Availability, DigestTime, Notice, School
from storage.writes import Insert, Replace, Write

FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)
"""Further away is a typing error."""

Blocks = tuple[tuple[str, str], ...]


class AvailabilityChanged(Event, frozen=True):
    """When the teams of these classes are there has changed, or may have."""

    school_id: str
    class_ids: tuple[str, ...]


def default_availability(school_id: str, teacher_id: str) -> Availability:
    """What holds until a teacher has set anything."""
    return Availability(
        id=teacher_id,
        school_id=school_id,
        chat=True,
        hours=dict(DEFAULT_WEEK),
        digest=DigestTime(*DEFAULT_DIGEST),
    )


def set_availability(
    school: School,
    before: Availability | None,
    wanted: Availability,
    *,
    confirm: bool,
    now: datetime,
) -> tuple[Write, ...]:
    """What to write so that `wanted` holds; nothing when it does already."""
    checked = checked_availability(wanted)
    stood = before or default_availability(school.id, wanted.id)
    if checked.digest is None and stood.digest is not None and not confirm:
        raise AgainstPolicy("no_digest", "no_digest")
    ended_at = stood.digest_ended_at if checked.digest is None else None
    changed = replace(checked, version=stood.version, digest_ended_at=ended_at)
    if changed == before:
        return ()
    moves = (changed.away, changed.digest) != (stood.away, stood.digest)
    notices = (Insert(retime(wanted.id, now)),) if moves else ()
    return (Insert(changed) if before is None else Replace(changed)), Replace(school), *notices


def checked_availability(wanted: Availability) -> Availability:
    """As it is kept, in order; refused where it cannot be lived by."""
    _check_away(wanted.away)
    return replace(
        wanted,
        hours={day: _checked_blocks(day, blocks) for day, blocks in wanted.hours.items() if blocks},
        away=tuple(sorted(set(wanted.away))),
        digest=_in_order(wanted.digest),
    )


def end_digest(
    school: School, before: Availability | None, teacher_id: str, now: datetime
) -> tuple[Write, ...]:
    """Somebody asked for it outside the app, by a link in the digest; nothing when it is off.

    All else that was set stays, and the app tells them when they next come.
    """
    stood = before or default_availability(school.id, teacher_id)
    if stood.digest is None:
        return ()
    changed = replace(stood, digest=None, digest_ended_at=now)
    return (Insert(changed) if before is None else Replace(changed)), Replace(school)


def dismiss_ended(school: School, before: Availability | None) -> tuple[Write, ...]:
    """They know by now that their digest is off."""
    if before is None or before.digest_ended_at is None:
        return ()
    return Replace(replace(before, digest_ended_at=None)), Replace(school)


def _checked_blocks(day: str, blocks: Blocks) -> Blocks:
    for number, (start, end) in enumerate(blocks):
        if minutes(start) >= minutes(end):
            raise Invalid(f"hours.{day}[{number}]", "block_order")
    in_order = tuple(sorted(blocks))
    for first, second in pairwise(in_order):
        if second[0] < first[1]:
            raise Invalid(f"hours.{day}[{blocks.index(second)}]", "blocks_overlap")
    return in_order


def _check_away(away: Sequence[tuple[date, date]]) -> None:
    for number, (first, last) in enumerate(away):
        check_dates(f"away[{number}]", (first, last))
        if first > last:
            raise Invalid(f"away[{number}]", "away_order")


def check_dates(field: str, dates: Iterable[date]) -> None:
    if any(not FIRST_DATE <= day <= LAST_DATE for day in dates):
        raise Invalid(field, "date_far")


def _in_order(digest: DigestTime | None) -> DigestTime | None:
    if digest is None:
        return None
    return DigestTime(digest.at, tuple(day for day in WEEKDAYS if day in digest.days))


# --- What waits ----------------------------------------------------------------------------


def retime(whom: str, at: datetime) -> Notice:
    """What waits for a person is to be timed again, or for all teachers of a school."""
    school_id = ids.school_of(whom)
    return Notice(
        id=ids.of_notice(whom, at),
        school_id=school_id,
        retimed=whom,
        bucket=ids.bucket(school_id),
        due_at=at,
    )
