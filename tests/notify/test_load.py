"""What a worker spares itself and others when there is a lot to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.notify.notices import AT_ONCE, MOST_WRITES
from server.notify.pace import Pace
from server.notify.transport import Transport
from storage.store import Store
from tests.cast import REGENBOOG
from tests.notify.evening import DIGEST, IN_HOURS, MONDAY_NIGHT, Evening
from tests.notify.mailbag import Clock
from tests.notify.post_office import PostOffice
from tests.notify.test_digest import to


@pytest.fixture
async def evening(store: Store, clock: Clock, transport: Transport) -> Evening:
    """Juf Anna's and meester Bram's, by the hours that hold until they set any."""
    clock.at = MONDAY_NIGHT
    return Evening(store, clock, transport)


async def test_who_has_no_device_is_not_tried_and_gets_the_next_digest(
    evening: Evening, office: PostOffice
) -> None:
    evening.clock.at = IN_HOURS
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    assert evening.phones.asked == 0
    assert {one.road for one in await evening.waiting()} == {"email"}
    await evening.works(DIGEST)
    assert len(to(office, "anna")) == 1


async def test_more_notices_than_one_commit_takes_are_all_dealt_with(evening: Evening) -> None:
    sami = await evening.conversation("sami", "fatima")
    messages = {await evening.write(sami, "fatima") for _ in range(AT_ONCE * 3)}
    assert 2 * len(messages) > MOST_WRITES, "Anna and Bram hear of each"
    evening.notices.pace = Pace(share=0.5)
    await evening.works()
    told = [(one.message_id, one.person_id) for one in await evening.waiting()]
    assert len(told) == len(set(told))
    assert {message for message, person in told if person == REGENBOOG.anna} == messages


async def test_one_message_is_due_at_the_digest_before_another_that_came_later(
    evening: Evening, office: PostOffice
) -> None:
    """What was worked out for an earlier message does not hold for one beyond its digest."""
    sami = await evening.conversation("sami", "fatima")
    evening.clock.at = DIGEST - timedelta(minutes=1)
    await evening.write(sami, "fatima")
    evening.clock.at = DIGEST + timedelta(minutes=1)
    after = await evening.write(sami, "fatima")
    await evening.works()
    assert len(to(office, "anna")) == 1, "late, so at once"
    due = {one.person_id: (one.message_id, one.due_at) for one in await evening.waiting()}
    assert due[REGENBOOG.anna] == (after, DIGEST + timedelta(days=1))
