"""A day at a school that is served: parents write, phones ring, mail waits for its moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from msgspec.structs import replace

from storage.schema import DELIVERIES_OF_PERSON, SUBSCRIPTIONS_OF_ACCOUNT, Account
from storage.writes import Replace
from tests.conftest import School
from tests.notify.mailbag import Clock
from tests.push.service import PATIENCE, Device, PushService
from tests.somebody import Somebody


@dataclass
class Day:
    """One served school, its clock, and the push service that its devices are at."""

    house: School
    clock: Clock
    service: PushService
    written: int = 0

    async def with_phone(self, name: str, device: str | None = None) -> tuple[Somebody, Device]:
        """Somebody in the app, who wants pushes on a device."""
        person, phone = await self.house.somebody(name), self.service.device(device or name)
        await person.ok("device.subscribe", subscription=phone.subscription)
        return person, phone

    async def opens(self, guardian: Somebody) -> str:
        """Her own conversation with the team of 3B."""
        cast = self.house.cast
        opened = await guardian.ok("conversation.open", class_id=cast.groep_3b, pupil_id=cast.sami)
        id: str = opened["conversation"]["id"]
        return id

    async def writes(
        self, person: Somebody, conversation_id: str, text: str = "Sami heeft koorts"
    ) -> None:
        self.written += 1
        await person.ok(
            "message.send", conversation_id=conversation_id, key=f"{self.written}", text=text
        )

    def becomes(self, at: datetime) -> None:
        """The worker looks at once, as each second it does by itself."""
        self.clock.at = at
        self.house.hekje.dispatch.bell.ring()

    async def speaks_dutch(self, name: str) -> None:
        account = await self.house.store.get(Account, self.house.cast.account(name))
        assert account
        await self.house.store.commit([Replace(replace(account, locale="nl"))])

    async def waiting(self, name: str, road: str) -> int:
        """How much is on its way to somebody."""
        person_id = getattr(self.house.cast, name)
        return len(await self.house.store.find(DELIVERIES_OF_PERSON, person_id, road, limit=100))

    async def until_waiting(self, name: str, road: str, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.waiting(name, road) != count:
                await asyncio.sleep(0.01)

    async def until_forgotten(self, name: str) -> None:
        """No device takes pushes for them any more."""
        account_id = self.house.cast.account(name)
        async with asyncio.timeout(PATIENCE):
            while await self.house.store.find(SUBSCRIPTIONS_OF_ACCOUNT, account_id, limit=1):
                await asyncio.sleep(0.01)

    def mail(self) -> list[EmailMessage]:
        folder: Path = self.house.hekje.settings.data / "mail"
        return [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in folder.glob("[!.]*.eml")
        ]

    def mailed(self) -> list[str]:
        """To whom, by name."""
        return sorted(parseaddr(str(letter["To"]))[1].partition("@")[0] for letter in self.mail())

    async def until_mailed(self, *names: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.mailed() != sorted(names):
                await asyncio.sleep(0.01)
