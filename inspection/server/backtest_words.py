"""A back-test's report as lines for a person: Chinese first, English second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from risk.backtest_report import BacktestReport, RuleResult

MOST = 20
"""Rules and ports listed; all of them, and every day, stand in the JSON."""


def told(report: BacktestReport) -> Iterator[str]:
    """The report, a line at a time."""
    if report.first_day is not None:
        yield (
            f"{report.first_day} – {report.last_day}: {report.declarations} 份报关单 declarations, {report.lines} 项 lines; "
            f"命中 hit {report.declarations_hit} / {report.lines_hit} ({_percent(report.lines_hit, report.lines)})"
        )
    yield from _agencies(report)
    yield from _labels(report)
    yield from _rules(report)
    yield f"读取 {report.tables_read}/{report.tables} 个分区 · {report.tables_read} of {report.tables} tables had to be read"


def _agencies(report: BacktestReport) -> Iterator[str]:
    yield ""
    yield "部门 agency\t报关单 declarations\t命中 hits" + ("\t原 before\t新增 gained\t减少 lost" if _compared(report) else "")
    for one in report.agencies:
        compared = f"\t{one.before}\t+{one.gained}\t-{one.lost}" if one.before is not None else ""
        yield f"{one.agency}\t{one.declarations}\t{one.hits}{compared}"
    ports: Counter[tuple[str, str]] = Counter()
    busiest: dict[tuple[str, str], tuple[int, str]] = {}
    for day in report.work:
        ports[day.agency, day.port] += day.declarations
        busiest[day.agency, day.port] = max(busiest.get((day.agency, day.port), (0, "")), (day.declarations, str(day.day)))
    yield ""
    yield "部门 agency\t口岸 port\t报关单 declarations\t最忙一天 busiest day"
    for (agency, port), many in sorted(ports.most_common(MOST)):
        most, when = busiest[agency, port]
        yield f"{agency}\t{port}\t{many}\t{most} ({when})"
    if len(ports) > MOST:
        yield f"… 另有 {len(ports) - MOST} 行 · {len(ports) - MOST} more"


def _labels(report: BacktestReport) -> Iterator[str]:
    if not report.labels:
        return
    yield ""
    yield "结果 outcome\t已知 judged\t属实 labelled\t查准 precision\t随机 at random\t查全 recall\t随机 at random (± 2 s.d.)"
    for one in report.labels:
        yield (
            f"{one.label}\t{one.judged}\t{one.labelled}\t{one.precision}\t{one.base}\t{one.recall}\t{one.rate} ± {one.spread}"
            + (f"\t原 before {one.before_precision} / {one.before_recall}" if one.before_precision is not None else "")
        )


def _rules(report: BacktestReport) -> Iterator[str]:
    compared = _compared(report)
    rules = sorted((*report.rules, *report.retired), key=lambda one: _weight(one, compared=compared), reverse=True)
    rules = [one for one in rules if _weight(one, compared=compared)]
    yield ""
    if compared and not rules:
        yield "命中无变化 · no hit gained or lost"
        return
    yield "规则 rule\t部门 agency\t命中 hits" + ("\t新增 gained\t减少 lost\t例 for example" if compared else "\t查准 precision")
    for one in rules[:MOST]:
        ending = f"\t+{one.gained}\t-{one.lost}\t{_example(one)}" if compared else f"\t{_precision(one)}"
        yield f"{one.rule} v{one.version}\t{one.agency}\t{one.hits}{ending}"
    if len(rules) > MOST:
        yield f"… 另有 {len(rules) - MOST} 条 · {len(rules) - MOST} more; --json lists them all"


def _compared(report: BacktestReport) -> bool:
    return any(one.gained is not None for one in (*report.rules, *report.retired))


def _weight(one: RuleResult, *, compared: bool) -> int:
    return (one.gained or 0) + (one.lost or 0) if compared else one.hits


def _example(one: RuleResult) -> str:
    return ", ".join([*(f"+ {place}" for place in one.gained_examples[:1]), *(f"- {place}" for place in one.lost_examples[:1])])


def _precision(one: RuleResult) -> str:
    return ", ".join(f"{label.label} {label.precision} ({label.found}/{one.judged})" for label in one.labels) or "–"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"
