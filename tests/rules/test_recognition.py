"""Recognition as a rule: what stands for a repeat test, until when, and what the refusal says."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from inspection.fieldwork.finding import Kind as Check
from inspection.requesting.recognition import (
    Equivalence,
    Kind,
    RecognitionInvalid,
    Record,
    Result,
    check_result,
    equivalent,
    problem,
    reusable_until,
    uncovered,
    valid_on,
)

TODAY = date(2026, 11, 20)
days = st.dates(date(2025, 6, 1), date(2028, 1, 1))
RULE = Equivalence(
    standard="PED 2014/68/EU",
    stands_for="TSG D7002",
    check_kinds=(Check.DOC, Check.MARKING),
    reuse_days=180,
    valid_from=date(2026, 1, 1),
    basis="互认公告",
)
RESULT = Result(
    kind=Kind.CERTIFICATE,
    number="C-1",
    issuer="TUV",
    standard=RULE.standard,
    issued_on=date(2026, 9, 1),
    valid_until=date(2027, 9, 1),
    verdict="PASS",
    lines=(1, 2),
    check_kinds=(Check.DOC,),
    stands_for=RULE.stands_for,
    declared="C-1",
)
records = st.builds(
    Record,
    id=st.sampled_from("abc"),
    agency=st.sampled_from(["ip", "market_regulation"]),
    number=st.just("C-1"),
    verdict=st.just("PASS"),
    lines=st.frozensets(st.integers(1, 3)),
    check_kinds=st.frozensets(st.sampled_from(["DOC", "MARKING"])),
    issued_on=days,
    reusable_until=days,
    revoked=st.booleans(),
)


def changed(**other: object) -> Result:
    return msgspec.structs.replace(RESULT, **other)


@given(records, st.integers(1, 3), st.frozensets(st.sampled_from(["DOC", "MARKING"])), days)
def test_a_record_stands_only_for_its_agency_its_lines_its_checks_and_its_days(
    record: Record, line: int, kinds: frozenset[str], day: date
) -> None:
    fits = (
        record.agency == "ip"
        and line in record.lines
        and kinds <= record.check_kinds
        and not record.revoked
        and record.issued_on <= day <= record.reusable_until
    )
    event(f"fits: {fits}")
    assert (problem(record, agency="ip", line=line, kinds=kinds, day=day) is None) == fits
    assert uncovered([record], agency="ip", asked=[(line, kinds)], day=day) == (() if fits else (line,))


@given(records, days)
def test_an_expired_or_revoked_record_is_never_valid(record: Record, day: date) -> None:
    if day > record.reusable_until or record.revoked:
        assert not valid_on(record, day)


@given(days, days, st.integers(1, 400), st.none() | days)
def test_a_result_is_never_relied_on_longer_than_it_is_valid_or_its_window_is_open(
    issued: date, until: date, window: int, ends: date | None
) -> None:
    rule = msgspec.structs.replace(RULE, reuse_days=window, valid_until=ends)
    last = reusable_until(changed(issued_on=issued, valid_until=until), rule)
    assert last <= until and last <= issued + timedelta(days=window) and (ends is None or last <= ends)


def test_of_several_equivalences_the_one_that_lasts_longest_is_cited() -> None:
    longer = msgspec.structs.replace(RULE, reuse_days=300)
    assert equivalent(RESULT, {"a": RULE, "b": longer}, TODAY) == "b" == equivalent(RESULT, {"b": longer, "a": RULE}, TODAY)


@pytest.mark.parametrize(
    ("wrong", "rule", "path"),
    [
        ({"standard": "ASME B31.3"}, {}, "$.standard"),
        ({}, {"issuer": "SGS"}, "$.issuer"),
        ({}, {"certificate_type": "CCC"}, "$.certificate_type"),
        ({"check_kinds": (Check.SAMPLE,)}, {}, "$.check_kinds"),
        ({"issued_on": date(2026, 1, 1)}, {}, "$.issued_on"),
        ({}, {"valid_until": date(2026, 6, 30)}, "$.standard"),
        ({}, {"valid_from": date(2027, 1, 1)}, "$.standard"),
    ],
)
def test_a_refusal_names_the_field_and_what_would_be_right(wrong: dict[str, object], rule: dict[str, object], path: str) -> None:
    with pytest.raises(RecognitionInvalid) as refused:
        equivalent(changed(**wrong), {"a": msgspec.structs.replace(RULE, **rule)}, TODAY)
    assert [one["path"] for one in refused.value.details["errors"]] == [path]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"issued_on": date(2026, 11, 21)}, "$.issued_on"),
        ({"valid_until": date(2026, 11, 19)}, "$.valid_until"),
        ({"verdict": "SPLENDID"}, "$.verdict"),
        ({"lines": (1, 9)}, "$.lines"),
        ({"declared": None}, "$.evidence"),
        ({"declared": "C-2"}, "$.declared"),
    ],
)
def test_no_equivalence_mends_a_result_that_is_wrong_in_itself(wrong: dict[str, object], path: str) -> None:
    with pytest.raises(RecognitionInvalid) as refused:
        check_result(changed(**wrong), day=TODAY, lines=[1, 2], certificates={"C-1": {1, 2}}, verdicts=["PASS"])
    assert path in [one["path"] for one in refused.value.details["errors"]]
