"""Two accounts of one person become one.

Everything at a school is tied to the person that its roster knows: what they
wrote, what they have read, what they see. An account only speaks for such
people, so that nothing else has to move than its roles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from server.decision import AgainstPolicy, Conflict, Forbidden, NotFound
from server.school.accounts import office_may_change
from storage.schema import Account, Link, Role, School
from storage.writes import Delete, Replace, Write


def must_be_asked_by(link: Link | None, account_id: str) -> Link:
    """A link to merge that this account has asked for."""
    if link is None or link.purpose != "merge":
        raise NotFound("link_unknown")
    if link.kept_account_id != account_id:
        raise NotFound("merge_elsewhere")
    return link


def must_be_mergeable(kept_pupils: Collection[str], merged_pupils: Collection[str]) -> None:
    """One account never stands for two people, and the guardians of one child are two."""
    if set(kept_pupils) & set(merged_pupils):
        raise AgainstPolicy("two_people", "two_people")


def office_may_merge(
    asker_id: str,
    kept_id: str,
    merged_id: str,
    merged_at: Iterable[str],
    own_schools: Iterable[str],
) -> None:
    """The office hands nobody access to another school, and itself to nothing."""
    if kept_id == merged_id:
        raise Conflict("same_account")
    if asker_id == kept_id:
        raise Forbidden("not_own_account")
    office_may_change(asker_id, merged_id, merged_at, own_schools)


def with_what_is_kept(kept: Account, merged: Account) -> Account:
    """The account that stays, with what only the other had: nobody's second factor gets lost."""
    quiet_hours = kept.quiet_hours or merged.quiet_hours
    if kept.totp_secret is not None or merged.totp_secret is None:
        return replace(kept, quiet_hours=quiet_hours)
    return replace(
        kept,
        quiet_hours=quiet_hours,
        totp_secret=merged.totp_secret,
        totp_pending=None,
        totp_counter=merged.totp_counter,
    )


def merge(
    kept: Account, merged: Account, roles: Sequence[Role], schools: Sequence[School]
) -> tuple[Write, ...]:
    """`kept` as it becomes; `roles` are those of `merged`, and `schools` where it has them."""
    moved = [Replace(replace(role, account_id=kept.id)) for role in roles]
    return (Replace(kept), Delete(merged), *moved, *map(Replace, schools))
