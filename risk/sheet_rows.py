"""The cells of a workbook as rows of text, nothing guessed.

What a spreadsheet program made of an entry (a number of a code, a date of a fraction, a formula, a percentage) is a problem with
sheet, row, column and what to write instead: from 101 nobody can tell that 0101 was meant.
"""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from risk.problem import Fault, Phrase, Words, fault
from risk.problem_kinds import Kind
from risk.problem_words import WordedProblem, worded
from risk.sheet_form import EXAMPLES, FIRST_ROW, FORMS, NO, PACK, RULES, TEXTS, YES, Column, Form, entry_of
from risk.type_problems import did_you_mean

MOST_ROWS = 100_000
STAND_IN = "?"
"""Stands where a cell could not be read, so that the other problems of its row are found in the same run."""

LARGEST_BOOK = 256 * 2**20
"""Bytes a workbook may unpack to: a small file can hold a very large one."""


class SheetProblem(WordedProblem, frozen=True, kw_only=True):
    """One problem: file, sheet, row and column from 1, the cell as the program calls it, what, and what to write instead."""

    file: str
    sheet: str
    row: int
    column: int
    cell: str

    def __str__(self) -> str:
        """``file[sheet!cell]:row:column:`` and both languages, Chinese first."""
        return f"{self.file}[{self.sheet}!{self.cell}]:{self.row}:{self.column}: {self.said}"


class NotAWorkbook(Exception):
    """The file is no workbook, or one too large to open."""

    def __init__(self, wrong: Fault) -> None:
        super().__init__(wrong.kind.value)
        self.fault = wrong


class Row(msgspec.Struct, frozen=True):
    """A row that is not blank: its number, its entries by column key, and the position of each column in the sheet."""

    number: int
    entries: dict[str, list[str]]
    columns: dict[str, int]


class Told:
    """Collects problems of one workbook."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[SheetProblem] = []
        self.unusable = False
        """Sheets or columns are missing: the rows cannot be told apart."""

        self._settled: set[tuple[str, int, int]] = set()

    def settle(self, sheet: str, row: int, column: int, wrong: Fault) -> None:
        """Says what is wrong with a cell once and for all: what follows from it is not said as well."""
        self.say(sheet, row, column, wrong)
        self._settled.add((sheet, row, column))

    def say(self, sheet: str, row: int, column: int, wrong: Fault, *notes: Phrase) -> None:
        """A problem at a cell; row and column from 1. ``notes`` say where within it."""
        from openpyxl.utils import get_column_letter

        if (sheet, row, column) in self._settled:
            return
        self.problems.append(
            SheetProblem(
                file=self.file,
                sheet=sheet,
                row=row,
                column=column,
                cell=f"{get_column_letter(column)}{row}",
                **worded(wrong, *notes),
            )
        )


def rows_read(source: Path | BinaryIO, told: Told) -> dict[str, list[Row]]:
    """The rows of every sheet of the form. Raises :class:`NotAWorkbook`; what is wrong with a cell is told."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(source) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_BOOK:
                raise NotAWorkbook(fault(Kind.WORKBOOK_TOO_LARGE, most=LARGEST_BOOK // 2**20))
        book = load_workbook(source, read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise NotAWorkbook(fault(Kind.NO_WORKBOOK)) from error
    try:
        return {form.name: _rows(book, form, told) for form in FORMS}
    finally:
        book.close()


def _rows(book: Any, form: Form, told: Told) -> list[Row]:
    if form.name not in book.sheetnames:
        if form in (PACK, TEXTS, RULES, EXAMPLES):
            told.say(form.name, 1, 1, fault(Kind.NO_SUCH_SHEET, sheet=form.name))
            told.unusable = True
        return []
    lines = book[form.name].iter_rows(min_row=1, max_row=FIRST_ROW + MOST_ROWS)
    found: list[Row] = []
    columns: dict[int, Column] = {}
    for number, cells in enumerate(lines, start=1):
        if number == FIRST_ROW - 1:
            columns = _columns(cells, form, told)
        elif number == FIRST_ROW + MOST_ROWS:
            told.say(form.name, number, 1, fault(Kind.ROWS_TOO_MANY, most=MOST_ROWS))
        elif number >= FIRST_ROW:
            row = _row(number, cells, columns, form, told)
            found.extend([row] if row is not None else [])
    if not columns:
        told.say(form.name, FIRST_ROW - 1, 1, fault(Kind.FIELD_NAMES_MISSING, first=form.columns[0].key))
        told.unusable = True
    return found


def _columns(cells: Any, form: Form, told: Told) -> dict[int, Column]:
    """The columns by position (from 1), known by the key in their second row; columns without a key are notes of somebody."""
    known = {column.key: column for column in form.columns}
    columns: dict[int, Column] = {}
    for at, cell in enumerate(cells, start=1):
        key = str(cell.value or "").strip()
        if not key:
            continue
        if key not in known:
            meant = did_you_mean(key, list(known))
            told.say(form.name, FIRST_ROW - 1, at, fault(Kind.UNKNOWN_FIELD, field=key, meant=meant))
        elif known[key] in columns.values():
            told.say(form.name, FIRST_ROW - 1, at, fault(Kind.COLUMN_TWICE, field=key))
        else:
            columns[at] = known[key]
    for column in form.columns:
        if column.required and column not in columns.values():
            wrong = fault(Kind.COLUMN_MISSING, field=column.key, heading=_heading(column))
            told.say(form.name, FIRST_ROW - 1, 1, wrong)
            told.unusable = True
    return columns


def _row(number: int, cells: Any, columns: dict[int, Column], form: Form, told: Told) -> Row | None:
    texts: dict[str, list[str]] = {}
    for at, column in columns.items():
        cell = cells[at - 1] if at <= len(cells) else None
        if cell is None or cell.value is None:
            continue
        try:
            text = _text(cell, column)
        except _NotText as wrong:
            told.settle(form.name, number, at, wrong.fault)
            text = STAND_IN
        entries = as_entries(text, column)
        if any(entries):
            texts[column.key] = entries
    if not texts:
        return None
    for at, column in columns.items():
        if column.required and column.key not in texts:
            told.settle(form.name, number, at, fault(Kind.CELL_MISSING, field=column.key, heading=_heading(column)))
            texts[column.key] = [STAND_IN]
    return Row(number, texts, {column.key: at for at, column in columns.items()})


def as_entries(text: str, column: Column) -> list[str]:
    """The entries of a cell's text."""
    plain = text.replace("\r\n", "\n")
    entries = [entry_of(line) for line in (plain.split("\n") if column.of_lines else [plain])]
    return [{YES: "true", NO: "false"}.get(entry, entry) for entry in entries] if column.kind == "yes" else entries


class _NotText(Exception):
    def __init__(self, wrong: Fault) -> None:
        super().__init__(wrong.kind.value)
        self.fault = wrong


def _heading(column: Column) -> Words:
    """Both headings: whoever works in either language finds the column."""
    return Words(f"{column.zh}（{column.en}）", f"{column.zh} ({column.en})")


def _text(cell: Any, column: Column) -> str:
    """What a cell says, where it can be known."""
    value = cell.value
    if cell.data_type == "f":
        raise _NotText(fault(Kind.CELL_FORMULA))
    if cell.data_type == "e":
        raise _NotText(fault(Kind.CELL_ERROR, value=str(value)))
    if isinstance(value, bool):
        if column.kind == "yes":
            return YES if value else NO
        raise _NotText(fault(Kind.CELL_TRUTH, value="TRUE" if value else "FALSE", sample=_sample(column)))
    if isinstance(value, (int, float)):
        return _of_number(value, cell, column)
    if isinstance(value, date):
        if column.kind == "day" and not (isinstance(value, datetime) and value.time().isoformat() != "00:00:00"):
            return value.isoformat()[:10]
        raise _NotText(fault(Kind.CELL_DATE, sample=_sample(column)))
    if not isinstance(value, str):
        raise _NotText(fault(Kind.CELL_TIME, sample=_sample(column)))
    return value


def _of_number(value: float, cell: Any, column: Column) -> str:
    if "%" in (cell.number_format or ""):
        raise _NotText(fault(Kind.CELL_PERCENTAGE))
    if column.kind == "count" and value == int(value):
        return str(int(value))
    if column.kind == "amount":
        return str(Decimal(repr(value)))
    raise _NotText(fault(Kind.CELL_NUMBER, sample=_sample(column)))


def _sample(column: Column) -> str:
    if column.kind != "text":
        return {"count": "1", "amount": "0.5", "day": "2026-11-20", "yes": YES}[column.kind]
    if column.key.endswith(("declared_at", "arrival")):
        return "2026-11-20T09:12:00+08:00"
    return "0101" if "hs" in column.key.split(".") else "text"
