"""Who is at the demo school, and that what they have written keeps to every rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.app import open_store
from server.circles import circle_of, in_team
from server.clock import now
from server.demo.days import year_around
from server.demo.people import people
from server.demo.roster import picture
from server.demo.staff import HABITS, TEAMS
from server.dispatch import Asker, Dispatch
from server.presence.team import class_availability
from server.roster.current import import_roster
from server.settings import Settings
from server.turn import Turn
from storage.schema import (
    Account,
    Availability,
    Conversation,
    Delivery,
    Guardian,
    Guardianship,
    Link,
    Mail,
    Message,
    Notice,
    Participation,
    Placement,
    Pupil,
    Role,
    School,
    SchoolCalendar,
    SchoolClass,
    Teacher,
)
from storage.store import Store
from tests.demo.conftest import MADE_AT, make_in, settings_of
from tests.demo.records import every

A_YEAR_AGO = timedelta(days=301)


def turn_on(store: Store, settings: Settings) -> Turn:
    return Dispatch(store, settings).turn(Asker())


async def test_there_are_eight_classes_of_twenty_five_with_part_time_teams(demo: Store) -> None:
    classes = await every(demo, SchoolClass)
    places = Counter(placement.class_id for placement in await every(demo, Placement))
    assert sorted(one.name for one in classes) == sorted(TEAMS)
    assert set(places.values()) == {25}
    assert len(await every(demo, Pupil)) == 200
    days = {len(one.hours) for one in await every(demo, Availability)}
    assert days <= {2, 3, 4}, "nobody is in class all week who has set their days"


async def test_families_are_of_all_kinds(demo: Store) -> None:
    ties = await every(demo, Guardianship)
    class_of = {one.pupil_id: one.class_id for one in await every(demo, Placement)}
    classes: dict[str, set[str]] = defaultdict(set)
    for tie in ties:
        classes[tie.guardian_id].add(class_of[tie.pupil_id])
    assert sum(len(each) > 1 for each in classes.values()) > 20
    assert sum(pupil.guardians_apart for pupil in await every(demo, Pupil)) > 5
    assert any(not tie.may_contact for tie in ties)
    assert {"oma", "voogd"} <= {tie.relation for tie in ties}
    guardians = await every(demo, Guardian)
    assert any(one.email is None for one in guardians)
    shared = Counter(one.email for one in guardians if one.email)
    assert [email for email, count in shared.items() if count > 1], "two with one address"


async def test_some_have_an_account_and_some_never_came(demo: Store) -> None:
    roles = {role.id: role for role in await every(demo, Role)}
    invited = {link.person_id for link in await every(demo, Link) if link.ended_at is None}
    never = {one.id: one.sis_id for one in await every(demo, Guardian) if one.id in invited}
    assert "remi" in never.values()
    assert never.keys().isdisjoint(roles)
    accounts = await every(demo, Account)
    assert any(account.locale == "en" for account in accounts)
    both = Counter(role.account_id for role in roles.values())
    twice = [account.name for account in accounts if both[account.id] > 1]
    assert twice == ["Anouk Jansen"], "a teacher who is a mother as well, in one account"
    teachers = {one.id for one in await every(demo, Teacher)}
    assert teachers <= roles.keys()


async def test_the_same_roster_again_changes_nothing(demo: Store, made: Settings) -> None:
    (school,) = await every(demo, School)
    again = picture(people(), year_around(MADE_AT), school.locale)
    found = await import_roster(demo, school.id, again, now=MADE_AT, dry_run=True)
    assert not found


async def test_messages_are_numbered_without_gaps_in_the_order_of_time(demo: Store) -> None:
    of = defaultdict(list)
    for message in await every(demo, Message):
        of[message.conversation_id].append(message)
    conversations = await every(demo, Conversation)
    assert {one.id for one in conversations} == of.keys()
    for conversation in conversations:
        messages = sorted(of[conversation.id], key=lambda message: message.seq)
        numbers = [message.seq for message in messages]
        assert numbers == list(range(1, conversation.last_seq + 1))
        instants = [message.at for message in messages]
        assert instants == sorted(set(instants))
        assert now() - A_YEAR_AGO < instants[0]
        assert instants[-1] <= now()
        assert conversation.changed_at >= instants[-1]
        assert all(0 < seq <= conversation.last_seq for seq in conversation.positions.values())
        revisions = [message.rev for message in messages]
        assert revisions == sorted(set(revisions))
        assert max(message.revised or message.rev for message in messages) == conversation.rev
        assert len({(message.author_id, message.key) for message in messages}) == len(messages)


async def test_only_who_takes_part_has_written_and_none_are_named_who_live_apart(
    demo: Store, made: Settings
) -> None:
    turn = turn_on(demo, made)
    conversations = {one.id: one for one in await every(demo, Conversation)}
    named = defaultdict(set)
    for part in await every(demo, Participation):
        named[part.conversation_id].add(part.guardian_id)
    apart = 0
    for conversation in conversations.values():
        circle = await circle_of(turn, conversation.class_id, conversation.pupil_id)
        assert circle is not None
        assert circle.placed
        assert set(conversation.guardian_ids) == named[conversation.id]
        assert set(conversation.guardian_ids) <= circle.guardian_ids
        if circle.apart:
            apart += 1
            assert len(conversation.guardian_ids) == 1
        assert conversation.positions.keys() <= {*conversation.guardian_ids, *circle.teacher_ids}
        assert conversation.taken_by in {None, *circle.teacher_ids}
    assert apart > 5
    for message in await every(demo, Message):
        conversation = conversations[message.conversation_id]
        of_team = await in_team(turn, conversation.class_id, message.author_id)
        assert of_team == (message.author_role == "teacher")
        assert of_team or message.author_id in conversation.guardian_ids


async def test_conversations_are_left_in_every_state(demo: Store) -> None:
    conversations, messages = await every(demo, Conversation), await every(demo, Message)
    roles = await every(demo, Role)
    waiting = [one for one in conversations if not one.handled]
    assert {one.class_id for one in waiting} == {one.id for one in await every(demo, SchoolClass)}
    assert any(one.taken_by for one in waiting)
    assert any(not one.taken_by for one in waiting)
    assert len(waiting) < len(conversations) / 4
    guardians = {role.id for role in roles if role.role == "guardian"}
    teachers = {role.id for role in roles if role.role == "teacher"}
    for readers in (guardians, teachers):
        assert any(
            one.positions.get(reader, 0) < one.last_seq
            for one in conversations
            for reader in one.positions.keys() & readers
        )
    assert any(message.edited_at and not message.withdrawn for message in messages)
    assert all(message.text == "" for message in messages if message.withdrawn)
    assert any(message.withdrawn for message in messages)


async def test_a_year_of_varied_talk_in_two_languages(demo: Store) -> None:
    messages = await every(demo, Message)
    texts = Counter(message.text for message in messages if message.text)
    assert len(messages) > 1_500
    assert len(texts) > 700
    assert max(texts.values()) < len(messages) / 100, "nothing is said everywhere"
    assert not [text for text in texts if set(text) & set("[]{}|")], "no hole is left open"
    assert any(" the " in text for text in texts)
    assert len({message.at.month for message in messages}) > 7
    assert any("\n- " in text for text in texts)
    in_class = Counter((message.class_id, message.text) for message in messages if message.text)
    assert sum(count > 3 for count in in_class.values()) < 20


async def test_teachers_have_hours_of_their_own_and_the_school_is_closed_in_holidays(
    demo: Store, made: Settings
) -> None:
    set_by = {one.id: one for one in await every(demo, Availability)}
    names = {one.id: one.sis_id for one in await every(demo, Teacher)}
    assert {names[id] for id in set_by} == HABITS.keys()
    assert len({one.digest and one.digest.at for one in set_by.values()}) > 4
    assert [names[id] for id, one in set_by.items() if not one.chat] == ["karin"]
    (calendar,) = await every(demo, SchoolCalendar)
    assert len(calendar.closed) > 20
    turn = turn_on(demo, made)
    six = next(one for one in await every(demo, SchoolClass) if one.name == "6")
    states = {
        names[one.teacher_id]: one for one in (await class_availability(turn, six.id)).teachers
    }
    assert not states["peter"].available
    away = set_by[next(id for id, name in names.items() if name == "peter")].away
    assert away[0][0] <= now().date() <= away[0][1]


async def test_nobody_hears_of_what_was_said_before_the_school_was_there(demo: Store) -> None:
    for kind in (Notice, Delivery, Mail):
        assert await every(demo, kind) == []
    assert await every(demo, Message), "there was something to hear of"


@pytest.mark.parametrize(
    "at",
    [
        datetime(2027, 6, 5, 1, 0, tzinfo=UTC),  # in the night, on a Saturday
        datetime(2027, 8, 15, 12, 0, tzinfo=UTC),  # in the summer holidays
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # while the clocks go forward
        datetime(2028, 2, 29, 7, 45, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),  # next year already, at the school
    ],
    ids=str,
)
async def test_there_is_news_whenever_it_is_made(tmp_path: Path, at: datetime) -> None:
    settings = settings_of(tmp_path)
    await make_in(settings, at)
    store = await open_store(settings)
    messages, conversations = await every(store, Message), await every(store, Conversation)
    classes = await every(store, SchoolClass)
    await store.close()
    assert at - timedelta(days=2) < max(message.at for message in messages) <= at
    assert min(message.at for message in messages) < at - timedelta(days=250)
    assert {one.class_id for one in conversations if not one.handled} == {one.id for one in classes}
    assert all(one.last_seq for one in conversations)
