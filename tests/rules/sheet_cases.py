"""A good workbook, and ways to spoil it."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

from openpyxl import Workbook
from test_rule_errors import GOOD

from risk.pack_files import check_text
from risk.rule import (
    Pack,
)
from risk.sheet_reading import pack_of
from risk.sheet_rows import SheetProblem
from risk.sheet_writing import workbook_of


@cache
def good() -> Pack:
    pack, problems = check_text(GOOD, "t.yaml")
    assert problems == []
    assert pack is not None
    return pack


def saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def column_of(book: Workbook, sheet: str, key: str) -> int:
    return next(cell.column for cell in book[sheet][2] if cell.value == key)


def problems_with(change: Callable[[Workbook], None]) -> list[SheetProblem]:
    book = workbook_of(good())
    change(book)
    pack, problems = pack_of(saved(book), "t.xlsx")
    assert (pack is None) == bool(problems)
    return problems


def put(sheet: str, key: str, value: Any, row: int = 3, number_format: str = "") -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        cell = book[sheet].cell(row, column_of(book, sheet, key))
        cell.value = value
        cell.number_format = number_format or cell.number_format

    return change
