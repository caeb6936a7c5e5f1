"""Commands about partnerships and who may ask: `partnership create`, `token create`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.cli.running import WRONG_USAGE, CommandError, partnership_named, run, words
from models.database import Database, Scope
from models.people import Role

partnership = typer.Typer(help="Partnerships.", no_args_is_help=True)
token = typer.Typer(help="Tokens by which programs and people sign in.", no_args_is_help=True)


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.add_typer(partnership, name="partnership")
    commands.add_typer(token, name="token")


@partnership.callback()
def _partnership() -> None:
    """Partnerships."""


@token.callback()
def _token() -> None:
    """Tokens by which programs and people sign in."""


@partnership.command("create")
def create(
    slug: str,
    name: Annotated[str, typer.Option(help="The partnership's name.")],
    state: Annotated[str | None, typer.Option(help="The state's code.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "USD",
    fiscal_year_start: Annotated[int, typer.Option(help="The month in which a fiscal year begins.")] = 7,
    public: Annotated[bool, typer.Option("--public", help="Anybody may read what is published.")] = False,
) -> None:
    """Founds a partnership with an empty ledger."""
    from allocation.partnerships import PartnershipError, Terms, create_partnership

    async def work(database: Database) -> None:
        terms = Terms(slug, name, currency, fiscal_year_start, state, is_public=public)
        try:
            async with database.session(Scope()) as session:
                await create_partnership(session, terms)
        except PartnershipError as error:
            raise CommandError(WRONG_USAGE, str(error)) from error

    run(work)
    words.print(f"founded {slug}", markup=False)


@token.command("create")
def create_token(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    role: Annotated[Role, typer.Option(help="What the bearer is to the partnership.")],
    organization: Annotated[str | None, typer.Option(help="The bearer's organization, by identifier.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long it is good for.")] = 365,
) -> None:
    """Prints a new token, once, alone on stdout."""

    async def work(database: Database) -> str:
        from allocation.tokens import TokenError, create_token

        partnership_id = await partnership_named(database, partnership)
        try:
            async with database.session(Scope.of(partnership_id)) as session:
                expires_at = datetime.now(UTC) + timedelta(days=days)
                return await create_token(session, partnership_id, role, expires_at, organization=organization)
        except TokenError as error:
            raise CommandError(WRONG_USAGE, str(error)) from error

    typer.echo(run(work))
