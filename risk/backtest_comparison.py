"""Both books of a back-test month by month, and the report at the end: gained and lost, work, and how often it was right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from math import sqrt

import msgspec
import numpy as np

from risk.backtest import Answers
from risk.backtest_folding import SAMPLES, Book, Counted, Month, Outcomes, Sample, count, counts_of, in_month, month_of
from risk.backtest_report import AgencyResult, BacktestReport, LabelResult, LabelShare, RuleResult, Work
from risk.column_words import NOWHERE, distinct
from risk.goods_columns import EPOCH_ORDINAL, LINE_BITS, LINE_MASK, Ints

Named = Callable[[Sample], str]
"""How a place is called: ``number/version line``."""


class Change(msgspec.Struct):
    """What a rule, or an agency's declarations, gained and lost."""

    gained: int = 0
    lost: int = 0
    more: list[Sample] = []
    less: list[Sample] = []


class Comparison:
    """A new book over history, beside another one if there is one."""

    def __init__(self, new: Book, old: Book | None) -> None:
        self.new = Counted(new)
        self.old = None if old is None else Counted(old)
        self._keys = {question.key for book in (new, old) if book is not None for question in book.questions}
        self._rules: dict[str, Change] = {}
        self._agencies: dict[str, Change] = {}
        self._outcomes = Outcomes()
        self._judged: Counter[int] = Counter()
        self._lines = self._declarations = self._parts = 0
        self._days: list[int] = []

    def add(self, answers: Sequence[Answers]) -> None:
        """Takes the answers of all tables of one part of a month."""
        month = month_of(self._parts, answers, self._keys, self._outcomes)
        self._parts += 1
        self._lines += sum(one.known.lines for one in answers)
        self._declarations += len(month.day)
        if len(month.day):
            self._days += [int(month.day.min()), int(month.day.max())]
        self._tally(month)
        found = in_month(self.new.book, month)
        count(self.new, month, found)
        if self.old is not None:
            before = in_month(self.old.book, month)
            count(self.old, month, before)
            self._compare(month, found, self.old.book, before)

    def report(self, named: Named, *, dated: bool, tables: int, tables_read: int) -> BacktestReport:
        """The whole, once every part was added."""
        return BacktestReport(
            first_day=date.fromordinal(EPOCH_ORDINAL + min(self._days)) if self._days else None,
            last_day=date.fromordinal(EPOCH_ORDINAL + max(self._days)) if self._days else None,
            declarations=self._declarations,
            lines=self._lines,
            lines_hit=self.new.lines_hit,
            declarations_hit=self.new.declarations_hit,
            rules=tuple(self._results(self.new, named)),
            retired=tuple(one for one in self._results(self.old, named) if self._is_gone(one.rule)) if self.old else (),
            agencies=tuple(self._agency_results()),
            work=tuple(self._work()),
            labels=tuple(self._label_results()),
            dated=dated,
            tables=tables,
            tables_read=tables_read,
        )

    def _tally(self, month: Month) -> None:
        outcome = month.outcome[(month.judged & LINE_MASK) > 0]
        self._judged.update(counts_of(outcome))

    def _compare(self, month: Month, found: Sequence[Ints], old: Book, before: Sequence[Ints]) -> None:
        self._compare_by(month, self._rules, _by_rule(self.new.book, found), _by_rule(old, before))
        now, then = _by_agency(self.new.book, found), _by_agency(old, before)
        self._compare_by(month, self._agencies, now, then)

    def _compare_by(self, month: Month, changes: dict[str, Change], now: Mapping[str, Ints], then: Mapping[str, Ints]) -> None:
        for name in sorted({*now, *then}):
            here, there = now.get(name, NOWHERE), then.get(name, NOWHERE)
            if here is there or np.array_equal(here, there):
                continue
            change = changes.setdefault(name, Change())
            gained, lost = np.setdiff1d(here, there, assume_unique=True), np.setdiff1d(there, here, assume_unique=True)
            change.gained += len(gained)
            change.lost += len(lost)
            change.more += [Sample(month.number, place) for place in gained[: SAMPLES - len(change.more)].tolist()]
            change.less += [Sample(month.number, place) for place in lost[: SAMPLES - len(change.less)].tolist()]

    def _is_gone(self, rule: str) -> bool:
        return all(rule != one.meta.id for one in self.new.book.rules)

    def _results(self, counted: Counted, named: Named) -> Iterator[RuleResult]:
        for at, rule in enumerate(counted.book.rules):
            change = self._rules.get(rule.meta.id, Change()) if self.old is not None else None
            judged = int(counted.judged[at])
            yield RuleResult(
                rule=rule.meta.id,
                version=rule.meta.version,
                agency=rule.then.agency,
                hits=int(counted.hits[at]),
                judged=judged,
                labels=tuple(
                    LabelShare(label=label, found=some, precision=share(some, judged))
                    for label in self._outcomes.names()
                    if (some := sum(counted.labelled[at][number] for number in self._outcomes.having(label))) or judged
                ),
                gained=None if change is None else change.gained,
                lost=None if change is None else change.lost,
                gained_examples=() if change is None else tuple(map(named, change.more)),
                lost_examples=() if change is None else tuple(map(named, change.less)),
            )

    def _agency_results(self) -> Iterator[AgencyResult]:
        before = _by_name(self.old) if self.old is not None else None
        now = _by_name(self.new)
        for agency in sorted({*now, *(before or {})}):
            change = self._agencies.get(agency, Change()) if before is not None else None
            yield AgencyResult(
                agency=agency,
                declarations=now.get(agency, 0),
                hits=self.new.agency_hits[agency],
                before=None if before is None else before.get(agency, 0),
                gained=None if change is None else change.gained,
                lost=None if change is None else change.lost,
            )

    def _work(self) -> Iterator[Work]:
        before = self.old.work if self.old is not None else None
        for agency, port, day in sorted({*self.new.work, *(before or ())}):
            yield Work(
                agency=agency,
                port=port,
                day=date.fromordinal(EPOCH_ORDINAL + day),
                declarations=self.new.work[agency, port, day],
                before=None if before is None else before[agency, port, day],
            )

    def _label_results(self) -> Iterator[LabelResult]:
        judged = self._judged.total()
        for label in self._outcomes.names() if judged else ():
            having = self._outcomes.having(label)
            labelled = sum(self._judged[number] for number in having)
            caught = sum(self.new.found[number] for number in having)
            rate = self.new.judged_hit / judged
            old = self.old
            before = sum(old.found[number] for number in having) if old is not None else 0
            yield LabelResult(
                label=label,
                judged=judged,
                labelled=labelled,
                hit=self.new.judged_hit,
                hit_labelled=caught,
                precision=share(caught, self.new.judged_hit),
                base=share(labelled, judged) or "0.0000",
                recall=share(caught, labelled),
                rate=f"{rate:.4f}",
                spread=f"{spread(rate, labelled, judged):.4f}",
                before_precision=None if old is None else share(before, old.judged_hit),
                before_recall=None if old is None else share(before, labelled),
            )


def share(part: int, whole: int) -> str | None:
    """A share as text; None of nothing."""
    return f"{part / whole:.4f}" if whole else None


def spread(rate: float, labelled: int, judged: int) -> float:
    """Two standard deviations of the share of labelled lines that a random choice of the same size catches."""
    if not labelled or judged < 2:
        return 0.0
    return 2 * sqrt(rate * (1 - rate) / labelled * (judged - labelled) / (judged - 1))


def _by_rule(book: Book, found: Sequence[Ints]) -> dict[str, Ints]:
    """By rule id, all versions together."""
    pieces: dict[str, list[Ints]] = {}
    for rule, some in zip(book.rules, found, strict=True):
        if len(some):
            pieces.setdefault(rule.meta.id, []).append(some)
    return {name: some[0] if len(some) == 1 else distinct(np.concatenate(some)) for name, some in pieces.items()}


def _by_agency(book: Book, found: Sequence[Ints]) -> dict[str, Ints]:
    """By agency the declarations it is called for, as places of the declaration as a whole."""
    pieces: dict[str, list[Ints]] = {}
    for rule, some in zip(book.rules, found, strict=True):
        if len(some):
            pieces.setdefault(rule.then.agency, []).append(some)
    return {name: distinct(np.concatenate(some) >> LINE_BITS) << LINE_BITS for name, some in pieces.items()}


def _by_name(counted: Counted) -> dict[str, int]:
    """Declarations by agency."""
    sums: dict[str, int] = {}
    for (agency, _, _), many in counted.work.items():
        sums[agency] = sums.get(agency, 0) + many
    return sums
