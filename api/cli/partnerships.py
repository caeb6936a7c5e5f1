"""Commands about partnerships and who may ask: `partnership create`, `token create`, `token list`, `token revoke`."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from api.cli.running import WRONG_USAGE, partnership_named, print_json, run, say, stop

if TYPE_CHECKING:
    from models.database import Database
    from models.people import AccessToken

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


@token_commands.command("list")
def list_tokens(partnership: Annotated[str, typer.Option(help="The partnership's slug.")]) -> None:
    """Prints what is known of each token, the youngest first; never the token."""

    async def work(database: "Database") -> list[dict[str, str | None]]:
        from allocation.tokens import tokens_of
        from models.database import Scope

        partnership_id = await partnership_named(database, partnership)
        async with database.session(Scope.of(partnership_id)) as session:
            return [_told(token) for token in await tokens_of(session, partnership_id)]

    print_json(run(work))


@token_commands.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(help="Its id, as `token list` prints it, or the token itself.")],
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
) -> None:
    """Ends a token from this moment on."""

    async def work(database: "Database") -> bool:
        from allocation.tokens import revoke_token
        from models.database import Scope

        partnership_id = await partnership_named(database, partnership)
        async with database.session(Scope.of(partnership_id)) as session:
            return await revoke_token(session, partnership_id, _id_or_secret(token))

    if not run(work):
        stop(WRONG_USAGE, f"{partnership} has no such token: `alignment token list` prints their ids")
    say("the token is revoked")


def _id_or_secret(token: str) -> UUID | str:
    try:
        return UUID(token)
    except ValueError:
        return token


def _told(token: "AccessToken") -> dict[str, str | None]:
    moments: dict[str, datetime | None] = {
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
        "revokedAt": token.revoked_at,
        "lastUsedAt": token.last_used_at,
    }
    return {
        "id": str(token.id),
        "name": token.name,
        "role": token.role.value,
        **{name: moment.astimezone(UTC).isoformat() if moment else None for name, moment in moments.items()},
    }
