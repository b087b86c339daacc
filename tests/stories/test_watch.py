"""What one process changed is noticed by the others, whatever goes wrong in between."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.connections import Connection
from server.watch import Rights, Watch
from storage.schema import Session
from storage.store import Store
from storage.writes import Replace, Unavailable
from tests.storage.places import Place
from tests.stories.town import Clock, Town, about, settled, start_town


@pytest.fixture
async def two_processes(mongo_server: str, tmp_path: Path) -> AsyncIterator[tuple[Town, Town]]:
    """Two servers on one MongoDB, and no Redis."""
    place = Place("motor", f"{mongo_server}/hekje_{secrets.token_hex(6)}")
    here = await start_town(place, tmp_path)
    there = await start_town(place, tmp_path, beside=True)
    yield here, there
    for town in (here, there):
        await town.close()


async def test_people_on_two_servers_hear_each_other(two_processes: tuple[Town, Town]) -> None:
    here, there = two_processes
    fatima, phone = await here.somebody("fatima"), await there.somebody("fatima")
    anna, joost = await there.somebody("anna"), await there.somebody("joost")
    id = await here.conversation(fatima)
    sent = await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    (posted,) = await anna.hears("message.posted")
    assert posted["message"]["text"] == "Hallo juf"
    names = about(anna.told, id)
    assert names.index("conversation.changed") < names.index("message.posted")
    assert anna.heard("conversation.changed")[0]["conversation"]["handled"] is False
    (own,) = await phone.hears("message.posted")
    assert own["message"] == sent["message"]
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag!")
    await fatima.hears("message.posted")
    await fatima.ok("message.edit", message_id=sent["message"]["id"], text="Dag juf")
    await anna.hears("message.changed")
    await fatima.ok("message.withdraw", message_id=sent["message"]["id"])
    gone = (await anna.hears("message.changed", 2))[1]
    assert gone["message"]["withdrawn"] is True
    await settled(joost)
    assert joost.told == []


async def test_a_phone_that_is_ended_on_one_server_is_out_on_the_other(
    two_processes: tuple[Town, Town],
) -> None:
    """One look there is enough, however many are connected."""
    here, there = two_processes
    fatima, phone, anna = (
        await here.somebody("fatima"),
        await there.somebody("fatima"),
        await there.somebody("anna"),
    )
    watch = _by_hand_alone(there)
    (session,) = (await fatima.ok("session.list"))["sessions"]
    await anna.ok("session.list")
    await fatima.ok("session.end", session_id=session["id"])
    await fatima.gone.wait()
    assert not phone.gone.is_set()
    watch._to_check = [watch_over(there, "anna")]  # whose turn it is to be looked at
    await watch.look()
    await phone.gone.wait()
    await anna.ok("session.list")


async def test_a_session_that_expires_is_over_at_the_next_look(school: Town) -> None:
    fatima, anna = await school.everybody("fatima", "anna")
    session = await school.store.get(Session, school.cast.session("fatima"))
    assert session is not None
    watch = _by_hand_alone(school)
    soon = school.clock() + timedelta(minutes=1)
    await school.store.commit([Replace(replace(session, expires_at=soon))])
    await watch.look()
    await fatima.ok("session.list")
    school.clock.later(minutes=1)
    await watch.look()
    await fatima.gone.wait()
    await anna.ok("session.list")


async def test_a_server_that_begins_does_not_tell_old_corrections_again(
    two_processes: tuple[Town, Town],
) -> None:
    here, _ = two_processes
    fatima = await here.somebody("fatima")
    id = await here.conversation(fatima)
    for n in range(3):
        sent = await fatima.ok("message.send", conversation_id=id, key=str(n), text="Een zin")
        await fatima.ok("message.edit", message_id=sent["message"]["id"], text=f"Zin {n}")
    here.clock.later(minutes=1)
    folder = Path(here.hekje.settings.data)
    newcomer = await start_town(here.place, folder, Clock(timedelta(minutes=1)), beside=True)
    anna = await newcomer.somebody("anna")
    await fatima.ok("message.send", conversation_id=id, key="new", text="Nieuw")
    (posted,) = await anna.hears("message.posted")
    assert posted["message"]["text"] == "Nieuw"
    await settled(anna)
    assert anna.heard("message.changed") == []
    await newcomer.close()


async def test_what_was_written_just_before_a_server_began_is_not_told_again(
    two_processes: tuple[Town, Town],
) -> None:
    here, there = two_processes
    fatima = await here.somebody("fatima")
    id = await here.conversation(fatima)
    await fatima.ok("message.send", conversation_id=id, key="1", text="Voor de herstart")
    watch = _by_hand_alone(there)
    await watch.elsewhere.begin()
    anna = await there.somebody("anna")
    await watch.look()
    await anna.settled()
    assert anna.heard("message.posted") == []
    await fatima.ok("message.send", conversation_id=id, key="2", text="En erna")
    await watch.look()
    (posted,) = await anna.hears("message.posted")
    assert posted["message"]["text"] == "En erna"


async def test_who_was_let_in_on_rights_of_a_moment_ago_is_looked_at_too(school: Town) -> None:
    anna = await school.somebody("anna")
    watch = _by_hand_alone(school)
    await watch.look()
    bram = await school.somebody("bram")
    account = school.cast.account("bram")
    (connection,) = school.hekje.dispatch.connections.of(account)
    connection.rights = 0  # as worked out just before the last change of the roster
    connection.versions = dict.fromkeys(connection.school_ids, (0, date.min))
    await watch.look()
    await bram.hears("session.changed")
    await watch.look()
    await settled(anna, bram)
    assert (anna.heard("session.changed"), len(bram.heard("session.changed"))) == ([], 1)


async def test_rights_are_worked_out_again_only_for_a_roster_that_has_changed(
    school: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, joost = await school.everybody("anna", "joost")
    watch = _by_hand_alone(school)
    asked: list[str] = []
    whole = watch._rights_of

    async def noted(account_id: str) -> Rights:
        asked.append(account_id)
        return await whole(account_id)

    monkeypatch.setattr(watch, "_rights_of", noted)
    await watch.look()
    assert asked == []
    await school.roster("leaves_team", "bram")
    await watch.look()
    assert len(asked) == 2
    await watch.look()
    assert len(asked) == 2
    await settled(anna, joost)


async def test_a_look_during_a_failure_is_made_up_for(school: Town) -> None:
    anna = await school.somebody("anna")
    dispatch = school.hekje.dispatch
    watch = _by_hand_alone(school)
    await watch.look()
    dispatch.store = NoRoles(school.store)
    await school.roster("is_renamed", "fatima", "Fátima")
    with pytest.raises(Unavailable):
        await watch.look()
    dispatch.store = school.store
    await watch.look()
    await anna.hears("session.changed")


def watch_over(town: Town, name: str) -> Connection:
    (connection,) = town.hekje.dispatch.connections.of(town.cast.account(name))
    return connection


def _by_hand_alone(school: Town) -> Watch:
    """The server no longer looks around by itself."""
    assert school.hekje._watch
    school.hekje._watch.cancel()
    return school.watch


class NoRoles:
    """The database, which fails after schools were read: roles cannot be found."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        if name == "find":
            raise Unavailable
        return getattr(self._store, name)
