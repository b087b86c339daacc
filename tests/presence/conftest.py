"""Groep 3B on a Monday morning at ten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.clock import now
from tests.storage.places import Place
from tests.stories.town import Clock, Town, start_town

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def next_monday(hour: int = 10) -> datetime:
    """Soon enough for everybody's session to hold."""
    today = now().astimezone(AMSTERDAM)
    monday = today.date() + timedelta(days=7 - today.weekday())
    return datetime(monday.year, monday.month, monday.day, hour, tzinfo=AMSTERDAM)


def shown(local: datetime) -> str:
    """As the protocol has it."""
    utc = local.astimezone(ZoneInfo("UTC"))
    return utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = Clock(stopped_at=next_monday().astimezone(UTC))
    town = await start_town(Place("sqlite", str(tmp_path / "hekje.db")), tmp_path, clock)
    yield town
    await town.close()
