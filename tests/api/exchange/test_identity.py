"""Telling awards apart: repeats in a file, the same file twice, next month's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer

RECIPE = """
[columns]
identifier = "id"
funder = "funder"
amount = "amount"
description = "description"
[constants]
currency = "USD"
title = "A title"
"""
HEADER = "id,funder,amount,description\n"


def keys(records: list[Any]) -> list[tuple[bytes, int]]:
    return [(record.content_sha256, record.occurrence) for record in records]


def test_one_identifier_with_two_amounts_is_two_awards(read: Reader, write: Writer) -> None:
    records = read("investments", write("a.csv", HEADER + "1,F,5,\n1,F,6,\n"), RECIPE).records
    assert len(set(keys(records))) == 2


def test_wholly_identical_rows_are_counted(read: Reader, write: Writer) -> None:
    records = read("investments", write("a.csv", HEADER + ",F,5,x\n" * 3), RECIPE).records
    assert [record.occurrence for record in records] == [1, 2, 3]
    assert len({record.content_sha256 for record in records}) == 1


def test_next_months_file_with_a_row_more_adds_one(read: Reader, write: Writer) -> None:
    first = read("investments", write("a.csv", HEADER + "1,F,5,\n1,F,5,\n"), RECIPE).records
    second = read("investments", write("b.csv", HEADER + "2,F,9,\n1,F,5,\n1,F,5,\n"), RECIPE).records
    assert len(set(keys(second)) - set(keys(first))) == 1
    assert set(keys(first)) <= set(keys(second))


def test_a_new_description_keeps_the_key_and_changes_the_fingerprint(read: Reader, write: Writer) -> None:
    (before,) = read("investments", write("a.csv", HEADER + "1,F,5,old\n"), RECIPE).records
    (after,) = read("investments", write("a.csv", HEADER + "1,F,5.00,new\n"), RECIPE).records
    assert keys([before]) == keys([after])
    assert before.fingerprint_sha256 != after.fingerprint_sha256


def test_row_and_file_do_not_enter_the_fingerprint(read: Reader, write: Writer) -> None:
    (one,) = read("investments", write("a.csv", HEADER + "1,F,5,x\n"), RECIPE).records
    (other,) = read("investments", write("b.csv", HEADER + "\n\n1,F,5,x\n"), RECIPE).records
    assert one.fingerprint_sha256 == other.fingerprint_sha256
    assert one.row != other.row
