"""The unit of work of a back-test: what some questions find in one table of history. A pure function; any engine may carry it.

A place is a declaration (its position in its part of the month) and a line number, in one whole number; line 0 is the declaration
as a whole. What a table answers is small and can be kept: hits by the key of the question, and what is known of the lines.
"""

from __future__ import annotations

import msgspec
import numpy as np

from risk.column_questions import Enquiry, Ready
from risk.column_words import NOWHERE, distinct
from risk.columnar import Stands, hits, holding, words_in
from risk.goods_columns import GoodsColumns, Ints


class Headers(msgspec.Struct, frozen=True):
    """By declaration: port (its place in ``ports``), day of declaration at the port (days since 1970), lines; 32-bit integers."""

    ports: tuple[str, ...]
    port: bytes
    day: bytes
    lines: bytes


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a table knows of its lines, whatever is asked.

    ``judged`` are the places whose outcome is known (the declaration as a whole where one of its lines is), ``outcome`` for each
    the position of its labels in ``labels``. ``headers`` only of the table that holds them. Places are 64-bit integers.
    """

    lines: int
    labels: tuple[tuple[str, ...], ...]
    judged: bytes
    outcome: bytes
    headers: Headers | None = None


class Answers(msgspec.Struct, frozen=True):
    """What one table answers: by the key of each question that concerns it the places hit, ascending, each once."""

    known: Known
    hits: dict[str, bytes]


def places(raw: bytes) -> Ints:
    """Places as an array."""
    return np.frombuffer(raw, dtype=np.int64)


def answered(enquiry: Enquiry, goods: GoodsColumns) -> Answers:
    """The unit of work: a table and the rules are all it needs."""
    return Answers(known_of(goods), found(enquiry, goods))


def known_of(goods: GoodsColumns) -> Known:
    """What the table knows of its lines."""
    judged, outcome, labels = _judged(goods)
    return Known(
        lines=0 if goods.of_headers else int(np.count_nonzero(goods.ints("subject") == 0)),
        labels=labels,
        judged=judged.tobytes(),
        outcome=outcome.tobytes(),
        headers=_headers(goods) if goods.of_headers else None,
    )


def found(enquiry: Enquiry, goods: GoodsColumns) -> dict[str, bytes]:
    """The places each question that concerns the table hits, by its key."""
    questions = enquiry.of(goods.partition.chapter)
    words = words_in(questions, enquiry.search, goods)
    return {question.key: _hit(question, goods, words) for question in questions}


def _hit(question: Ready, goods: GoodsColumns, words: Stands) -> bytes:
    rows = hits(question, goods, holding(question, goods, words))
    return distinct(goods.places()[rows]).tobytes() if len(rows) else b""


def _judged(goods: GoodsColumns) -> tuple[Ints, Ints, tuple[tuple[str, ...], ...]]:
    known = goods.judged_rows()
    rows = known[goods.ints("subject")[known] == 0]
    if not len(rows):
        return NOWHERE, NOWHERE, ()
    said = [tuple(labels) for labels in goods.labels(rows)]
    names = tuple(sorted(set(said)))
    number = {labels: at for at, labels in enumerate(names)}
    ascending, first = np.unique(goods.places()[rows], return_index=True)
    return ascending, np.array([number[labels] for labels in said], dtype=np.int64)[first], names


def _headers(goods: GoodsColumns) -> Headers:
    """Headers stand in the order of the declarations: the table has one row for each and no HS code to be sorted by."""
    codes, numbers = goods.codes("port")
    order = np.argsort(goods.ints("declaration"), kind="stable")
    return Headers(
        ports=tuple(numbers),
        port=codes[order].tobytes(),
        day=goods.ints("declared")[order].tobytes(),
        lines=goods.ints("line_count")[order].tobytes(),
    )
