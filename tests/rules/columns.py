"""Declarations through the columnar evaluator, and its answers put back to the declarations they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from risk.column_questions import Enquiry, question_of
from risk.columnar import hits, holding, words_in
from risk.declaration import Declaration
from risk.goods_columns import GoodsColumns, Ints
from risk.history_tables import tables_of
from risk.in_force import in_force
from risk.past import PastDeclaration
from risk.places import Place
from risk.requirements import port_day
from risk.rule import Rule

Found = TypeVar("Found")


def places_by_columns(rules: Sequence[Rule], goods: Sequence[Declaration]) -> list[dict[int, list[Place]]]:
    """As an evaluator answers: by position of the rule in force the places, declaration by declaration."""
    found: list[dict[int, list[Place]]] = [{} for _ in goods]
    for at, of_declaration, columns, rows, _ in _answers(rules, goods):
        positions, subjects = columns.ints("position"), columns.ints("subject")
        for row in rows.tolist():
            found[of_declaration[row]].setdefault(at, []).append((int(positions[row]), int(subjects[row])))
    return [
        {at: sorted(places) for at, places in _of_day(rules, one, each).items()} for one, each in zip(goods, found, strict=True)
    ]


def hits_by_columns(rules: Sequence[Rule], goods: Sequence[Declaration]) -> list[dict[int, set[int]]]:
    """By position of the rule in force the numbers of the lines it hits, 0 for the declaration as a whole."""
    found: list[dict[int, set[int]]] = [{} for _ in goods]
    for at, of_declaration, columns, _, rows in _answers(rules, goods):
        for row in rows.tolist():
            found[of_declaration[row]].setdefault(at, set()).add(int(columns.ints("no")[row]))
    return [_of_day(rules, one, each) for one, each in zip(goods, found, strict=True)]


def _of_day(rules: Sequence[Rule], declaration: Declaration, found: dict[int, Found]) -> dict[int, Found]:
    standing = set(in_force(rules, port_day(declaration.declared_at)))
    return {at: one for at, one in found.items() if at in standing}


def _answers(rules: Sequence[Rule], goods: Sequence[Declaration]) -> Iterator[tuple[int, list[int], GoodsColumns, Ints, Ints]]:
    """Position of the rule, declaration of each row, the columns, rows where it holds, rows it hits."""
    enquiry, numbers = _asked(tuple(rules))
    months: dict[str, list[int]] = {}
    for at, one in enumerate(goods):
        months.setdefault(f"{port_day(one.declared_at):%Y-%m}", []).append(at)
    for partition, table in tables_of(PastDeclaration(declaration=one) for one in goods).items():
        columns = GoodsColumns(partition, table)
        of_declaration = [months[partition.month][at] for at in columns.ints("declaration").tolist()]
        questions = enquiry.of(partition.chapter)
        words = words_in(questions, enquiry.search, columns)
        for question in questions:
            rows = holding(question, columns, words)
            for at in numbers[question.key]:
                yield at, of_declaration, columns, rows, hits(question, columns, rows)


@lru_cache(maxsize=1)
def _asked(rules: tuple[Rule, ...]) -> tuple[Enquiry, dict[str, list[int]]]:
    """The questions, and by key the rules that ask them."""
    questions = [question_of(rule) for rule in rules]
    numbers: dict[str, list[int]] = {}
    for at, question in enumerate(questions):
        numbers.setdefault(question.key, []).append(at)
    return Enquiry(list({question.key: question for question in questions}.values())), numbers
