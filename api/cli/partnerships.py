"""Commands about partnerships and who may ask: `partnership create`, `token create`."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.running import partnership_named, run, say

if TYPE_CHECKING:
    from models.database import Database

partnership_commands = typer.Typer(help="Partnerships.", no_args_is_help=True)
token_commands = typer.Typer(help="Tokens by which programs and people sign in.", no_args_is_help=True)


class RoleName(StrEnum):
    """What a bearer may be; models.people.Role, without its weight."""

    ADMIN = "ADMIN"
    FUNDER = "FUNDER"
    ANCHOR = "ANCHOR"
    POLICY = "POLICY"
    DATA = "DATA"
    FACILITATOR = "FACILITATOR"
    COMMUNITY = "COMMUNITY"


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.add_typer(partnership_commands, name="partnership")
    commands.add_typer(token_commands, name="token")


@partnership_commands.callback()
def _partnership() -> None:
    """Partnerships."""


@token_commands.callback()
def _token() -> None:
    """Tokens by which programs and people sign in."""


@partnership_commands.command("create")
def create(
    slug: Annotated[str, typer.Argument(help="Its short name in addresses: small letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="The partnership's name.")],
    state: Annotated[str | None, typer.Option(help="The state's code.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "USD",
    fiscal_year_start: Annotated[
        int, typer.Option(min=1, max=12, help="The month in which a fiscal year begins.")
    ] = 7,
    public: Annotated[bool, typer.Option("--public", help="Anybody may read what is published.")] = False,
) -> None:
    """Founds a partnership with an empty ledger."""

    async def work(database: "Database") -> None:
        from allocation.partnerships import Terms, create_partnership
        from models.database import Scope

        terms = Terms(slug, name, currency, fiscal_year_start, state, is_public=public)
        async with database.session(Scope()) as session:
            await create_partnership(session, terms)

    run(work)
    say(f"founded {slug}")


@token_commands.command("create")
def create_token(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    role: Annotated[
        RoleName, typer.Option(case_sensitive=False, help="What the bearer is to the partnership.")
    ],
    organization: Annotated[
        str | None, typer.Option(help="The bearer's organization: its identifier, or its name.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long it is good for.")] = 365,
) -> None:
    """Prints a new token, once, alone on stdout."""

    async def work(database: "Database") -> str:
        from allocation.tokens import create_token
        from models.database import Scope
        from models.people import Role

        partnership_id = await partnership_named(database, partnership)
        expires_at = datetime.now(UTC) + timedelta(days=days)
        async with database.session(Scope.of(partnership_id)) as session:
            return await create_token(
                session, partnership_id, Role(role), expires_at, organization=organization
            )

    typer.echo(run(work))
