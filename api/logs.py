"""What the site's processes log: one JSON object a line, with no word of anybody's data.

An exception's text may quote a row (PostgreSQL's DETAIL does) or a parameter, so it is not written: its type is, its
SQLSTATE, and the places in the code that it came through. The request's id leads from an answer to its line.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog

__all__ = ["configure_logs", "formatter"]

ROOT: Final = Path(__file__).resolve().parents[1]
PLACES: Final = 12
CAUSES: Final = 8
LOUD: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")
Event = MutableMapping[str, Any]  # Any: what a line says


def configure_logs(level: str) -> None:
    """Everything that this process logs from here on goes to stderr in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in LOUD:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def formatter() -> logging.Formatter:
    """One JSON object a record."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_words,
            structlog.processors.JSONRenderer(),
        ],
    )


def without_words(_: object, __: str, event: Event) -> Event:
    """Puts an exception's kinds and places where its text would stand."""
    fault = event.pop("exc_info", None)
    fault = fault[1] if isinstance(fault, tuple) else fault
    if isinstance(fault, BaseException):
        event["fault"] = _kinds(fault)
        event["places"] = _places(fault)
    return event


def _kinds(fault: BaseException | None) -> list[str]:
    """The exception and its causes; one of the database bears its SQLSTATE."""
    found: list[str] = []
    while fault is not None and len(found) < CAUSES:
        state = getattr(fault, "sqlstate", None)
        name = f"{type(fault).__module__}.{type(fault).__qualname__}"
        found.append(f"{name} {state}" if state else name)
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return found


def _places(fault: BaseException) -> list[str]:
    """Where it came through our own code, and where it began."""
    frames = traceback.extract_tb(fault.__traceback__)
    kept = [frame for frame in frames[:-1] if _is_ours(frame.filename)][-PLACES:] + frames[-1:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in kept]


def _is_ours(file: str) -> bool:
    return file.startswith(str(ROOT)) and "site-packages" not in file


def _short(file: str) -> str:
    return str(Path(file).relative_to(ROOT)) if _is_ours(file) else Path(file).name
