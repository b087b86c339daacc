"""What may be asked: event → who handles it, its types, and who may.

A request without an entry does not exist. Handlers read what a rule needs and
return a `Decision`; they never write.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from server.decision import Decision
from server.handlers import (
    accounts,
    availability,
    calendar,
    conversations,
    devices,
    focus,
    invitations,
    merging,
    messages,
    notices,
    pupils,
    schools,
    session,
    teams,
    unread,
)
from server.protocol import availability as hours
from server.protocol import base, people
from server.protocol import calendar as days
from server.protocol import conversations as talk
from server.protocol import devices as device
from server.protocol import notices as news
from server.protocol import session as start
from server.protocol import teams as team
from server.protocol import unread as late
from server.protocol.focus import FocusDevice
from server.turn import Turn
from storage import ids
from storage.schema import RoleName

Handler = Callable[[Turn, Any], Awaitable[Decision]]

ALL: frozenset[RoleName] = frozenset({"guardian", "teacher", "office"})
CLASS: frozenset[RoleName] = frozenset({"guardian", "teacher"})
STAFF: frozenset[RoleName] = frozenset({"teacher", "office"})
TEACHER: frozenset[RoleName] = frozenset({"teacher"})
OFFICE: frozenset[RoleName] = frozenset({"office"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the protocol.

    `roles`: whoever has none of them anywhere is `forbidden`, whatever the
    handler would decide, and `not_found` where it is not theirs to see.
    `boundary`: the id of the record that its races are about. `enrolling`: also
    for a session that must enrol a second factor first.
    """

    handler: Handler
    request: type[base.Request]
    answer: type[base.Answer]
    roles: frozenset[RoleName]
    boundary: Callable[[Any], str] | None = None
    enrolling: bool = False


def _conversation_of_message(request: talk.EditMessage | talk.WithdrawMessage) -> str:
    return ids.conversation_of(request.message_id)


_conversation = attrgetter("conversation_id")
_pupil = attrgetter("pupil_id")
_class = attrgetter("class_id")
_school = attrgetter("school_id")


def _proposals(request: days.ProposeCalendar) -> str:
    """One at a time for each school: a file takes work, and nobody's change waits for it."""
    return f"{request.school_id} proposals"


EVENTS: dict[str, Entry] = {
    "session.start": Entry(session.start, start.StartSession, start.SessionStarted, ALL),
    "session.list": Entry(accounts.list_sessions, people.ListSessions, people.SessionsAnswer, ALL),
    "session.end": Entry(accounts.end_session, people.EndSession, base.Done, ALL),
    "account.update": Entry(accounts.update, people.UpdateAccount, people.AccountAnswer, ALL),
    "account.merge": Entry(merging.merge_as_office, people.MergeAccounts, base.Done, OFFICE),
    "totp.begin": Entry(
        accounts.begin_totp, people.BeginTotp, people.TotpBegun, ALL, enrolling=True
    ),
    "totp.confirm": Entry(
        accounts.confirm_totp, people.ConfirmTotp, people.AccountAnswer, ALL, enrolling=True
    ),
    "totp.reset": Entry(accounts.reset_totp, people.ResetTotp, base.Done, OFFICE),
    "conversation.open": Entry(
        conversations.open, talk.OpenConversation, talk.ConversationAnswer, CLASS, _pupil
    ),
    "conversation.list": Entry(
        conversations.list_, talk.ListConversations, talk.ConversationsAnswer, CLASS
    ),
    "conversation.take": Entry(
        conversations.take, talk.TakeConversation, talk.ConversationAnswer, CLASS, _conversation
    ),
    "conversation.handle": Entry(
        conversations.handle,
        talk.HandleConversation,
        talk.ConversationAnswer,
        CLASS,
        _conversation,
    ),
    "message.send": Entry(
        messages.send, talk.SendMessage, talk.MessageAnswer, CLASS, _conversation
    ),
    "message.history": Entry(messages.history, talk.ReadHistory, talk.MessagesAnswer, CLASS),
    "message.edit": Entry(
        messages.edit, talk.EditMessage, talk.MessageAnswer, CLASS, _conversation_of_message
    ),
    "message.withdraw": Entry(
        messages.withdraw, talk.WithdrawMessage, talk.MessageAnswer, CLASS, _conversation_of_message
    ),
    "message.read": Entry(messages.read, talk.MarkRead, talk.ReadAnswer, CLASS, _conversation),
    "message.typing": Entry(messages.typing, talk.Typing, base.Done, CLASS),
    "message.search": Entry(messages.search, talk.SearchMessages, talk.FoundAnswer, CLASS),
    "availability.get": Entry(
        availability.get, hours.GetAvailability, hours.ClassAvailability, ALL
    ),
    "availability.week": Entry(availability.week, hours.ShowTeamWeek, hours.TeamWeek, STAFF),
    "availability.mine": Entry(
        availability.mine, hours.ShowMyAvailability, hours.MyAvailability, TEACHER
    ),
    "availability.preview": Entry(
        availability.preview, hours.PreviewAvailability, hours.PreviewAnswer, TEACHER
    ),
    "availability.set": Entry(
        availability.set_, hours.SetAvailability, hours.MyAvailability, TEACHER, _school
    ),
    "availability.dismiss": Entry(
        availability.dismiss, hours.DismissEnded, base.Done, TEACHER, _school
    ),
    "calendar.get": Entry(calendar.get, days.GetCalendar, days.CalendarAnswer, ALL),
    "calendar.set": Entry(calendar.set_, days.SetCalendar, days.CalendarAnswer, OFFICE, _school),
    "calendar.propose": Entry(
        calendar.propose_, days.ProposeCalendar, days.ProposalAnswer, OFFICE, _proposals
    ),
    "calendar.import": Entry(
        calendar.import_, days.ImportCalendar, days.CalendarAnswer, OFFICE, _school
    ),
    "device.focus": Entry(focus.focus, FocusDevice, base.Done, ALL),
    "device.subscribe": Entry(devices.subscribe, device.SubscribeDevice, base.Done, ALL),
    "device.unsubscribe": Entry(devices.unsubscribe, device.UnsubscribeDevice, base.Done, ALL),
    "invitation.list": Entry(
        invitations.list_, people.ListInvitations, people.InvitationsAnswer, STAFF
    ),
    "invitation.send": Entry(
        invitations.send, people.SendInvitations, people.InvitationsSent, STAFF, _class
    ),
    "notice.failures": Entry(notices.failures, news.ListFailures, news.FailuresAnswer, OFFICE),
    "notice.unread": Entry(unread.unread, late.ListUnread, late.UnreadAnswer, OFFICE),
    "school.show_unread": Entry(unread.show_unread, late.ShowUnread, late.UnreadAnswer, OFFICE),
    "school.require_second_factor": Entry(
        schools.require_second_factor, people.RequireSecondFactor, people.SchoolAnswer, OFFICE
    ),
    "school.name_in_digests": Entry(
        schools.name_in_digests, people.NameInDigests, people.SchoolAnswer, OFFICE
    ),
    "team.list": Entry(teams.list_, team.ListTeam, team.TeamAnswer, OFFICE),
    "team.add": Entry(teams.add, team.AddToTeam, team.TeamAnswer, OFFICE, _class),
    "team.remove": Entry(teams.remove, team.RemoveFromTeam, team.TeamAnswer, OFFICE, _class),
    "pupil.set_apart": Entry(pupils.set_apart, people.SetApart, people.PupilAnswer, OFFICE, _pupil),
}
"""The permission matrix; `tests/handlers/test_permissions.py` tries every event in every role."""
