"""Every kind of problem of a rule pack has its words in Chinese and in English, and each place that tells one gives its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from test_rule_errors import BROKEN, GOOD

from risk.pack_files import check_text
from risk.problem import fault, phrase
from risk.problem_kinds import Kind, Piece
from risk.problem_words import Said, catalogues, worded

RISK = Path(__file__).parents[2] / "risk"
ZH, EN = catalogues()["zh"], catalogues()["en"]
HAN = re.compile(r"[\u4e00-\u9fff]")


def named_in(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


def facts_of(said: Said) -> set[str]:
    return named_in(said.message, said.advice)


def told_in_the_code() -> Iterator[tuple[str, str, set[str]]]:
    """``fault(Kind.X, …)`` and ``phrase(Piece.X, …)``: which, and the facts given. A kind kept in a variable is not seen."""
    for file in RISK.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"fault", "phrase"}:
                names = {str(keyword.arg) for keyword in call.keywords}
                members = [one.attr for one in ast.walk(call.args[0]) if isinstance(one, ast.Attribute) and one.attr.isupper()]
                yield from ((call.func.id, member, names) for member in members)


def test_every_kind_of_problem_has_its_words_in_both_languages() -> None:
    for catalogue in (ZH, EN):
        assert set(catalogue.problems) == set(Kind)
        assert set(catalogue.pieces) == set(Piece)
    for kind in Kind:
        for said in (ZH.problems[kind], EN.problems[kind]):
            assert said.message and said.advice, kind


def test_both_languages_name_the_same_facts() -> None:
    assert {kind for kind in Kind if facts_of(ZH.problems[kind]) != facts_of(EN.problems[kind])} == set()
    assert {piece for piece in Piece if named_in(ZH.pieces[piece]) != named_in(EN.pieces[piece])} == set()


def test_chinese_is_written_in_chinese_and_english_is_not() -> None:
    for kind in Kind:
        zh, en = ZH.problems[kind], EN.problems[kind]
        assert HAN.search(zh.message), kind
        assert HAN.search(zh.advice) or facts_of(zh), kind
        assert not HAN.search(en.message.replace("灯", "")), kind


def test_whoever_tells_a_problem_gives_the_facts_its_words_name() -> None:
    wanted = {("fault", kind.name): facts_of(EN.problems[kind]) for kind in Kind}
    wanted |= {("phrase", piece.name): named_in(EN.pieces[piece]) for piece in Piece}
    told = list(told_in_the_code())
    assert [(what, name, facts) for what, name, facts in told if facts != wanted[what, name]] == []


def test_no_kind_of_problem_is_kept_that_nobody_tells() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in RISK.glob("*.py") if file.name != "problem_kinds.py")
    assert [kind.name for kind in Kind if not re.search(rf"\b(Kind|Wrong)\.{kind.name}\b", code)] == []
    assert [piece.name for piece in Piece if not re.search(rf"\bPiece\.{piece.name}\b", code)] == []


@pytest.mark.parametrize(("written", "instead", "row", "column", "words"), BROKEN, ids=[b[1].strip()[:40] for b in BROKEN])
def test_the_chinese_of_a_broken_rule_stands_at_the_same_place(
    written: str, instead: str, row: int, column: int, words: str
) -> None:
    _, problems = check_text(GOOD.replace(written, instead, 1), "t.yaml")
    found = next(problem for problem in problems if words in f"{problem.message_en}; {problem.advice_en}")
    assert (found.line, found.column) == (row, column)
    assert HAN.search(found.message_zh) and found.advice_zh
    assert "{" not in found.message_zh.replace(instead.strip(), "")
    assert found.code in set(Kind)


def test_a_list_is_written_as_each_language_writes_it() -> None:
    said = worded(fault(Kind.AGENCY_NOT_OF_PACK, agency="ip", known=("drug", "environment")))
    assert "drug、environment 之一" in said["advice_zh"]
    assert "one of drug, environment" in said["advice_en"]


def test_a_place_within_a_cell_stands_behind_what_is_wrong() -> None:
    said = worded(fault(Kind.LIST_EMPTY), phrase(Piece.LINE_OF_CELL, line=2))
    assert said["message_zh"] == "列表为空（单元格内第 2 行）"
    assert said["message_en"] == "an empty list (line 2 of the cell)"
