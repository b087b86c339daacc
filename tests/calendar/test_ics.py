"""Days off out of an iCalendar file, whoever made it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from server.calendar.ics import MOST_REPEATED, read_ics
from server.calendar.offer import Offer, Unreadable
from server.presence.closed_days import Period
from tests.calendar.make import AMSTERDAM, TODAY, event, ics, period, whole_day


def read(*events: list[str], zone: ZoneInfo = AMSTERDAM) -> Offer:
    return read_ics(ics(*events), "vrij.ics", zone, TODAY)


def days(*events: list[str]) -> tuple[Period, ...]:
    (edition,) = read(*events).editions
    assert edition.source == "file vrij.ics"
    return edition.periods


def test_the_end_of_an_event_is_the_day_after_the_last() -> None:
    assert days(
        whole_day("Studiedag", "20261207", "20261208"),
        whole_day("Kerst\\, lang", "20261219", "20270104"),
        whole_day("Zonder einde", "20270301"),
        whole_day("Einde op het begin", "20270302", "20270302"),
        event("Met duur", "DTSTART;VALUE=DATE:20270303", "DURATION:P2D"),
    ) == (
        period(date(2026, 12, 7), name="Studiedag"),
        period(date(2026, 12, 19), date(2027, 1, 3), "Kerst, lang"),
        period(date(2027, 3, 1), name="Zonder einde"),
        period(date(2027, 3, 2), name="Einde op het begin"),
        period(date(2027, 3, 3), date(2027, 3, 4), "Met duur"),
    )


def test_hours_count_when_they_fill_whole_days_at_the_school() -> None:
    found = read(
        event("In UTC", "DTSTART:20261206T230000Z", "DTEND:20261208T230000Z"),
        event(
            "In New York",
            "DTSTART;TZID=America/New_York:20270110T180000",
            "DTEND;TZID=America/New_York:20270111T180000",
        ),
        event(
            "Van Outlook",
            "DTSTART;TZID=W. Europe Standard Time:20270201T000000",
            "DTEND;TZID=W. Europe Standard Time:20270201T235900",
        ),
        event("Zonder zone", "DTSTART:20270301T000000", "DTEND:20270302T000000"),
        event(
            "Zone van zichzelf",
            "DTSTART;TZID=Ons eigen dorp:20270303T000000",
            "DTEND;TZID=Ons eigen dorp:20270304T000000",
        ),
        event("Ouderavond", "DTSTART:20261210T190000Z", "DTEND:20261210T210000Z"),
        event("Schoolkamp", "DTSTART:20270601T090000Z", "DTEND:20270603T130000Z"),
    )
    assert found.editions[0].periods == (
        period(date(2026, 12, 7), date(2026, 12, 8), "In UTC"),
        period(date(2027, 1, 11), name="In New York"),
        period(date(2027, 2, 1), name="Van Outlook"),
        period(date(2027, 3, 1), name="Zonder zone"),
        period(date(2027, 3, 3), name="Zone van zichzelf"),
        period(date(2027, 6, 2), name="Schoolkamp"),
    )
    assert found.skipped == 1


def test_what_is_repeated_is_so_until_its_end_or_the_end_of_next_school_year() -> None:
    weekly = whole_day("Vrije vrijdag", "20270101", None, "RRULE:FREQ=WEEKLY;COUNT=3")
    assert [one.first for one in days(weekly)] == [date(2027, 1, d) for d in (1, 8, 15)]
    until = whole_day("Vrij", "20270101", None, "RRULE:FREQ=WEEKLY;UNTIL=20270114T230000Z")
    assert [one.first.day for one in days(until)] == [1, 8, 15]
    yearly = whole_day("Koningsdag", "20150427", None, "RRULE:FREQ=YEARLY")
    assert [one.first for one in days(yearly)] == [date(2027, 4, 27), date(2028, 4, 27)]


def test_a_time_that_was_left_out_moved_or_cancelled_is_not_among_them() -> None:
    weekly = whole_day(
        "Vrij", "20270101", None, "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;VALUE=DATE:20270108"
    )
    moved = whole_day("Vrij", "20270114", None, "RECURRENCE-ID;VALUE=DATE:20270115")
    gone = whole_day("Gaat niet door", "20270201", None, "STATUS:CANCELLED")
    added = whole_day("Extra", "20270301", None, "RDATE;VALUE=DATE:20270305")
    found = [(one.name, one.first) for one in days(weekly, moved, gone, added)]
    assert found == [
        ("Vrij", date(2027, 1, 1)),
        ("Vrij", date(2027, 1, 14)),
        ("Vrij", date(2027, 1, 22)),
        ("Extra", date(2027, 3, 1)),
        ("Extra", date(2027, 3, 5)),
    ]


def test_other_school_years_are_left_alone() -> None:
    old, far = whole_day("Toen", "20250101"), whole_day("Ooit", "20300101")
    now = whole_day("Nu", "20261224")
    assert [one.name for one in days(old, now, far)] == ["Nu"]
    with pytest.raises(Unreadable, match="no_whole_days"):
        read(old, far)


def test_names_are_on_one_line_and_no_longer_than_can_be_read() -> None:
    (odd,) = days(whole_day("Vrij\\n\\n  voor\u202e iedereen " + "!" * 200, "20270101"))
    assert odd.name.startswith("Vrij voor iedereen !!!")
    assert len(odd.name) == 80


HOSTILE = {
    "every second": ["RRULE:FREQ=SECONDLY"],
    "every second of each day": [
        "RRULE:FREQ=DAILY;BYHOUR="
        + ",".join(map(str, range(24)))
        + ";BYMINUTE="
        + ",".join(map(str, range(60)))
    ],
    "a step of nothing": ["RRULE:FREQ=DAILY;INTERVAL=0"],
    "a step back": ["RRULE:FREQ=DAILY;INTERVAL=-1"],
    "no frequency": ["RRULE:COUNT=5"],
    "nonsense": ["RRULE:FREQ=DAILY;UNTIL=morgen"],
    "two rules": ["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"],
    "exceptions that are none": ["RRULE:FREQ=DAILY;COUNT=2", "EXDATE:gisteren"],
}


@pytest.mark.parametrize("lines", HOSTILE.values(), ids=HOSTILE)
def test_a_rule_that_is_not_about_days_is_skipped_and_the_rest_is_read(lines: list[str]) -> None:
    found = read(whole_day("Vreemd", "20270101", None, *lines), whole_day("Vrij", "20270301"))
    names = [one.name for one in found.editions[0].periods]
    assert "Vrij" in names
    assert found.skipped + (names.count("Vreemd") > 0) >= 1
    assert names.count("Vreemd") <= 2


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=45",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=60FR",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYDAY=5MO",
    ],
)
def test_a_day_that_never_comes_is_not_waited_for(rule: str) -> None:
    """Friday the 1st of January says that it comes back, and does not."""
    never = whole_day("Nooit", "20270101", None, f"RRULE:{rule}")
    found = read(never, whole_day("Vrij", "20270301"))
    assert [one.name for one in found.editions[0].periods] == ["Vrij"]
    assert found.skipped == 1


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=MONTHLY;BYDAY=1FR;COUNT=3", [(1, 1), (2, 5), (3, 5)]),
        ("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2", [(1, 1), (2, 1)]),
        ("FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3", [(1, 1), (1, 4), (1, 8)]),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;COUNT=2", [(1, 1), (1, 1)]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", [(1, 1), (1, 3), (1, 5)]),
    ],
)
def test_the_usual_rules_are_read(rule: str, first: list[tuple[int, int]]) -> None:
    found = days(whole_day("Vrij", "20270101", None, f"RRULE:{rule}"))
    assert [(one.first.month, one.first.day) for one in found] == first


def test_only_so_many_events_repeat() -> None:
    many = [
        whole_day(f"Vrij {n}", "20270101", None, "RRULE:FREQ=YEARLY")
        for n in range(MOST_REPEATED + 5)
    ]
    assert read(*many).skipped == 5


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:20990101"],
        ["DTSTART;VALUE=DATE:00010101"],
        ["DTSTART;VALUE=DATE:99991231", "DURATION:P10D"],
        ["DTSTART:00010101T000000Z", "DTEND:20270101T000000Z"],
        ["DTSTART;VALUE=DATE:20270101", "DTSTART;VALUE=DATE:20270102"],
        ["DTSTART;VALUE=DATE:20271340"],
        ["DTSTART:20270101T000000Z"],
        ["DTSTART;VALUE=DATE:20270105", "DTEND:20270101T000000Z", "DURATION:-P300D"],
        [],
    ],
)
def test_an_event_that_makes_no_sense_is_skipped_and_the_rest_is_read(lines: list[str]) -> None:
    found = read(event("Vreemd", *lines), whole_day("Vrij", "20270301"))
    assert "Vrij" in [one.name for one in found.editions[0].periods]
    assert found.skipped <= 1


def test_a_time_zone_of_its_own_making_is_not_even_looked_at() -> None:
    """One that changes every second would keep a server busy for hours."""
    zone = [
        "BEGIN:VTIMEZONE", "TZID:Europe/Amsterdam", "BEGIN:STANDARD", "DTSTART:16010101T000000",
        "RRULE:FREQ=SECONDLY", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD",
        "END:VTIMEZONE",
    ]  # fmt: skip
    at = event(
        "Vrij",
        "DTSTART;TZID=Europe/Amsterdam:20270301T000000",
        "DTEND;TZID=Europe/Amsterdam:20270302T000000",
    )
    assert days(zone, at) == (period(date(2027, 3, 1), name="Vrij"),)


def test_an_alarm_inside_an_event_is_not_part_of_it() -> None:
    alarm = ["BEGIN:VALARM", "SUMMARY:Wekker", "DTSTART;VALUE=DATE:20270401", "END:VALARM"]
    assert days(whole_day("Vrij", "20270301", None, *alarm)) == (
        period(date(2027, 3, 1), name="Vrij"),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ics(), "no_events"),
        (ics(["BEGIN:VTODO", "SUMMARY:x", "END:VTODO"]), "no_events"),
        (ics(*(whole_day(str(n), "20270101") for n in range(3_001))), "too_many_events"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR", "no_events"),
    ],
)
def test_a_file_without_days_says_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_ics(text, "vrij.ics", AMSTERDAM, TODAY)
