"""Back-tests: what a book would have hit in history, as a screening would have told it; kept, asked again only where needed."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_cases import declaration, declarations, line, pack, rule, shipped

from risk.backtest import answered, places
from risk.backtest_report import BacktestReport
from risk.backtests import BacktestStopped, backtest
from risk.column_questions import Enquiry, question_of
from risk.declaration import Declaration
from risk.goods_columns import GoodsColumns
from risk.history_files import HistoryThere, NoHistory, history_files, write_history
from risk.history_tables import tables_of
from risk.pack_files import load_packs
from risk.past import PastDeclaration
from risk.rule import Effective, Pack, Rule

PIPES = declaration(line(hs="7307290000", name="管件"), line(no=2, hs="9503002900", name="toy"), number="531620261160000001")
LATER = declaration(line(hs="9503002900", name="toy"), number="531620261160000002", declared_at="2026-12-03T09:12:00+08:00")
WITH_PARTS = declaration(
    line(hs="9503002900", name="toy", components=[{"name": "pipe toy", "hs": "7307290000"}]), number="531620261160000003"
)
STEEL = rule("t.steel")
TOYS = rule("t.toys", {"keywords": {"any": ["toy"]}}, agency="ip")
BY_SEA = rule("t.sea", {"transport_mode": ["sea"]})


def history_in(folder: Path, *past: Declaration | PastDeclaration) -> Path:
    write_history(folder, [one if isinstance(one, PastDeclaration) else PastDeclaration(declaration=one) for one in past])
    return folder


def told(folder: Path, *rules: Rule, against: list[Pack] | None = None, dated: bool = False) -> BacktestReport:
    return backtest(folder, [pack(*rules)], against, dated=dated, processes=1)


def hits_of(report: BacktestReport) -> dict[str, int]:
    return {one.rule: one.hits for one in report.rules}


def test_a_back_test_tells_hits_and_the_work_they_make(tmp_path: Path) -> None:
    report = told(history_in(tmp_path / "h", PIPES, LATER), STEEL, TOYS, BY_SEA)
    assert hits_of(report) == {"t.sea": 2, "t.steel": 1, "t.toys": 2}
    assert (report.declarations, report.lines, report.declarations_hit, report.lines_hit) == (2, 3, 2, 3)
    assert [(one.agency, one.port, str(one.day), one.declarations) for one in report.work] == [
        ("ip", "5316", "2026-11-20", 1),
        ("ip", "5316", "2026-12-03", 1),
        ("market_regulation", "5316", "2026-11-20", 1),
        ("market_regulation", "5316", "2026-12-03", 1),
    ]


def test_a_line_hit_itself_and_through_a_component_of_another_chapter_counts_once(tmp_path: Path) -> None:
    assert hits_of(told(history_in(tmp_path / "h", WITH_PARTS), TOYS)) == {"t.toys": 1}


def test_a_draft_that_begins_later_is_tried_as_if_it_had_always_been_in_force(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES, LATER)
    draft = msgspec.structs.replace(
        STEEL, meta=msgspec.structs.replace(STEEL.meta, version=2, effective=Effective(since=LATER.declared_at.date()))
    )
    assert hits_of(told(folder, STEEL, draft)) == {"t.steel": 1}
    assert [(one.version, one.hits) for one in told(folder, STEEL, draft, dated=True).rules] == [(1, 1), (2, 0)]


def test_what_a_draft_gains_and_loses_is_named(tmp_path: Path) -> None:
    wider = msgspec.structs.replace(STEEL, scope=TOYS.scope)
    report = told(history_in(tmp_path / "h", PIPES, LATER), wider, against=[pack(STEEL, BY_SEA)])
    (steel,) = report.rules
    assert (steel.gained, steel.lost) == (2, 1)
    assert steel.lost_examples == (f"{PIPES.number}/1 1",)
    assert steel.gained_examples == (f"{PIPES.number}/1 2", f"{LATER.number}/1 1")
    (sea,) = report.retired
    assert (sea.rule, sea.hits, sea.lost) == ("t.sea", 2, 2)
    (agency,) = report.agencies
    assert (agency.declarations, agency.before, agency.gained, agency.lost) == (2, 2, 0, 0)


def test_precision_and_recall_are_told_where_outcomes_are_known(tmp_path: Path) -> None:
    judged = PastDeclaration(declaration=PIPES, outcomes={1: ("fraud",), 2: ()})
    report = told(history_in(tmp_path / "h", judged, LATER), STEEL, TOYS)
    steel, toys = report.rules
    assert (steel.judged, steel.labels[0].precision) == (1, "1.0000")
    assert (toys.hits, toys.judged, toys.labels[0].precision) == (2, 1, "0.0000")
    (fraud,) = report.labels
    assert (fraud.judged, fraud.labelled, fraud.hit, fraud.precision, fraud.recall, fraud.base) == (
        2,
        1,
        2,
        "0.5000",
        "1.0000",
        "0.5000",
    )


def test_only_an_edited_rule_is_asked_again_and_only_where_it_looks(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES, LATER, WITH_PARTS)
    first = told(folder, STEEL, TOYS)
    assert first.tables_read == first.tables == len(history_files(folder))
    assert told(folder, STEEL, TOYS).tables_read == 0
    edited = msgspec.structs.replace(STEEL, scope=rule(scope={"hs": {"prefixes": ["730729"]}}).scope)
    again = told(folder, edited, TOYS)
    assert again.tables_read == 1
    assert again.rules == first.rules


def test_history_made_anew_keeps_the_answers_of_what_did_not_change(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES)
    told(folder, STEEL)
    write_history(folder, [PastDeclaration(declaration=PIPES), PastDeclaration(declaration=LATER)], replace=True)
    again = told(folder, STEEL)
    assert (again.tables, again.tables_read) == (5, 2)
    assert again.declarations == 2


def test_a_condition_edited_alone_is_asked_again(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES)
    assert hits_of(told(folder, STEEL)) == {"t.steel": 1}
    assert hits_of(told(folder, msgspec.structs.replace(STEEL, when='line.origin == "JP"'))) == {"t.steel": 0}


def test_a_stopped_back_test_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES, LATER)
    heard: list[tuple[int, int]] = []
    with pytest.raises(BacktestStopped):
        backtest(folder, [pack(STEEL)], processes=1, progress=lambda *done: heard.append(done), stop=lambda: True)
    assert heard == [(0, 5), (1, 5)]
    assert told(folder, STEEL).tables_read == 4


def test_the_unit_of_work_is_a_function_of_rules_and_one_table() -> None:
    enquiry = Enquiry([question_of(one) for one in (STEEL, TOYS, BY_SEA)])
    tables = tables_of([PastDeclaration(declaration=one) for one in (PIPES, WITH_PARTS)])
    answers = {partition.chapter: answered(enquiry, GoodsColumns(partition, table)) for partition, table in tables.items()}
    hits = {chapter: [len(places(raw)) for raw in one.hits.values()] for chapter, one in answers.items()}
    assert hits == {"header": [2], "73": [2, 1], "95": [2]}
    assert {chapter: one.known.lines for chapter, one in answers.items()} == {"header": 0, "73": 1, "95": 2}


def test_several_processes_tell_the_same(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES, LATER, WITH_PARTS)
    assert backtest(folder, [pack(STEEL, TOYS)], processes=2) == backtest(
        history_in(tmp_path / "other", PIPES, LATER, WITH_PARTS), [pack(STEEL, TOYS)], processes=1
    )


def test_kept_answers_that_do_not_read_are_asked_again(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES)
    first = told(folder, STEEL)
    for kept in (folder / ".answers").iterdir():
        kept.write_bytes(b"1\xc1broken")
    assert told(folder, STEEL) == first


def test_history_is_written_once_and_a_folder_without_any_says_what_to_do(tmp_path: Path) -> None:
    folder = history_in(tmp_path / "h", PIPES)
    with pytest.raises(HistoryThere):
        write_history(folder, [])
    with pytest.raises(NoHistory):
        told(tmp_path / "nothing", STEEL)


@cache
def packs() -> tuple[Pack, ...]:
    return load_packs()


@settings(max_examples=max(10, settings.default.max_examples // 10))  # each writes a history and reads it
@given(st.lists(declarations(), min_size=1, max_size=4, unique_by=lambda one: one.number))
def test_a_back_test_counts_what_a_screening_hits(tmp_path_factory: pytest.TempPathFactory, goods: list[Declaration]) -> None:
    report = backtest(history_in(tmp_path_factory.mktemp("h"), *goods), packs(), dated=True, processes=1)
    screened = Counter((hit.rule, hit.version) for one in goods for hit in shipped().screen(one).hits)
    assert {(one.rule, one.version): one.hits for one in report.rules if one.hits} == screened
