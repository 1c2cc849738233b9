"""A pack as a spreadsheet and back: nothing is lost, nothing is guessed, every problem names sheet, row and column."""

from __future__ import annotations

import io
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from test_rule_errors import GOOD

from inspection.server.cli import main
from risk.declaration import Certificate, Component
from risk.pack_files import check_text, load_packs
from risk.pack_writing import document_of, written
from risk.rule import CertificateScope as Certificates
from risk.rule import (
    Citation,
    Codes,
    Countries,
    Effective,
    Example,
    ExampleHeader,
    ExampleLine,
    Examples,
    Expiring,
    HsRange,
    HsScope,
    Keywords,
    LegalText,
    Pack,
    PackHead,
    Rule,
    RuleMeta,
    Text,
    Then,
    Threshold,
)
from risk.rule import Scope as RuleScope
from risk.sheet_form import CERTIFICATES, EXAMPLES, FORMS, PACK, PARTS, RULES, TEXTS, cell_text, entry_of
from risk.sheet_reading import assembled, pack_of
from risk.sheet_rows import Row, SheetProblem, Told, as_entries
from risk.sheet_writing import CellTooLong, rows_of, workbook_of

# ── lossless ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.head.pack)
def test_a_shipped_pack_comes_back_from_its_rows_and_from_its_own_text_as_it_was(pack: Pack) -> None:
    told = Told("t.xlsx")
    assert (assembled(rows_again(pack), told), told.problems) == (pack, [])
    assert check_text(written(pack), "t.yaml") == (pack, [])


def test_a_shipped_pack_comes_back_from_its_workbook_as_it_was() -> None:
    pack = next(pack for pack in load_packs() if pack.head.pack == "ip")
    assert pack_of(saved(workbook_of(pack)), "t.xlsx") == (pack, [])


# What an officer may write, and what a program may make of it: zeros in front, what looks like a formula, a date, an error.
WORDS = st.text(min_size=1, max_size=8) | st.sampled_from(
    [
        "0101",
        "=1+1",
        "1-2",
        "5%",
        "#N/A",
        "NO",
        "null",
        "~",
        " 两端 空格 ",
        "一\n二",
        "\\n",
        "_x0041_",
        "C:\\temp",
        "true",
        "1e5",
        "\x07",
        "𠮷",
    ]
)
TITLES = st.builds(Text, zh=WORDS, en=WORDS)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6) | st.sampled_from(
    [Decimal("1E+2"), Decimal("0.30"), Decimal("10.00000000000000000001")]
)
COUNTRIES = st.sampled_from(["DE", "NO", "CN"])
TYPES = st.sampled_from(["CCC", "CCC_EXEMPTION", "UN38_3"])
HS = st.sampled_from(["0101", "730729", "84"])
INSTANTS = st.sampled_from(["2026-11-20T09:12:00+08:00", "2026-11-20T01:12:00.000001Z", "2026-11-20T01:12:00"]).map(
    datetime.fromisoformat
)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def parts(
    kind: type[Any], optional: dict[str, st.SearchStrategy[Any]], **always: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """A struct of which at least one optional part is said: one that says nothing is not acceptable anyway."""
    return st.fixed_dictionaries(always, optional=optional).filter(bool).map(lambda said: kind(**said))


LISTS = {"any": several(WORDS), "none": several(WORDS)}
COUNTRY_LISTS = {"any": several(COUNTRIES), "none": several(COUNTRIES)}
BOUNDS = {"above": DECIMALS, "at_least": DECIMALS, "below": DECIMALS, "at_most": DECIMALS, "currency": st.sampled_from(["CNY"])}
SCOPES = parts(
    RuleScope,
    {
        "direction": several(st.sampled_from(["import", "export"])),
        "hs": parts(
            HsScope,
            {"prefixes": several(HS), "exclusions": several(HS), "ranges": several(st.builds(HsRange, first=HS, last=HS))},
        ),
        "origin": parts(Countries, COUNTRY_LISTS),
        "dispatch": parts(Countries, COUNTRY_LISTS),
        "transport_mode": several(st.sampled_from(["sea", "post"])),
        "port": parts(Codes, LISTS),
        "credit": several(st.sampled_from(["aeo", "low"])),
        "trader": parts(Codes, LISTS),
        "brand": parts(Codes, LISTS),
        "keywords": parts(Keywords, LISTS | {"all": several(WORDS)}),
        "certificates": parts(
            Certificates,
            {
                **dict.fromkeys(["missing", "exempting", "recognising", "presented"], several(TYPES)),
                "expiring": st.builds(Expiring, types=several(TYPES), within_days=st.integers(1, 3650)),
            },
        ),
        "thresholds": several(parts(Threshold, BOUNDS, number=st.sampled_from(["value", "line_count"]))),
    },
)
HELD = several(st.builds(Certificate, type=TYPES, number=WORDS, issuer=WORDS, expires=st.none() | DAYS))
GOODS = {"description": WORDS, "origin": COUNTRIES, "brand": WORDS, "model": WORDS, "certificates": HELD}
COMPONENTS = parts(Component, GOODS | {"hs": st.just("010121")}, name=WORDS)
LINES = parts(
    ExampleLine,
    GOODS
    | {"quantity": DECIMALS, "unit": WORDS, "net_weight": DECIMALS, "value": DECIMALS, "currency": st.just("CNY")}
    | {"components": several(COMPONENTS)},
    hs=st.just("0101210010"),
    name=WORDS,
)
HEADERS = parts(
    ExampleHeader,
    {
        "direction": st.just("export"),
        "declared_at": INSTANTS,
        "arrival": INSTANTS,
        "port": st.just("2200"),
        "transport_mode": st.just("air"),
        "dispatch_country": COUNTRIES,
        "credit": st.just("low"),
        "trader": WORDS,
        "gross_weight": DECIMALS,
    },
)
EXAMPLE = several(parts(Example, {"header": HEADERS, "note": WORDS}, line=LINES))
RULE = st.builds(
    Rule,
    meta=st.builds(
        RuleMeta,
        id=st.just("t.one"),
        version=st.integers(1, 9),
        title=TITLES,
        owner=WORDS,
        effective=st.builds(Effective, since=DAYS, until=st.none() | DAYS),
        change=WORDS,
        examples=st.builds(Examples, must_hit=EXAMPLE, must_not_hit=EXAMPLE),
    ),
    scope=SCOPES,
    when=st.none() | WORDS,
    then=st.builds(
        Then,
        agency=st.just("ip"),
        domain=st.just("CCC"),
        check_kinds=several(st.sampled_from(["DOC", "SAMPLE"])),
        focus=several(TITLES),
        legal_basis=several(st.builds(Citation, text=WORDS, article=WORDS, basis_unverified=st.booleans())),
        weight=st.integers(0, 100),
        mandatory=st.booleans(),
        hard=st.booleans(),
    ),
)
TEXT = st.builds(
    LegalText, title=TITLES, number=WORDS, page=st.none() | WORDS, read_on=st.none() | DAYS, basis_unverified=st.booleans()
)
HEAD = st.builds(
    PackHead,
    pack=st.just("test"),
    version=st.integers(1, 9),
    title=TITLES,
    agencies=several(st.sampled_from(["ip", "drug"])),
    texts=st.dictionaries(WORDS, TEXT, max_size=2),
)
PACKS = st.builds(Pack, head=HEAD, rules=RULE.map(lambda rule: (rule,)))


def rows_again(pack: Pack) -> dict[str, list[Row]]:
    """The rows of a pack's sheets as they are read, without a file in between."""
    rows: dict[str, list[Row]] = {}
    for form in FORMS:
        columns = {column.key: column for column in form.columns}
        rows[form.name] = [
            Row(at, {key: as_entries(text, columns[key]) for key, text in cells.items()}, dict.fromkeys(columns, 1))
            for at, cells in enumerate(rows_of(pack)[form.name], start=3)
        ]
    return rows


@given(PACKS)
def test_nothing_of_any_pack_is_lost_on_the_way_through_its_sheets_nor_through_its_text(pack: Pack) -> None:
    told = Told("t.xlsx")
    with pytest.MonkeyPatch.context() as unchecked:  # the form is what is tried here; most generated rules mean nothing
        for module in ("sheet_reading", "pack_files"):
            unchecked.setattr(f"risk.{module}.rule_problems", lambda *_: iter(()))
            unchecked.setattr(f"risk.{module}.head_problems", lambda *_: iter(()))
        back = assembled(rows_again(pack), told)
        assert list(map(str, told.problems)) == []
        assert back == pack
        assert document_of(back) == document_of(pack)
        assert check_text(written(pack), "t.yaml") == (pack, [])


@given(st.lists(WORDS, min_size=20, max_size=60))
@settings(max_examples=5)
def test_nothing_of_any_text_is_lost_on_the_way_through_the_file(texts: list[str]) -> None:
    rule = good().rules[0]
    focus = tuple(Text(zh=text, en=text) for text in texts)
    pack = msgspec.structs.replace(
        good(), rules=(msgspec.structs.replace(rule, then=msgspec.structs.replace(rule.then, focus=focus)),)
    )
    assert pack_of(saved(workbook_of(pack)), "t.xlsx") == (pack, [])


@given(WORDS, st.booleans())
def test_an_entry_comes_back_from_its_cell(text: str, of_lines: bool) -> None:
    shown = cell_text(text, of_lines=of_lines)
    assert entry_of(shown) == text
    assert not of_lines or "\n" not in shown


def leaves(kind: Any, path: str = "") -> Iterator[str]:
    """The paths of all fields below a struct, as the sheets name them."""
    if get_origin(kind) is typing.Annotated:
        yield from leaves(get_args(kind)[0], path)
    elif get_origin(kind) is tuple:
        yield from leaves(get_args(kind)[0], f"{path}[]")
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind, include_extras=True)
        for name, written_as in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True):
            yield from leaves(hints[name], f"{path}.{written_as}".removeprefix("."))
    elif any(args := [a for a in get_args(kind) if a is not type(None)]) and type(None) in get_args(kind):
        yield from leaves(args[0], path)
    else:
        yield path


def test_every_field_of_a_rule_has_a_column_and_no_column_stands_for_nothing() -> None:
    own = {"example", "rule", "rule_version", "must", "part", "key"}
    wanted = {
        PACK: {path for path in leaves(PackHead) if not path.startswith("texts")},
        TEXTS: set(leaves(LegalText)),
        RULES: {path for path in leaves(Rule) if not path.startswith("meta.examples")},
        EXAMPLES: {path for path in leaves(Example) if "[]" not in path},
        PARTS: {path for path in leaves(Component) if "[]" not in path},
        CERTIFICATES: set(leaves(Certificate)),
    }
    for form, paths in wanted.items():
        assert {column.key for column in form.columns} - own == paths, form.name


# ── problems ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


MISTAKES: list[tuple[str, str, Any, str, str]] = [
    # sheet, field, what was typed, words of the message, of the advice
    ("规则", "scope.hs.prefixes[]", 7307, "made a number of it, zeros in front are lost", "'0101'"),
    ("规则", "scope.hs.prefixes[]", "730729\n730788", "HS 2022 has no 730788 (line 2 of the cell)", "for example 7307"),
    ("规则", "scope.hs.prefixes[]", "73O7", "not of the form", "2, 4, 6, 8 or 10 digits"),
    ("规则", "scope.origin.any[]", "UK", "ISO 3166-1 has no UK", "for example GB"),
    ("规则", "scope.transport_mode[]", "ship", "enum", "one of sea, air"),
    ("规则", "scope.keywords.any[]", date(2026, 1, 2), "made a date of it", "format the column as text"),
    ("规则", "scope.keywords.any[]", time(1, 2), "made a time of it", "format the column as text"),
    ("规则", "meta.title.zh", "=A1", "a formula", "the value itself"),
    ("规则", "meta.title.zh", True, "TRUE where text belongs", "format the column as text"),
    ("规则", "meta.owner", None, "`meta.owner` is missing", "负责"),
    ("规则", "meta.effective.from", "first of May", "date", "YYYY-MM-DD"),
    ("规则", "meta.effective.from", datetime.fromisoformat("2026-01-01T09:30:00"), "made a date of it", "'2026-11-20'"),
    ("规则", "then.weight", "heavy", "int", "a whole number"),
    ("规则", "then.weight", 10.5, "made a number of it", "'1'"),
    ("规则", "then.focus[].en", "Check\nLook", "`zh` is missing (line 2 of the cell)", "add `zh: text`"),
    ("规则", "then.legal_basis[].text", "laws", "no legal text `laws`", "write one of law"),
    ("规则", "then.mandatory", "maybe", "bool", "true or false"),
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
    found = next((p for p in there if words.casefold() in p.message.casefold()), None)
    assert found is not None, list(map(str, problems_of_mistakes()))
    assert advice in found.advice
    assert str(found).startswith(f"t.xlsx[{sheet}!{found.cell}]:{row}:{column}: ")


def test_no_other_cell_is_blamed_for_a_mistake() -> None:
    """What follows from a cell that is told already is not told as well; a rule whose example went astray says so itself."""
    wanted = {(sheet, row_of(at, sheet)) for at, (sheet, *_) in enumerate(MISTAKES)}
    others = [p for p in problems_of_mistakes() if (p.sheet, p.row) not in wanted]
    assert {p.message for p in others} == {"no goods it must hit"}
    assert len(others) == 2


@cache
def workbook_headings() -> Workbook:
    return workbook_of(good())


def test_a_problem_of_the_head_is_told_in_its_row() -> None:
    found = problems_with(put("规则包", "agencies[]", "IP"))
    assert [(p.sheet, p.row, p.advice) for p in found] == [("规则包", 3, "write for example market_regulation")]


def test_a_legal_text_that_was_neither_read_nor_marked_is_told_in_its_own_row() -> None:
    (found,) = problems_with(put("法律依据", "basis_unverified", "否"))
    assert (found.sheet, found.row) == ("法律依据", 3)
    assert "exactly one of `page`" in found.message


def test_a_code_that_became_a_number_is_not_guessed_back() -> None:
    """0101 typed into a cell of numbers is 101; no program can tell what it was."""
    (found,) = problems_with(put("规则", "scope.hs.prefixes[]", 101))
    assert "zeros in front are lost" in found.message


def test_a_percentage_is_not_taken_for_its_hundredth() -> None:
    (found,) = problems_with(put("示例", "line.quantity", 0.05, number_format="0%"))
    assert (found.message, "'0.05' for 5 %" in found.advice) == ("a percentage", True)


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
    assert any(words in problem.message for problem in found), list(map(str, found))
    assert all(problem.advice and problem.row and problem.column for problem in found)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and so on", "规则,编号".encode()])
def test_what_is_no_workbook_is_said_to_be_none(content: bytes) -> None:
    pack, (problem,) = pack_of(io.BytesIO(content), "t.xlsx")
    assert pack is None
    assert problem.message == "not an .xlsx workbook"


def test_a_workbook_that_unpacks_to_a_flood_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.sheet_rows.LARGEST_BOOK", 100)
    _, (problem,) = pack_of(saved(workbook_of(good())), "t.xlsx")
    assert "unpacks to more than" in problem.message


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


# ── the command line ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_line_takes_a_pack_to_a_spreadsheet_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    yaml, sheet, back = (tmp_path / name for name in ("t.yaml", "t.xlsx", "back.yaml"))
    yaml.write_text(GOOD, encoding="utf-8")
    assert main(["rules", "to-xlsx", str(yaml), str(sheet)]) == 0
    assert main(["rules", "from-xlsx", str(sheet), str(back)]) == 0
    assert check_text(back.read_text(encoding="utf-8"), "back.yaml") == (good(), [])
    assert "1 rules, 0 problems" in capsys.readouterr().err


def test_the_command_line_names_the_cell_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, back = tmp_path / "t.xlsx", tmp_path / "back.yaml"
    book = workbook_of(good())
    put("规则", "scope.hs.prefixes[]", "730788")(book)
    book.save(sheet)
    assert main(["rules", "from-xlsx", str(sheet), str(back)]) == 1
    assert f"{sheet}[规则!J3]:3:10: HS 2022 has no 730788; for example" in capsys.readouterr().out
    assert not back.exists()
    assert main(["rules", "from-xlsx", str(tmp_path / "none.xlsx"), str(back)]) == 2
    assert main(["rules", "to-xlsx", str(sheet), str(back)]) == 1
    assert main(["rules", "check", str(sheet)]) == 1
    assert "read the spreadsheet with `lianjian rules from-xlsx`" in capsys.readouterr().out
