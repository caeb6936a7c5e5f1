"""Riverbend, loaded, for the questions and queries of the documents."""

from tests.api.conftest import demo_database, demonstration

__all__ = ["demo_database", "demonstration"]
