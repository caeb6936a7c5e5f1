"""Commands about people who sign in at an OpenID provider: `person admit`, `person dismiss`."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.partnerships import RoleName
from api.cli.running import WRONG_USAGE, CommandError, partnership_named, run, say

if TYPE_CHECKING:
    from allocation.admissions import Person
    from models.database import Database

person_commands = typer.Typer(
    help="People who sign in at the OpenID provider that the settings name.", no_args_is_help=True
)

Partnership = Annotated[str, typer.Option(help="The partnership's slug.")]
Subject = Annotated[str, typer.Option(help="The provider's own name for the person (`sub`), to the letter.")]
Issuer = Annotated[str | None, typer.Option(help="The provider; else ALIGNMENT_OIDC_ISSUER.")]


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.add_typer(person_commands, name="person")


@person_commands.callback()
def _person() -> None:
    """People who sign in at the OpenID provider that the settings name."""


@person_commands.command("admit")
def admit(
    partnership: Partnership,
    subject: Subject,
    role: Annotated[
        RoleName, typer.Option(case_sensitive=False, help="What the person is to the partnership.")
    ],
    name: Annotated[str | None, typer.Option(help="How the person is called here.")] = None,
    organization: Annotated[
        str | None, typer.Option(help="Whom the person speaks for: an identifier, or a name.")
    ] = None,
    issuer: Issuer = None,
) -> None:
    """Lets a person in, or changes what they are; once for each partnership."""

    async def work(database: "Database") -> None:
        from allocation.admissions import admit
        from models.database import Scope
        from models.people import Role

        partnership_id, person = await partnership_named(database, partnership), _named(issuer, subject)
        async with database.session(Scope.of(partnership_id)) as session:
            await admit(
                session,
                partnership_id,
                person,
                Role(role),
                name=name or subject,
                organization=organization,
            )

    run(work)
    say(f"{name or subject} is admitted to {partnership} as {role.value.lower()}")


@person_commands.command("dismiss")
def dismiss(partnership: Partnership, subject: Subject, issuer: Issuer = None) -> None:
    """Lets a person in no longer, from this moment on."""

    async def work(database: "Database") -> bool:
        from allocation.admissions import dismiss
        from models.database import Scope

        partnership_id, person = await partnership_named(database, partnership), _named(issuer, subject)
        async with database.session(Scope.of(partnership_id)) as session:
            return await dismiss(session, partnership_id, person)

    if not run(work):
        raise typer.Exit(_not_there(subject, partnership))
    say(f"{subject} is no longer admitted to {partnership}")


def _not_there(subject: str, partnership: str) -> int:
    say(f"alignment: {subject} is not admitted to {partnership}")
    return WRONG_USAGE


def _named(issuer: str | None, subject: str) -> "Person":
    from allocation.admissions import Person
    from models.settings import Settings

    stated = issuer or Settings.read().oidc_issuer
    if stated is None:
        raise CommandError(WRONG_USAGE, "name the provider: --issuer, or ALIGNMENT_OIDC_ISSUER")
    return Person(stated, subject)
