"""Who may see and change what, as one table."""

from uuid import UUID

import pytest

from api.access import COMMUNITY, Caller, Right
from models.people import Role

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
MINE, THEIRS = UUID(int=11), UUID(int=12)


def bearer(role: Role) -> Caller:
    return Caller(name="x", actor="token:x", roles={HERE: role}, organizations={HERE: MINE})


@pytest.mark.parametrize("right", list(Right))
def test_nobody_without_a_role_has_any_right(right: Right) -> None:
    assert COMMUNITY.denied(right, HERE, [MINE])
    assert bearer(Role.COMMUNITY).denied(right, HERE, [MINE])


@pytest.mark.parametrize("right", list(Right))
def test_an_admin_has_every_right_at_home_and_none_elsewhere(right: Right) -> None:
    assert bearer(Role.ADMIN).denied(right, HERE) is None
    assert bearer(Role.ADMIN).denied(right, ELSEWHERE, [MINE])


@pytest.mark.parametrize("right", [right for right in Right if right.own])
def test_a_funder_may_for_its_own_what_it_may_not_for_others(right: Right) -> None:
    funder = bearer(Role.FUNDER)
    assert funder.denied(right, HERE, [MINE]) is None
    assert funder.denied(right, HERE, [THEIRS])
    assert funder.denied(right, HERE)


@pytest.mark.parametrize("right", list(Right))
def test_an_organization_alone_gives_no_right_to_other_roles(right: Right) -> None:
    facilitator = bearer(Role.FACILITATOR)
    assert facilitator.denied(right, HERE, [MINE]) == facilitator.denied(right, HERE)


@pytest.mark.parametrize("right", list(Right))
def test_every_refusal_gives_a_reason_in_a_sentence(right: Right) -> None:
    reason = str(COMMUNITY.denied(right, HERE))
    assert reason[0].isupper()
    assert reason.endswith(".")


def test_the_rights_of_each_role_are_these() -> None:
    """The table of docs/domain.md; a change here is a change of what people may see."""
    everything = set(Right)
    own_only = {Right.READ_BOOKS, Right.READ_RENEWALS, Right.READ_TERMS, Right.DECIDE}
    own_only |= {Right.READ_STAFFING, Right.READ_BUDGET, Right.READ_OBLIGATIONS}
    own_only |= {Right.READ_HISTORY}
    figures = {Right.KEEP_FIGURES, Right.READ_RECORDED}
    policy = {Right.KEEP_POLICY, Right.RAISE_BARRIERS}
    brought_in = {Right.READ_IMPORTS, Right.PREVIEW_IMPORT, Right.KEEP_ORGANIZATIONS}
    held = {role: {right for right in Right if bearer(role).denied(right, HERE) is None} for role in Role}
    table = {Right.READ_SCENARIOS, Right.SUGGEST, Right.READ_MATCH}
    table |= {Right.READ_FLOWS, Right.READ_POLICY, Right.EXPORT}
    spending = {Right.READ_LOBBYING, Right.RECORD_SPENDING, Right.WITHDRAW_PLANS}
    assert held == {
        Role.ADMIN: everything,
        Role.ANCHOR: everything - policy - figures,
        Role.FUNDER: table,
        Role.POLICY: table | {Right.READ_TERMS} | policy | spending,
        Role.DATA: table
        | {Right.READ_TERMS, Right.READ_HISTORY, Right.RECORD_EVIDENCE}
        | brought_in
        | figures,
        Role.FACILITATOR: table | {Right.READ_TERMS, Right.RAISE_BARRIERS},
        Role.COMMUNITY: set(),
    }
    funder = bearer(Role.FUNDER)
    assert {right for right in Right if funder.denied(right, HERE, [MINE]) is None} - table == own_only
