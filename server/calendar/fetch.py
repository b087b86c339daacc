"""Asks the government for the school holidays: at the address of the settings, when somebody asks."""

from __future__ import annotations

import aiohttp

from server.calendar.offer import LONGEST_TEXT, Unreadable

PATIENCE = aiohttp.ClientTimeout(total=10)


async def fetch_school_holidays(address: str) -> str:
    """The document as it is there now; raises `Unreadable`.

    The address is one of whoever runs the server, never of somebody who asks.
    """
    if not address:
        raise Unreadable("fetching_is_off")
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE, headers={"Accept": "application/json"}) as http,
            http.get(address, max_redirects=3) as answer,
        ):
            if answer.status != 200:
                raise Unreadable("not_fetched")
            raw = await answer.content.read(LONGEST_TEXT + 1)
            while len(raw) <= LONGEST_TEXT and (more := await answer.content.read(2**16)):
                raw += more
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Unreadable("not_fetched") from error
    if len(raw) > LONGEST_TEXT:
        raise Unreadable("not_fetched")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not_holidays") from error
