"""A pack as a spreadsheet and back: nothing is lost on the way."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_cases import good, put, saved
from test_rule_errors import GOOD
from whole_packs import PACKS, WORDS

from inspection.server.cli import main
from risk.declaration import Certificate, Component
from risk.pack_files import check_text, load_packs
from risk.pack_writing import document_of, written
from risk.rule import (
    Example,
    LegalText,
    Pack,
    PackHead,
    Rule,
    Text,
)
from risk.sheet_form import CERTIFICATES, EXAMPLES, FORMS, PACK, PARTS, RULES, TEXTS, cell_text, entry_of
from risk.sheet_reading import assembled, pack_of
from risk.sheet_rows import Row, Told, as_entries
from risk.sheet_writing import rows_of, workbook_of

# ── lossless ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.head.pack)
def test_a_shipped_pack_comes_back_from_its_rows_and_from_its_own_text_as_it_was(pack: Pack) -> None:
    told = Told("t.xlsx")
    assert (assembled(rows_again(pack), told), told.problems) == (pack, [])
    assert check_text(written(pack), "t.yaml") == (pack, [])


def test_a_shipped_pack_comes_back_from_its_workbook_as_it_was() -> None:
    pack = next(pack for pack in load_packs() if pack.head.pack == "ip")
    assert pack_of(saved(workbook_of(pack)), "t.xlsx") == (pack, [])


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
    assert f"{sheet}[规则!J3]:3:10: 2022 年版协调制度没有编码 730788；例如" in capsys.readouterr().out
    assert not back.exists()
    assert main(["rules", "from-xlsx", str(tmp_path / "none.xlsx"), str(back)]) == 2
    assert main(["rules", "to-xlsx", str(sheet), str(back)]) == 1
    assert main(["rules", "check", str(sheet)]) == 1
    assert "read the spreadsheet with `lianjian rules from-xlsx`" in capsys.readouterr().out
