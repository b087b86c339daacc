"""What a client keeps, changed by answers and pushes alone, as the protocol page says."""

from __future__ import annotations

from typing import Any

from tests.somebody import Somebody

FIRST_SCREEN = ("account", "schools", "classes", "pupils", "conversations", "epoch")


class Replica:
    """One device's own copy of its conversations and their messages."""

    def __init__(self, person: Somebody, started: dict[str, Any]) -> None:
        self.person = person
        self.conversations = {c["id"]: c for c in started["conversations"]}
        self.messages: dict[str, dict[int, dict[str, Any]]] = {}
        self._applied = len(person.told)

    async def ask(self, event: str, **fields: Any) -> dict[str, Any]:
        """Ask, and keep what the answer says: no push tells this connection what it did itself."""
        answer = await self.person.ask(event, fields)
        self.catch_up()
        if not answer["ok"]:
            return answer
        if event == "message.send":
            self._posted(answer["message"])
        elif event in ("message.edit", "message.withdraw"):
            self._changed(answer["message"])
        elif event == "message.read":
            self.conversations[fields["conversation_id"]]["read_seq"] = answer["read_seq"]
        elif "conversation" in answer:
            self.conversations[answer["conversation"]["id"]] = answer["conversation"]
        return answer

    def catch_up(self) -> None:
        """Apply what was told since."""
        news = self.person.told[self._applied :]
        self._applied += len(news)
        for name, payload in news:
            if name == "conversation.changed":
                self.conversations[payload["conversation"]["id"]] = payload["conversation"]
            elif name == "message.posted":
                self._posted(payload["message"])
            elif name == "message.changed":
                self._changed(payload["message"])
            elif name == "message.was_read":
                self._was_read(payload["conversation_id"], payload["seq"], payload["by"])

    async def come_back(self, person: Somebody) -> None:
        """Connected again after a while: ask for what was missed."""
        since = {id: conversation["rev"] for id, conversation in self.conversations.items()}
        self.person, self._applied = person, len(person.told)
        started = await person.ok("session.start", since=since)
        self.conversations = {c["id"]: c for c in started["conversations"]}
        for id in started["restart"]:
            self.messages[id] = await history(person, id)
        for message in started["missed"]:
            self._keep(message)
        for id in set(self.conversations) - set(since):
            self.messages[id] = await history(person, id)

    def _posted(self, message: dict[str, Any]) -> None:
        conversation = self.conversations[message["conversation_id"]]
        seq, author = message["seq"], message["author"]
        self._keep(message)
        conversation["rev"] = max(conversation["rev"], message["rev"])
        if seq >= conversation["last_seq"]:
            conversation["last_seq"], conversation["last_message"] = seq, message
        if "key" in message:
            conversation["read_seq"] = max(conversation["read_seq"], seq)
        if "handled" in conversation:
            conversation["handled"] = author["role"] == "teacher"
        self._was_read(
            conversation["id"], seq, "team" if author["role"] == "teacher" else author["id"]
        )

    def _changed(self, message: dict[str, Any]) -> None:
        conversation = self.conversations[message["conversation_id"]]
        self._keep(message)
        conversation["rev"] = max(conversation["rev"], message["rev"])
        if message["seq"] == conversation["last_seq"]:
            conversation["last_message"] = message

    def _was_read(self, id: str, seq: int, by: str) -> None:
        conversation = self.conversations[id]
        if by == "team" and "team_read_seq" in conversation:
            conversation["team_read_seq"] = max(conversation["team_read_seq"], seq)
        for mark in conversation.get("guardians_read", []):
            if mark["id"] == by:
                mark["seq"] = max(mark["seq"], seq)

    def _keep(self, message: dict[str, Any]) -> None:
        mine = self.messages.setdefault(message["conversation_id"], {})
        known = mine.get(message["seq"])
        if known is None or known["rev"] <= message["rev"]:
            mine[message["seq"]] = message


async def history(person: Somebody, id: str) -> dict[int, dict[str, Any]]:
    answer = await person.ok("message.history", conversation_id=id, limit=200)
    return {message["seq"]: message for message in answer["messages"]}
