"""A spreadsheet is not guessed at: every problem names sheet, row, column and what to write instead."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook, load_workbook
from sheet_cases import column_of, good, problems_with, put, saved

from risk.sheet_form import EXAMPLES
from risk.sheet_reading import pack_of
from risk.sheet_rows import SheetProblem
from risk.sheet_writing import CellTooLong, workbook_of

MISTAKES: list[tuple[str, str, Any, str, str]] = [
    # sheet, field, what was typed, words of the message, of the advice
    ("规则", "scope.hs.prefixes[]", 7307, "made a number of it, zeros in front are lost", "'0101'"),
    ("规则", "scope.hs.prefixes[]", "730729\n730788", "HS 2022 has no 730788 (line 2 of the cell)", "for example 7307"),
    ("规则", "scope.hs.prefixes[]", "73O7", "not of the form", "2, 4, 6, 8 or 10 digits"),
    ("规则", "scope.origin.any[]", "UK", "ISO 3166-1 has no UK", "for example GB"),
    ("规则", "scope.transport_mode[]", "ship", "not a word known here", "one of sea, air"),
    ("规则", "scope.keywords.any[]", date(2026, 1, 2), "made a date of it", "format the column as text"),
    ("规则", "scope.keywords.any[]", time(1, 2), "made a time of it", "format the column as text"),
    ("规则", "meta.title.zh", "=A1", "a formula", "the value itself"),
    ("规则", "meta.title.zh", True, "TRUE where text belongs", "format the column as text"),
    ("规则", "meta.owner", None, "`meta.owner` is missing", "负责"),
    ("规则", "meta.effective.from", "first of May", "date", "YYYY-MM-DD"),
    ("规则", "meta.effective.from", datetime.fromisoformat("2026-01-01T09:30:00"), "made a date of it", "'2026-11-20'"),
    ("规则", "then.weight", "heavy", "a whole number is wanted", "a whole number"),
    ("规则", "then.weight", 10.5, "made a number of it", "'1'"),
    ("规则", "then.focus[].en", "Check\nLook", "`zh` is missing (line 2 of the cell)", "add `zh: text`"),
    ("规则", "then.legal_basis[].text", "laws", "no legal text `laws`", "write one of law"),
    ("规则", "then.mandatory", "maybe", "true or false is wanted", "true or false"),
    ("规则", "when", "line.quantity >", "not an expression", "write comparisons"),
    ("示例", "must", "看情况", "`看情况` is not an answer", "应命中"),
    ("示例", "rule", "t.other", "there is no rule t.other version 1", "as in sheet 规则"),
    ("示例", "line.hs", 10121, "zeros in front are lost", "'0101'"),
    ("示例", "line.hs", "73", "not of the form", "6, 8 or 10 digits"),
    ("示例", "line.quantity", "many", "decimal", "decimal"),
]


@cache
def problems_of_mistakes() -> list[SheetProblem]:
    """One workbook with a rule for each mistake: rule row 3 + n and, two a rule, example row 3 + 2n are those of mistake n."""
    (rule,) = good().rules
    rules = tuple(
        msgspec.structs.replace(rule, meta=msgspec.structs.replace(rule.meta, id=f"t.mistake-{at}"))
        for at in range(len(MISTAKES))
    )
    book = workbook_of(msgspec.structs.replace(good(), rules=rules))
    for at, (sheet, key, value, *_) in enumerate(MISTAKES):
        put(sheet, key, value, row_of(at, sheet))(book)
    pack, problems = pack_of(saved(book), "t.xlsx")
    assert pack is None
    return problems


def row_of(mistake: int, sheet: str) -> int:
    return 3 + mistake * (2 if sheet == EXAMPLES.name else 1)


@pytest.mark.parametrize("at", range(len(MISTAKES)), ids=[f"{m[1]} {m[2]}" for m in MISTAKES])
def test_a_problem_names_sheet_row_column_and_what_to_write(at: int) -> None:
    sheet, key, _, words, advice = MISTAKES[at]
    row, column = row_of(at, sheet), column_of(workbook_headings(), sheet, key)
    there = [p for p in problems_of_mistakes() if (p.sheet, p.row, p.column) == (sheet, row, column)]
    found = next((p for p in there if words.casefold() in p.message_en.casefold()), None)
    assert found is not None, list(map(str, problems_of_mistakes()))
    assert advice in found.advice_en
    assert found.message_zh and found.advice_zh
    assert str(found).startswith(f"t.xlsx[{sheet}!{found.cell}]:{row}:{column}: ")


def test_no_other_cell_is_blamed_for_a_mistake() -> None:
    """What follows from a cell that is told already is not told as well; a rule whose example went astray says so itself."""
    wanted = {(sheet, row_of(at, sheet)) for at, (sheet, *_) in enumerate(MISTAKES)}
    others = [p for p in problems_of_mistakes() if (p.sheet, p.row) not in wanted]
    assert {p.message_en for p in others} == {"no goods it must hit"}
    assert len(others) == 2


@cache
def workbook_headings() -> Workbook:
    return workbook_of(good())


def test_a_problem_of_the_head_is_told_in_its_row() -> None:
    found = problems_with(put("规则包", "agencies[]", "IP"))
    assert [(p.sheet, p.row, p.advice_en) for p in found] == [("规则包", 3, "write for example market_regulation")]


def test_a_legal_text_that_was_neither_read_nor_marked_is_told_in_its_own_row() -> None:
    (found,) = problems_with(put("法律依据", "basis_unverified", "否"))
    assert (found.sheet, found.row) == ("法律依据", 3)
    assert "exactly one of `page`" in found.message_en


def test_a_code_that_became_a_number_is_not_guessed_back() -> None:
    """0101 typed into a cell of numbers is 101; no program can tell what it was."""
    (found,) = problems_with(put("规则", "scope.hs.prefixes[]", 101))
    assert "zeros in front are lost" in found.message_en


def test_a_percentage_is_not_taken_for_its_hundredth() -> None:
    (found,) = problems_with(put("示例", "line.quantity", 0.05, number_format="0%"))
    assert (found.message_en, "'0.05' for 5 %" in found.advice_en) == ("a percentage", True)


def test_whole_numbers_days_and_answers_may_be_typed_as_such() -> None:
    def change(book: Workbook) -> None:
        put("规则", "then.weight", 10)(book)
        put("规则", "meta.effective.from", date(2026, 1, 1))(book)
        put("规则", "then.hard", False)(book)
        put("示例", "line.quantity", 2)(book)

    assert problems_with(change) == []


def test_all_problems_of_a_workbook_are_told_at_once() -> None:
    def change(book: Workbook) -> None:
        put("规则", "meta.owner", None)(book)
        put("规则", "scope.hs.prefixes[]", "7377")(book)
        put("示例", "line.hs", 10121)(book)
        put("示例", "line.name", "", row=4)(book)

    assert [(p.sheet, p.row) for p in problems_with(change)] == [("规则", 3), ("规则", 3), ("示例", 3), ("示例", 4)]


def test_columns_may_move_and_notes_of_an_officer_do_not_matter() -> None:
    def change(book: Workbook) -> None:
        sheet = book["规则"]
        sheet.insert_cols(1)
        sheet.cell(1, 1, "my notes")
        sheet.cell(3, 1, "ask Ruo")
        book.create_sheet("scratch").append(["anything"])

    assert problems_with(change) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: book.remove(book["规则"]), "there is no sheet `规则`"),
        (lambda book: book["规则"].delete_rows(3), "the sheet has no row"),
        (lambda book: book["规则"].delete_cols(1), "the column `meta.id` is missing"),
        (lambda book: book["规则"].cell(2, 5, "meta.ownr"), "unknown field `meta.ownr`"),
        (lambda book: book["规则"].cell(2, 5, "meta.id"), "the field `meta.id` stands twice"),
        (lambda book: book["示例"].delete_rows(3), "no goods it must hit"),
        (lambda book: book["示例"].cell(4, 1, "1"), "example 1 stands twice"),
        (lambda book: book["示例部件"].append(["9", "1", None, "管件"]), "there is no example 9"),
        (lambda book: book["示例部件"].append(["1", "2", None, "管件"]), "parts are numbered 1, 2, 3"),
        (lambda book: book["示例证书"].append(["1", "1", "CCC"]), "the example has no part 1"),
        (lambda book: book["规则"].append([cell.value for cell in book["规则"][3]]), "stands twice"),
        (lambda book: book["规则包"].append([cell.value for cell in book["规则包"][3]]), "a second pack"),
    ],
)
def test_a_workbook_put_together_wrongly_is_told_with_its_place(change: Callable[[Workbook], Any], words: str) -> None:
    found = problems_with(change)
    assert any(words in problem.message_en for problem in found), list(map(str, found))
    assert all(problem.advice_en and problem.row and problem.column for problem in found)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and so on", "规则,编号".encode()])
def test_what_is_no_workbook_is_said_to_be_none(content: bytes) -> None:
    pack, (problem,) = pack_of(io.BytesIO(content), "t.xlsx")
    assert pack is None
    assert problem.message_en == "not an .xlsx workbook"


def test_a_workbook_that_unpacks_to_a_flood_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.sheet_rows.LARGEST_BOOK", 100)
    _, (problem,) = pack_of(saved(workbook_of(good())), "t.xlsx")
    assert "unpacks to more than" in problem.message_en


def test_what_does_not_fit_into_a_cell_is_refused_and_not_cut_off() -> None:
    rule = good().rules[0]
    long = msgspec.structs.replace(rule, meta=msgspec.structs.replace(rule.meta, change="因" * 40_000))
    with pytest.raises(CellTooLong, match="40000 characters"):
        workbook_of(msgspec.structs.replace(good(), rules=(long,)))


def test_every_cell_is_text_so_that_no_program_makes_something_else_of_it() -> None:
    book = load_workbook(saved(workbook_of(good())))
    cells = [cell for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=3) for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert {cell.number_format for cell in cells if cell.value is not None} == {"@"}
    assert {book["规则"].column_dimensions[letter].number_format for letter in "AJ"} == {"@"}
