"""Before the yard, on paper: which papers are unread, who has to acknowledge a sheet, what a division leaves over."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import msgspec
import pypdfium2
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from printed_cases import at, issued_report, sheet

from inspection.preparing import acknowledgement, cabin, division
from inspection.preparing.cabin import (
    Answer,
    ChecklistInvalid,
    ChecklistOpen,
    Entry,
    Kind,
    Outcome,
    Paper,
    PaperDiffers,
    PaperInvalid,
)
from inspection.preparing.division import Division, DivisionInvalid, DivisionNotAgreed, Look, Step
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.document_parts import FocusPoint
from inspection.reporting.report import enterprise_edition
from inspection.reporting.report_document import ExcusedReading, PrintedPaper
from inspection.reporting.typesetting import report_pdf, task_sheet_pdf
from kit.errors import StaleVersion

NAMES = UUID("01939c0e-0000-7000-8000-000000000000")
AGENCIES = ("customs", "ip", "market_regulation")
LINES = (1, 2, 3)


def paper(name: str = "a", version: int = 1, *required_of: str, **other: Any) -> Paper:
    return Paper(
        id=uuid5(NAMES, name), version=version, kind=Kind.STANDARD, agency="ip", title=name, required_of=required_of, **other
    )


# --- reading --------------------------------------------------------------------------------------------------------------


def test_only_the_newest_version_of_a_mandatory_paper_counts_as_read() -> None:
    papers = [paper("a", 1, "ip"), paper("a", 2, "ip"), paper("b", 1), paper("c", 1, "customs")]
    a = uuid5(NAMES, "a")
    assert cabin.unread("ip", papers, set()) == [papers[1]]
    assert cabin.unread("ip", papers, {(a, 1)}) == [papers[1]]
    assert cabin.unread("ip", papers, {(a, 2)}) == []
    assert cabin.unread("environment", papers, set()) == []


PAPERS = st.lists(
    st.builds(
        lambda name, version, required: paper(name, version, *required),
        st.sampled_from("abcd"),
        st.integers(1, 4),
        st.sets(st.sampled_from(AGENCIES)),
    ),
    unique_by=lambda one: (one.id, one.version),
)


@given(PAPERS, st.data())
def test_reading_what_is_asked_for_leaves_nothing_and_a_further_version_asks_again(
    papers: list[Paper], data: st.DataObject
) -> None:
    left = cabin.unread("ip", papers, set())
    event("something to read" if left else "nothing to read")
    read = {(one.id, one.version) for one in left}
    assert cabin.unread("ip", data.draw(st.permutations(papers)), read) == []
    for one in left:
        again = msgspec.structs.replace(one, version=one.version + 1)
        assert cabin.unread("ip", [*papers, again], read) == [again]


def test_a_version_is_known_next_different_or_too_far() -> None:
    assert cabin.is_resend("p", 1, ["x"], "x") and not cabin.is_resend("p", 2, ["x"], "y")
    with pytest.raises(PaperDiffers):
        cabin.is_resend("p", 1, ["x"], "y")
    with pytest.raises(StaleVersion):
        cabin.is_resend("p", 3, ["x"], "x")


@pytest.mark.parametrize(
    ("label", "required_of", "enterprise", "allowed"),
    [
        (None, ("ip", "market_regulation"), True, True),
        (None, ("environment",), False, False),
        ("IP_SECRET", ("ip",), False, True),
        ("IP_SECRET", ("market_regulation",), False, False),
        ("IP_SECRET", (), True, False),
        ("ENTERPRISE_SECRET", (), True, True),
    ],
)
def test_nobody_must_read_what_he_may_not_see(
    label: str | None, required_of: tuple[str, ...], enterprise: bool, allowed: bool
) -> None:
    def file() -> None:
        cabin.check_filing(agency="ip", required_of=required_of, members=AGENCIES, label=label, enterprise=enterprise)

    if allowed:
        file()
    else:
        with pytest.raises(PaperInvalid):
            file()


# --- checklists -----------------------------------------------------------------------------------------------------------

LIST = uuid5(NAMES, "list")
ENTRIES = (
    Entry(code="M1", zh="标志", mandatory=True),
    Entry(code="M2", zh="炉批号", mandatory=True),
    Entry(code="M3", zh="铭牌"),
)


def test_mandatory_entries_have_to_be_answered_and_others_need_not() -> None:
    with pytest.raises(ChecklistOpen) as open_:
        cabin.check_done({LIST: ENTRIES}, {(LIST, "M1"), (LIST, "M3")})
    assert [one["entry"] for one in open_.value.details["entries"]] == ["M2"]
    cabin.check_done({LIST: ENTRIES}, {(LIST, "M1"), (LIST, "M2")})
    cabin.check_done({}, set())


def test_not_applicable_needs_a_reason_and_every_answer_an_entry() -> None:
    bad = [
        Answer(paper=LIST, entry="M1", outcome=Outcome.NOT_APPLICABLE),
        Answer(paper=LIST, entry="M9", outcome=Outcome.DONE),
        Answer(paper=LIST, entry="M1", outcome=Outcome.DONE),
    ]
    with pytest.raises(ChecklistInvalid) as refused:
        cabin.check_answers(bad, {LIST: ENTRIES})
    assert [one["path"] for one in refused.value.details["errors"]] == ["$.answers[0].reason", "$.answers[1]", "$.answers[2]"]
    cabin.check_answers(bad[2:], {LIST: ENTRIES})


# --- acknowledging --------------------------------------------------------------------------------------------------------


def test_whom_a_version_does_not_change_need_not_acknowledge_it_again() -> None:
    first = sheet()
    second = msgspec.structs.replace(first, version=2, changed_for=("ip",))
    everybody = ["customs", "ip"]
    assert acknowledgement.awaited([first], everybody, []) == ("customs", "ip")
    assert acknowledgement.awaited([first], everybody, [("ip", 1)]) == ("customs",)
    done = [("customs", 1), ("ip", 1)]
    assert acknowledgement.awaited([first], everybody, done) == ()
    assert acknowledgement.awaited([first, second], everybody, done) == ("ip",)
    assert acknowledgement.awaited([first, second], everybody, [*done, ("ip", 2)]) == ()


# --- dividing -------------------------------------------------------------------------------------------------------------

POINTS = st.lists(
    st.builds(
        FocusPoint,
        agency=st.sampled_from((*AGENCIES, "environment")),
        focus_zh=st.just("核对铭牌"),
        line=st.none() | st.sampled_from(LINES),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def divided(draw: st.DrawFn) -> tuple[list[FocusPoint], Division]:
    """Points of a sheet and a division of them that leaves nothing over."""
    points = draw(POINTS)
    looks = []
    for number, point in enumerate(points, start=1):
        split = point.line is None and draw(st.booleans())
        looks += [Look(point=number, line=line) for line in LINES] if split else [Look(point=number)]
    steps = [
        Step(order=draw(st.integers(1, 3)), agency=draw(st.sampled_from(AGENCIES)), looks=(look,))
        for look in draw(st.permutations(looks))
    ]
    return points, Division(steps=tuple(steps))


@given(divided())
def test_every_point_has_exactly_one_responsible_agency_that_takes_part(made: tuple[list[FocusPoint], Division]) -> None:
    points, agreed = made
    division.check(agreed, points, LINES, AGENCIES)
    who = division.responsible(agreed, points, LINES)
    assert sorted(who) == sorted(division.pairs_of(points, LINES))
    assert set(who.values()) <= set(AGENCIES)
    assert division.responsible(division.in_order(agreed), points, LINES) == who


@given(divided(), st.data())
def test_a_division_with_one_look_less_or_more_is_refused(made: tuple[list[FocusPoint], Division], data: st.DataObject) -> None:
    points, agreed = made
    place = data.draw(st.integers(0, len(agreed.steps) - 1))
    kept = agreed.steps[:place] + agreed.steps[place + 1 :]
    for steps, said in ((kept, "nobody is responsible"), ((*agreed.steps, agreed.steps[place]), "should be once")):
        with pytest.raises(DivisionInvalid) as refused:
            division.check(Division(steps=steps), points, LINES, AGENCIES)
        assert any(said in one["message"] for one in refused.value.details["errors"])


@given(divided(), st.sets(st.sampled_from(AGENCIES)))
def test_nobody_gets_a_foreign_point_without_having_agreed(made: tuple[list[FocusPoint], Division], agreed_by: set[str]) -> None:
    points, agreed = made
    foreign = set(division.strangers(agreed, points)) - {"customs"}
    answers = [division.Answer(agency=agency, agrees=True) for agency in sorted(agreed_by)]
    missing = foreign - agreed_by
    event("an agency has not agreed" if missing else "all have")
    if missing:
        with pytest.raises(DivisionNotAgreed) as refused:
            division.check_agreed(agreed, points, [], "customs", answers)
        assert set(refused.value.details["awaited"]) == missing
    else:
        division.check_agreed(agreed, points, [], "customs", answers)


def test_an_objection_is_told_and_whoever_objects_is_still_awaited() -> None:
    points = [FocusPoint(agency="ip", focus_zh="授权链", line=1)]
    plain = division.own_points(points, AGENCIES, "customs")
    answers = [division.Answer(agency="ip", agrees=False, reason="专家只在上午到场")]
    with pytest.raises(DivisionNotAgreed) as refused:
        division.check_agreed(plain, points, ["ip", "market_regulation"], "customs", answers)
    assert refused.value.details["awaited"] == ["ip", "market_regulation"]
    assert refused.value.details["objections"] == [{"agency": "ip", "reason": "专家只在上午到场"}]


@given(POINTS)
def test_the_draft_is_a_division_that_passes(points: list[FocusPoint]) -> None:
    draft = division.own_points(points, AGENCIES, "customs")
    division.check(draft, points, LINES, AGENCIES)
    assert set(division.strangers(draft, points)) <= {"customs"}


def test_a_step_names_points_lines_and_agencies_there_are() -> None:
    points = [FocusPoint(agency="ip", focus_zh="授权链", line=1)]
    steps = (
        Step(order=1, agency="ip", looks=(Look(point=1), Look(point=2), Look(point=1, line=3)), jointly_with=("ip",)),
        Step(order=1, agency="drug", looks=(Look(point=9),), jointly_with=("customs",)),
    )
    with pytest.raises(DivisionInvalid) as refused:
        division.check(Division(steps=steps), points, LINES, AGENCIES)
    assert [one["path"] for one in refused.value.details["errors"]] == [
        "$.steps[0].jointly_with",
        "$.steps[0].looks[1]",
        "$.steps[0].looks[2]",
        "$.steps[1].agency",
        "$.steps[1].looks[0]",
    ]


@given(divided())
def test_who_looks_at_a_point_may_record_what_it_asks(made: tuple[list[FocusPoint], Division]) -> None:
    points, agreed = made
    for (number, line), agency in division.responsible(agreed, points, LINES).items():
        assert points[number - 1] in division.points_given(agreed, points, agency, line)
        other = next(one for one in AGENCIES if one != agency)
        given_to_other = division.points_given(agreed, points, other, line)
        assume(points.count(points[number - 1]) == 1)
        assert points[number - 1] not in given_to_other


def test_the_printed_sheet_says_who_looks_at_what_and_who_acknowledges_again() -> None:
    first = sheet()
    steps = (
        Step(order=1, agency="market_regulation", looks=(Look(point=1),), jointly_with=("customs",), note="先核对铭牌"),
        Step(order=2, agency="ip", looks=tuple(Look(point=number) for number in range(2, len(first.focus_points) + 1))),
    )
    second = sheet(version=2, amended_because="采纳分工方案")
    printed = msgspec.structs.replace(second, division=Division(steps=steps), changed_for=("ip",))
    words = printed_words(printed)
    for said in (
        "分工",
        "牵头，会同海关",
        "先核对铭牌",
        "海关要点",
        "市场监督管理局要点",
        "须重新签收：知识产权局",
        "第2版变更原因",
    ):
        assert said in words, said
    assert "分工" not in printed_words(first) and "须重新签收" not in printed_words(first)


def printed_words(document: TaskSheetDocument) -> str:
    """Everything on the pages of a sheet, without spaces."""
    return words_of(task_sheet_pdf(document))


def words_of(pdf: bytes) -> str:
    """Everything on the pages, without spaces."""
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf))


def test_the_report_prints_the_cabin_for_agencies_and_nothing_of_it_for_the_enterprise() -> None:
    lay = PrintedPaper(title="工业管道规范", kind="STANDARD", agency="ip", version=2, required_of=("ip",), read_by=("Qiu",))
    let = ExcusedReading(name="Mei", agency="market_regulation", papers=1, reason="任务紧急", by="Lin", at=at("21 09:20"))
    full = issued_report(papers=[lay], excused_reading=[let])
    words = words_of(report_pdf(full, {}))
    for said in ("任务舱资料", "工业管道规范", "v2", "Qiu", "免予阅读1份必读资料", "任务紧急"):
        assert said in words, said
    assert "任务舱" not in words_of(report_pdf(enterprise_edition(full), {}))
