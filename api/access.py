"""Who may see and change what: the one place that says so, with the reason for each refusal.

A caller is something to a partnership: a role by a token, the operator on this machine, or COMMUNITY, who sees
what is published of public partnerships. What no right is needed for is public: docs/domain.md lists it.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from uuid import UUID

from models.people import Role

__all__ = ["COMMUNITY", "Caller", "Denial", "Right"]

_STAFF = frozenset({Role.ADMIN, Role.ANCHOR})
_STEWARDS = frozenset({Role.ADMIN, Role.DATA})
_TABLE = frozenset(Role) - {Role.COMMUNITY}


class Right(Enum):
    """Something that not everybody may do: who may, whether a funder may for its own, and why others may not."""

    roles: frozenset[Role]
    own: bool
    reason: str

    def __init__(self, roles: frozenset[Role], own: bool, reason: str) -> None:
        self.roles = roles
        self.own = own
        self.reason = reason

    READ_SCENARIOS = (
        _TABLE,
        False,
        "Suggested reallocations are drafts: only those at the partnership's table may read them.",
    )
    READ_BOOKS = (
        _STAFF,
        True,
        "Single transactions name payees and carry notes: only the anchor and the award's funder may read them.",
    )
    READ_FLOWS = (
        _TABLE,
        False,
        "When money moved, and what is pledged, is known to those at the table.",
    )
    READ_RENEWALS = (
        _STAFF,
        True,
        "How likely a renewal is, is between the anchor and the award's funder.",
    )
    READ_STAFFING = (
        _STAFF,
        True,
        "What staff cost and how long they are paid: only the anchor may read it, and a funder of those it pays.",
    )
    READ_BUDGET = (
        _STAFF,
        True,
        "The budget and the anchor's balances are the anchor's; a funder may read what is of its own dollars.",
    )
    READ_OBLIGATIONS = (
        _STAFF,
        True,
        "What is owed under an award is between the anchor and the award's funder.",
    )
    READ_MATCH = (
        _TABLE,
        False,
        "What is asked as match, and who offers it, is known to those at the table.",
    )
    READ_TERMS = (
        _TABLE - {Role.FUNDER},
        True,
        "What a donor's letter allows is known to those at the table; a funder may read its own.",
    )
    READ_HISTORY = (
        _STAFF | {Role.DATA},
        True,
        "Who changed what is for the anchor and the data manager; a funder reads it of its own awards.",
    )
    READ_IMPORTS = (
        _STAFF | {Role.DATA},
        False,
        "Import reports quote rows of the files: only the anchor and the data manager may read them.",
    )
    KEEP_FIGURES = (
        _STEWARDS,
        False,
        "Only the data manager and the administrator record figures, groups, areas, indicators and rules.",
    )
    READ_RECORDED = (
        _STEWARDS,
        False,
        "What lies behind a release is read by the data manager and the administrator, and each look is kept.",
    )
    READ_POLICY = (
        _TABLE,
        False,
        "Plans that are not published, and who speaks for them at what cost, are known to those at the table.",
    )
    READ_LOBBYING = (
        _STAFF | {Role.POLICY},
        False,
        "What was spent on lobbying, and what may be, is between the anchor and the policy team.",
    )
    SUGGEST = (
        _TABLE,
        False,
        "Only those at the partnership's table may ask for a reallocation.",
    )
    CANCEL = (
        _STAFF,
        False,
        "Only the anchor, or whoever asked for a reallocation, may cancel it.",
    )
    DECIDE = (
        _STAFF,
        True,
        "Only the anchor decides on moves, and a funder on those of its own investments.",
    )
    KEEP_BOOKS = (
        _STAFF,
        False,
        "Only the anchor, which keeps the books, records awards, staff, gifts in kind, budgets and what is owed.",
    )
    KEEP_ORGANIZATIONS = (
        _STAFF | {Role.DATA},
        False,
        "Only the anchor and the data manager record organizations, and make one of two that are the same.",
    )
    PREVIEW_IMPORT = (
        _STAFF | {Role.DATA},
        False,
        "Only the anchor and the data manager bring files in.",
    )
    EXPORT = (
        _TABLE,
        False,
        "Files are made for those at the partnership's table.",
    )
    KEEP_POLICY = (
        frozenset({Role.ADMIN, Role.POLICY}),
        False,
        "Only the policy team records plans, their measures and actions, moves plans along and answers barriers.",
    )
    WITHDRAW_PLANS = (
        _STAFF | {Role.POLICY},
        False,
        "Only the policy team, and the anchor, which answers for what is spent on lobbying, withdraw a plan.",
    )
    RAISE_BARRIERS = (
        frozenset({Role.ADMIN, Role.POLICY, Role.FACILITATOR}),
        False,
        "Only the networks' facilitators and the policy team raise barriers.",
    )
    RECORD_SPENDING = (
        _STAFF | {Role.POLICY},
        False,
        "Only the anchor and the policy team record what was spent on exempt purposes.",
    )
    RECORD_EVIDENCE = (
        _STAFF | {Role.DATA},
        False,
        "Only the anchor and the data manager record practices and findings: nobody grades what it runs or funds.",
    )
    APPLY = (
        _STAFF,
        False,
        "Only the anchor, which keeps the books, may apply a reallocation.",
    )


@dataclass(frozen=True)
class Denial:
    """Why a caller may not."""

    right: Right

    def __str__(self) -> str:
        return self.right.reason


@dataclass(frozen=True)
class Caller:
    """Somebody who asks. `roles` says what he is to each partnership; the operator is ADMIN of all.

    `organizations` says for which organization he speaks in a partnership: one giver has an id of its own in each.
    """

    name: str | None = None
    actor: str = "community"
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    organizations: Mapping[UUID, UUID] = field(default_factory=dict)
    is_operator: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether he has shown who he is."""
        return self.is_operator or bool(self.roles)

    @cached_property
    def viewpoint(self) -> Hashable:
        """All of him that anything can depend on, to compare by."""
        roles, organizations = frozenset(self.roles.items()), frozenset(self.organizations.items())
        return self.name, self.actor, roles, organizations, self.is_operator

    def role_in(self, partnership_id: UUID) -> Role:
        """What he is to a partnership that he may read."""
        return self.roles.get(partnership_id, Role.COMMUNITY)

    def partnerships_with(self, right: Right) -> tuple[UUID, ...]:
        """Where he has a right over everything."""
        return tuple(id_ for id_, role in self.roles.items() if role in right.roles)

    def partnerships_with_own(self, right: Right) -> tuple[UUID, ...]:
        """Where he has it over what is his organization's own, and not over everything."""
        if not right.own:
            return ()
        return tuple(
            id_
            for id_, role in self.roles.items()
            if role is Role.FUNDER and role not in right.roles and id_ in self.organizations
        )

    def denied(
        self,
        right: Right,
        partnership_id: UUID,
        owners: Iterable[UUID | None] = (),
        *,
        asked_by: str | None = None,
    ) -> Denial | None:
        """None where he may.

        `owners` are the organizations that what is asked for belongs to, `asked_by` is who asked for it to be made.
        """
        if self.role_in(partnership_id) in right.roles:
            return None
        if right is Right.CANCEL and asked_by == self.actor and partnership_id in self.roles:
            return None
        mine = self.organizations.get(partnership_id)
        if mine in set(owners) and partnership_id in self.partnerships_with_own(right):
            return None
        return Denial(right)

    def denied_everywhere(self, right: Right) -> Denial | None:
        """None where there is a partnership in which he may."""
        if self.partnerships_with(right) or self.partnerships_with_own(right):
            return None
        return Denial(right)


COMMUNITY = Caller()
"""Anybody, without a token."""
