"""Which errors a person can cause, and the exit code and sentence of each; what is none of them is a bug.

The modules that define the errors are looked up only when something was raised, because some are heavy.
"""

import sys

FINDINGS, WRONG_USAGE, NOT_NOW, STOPPED = 1, 2, 3, 130

USAGE_ERRORS = (
    ("api.exchange.errors", "ReadError"),
    ("models.settings", "SettingsError"),
    ("allocation.tokens", "TokenError"),
    ("allocation.admissions", "AdmissionError"),
    ("allocation.partnerships", "PartnershipError"),
    ("allocation.question", "QuestionError"),
    ("allocation.scenarios", "ScenarioError"),
)
ABSENCES = (
    ("models.database", "DatabaseError"),
    ("models.embedded", "EmbeddedError"),
)


class CommandError(Exception):
    """A command cannot do what it was asked; `code` is its exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def told(error: BaseException) -> CommandError | None:
    """The error as a person should hear it; None for a bug."""
    if isinstance(error, CommandError):
        return error
    if _is_any(error, USAGE_ERRORS):
        return CommandError(WRONG_USAGE, str(error))
    if _is_any(error, ABSENCES):
        return CommandError(NOT_NOW, str(error))
    if isinstance(error, UnicodeError):
        return CommandError(WRONG_USAGE, f"a text is not UTF-8: {error}")
    return _of_the_system(error) or _of_the_server(error)


def _is_any(error: BaseException, kinds: tuple[tuple[str, str], ...]) -> bool:
    classes = tuple(getattr(sys.modules[module], name) for module, name in kinds if module in sys.modules)
    return isinstance(error, classes)


def _of_the_system(error: BaseException) -> CommandError | None:
    """A file that cannot be used is wrong usage; whatever else the system refuses is not possible now."""
    if not isinstance(error, OSError):
        return None
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | PermissionError):
        return CommandError(WRONG_USAGE, f"{error.filename}: {error.strerror}")
    if isinstance(error, ConnectionError | TimeoutError):
        return CommandError(NOT_NOW, f"the database server does not answer: {error}")
    return CommandError(NOT_NOW, str(error))


def _of_the_server(error: BaseException) -> CommandError | None:
    """What PostgreSQL says on signing in, and a connection that broke; a refused statement is a bug."""
    if "asyncpg" not in sys.modules:
        return None
    import asyncpg

    cause: BaseException = getattr(error, "orig", None) or error
    cause = cause.__cause__ or cause
    sentences: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
        (
            (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
            "it refuses the sign-in",
        ),
        ((asyncpg.InvalidCatalogNameError,), "it has no such database"),
        ((asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError), "it takes no connection now"),
        ((asyncpg.PostgresConnectionError, asyncpg.InterfaceError), "the connection broke"),
        ((asyncpg.InsufficientPrivilegeError,), "this user may not do that"),
        ((asyncpg.DiskFullError, asyncpg.OutOfMemoryError), "it has no room left"),
        ((ConnectionError, TimeoutError), "it does not answer"),
    )
    for kinds, sentence in sentences:
        if isinstance(cause, kinds):
            return CommandError(NOT_NOW, f"the database server: {sentence} ({cause})")
    return None
