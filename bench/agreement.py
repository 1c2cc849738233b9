"""The three evaluators at full size: every place that the online index, the columns and the plain evaluator name, held together.

index and columns: 1,000,000 lines, 10,000 rules · with the plain evaluator: 1,000,000 lines, 100 rules, and 10,000 lines, 10,000
rules. Hypothesis holds them together on made-up edges (tests/rules/test_evaluators_agree.py); this is the long run on goods that
look like trade. Takes some twenty minutes of processor time; exits 1 and names the first places where any two differ.

usage: .venv/bin/python bench/agreement.py [--json] [--share 0.01] [--processes N]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Any

from _figures import Figure, arguments, show
from _history import EACH, own
from _rulebook import MEAN_LINES, declarations, rulebook, sorted_rules

from risk.column_questions import Enquiry, question_of
from risk.columnar import holding, words_in
from risk.declaration import Declaration
from risk.goods_columns import GoodsColumns
from risk.history_tables import tables_of
from risk.index import RuleIndex
from risk.past import PastDeclaration
from risk.places import Place
from risk.reference import Reference
from risk.rule import Rule

Found = dict[int, list[Place]]
RUNS = (("index and columns", 1_000_000, 10_000, False), ("all three", 1_000_000, 100, True), ("all three", 10_000, 10_000, True))
"""Lines, rules, and whether the plain evaluator is asked too."""


@cache
def rules_of(size: int) -> tuple[Rule, ...]:
    """The rulebook, in the order evaluators take it."""
    return tuple(sorted_rules(rulebook(size)))


@cache
def evaluators(size: int) -> tuple[RuleIndex, Reference, Enquiry, dict[str, list[int]]]:
    """Made once in each process; the last tells which rules ask a question."""
    rules = rules_of(size)
    questions = [question_of(rule) for rule in rules]
    asked_by: dict[str, list[int]] = {}
    for at, question in enumerate(questions):
        asked_by.setdefault(question.key, []).append(at)
    once = list({question.key: question for question in questions}.values())
    return RuleIndex(rules), Reference(rules), Enquiry(once), asked_by


def by_columns(size: int, goods: Sequence[Declaration]) -> list[Found]:
    """What the columns say, declaration by declaration. All rules of the bench are in force on all its days."""
    _, _, enquiry, asked_by = evaluators(size)
    found: list[Found] = [{} for _ in goods]
    for partition, table in tables_of(PastDeclaration(declaration=one) for one in goods).items():
        columns = GoodsColumns(partition, table)
        questions = enquiry.of(partition.chapter)
        words = words_in(questions, enquiry.search, columns)
        of, positions, subjects = (columns.ints(name) for name in ("declaration", "position", "subject"))
        for question in questions:
            rows = holding(question, columns, words)
            for declaration, *place in zip(of[rows].tolist(), positions[rows].tolist(), subjects[rows].tolist(), strict=True):
                for at in asked_by[question.key]:
                    found[declaration].setdefault(at, []).append((place[0], place[1]))
    return [{at: sorted(places) for at, places in one.items()} for one in found]


def compared(size: int, plainly: bool, piece: tuple[int, int]) -> tuple[int, int, int, list[str]]:
    """One piece (seed and count of declarations): lines, places, declarations told differently, and the first of those."""
    seed, count = piece
    index, reference, _, _ = evaluators(size)
    goods = [own(raw) for raw in declarations(count, seed=seed)]
    told = {"index": [index.places(one) for one in goods], "columns": by_columns(size, goods)}
    if plainly:
        told["reference"] = [reference.places(one) for one in goods]
    answers = [*zip(*told.values(), strict=True)]
    differ = [at for at, each in enumerate(answers) if any(one != each[0] for one in each)]
    named = [f"seed {seed}, declaration {at}: {dict(zip(told, answers[at], strict=True))}"[:2_000] for at in differ[:3]]
    places = sum(len(some) for one in told["columns"] for some in one.values())
    return sum(len(one.lines) for one in goods), places, len(differ), named


def run(name: str, lines: int, rules: int, plainly: bool, processes: int) -> tuple[list[Figure], list[str]]:
    """One of :data:`RUNS`, in pieces over processes."""
    began = time.perf_counter()
    count = max(1, lines // MEAN_LINES + lines // 500)
    each = min(EACH, max(1, count // (2 * processes)))
    pieces = [(9_000 + at, min(each, count - each * at)) for at in range(-(-count // each))]
    seen = places = differing = 0
    said: list[str] = []
    with ProcessPoolExecutor(processes) as pool:
        for some, found, differ, named in pool.map(partial(compared, rules, plainly), pieces):
            seen, places, differing = seen + some, places + found, differing + differ
            said += named
            print(f"\r{name}: {seen:,} lines, {places:,} places, {differing} differ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    against = f"{places:,} places in {seen:,} lines, {time.perf_counter() - began:.0f} s"
    title = f"{name}, {rules:,} rules: declarations told differently"
    return [Figure(figure=title, value=differing, unit="", against=against, reach=0.0)], said


def main() -> int:
    """Runs and prints; 1 when any two differ."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the lines, for a quick look")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, choices=range(len(RUNS)), help="one run, counted from 0")
    args: Any = parser.parse_args()
    figures, said = [], []
    for at, (name, lines, rules, plainly) in enumerate(RUNS):
        if args.only in {None, at}:
            some, named = run(name, int(lines * args.share), rules, plainly, args.processes)
            figures += some
            said += named
    show(figures, as_json=args.json)
    for one in said:
        print(one, file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
