"""calendar.get, .set, .propose and .import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from server import access
from server.calendar.offer import Unreadable
from server.calendar.propose import Asked, Proposal, find_offer, propose
from server.decision import Decision, Down, Invalid, NotFound
from server.presence import closed_days as rules
from server.presence.setting import AvailabilityChanged
from server.presence.team import classes_now
from server.protocol import calendar as talk
from server.turn import Turn
from storage import ids
from storage.schema import School, SchoolCalendar

UNREACHED = frozenset({"not_fetched", "fetching_is_off"})


async def get(turn: Turn, request: talk.GetCalendar) -> Decision:
    school = await access.open_school_of_mine(turn, request.school_id)
    return Decision(_shown(await _stored(turn, school)))


async def set_(turn: Turn, request: talk.SetCalendar) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    before = await _stored(turn, school)
    names = None if request.names is None else _periods(request.names)
    after = rules.set_closed(school, before, request.closed, names=names, seen=request.rev)
    return await _change(turn, school, before, after)


async def propose_(turn: Turn, request: talk.ProposeCalendar) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    before = await _stored(turn, school)
    asked = Asked(request.kind, request.region, request.file, request.file_name)
    proposal = await _proposal(turn, school, before, asked, request.left_out)
    return Decision(_proposed(proposal))


async def import_(turn: Turn, request: talk.ImportCalendar) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    before = await _stored(turn, school)
    after, _ = rules.take_over(
        school,
        before,
        [rules.Edition(one.source, _periods(one.periods)) for one in request.editions],
        turn.today(school),
        left_out={request.kind: list(map(rules.called, request.left_out))},
        region=request.region,
        seen=request.rev,
    )
    return await _change(turn, school, before, after)


# --- For the command -----------------------------------------------------------------------


async def show_proposal(
    turn: Turn, school_id: str, asked: Asked, left_out: Sequence[str] | None
) -> Decision:
    """What would change, as the reply."""
    school = await _school(turn, school_id)
    return Decision(await _proposal(turn, school, await _stored(turn, school), asked, left_out))


async def take_proposal(turn: Turn, school_id: str, proposal: Proposal) -> Decision:
    """As it was shown; a `conflict` if the calendar has changed since."""
    school = await _school(turn, school_id)
    before = await _stored(turn, school)
    kind: str = proposal.offer.kind
    after, _ = rules.take_over(
        school,
        before,
        proposal.editions,
        turn.today(school),
        left_out={kind: proposal.left_out},
        region=proposal.region,
        seen=proposal.seen,
    )
    return await _change(turn, school, before, after)


async def _school(turn: Turn, school_id: str) -> School:
    school = await turn.roster.school(school_id)
    if school is None:
        raise NotFound("school_unknown")
    return school


# --- Both ----------------------------------------------------------------------------------


async def _proposal(
    turn: Turn,
    school: School,
    before: SchoolCalendar | None,
    asked: Asked,
    left_out: Sequence[str] | None,
) -> Proposal:
    """Raises `Invalid` for what cannot be read, `Down` for what cannot be reached."""
    today = turn.today(school)
    try:
        offer = await find_offer(asked, school, before, today, turn.settings.school_holidays)
    except Unreadable as why:
        words = f"calendar_{why}"
        if str(why) in UNREACHED:
            raise Down(words) from why
        raise Invalid("region" if str(why) == "region_missing" else "file", words) from why
    return propose(offer, school, before, today, left_out=left_out, region=asked.region)


async def _change(
    turn: Turn, school: School, before: SchoolCalendar | None, after: SchoolCalendar
) -> Decision:
    writes = rules.written(school, before, after, turn.now)
    if not writes:
        return Decision(_shown(before))
    changed = AvailabilityChanged(school.id, tuple(await classes_now(turn, school.id)))
    return Decision(_shown(after, changed=True), writes, (changed,))


async def _stored(turn: Turn, school: School) -> SchoolCalendar | None:
    return await turn.roster.get(SchoolCalendar, ids.of_calendar(school.id))


# --- As it is shown ------------------------------------------------------------------------


def _shown(record: SchoolCalendar | None, *, changed: bool = False) -> talk.CalendarAnswer:
    """`changed`: it has yet to be stored."""
    if record is None:
        return talk.CalendarAnswer(closed=[])
    named = rules.periods(record.names, record.names)
    return talk.CalendarAnswer(
        closed=list(record.closed),
        names=_told(named),
        rev=rules.revision(record) + changed,
        region=record.region,
    )


def _proposed(proposal: Proposal) -> talk.ProposalAnswer:
    offer, differences = proposal.offer, proposal.differences
    return talk.ProposalAnswer(
        kind=offer.kind,
        editions=[
            talk.Edition(source=one.source, periods=_told(one.periods)) for one in proposal.editions
        ],
        left_out=list(proposal.left_out),
        rev=proposal.seen,
        names=[
            talk.OfferedName(
                name=name, taken=name not in proposal.left_out, note=offer.notes.get(name)
            )
            for name in offer.names
        ],
        comes=_told(differences.comes),
        goes=_told(differences.goes),
        stays=_told(differences.stays),
        named=_told(differences.named),
        skipped=offer.skipped,
        region=proposal.region,
    )


def _periods(given: Iterable[talk.Period]) -> tuple[rules.Period, ...]:
    return tuple(rules.Period(one.first, one.last, one.name) for one in given)


def _told(periods: Iterable[rules.Period]) -> list[talk.Period]:
    return [talk.Period(first=one.first, last=one.last, name=one.name) for one in periods]
