"""What a turn comes to: a Decision, or one of the refusals.

    Refusal
    ├── Unauthenticated      unauthenticated
    ├── CodeRequired         code_required
    ├── CodeSetupRequired    code_setup_required
    ├── Invalid              invalid             (field)
    ├── NotFound             not_found
    ├── Forbidden            forbidden
    ├── Conflict             conflict            (what stands there)
    ├── ChatClosed           chat_closed         (contact)
    ├── ReadOnly             read_only
    ├── AgainstPolicy        policy              (rule)
    ├── Expired              expired
    ├── TooLarge             too_large
    ├── RateLimited          rate_limited        (retry_after)
    └── Down                 unavailable

Codes are for programs and never change; the sentence for a person comes from
`server/words/`, in the account's language, by `words` or else by the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from storage.writes import Write


class Event(Struct, frozen=True):
    """Something that has happened and that named people are told of, once it is committed."""


class Decision(Struct, frozen=True):
    """What to write, whom to tell, and what to answer, in that order."""

    reply: Any
    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()


class Refusal(Exception):
    """The answer is no. `details` go into the error object beside code and message."""

    code: ClassVar[str]

    def __init__(self, words: str | None = None, /, **details: Any) -> None:
        super().__init__(words or self.code)
        self.words = words or self.code
        self.details: Mapping[str, Any] = details


class Unauthenticated(Refusal):
    """No valid session, also as the data of a refused connection; or a wrong log-in."""

    code = "unauthenticated"


class CodeRequired(Refusal):
    """Log in again with the code of the second factor."""

    code = "code_required"


class CodeSetupRequired(Refusal):
    """A second factor is due: the session can do nothing but enrol one."""

    code = "code_setup_required"


class Invalid(Refusal):
    """The payload does not fit; `field` is the path of the first fault."""

    code = "invalid"

    def __init__(self, field: str, words: str | None = None, /, **details: Any) -> None:
        super().__init__(words, field=field, **details)


class NotFound(Refusal):
    """It does not exist, or not for you: both look alike."""

    code = "not_found"


class Forbidden(Refusal):
    """You can see it, but not do this with it."""

    code = "forbidden"


class Conflict(Refusal):
    """It has changed, exists already, or is another's; what stands there comes along."""

    code = "conflict"


class ChatClosed(Refusal):
    """No teacher of the class takes texts of guardians now; `contact` says how to reach the school."""

    code = "chat_closed"


class ReadOnly(Refusal):
    """The conversation or class takes nothing new any more."""

    code = "read_only"


class AgainstPolicy(Refusal):
    """The school's rules refuse it; `rule` names the rule."""

    code = "policy"

    def __init__(self, rule: str, words: str | None = None, /, **details: Any) -> None:
        super().__init__(words, rule=rule, **details)


class Expired(Refusal):
    """The link or code is too old, or was used."""

    code = "expired"


class TooLarge(Refusal):
    """The frame or body is larger than may be."""

    code = "too_large"


class RateLimited(Refusal):
    """Too much at once; `retry_after` says for how many seconds."""

    code = "rate_limited"

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after=max(1, round(retry_after + 0.5)))


class Down(Refusal):
    """A part of the server is down. What was asked may be done or not: send it again, same key."""

    code = "unavailable"
