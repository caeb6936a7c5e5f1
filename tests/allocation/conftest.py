"""What tests of the reckoning share: accounts to post between."""

import pytest

from models.database import Database
from models.partnerships import Partnership

from .ledger_desk import Desk, opened


@pytest.fixture
async def desk(database: Database, partnership: Partnership) -> Desk:
    """A desk in the partnership of this test."""
    return await opened(database, partnership)
