"""Periods: every way of writing one, with its first and last day."""

from datetime import date

import pytest

from api.exchange.errors import CellError
from api.exchange.periods import Calendar, period


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2017-18", date(2017, 7, 1), date(2018, 6, 30)),
        ("2017–18", date(2017, 7, 1), date(2018, 6, 30)),
        ("2009-10", date(2009, 7, 1), date(2010, 6, 30)),
        ("1999-00", date(1999, 7, 1), date(2000, 6, 30)),
        ("2010-2011", date(2010, 7, 1), date(2011, 6, 30)),
        ("2009/2010", date(2009, 7, 1), date(2010, 6, 30)),
        ("2005-2009", date(2005, 1, 1), date(2009, 12, 31)),
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2018-03", date(2018, 3, 1), date(2018, 3, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2018-03-31", date(2018, 3, 31), date(2018, 3, 31)),
        ("2023-10-01/2024-03-15", date(2023, 10, 1), date(2024, 3, 15)),
    ],
)
def test_a_written_period_has_a_first_and_a_last_day(written: str, first: date, last: date) -> None:
    assert period(written, Calendar()) == (first, last)


def test_a_year_names_the_school_year_that_ends_in_it_where_declared() -> None:
    assert period("2018", Calendar("school")) == (date(2017, 7, 1), date(2018, 6, 30))
    assert period("2018", Calendar("school", 9)) == (date(2017, 9, 1), date(2018, 8, 31))


def test_calendar_periods_where_declared() -> None:
    assert period("2009-10", Calendar("calendar")) == (date(2009, 10, 1), date(2009, 10, 31))
    assert period("2010-2011", Calendar("calendar")) == (date(2010, 1, 1), date(2011, 12, 31))


@pytest.mark.parametrize(
    "written",
    ["", "2018-13", "2018-19-20", "18", "FY18", "2018-00", "2011-2009", "0001-01-01", "9999", "2018-Q1"],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        period(written, Calendar())
