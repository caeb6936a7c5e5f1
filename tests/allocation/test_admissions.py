"""Admissions: a person is let in by each partnership alone, and sees nothing of other people's."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from allocation.admissions import AdmissionError, Person, admit, admitted, dismiss, sign_out
from allocation.tokens import TokenError
from models.base import new_id
from models.database import Database, Scope
from models.organizations import Organization
from models.partnerships import Partnership
from models.people import Admission, Role


@pytest.fixture
def ada() -> Person:
    return Person("https://id.example.org", f"ada-{secrets.token_hex(4)}")


async def let_in(
    database: Database, partnership: Partnership, person: Person, role: Role, organization: str | None = None
) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        await admit(session, partnership.id, person, role, name="Ada", organization=organization)


async def test_a_person_is_what_each_partnership_says(
    database: Database, partnership: Partnership, other_partnership: Partnership, ada: Person
) -> None:
    giver = Organization(partnership_id=other_partnership.id, id=new_id(), name="River Fund")
    async with database.session(Scope.of(other_partnership.id)) as session:
        session.add(giver)
    await let_in(database, partnership, ada, Role.DATA)
    await let_in(database, other_partnership, ada, Role.FUNDER, "River Fund")
    async with database.session(Scope()) as session:
        found = await admitted(session, ada)
    assert found is not None
    assert found.roles == {partnership.id: Role.DATA, other_partnership.id: Role.FUNDER}
    assert found.organizations == {other_partnership.id: giver.id}


async def test_the_same_subject_at_another_provider_is_somebody_else(
    database: Database, partnership: Partnership, ada: Person
) -> None:
    await let_in(database, partnership, ada, Role.ADMIN)
    async with database.session(Scope()) as session:
        assert await admitted(session, Person("https://id.example.com", ada.subject)) is None
        assert await admitted(session, Person(ada.issuer, ada.subject.upper())) is None


async def test_a_session_sees_the_admissions_of_its_person_and_no_other(
    database: Database, partnership: Partnership, ada: Person
) -> None:
    """Row-level security, not the query: the count has no condition."""
    grace = Person(ada.issuer, f"grace-{secrets.token_hex(4)}")
    await let_in(database, partnership, ada, Role.ADMIN)
    await let_in(database, partnership, grace, Role.ADMIN)
    async with database.session(Scope()) as session:
        assert (await session.execute(select(func.count()).select_from(Admission))).scalar_one() == 0
        await admitted(session, ada)
        assert set((await session.execute(select(Admission.subject))).scalars()) == {ada.subject}


async def test_a_second_admission_changes_the_first(
    database: Database, partnership: Partnership, ada: Person
) -> None:
    await let_in(database, partnership, ada, Role.ADMIN)
    await let_in(database, partnership, ada, Role.DATA)
    async with database.session(Scope()) as session:
        found = await admitted(session, ada)
    assert found is not None
    assert found.roles == {partnership.id: Role.DATA}


async def test_who_is_dismissed_may_be_let_in_again(
    database: Database, partnership: Partnership, ada: Person
) -> None:
    await let_in(database, partnership, ada, Role.ADMIN)
    async with database.session(Scope.of(partnership.id)) as session:
        assert await dismiss(session, partnership.id, ada)
        assert not await dismiss(session, partnership.id, ada)
    async with database.session(Scope()) as session:
        assert await admitted(session, ada) is None
    await let_in(database, partnership, ada, Role.ADMIN)
    async with database.session(Scope()) as session:
        assert await admitted(session, ada) is not None


async def test_signing_out_ends_sessions_begun_before_and_none_begun_after(
    database: Database, partnership: Partnership, other_partnership: Partnership, ada: Person
) -> None:
    await let_in(database, partnership, ada, Role.ADMIN)
    await let_in(database, other_partnership, ada, Role.DATA)
    before = datetime.now(UTC)
    async with database.session(Scope()) as session:
        await sign_out(session, ada)
    after = datetime.now(UTC) + timedelta(milliseconds=1)
    async with database.session(Scope()) as session:
        assert await admitted(session, ada, before) is None
        assert await admitted(session, ada, after) is not None


@pytest.mark.parametrize(
    ("person", "role", "organization", "kind"),
    [
        (Person("id.example.org", "ada"), Role.ADMIN, None, AdmissionError),
        (Person("https://id.example.org", ""), Role.ADMIN, None, AdmissionError),
        (Person("https://id.example.org", "a" * 256), Role.ADMIN, None, AdmissionError),
        (Person("https://id.example.org", "ada"), Role.FUNDER, None, AdmissionError),
        (Person("https://id.example.org", "ada"), Role.FUNDER, "Nobody", TokenError),
    ],
)
async def test_an_admission_that_cannot_be_is_refused(
    database: Database,
    partnership: Partnership,
    person: Person,
    role: Role,
    organization: str | None,
    kind: type[Exception],
) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        with pytest.raises(kind):
            await admit(session, partnership.id, person, role, name="x", organization=organization)


def test_the_history_names_a_person_without_a_word_of_who_they_are() -> None:
    person = Person("https://id.example.org", "ada.lovelace@example.org")
    assert person.actor.startswith("person:")
    assert len(person.actor) == len("person:") + 32
    assert "ada" not in person.actor
    assert person.actor != Person("https://id.example.org", "ada").actor
