"""A finding: one writer, its own competence, and the same content again is the same answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from msgspec.structs import replace

from inspection.fieldwork.finding import (
    COMPETENCE,
    Action,
    FindingContent,
    FindingDiffers,
    Grade,
    Kind,
    NotCompetent,
    NotYourFinding,
    State,
    advance,
    check_writer,
    competence,
    content_hash,
    is_resend,
)

FINDING, SESSION, PHOTO = (UUID(int=n) for n in (1, 2, 3))
CONTENT = FindingContent(
    session=SESSION,
    agency="market_regulation",
    line=2,
    component="特种气体管路组件",
    kind=Kind.MARKING,
    grade=Grade.CRITICAL,
    observation="安全标识与材质报告不符",
    captured_at=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    evidence=(PHOTO,),
)
CHANGES = [
    {"line": 3},
    {"component": None},
    {"kind": Kind.DOC},
    {"grade": Grade.MAJOR},
    {"observation": "不符"},
    {"captured_at": CONTENT.captured_at + timedelta(microseconds=1)},
    {"evidence": ()},
    {"links": ("r1",)},
    {"label": "IP_SECRET"},
    {"session": PHOTO},
]


def test_a_finding_sent_twice_with_the_same_content_is_the_same_finding() -> None:
    assert not is_resend(FINDING, None, content_hash(CONTENT))
    assert is_resend(FINDING, content_hash(CONTENT), content_hash(CONTENT))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_content_under_the_same_id_is_refused(change: dict[str, object]) -> None:
    stored, received = content_hash(CONTENT), content_hash(replace(CONTENT, **change))
    with pytest.raises(FindingDiffers) as refused:
        is_resend(FINDING, stored, received)
    assert refused.value.details == {"id": str(FINDING), "stored": stored, "received": received}


@pytest.mark.parametrize("offset", [-12, 0, 8, 14])
def test_the_offset_in_which_the_instant_was_written_changes_nothing(offset: int) -> None:
    moved = replace(CONTENT, captured_at=CONTENT.captured_at.astimezone(timezone(timedelta(hours=offset))))
    assert content_hash(moved) == content_hash(CONTENT)


@pytest.mark.parametrize(("officer", "agency"), [("ip", "ip"), ("ip", "customs"), *((agency, agency) for agency in COMPETENCE)])
@pytest.mark.parametrize("kind", Kind)
def test_an_agency_writes_its_own_findings_within_its_competence_and_nothing_else(officer: str, agency: str, kind: Kind) -> None:
    content = replace(CONTENT, agency=agency, kind=kind)
    if officer != agency:
        with pytest.raises(NotYourFinding):
            check_writer(officer, content)
    elif kind not in COMPETENCE[agency]:
        with pytest.raises(NotCompetent) as refused:
            check_writer(officer, content)
        assert kind.value not in refused.value.details["allowed"]
    else:
        check_writer(officer, content)


def test_opening_and_counting_stay_with_customs_and_the_licence_chain_with_ip() -> None:
    assert [agency for agency in COMPETENCE if Kind.PHYSICAL in COMPETENCE[agency]] == ["customs"]
    assert Kind.LICENCE in COMPETENCE["ip"]
    assert Kind.LICENCE not in COMPETENCE["market_regulation"]


def test_an_agency_that_is_data_only_may_do_what_the_task_sheet_asks_of_it() -> None:
    assert competence("grain_reserve") == frozenset()
    check_writer("grain_reserve", replace(CONTENT, agency="grain_reserve", kind=Kind.SAMPLE), asked=["SAMPLE"])


def test_a_finding_is_corrected_by_another_or_withdrawn_and_never_comes_back() -> None:
    disputed = advance(State.SUBMITTED, Action.DISPUTE)
    assert advance(disputed, Action.SUPERSEDE) is State.SUPERSEDED
    assert advance(disputed, Action.WITHDRAW) is State.WITHDRAWN
