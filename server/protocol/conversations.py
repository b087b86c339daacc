"""Conversations and messages: requests, answers and pushes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.protocol.base import (
    Answer,
    Id,
    Instant,
    Key,
    Limit,
    LongText,
    Push,
    Request,
    Seq,
    about,
)
from server.protocol.people import Person


class Author(Answer):
    """Who wrote. `id` and `name` are empty where the reader may not know the other guardian."""

    id: str
    name: str
    role: Literal["guardian", "teacher", "office"]


class Message(Answer):
    """A text in a conversation. Of a withdrawn one only the place is left: its `text` is empty."""

    id: str
    conversation_id: str
    seq: Annotated[int, about("1, 2, 3 … in the order stored")]
    rev: Annotated[int, about("the conversation's, when this message was last touched")]
    kind: Literal["text", "absence"]
    author: Author
    text: str
    files: Annotated[list[str], about("empty: attachments come later")]
    at: Instant
    key: Annotated[str | None, about("told to its author alone")] = None
    edited_at: Instant | None = None
    withdrawn: bool = False


class ReadMark(Answer):
    """How far a guardian has read."""

    id: Annotated[str, about("the guardian's")]
    seq: int


class Conversation(Answer):
    """Between the guardians named in it and whoever is in the team of its class now.

    Each sees it with marks of their own; unread is `last_seq - read_seq`.
    """

    id: str
    school_id: str
    class_id: str
    pupil: Person
    guardians: list[Person]
    read_only: Annotated[bool, about("takes no messages any more")]
    last_seq: Annotated[int, about("`seq` of the newest message; 0 without any")]
    rev: Annotated[int, about("counts what was written, corrected or withdrawn in it")]
    read_seq: Annotated[int, about("how far you have read")]
    team_read_seq: Annotated[
        int | None, about("for guardians: how far anyone of the team has read")
    ] = None
    guardians_read: Annotated[
        list[ReadMark] | None, about("for the team: how far each guardian has read")
    ] = None
    taken_by: Annotated[Person | None, about("for the team: who will answer")] = None
    handled: Annotated[bool | None, about("for the team: no answer is due")] = None
    last_message: Message | None = None


class OpenConversation(Request):
    """Gives the conversation with exactly these guardians, made if there is none.

    A guardian is always a participant; without `guardian_ids` they are the
    only one. A teacher without `guardian_ids` means all guardians who may be
    contacted; where these live apart that is `policy` with `rule: "apart"`.
    Until something is written in it, only who opened it sees it.
    """

    class_id: Id
    pupil_id: Id
    guardian_ids: Annotated[list[Id], Meta(min_length=1, max_length=20)] | None = None


class ConversationAnswer(Answer):
    conversation: Conversation


class ListConversations(Request):
    """A page of your conversations, last changed first."""

    class_id: Annotated[Id | None, about("only those of this class")] = None
    before: Annotated[Id | None, about("id of the last conversation of the page before")] = None
    limit: Limit = 50


class ConversationsAnswer(Answer):
    conversations: list[Conversation]
    more: Annotated[bool, about("whether there are others after these")]


class TakeConversation(Request):
    """Tells the rest of the team that you will answer, or will not after all.

    For the team; taken by a colleague it is `conflict`, with who that is as `taken_by`.
    """

    conversation_id: Id
    taken: bool


class HandleConversation(Request):
    """Marks, for the team alone, that no answer is due, or that one is.

    A guardian's message makes it false, a teacher's true.
    """

    conversation_id: Id
    handled: bool


class SendMessage(Request):
    """Writes a message. `ok` means that it is stored durably.

    The same `key` with the same text returns the message already stored, so
    sending again is safe; with another text it is `conflict` with the
    `message_id` of the first.
    """

    conversation_id: Id
    key: Key
    text: LongText


class MessageAnswer(Answer):
    message: Message


class ReadHistory(Request):
    """A page of messages: with `seq` under `before`, or over `after`; without either the newest."""

    conversation_id: Id
    before: Seq | None = None
    after: Seq | None = None
    limit: Limit = 50


class MessagesAnswer(Answer):
    """Oldest first."""

    messages: list[Message]
    more: Annotated[bool, about("whether there are others in that direction")]


class EditMessage(Request):
    """Corrects a text of your own, until 15 minutes after it was written.

    Later it is `policy` with `rule: "edit_window"`.
    """

    message_id: Id
    text: LongText


class WithdrawMessage(Request):
    """Takes back a message of your own. Its text is gone everywhere; its place stays."""

    message_id: Id


class MarkRead(Request):
    """Tells that you have read up to this `seq`. A mark never goes back."""

    conversation_id: Id
    seq: Seq


class ReadAnswer(Answer):
    read_seq: Annotated[int, about("where your mark stands now")]


class Typing(Request):
    """Tells the others that you are writing: every few seconds, as long as you are.

    Let what you hear fade after some seconds; nobody says when they stop.
    """

    conversation_id: Id


class SearchMessages(Request):
    """Finds messages with all these words, each as a prefix, whatever accents and capitals."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    conversation_id: Annotated[Id | None, about("only in this conversation")] = None
    before: Annotated[Id | None, about("id of the last message of the page before")] = None
    limit: Limit = 50


class FoundAnswer(Answer):
    """Newest first."""

    messages: list[Message]
    more: Annotated[bool, about("whether there are older ones")]


class ConversationChanged(Push):
    """A conversation as you see it now: new to you, read by you elsewhere, taken or handled.

    Comes before the first message to somebody who does not know the conversation.
    """

    conversation: Conversation


class MessagePosted(Push):
    """Somebody wrote, or you did on another device."""

    message: Message


class MessageChanged(Push):
    """A message was corrected or withdrawn."""

    message: Message


class MessageWasRead(Push):
    """The other side has read up to `seq`."""

    conversation_id: str
    seq: int
    by: Annotated[str, about("`team` to guardians, a guardian's id to the team")]


class MessageIsTyping(Push):
    """Somebody is writing."""

    conversation_id: str
    by: Annotated[str, about("`team` to guardians, the writer's id to the team")]
