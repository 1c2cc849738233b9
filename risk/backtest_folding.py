"""From the answers of tables to the report: month by month, each hit counted once, both books side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.backtest import Answers, Headers, places
from risk.column_questions import Question, question_of
from risk.column_words import NOWHERE, distinct
from risk.goods_columns import EPOCH_ORDINAL, LINE_BITS, LINE_MASK, Ints
from risk.in_force import Epochs
from risk.rule import Pack, Rule

SAMPLES = 3
"""Examples kept of what a rule gains and loses."""

Bools = NDArray[np.bool_]


class Sample(NamedTuple):
    """A place in a part of history."""

    part: int
    place: int


class Book:
    """The rules of some packs with what they ask.

    ``dated``: each by the days it is in force, as in a screening. Otherwise the highest version of every rule as if it had always
    been in force: what a draft that begins next month would have done.
    """

    def __init__(self, packs: Iterable[Pack], *, dated: bool) -> None:
        rules = sorted((rule for pack in packs for rule in pack.rules), key=lambda rule: (rule.meta.id, rule.meta.version))
        self.rules: tuple[Rule, ...] = tuple(rules) if dated else tuple({rule.meta.id: rule for rule in rules}.values())
        self.questions: tuple[Question, ...] = tuple(question_of(rule) for rule in self.rules)
        self._epochs = Epochs(self.rules) if dated else None

    def standing(self, day: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
        """By declaration its epoch, and by epoch which rules are in force; None where all are."""
        if self._epochs is None or not len(day):
            return None
        days = np.unique(day)
        epochs = [self._epochs.of(date.fromordinal(EPOCH_ORDINAL + int(one))) for one in days]
        flags = np.array([np.frombuffer(self._epochs.flags(epoch), dtype=np.uint8).astype(bool) for epoch in epochs])
        return np.searchsorted(days, day), flags


class Counted:
    """What one book did, summed up over months."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.hits = np.zeros(len(book.rules), dtype=np.int64)
        self.judged = np.zeros(len(book.rules), dtype=np.int64)
        self.labelled: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self.work: Counter[tuple[str, str, int]] = Counter()
        self.agency_hits: Counter[str] = Counter()
        self.lines_hit = self.declarations_hit = 0
        self.judged_hit = 0
        self.found: Counter[int] = Counter()


class Month(NamedTuple):
    """One part of a month: hits by question, headers by declaration, and what is known of places."""

    number: int
    hits: dict[str, Ints]
    port: NDArray[np.int32]
    day: NDArray[np.int32]
    lines: NDArray[np.int32]
    ports: tuple[str, ...]
    judged: Ints
    outcome: Ints


class Outcomes:
    """Sets of labels by number, over all of history."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def numbers(self, labels: Sequence[tuple[str, ...]]) -> Ints:
        """A number for each set."""
        known = self._numbers
        return np.array([known.setdefault(tuple(one), len(known)) for one in labels], dtype=np.int64)

    def names(self) -> tuple[str, ...]:
        """All labels there are."""
        return tuple(sorted({name for labels in self._numbers for name in labels}))

    def having(self, label: str) -> set[int]:
        """The sets that hold the label."""
        return {number for labels, number in self._numbers.items() if label in labels}


def month_of(number: int, answers: Sequence[Answers], keys: set[str], outcomes: Outcomes) -> Month:
    """Brings the tables of one part of a month together: a line and its component may have been hit in different ones."""
    pieces: dict[str, list[Ints]] = {}
    for one in answers:
        for key, raw in one.hits.items():
            if raw and key in keys:
                pieces.setdefault(key, []).append(places(raw))
    hits = {key: some[0] if len(some) == 1 else distinct(np.concatenate(some)) for key, some in pieces.items()}
    known = [one.known for one in answers]
    headers = next((one.headers for one in known if one.headers is not None), Headers((), b"", b"", b""))
    judged, outcome = [NOWHERE], [NOWHERE]
    for table in known:
        if table.judged:
            judged.append(places(table.judged))
            outcome.append(outcomes.numbers(table.labels)[np.frombuffer(table.outcome, dtype=np.int64)])
    together = np.concatenate(judged)
    order = np.argsort(together, kind="stable")
    port, day, lines = (np.frombuffer(raw, dtype=np.int32) for raw in (headers.port, headers.day, headers.lines))
    return Month(number, hits, port, day, lines, headers.ports, together[order], np.concatenate(outcome)[order])


def in_month(book: Book, month: Month) -> list[Ints]:
    """By rule the places it hits in the month."""
    found = [month.hits.get(question.key, NOWHERE) for question in book.questions]
    standing = book.standing(month.day)
    if standing is None:
        return found
    epoch_of, flags = standing
    always = np.asarray(flags.all(axis=0))
    return [
        some if always[at] or not len(some) else some[flags[epoch_of[some >> LINE_BITS], at]] for at, some in enumerate(found)
    ]


def count(counted: Counted, month: Month, found: Sequence[Ints]) -> None:
    """Adds one month."""
    for at, some in enumerate(found):
        if len(some):
            counted.hits[at] += len(some)
            _judge(counted, at, month, some)
    by_agency: dict[str, list[Ints]] = {}
    for rule, some in zip(counted.book.rules, found, strict=True):
        if len(some):
            by_agency.setdefault(rule.then.agency, []).append(some)
    lines: dict[str, Ints] = {}
    for agency, pieces in by_agency.items():
        together = lines[agency] = distinct(np.concatenate(pieces))
        counted.agency_hits[agency] += len(together)
        declarations = distinct(together >> LINE_BITS)
        codes = month.day[declarations].astype(np.int64) * len(month.ports) + month.port[declarations]
        for code, many in counts_of(codes).items():
            counted.work[agency, month.ports[code % len(month.ports)], code // len(month.ports)] += many
    if lines:
        _whole(counted, month, [*lines.values()])


def _judge(counted: Counted, at: int, month: Month, some: Ints) -> None:
    known = outcome_of(month, some)
    counted.judged[at] += len(known)
    if len(known):
        counted.labelled[at].update(counts_of(known))


def outcome_of(month: Month, some: Ints) -> Ints:
    """The outcomes of those places that were judged."""
    if not len(month.judged):
        return NOWHERE
    at = np.minimum(month.judged.searchsorted(some), len(month.judged) - 1)
    known: Ints = month.outcome[at[month.judged[at] == some]]
    return known


def _whole(counted: Counted, month: Month, found: Sequence[Ints]) -> None:
    """What the whole book hits: a hit of the declaration as a whole hits every line of it. ``found``: by agency."""
    together = found[0] if len(found) == 1 else distinct(np.concatenate(found))
    declarations = together >> LINE_BITS
    as_a_whole = np.zeros(len(month.day), dtype=bool)
    as_a_whole[declarations[(together & LINE_MASK) == 0]] = True
    alone = together[~as_a_whole[declarations]]
    counted.lines_hit += len(alone) + int(month.lines[as_a_whole].sum())
    counted.declarations_hit += len(distinct(declarations))
    lines = (month.judged & LINE_MASK) > 0
    judged, outcome = month.judged[lines], month.outcome[lines]
    hit = as_a_whole[judged >> LINE_BITS]
    if len(alone):
        at = np.minimum(alone.searchsorted(judged), len(alone) - 1)
        hit = hit | (alone[at] == judged)
    counted.judged_hit += int(hit.sum())
    counted.found.update(counts_of(outcome[hit]))


def counts_of(numbers: Ints) -> dict[int, int]:
    """How often each number stands there."""
    values, counts = np.unique(numbers, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
