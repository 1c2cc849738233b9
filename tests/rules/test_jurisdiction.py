"""Who is competent: two refusals of the same matter leave it to nobody; what a decline calls false; who stands in."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.inviting.jurisdiction import Matter, judged_hits, left_to_nobody, matter, refuses, share, taken_over
from inspection.inviting.substitution import (
    Substitute,
    SubstituteDiffers,
    SubstituteInvalid,
    check_same,
    check_substitute,
    word_of,
)
from inspection.reporting.document_parts import FocusPoint

DAY = date(2026, 11, 20)


def point(line: int | None, rule: str = "ip.software", focus: str = "授权链", agency: str = "ip") -> FocusPoint:
    return FocusPoint(agency=agency, focus_zh=focus, line=line, rule=rule, rule_version=2)


def refusing(agency: str, *lines: int | None, domain: str = "", state: str = "DECLINED", reason: str = "OUT_OF_SCOPE") -> Matter:
    return matter(agency, state, reason, [domain or agency.upper()], [point(line) for line in lines])


@pytest.mark.parametrize(
    ("other", "left"),
    [
        (refusing("mr", 1), ("mr",)),
        (refusing("mr", 2), ()),
        (refusing("mr", 2, domain="IP"), ("mr",)),
        (refusing("mr", None), ("mr",)),
        (refusing("mr", 1, state="ACCEPTED"), ()),
        (refusing("mr", 1, state="ESCALATED"), ("mr",)),
        (refusing("mr", 1, reason="DUPLICATE"), ()),
    ],
)
def test_two_agencies_that_refuse_the_same_goods_or_domain_leave_it_to_nobody(other: Matter, left: tuple[str, ...]) -> None:
    assert left_to_nobody(refusing("ip", 1), [refusing("ip", 1), other]) == left


lines = st.frozensets(st.none() | st.integers(1, 3), max_size=3)
matters = st.builds(
    Matter,
    agency=st.sampled_from(["ip", "mr"]),
    state=st.just("DECLINED"),
    reason=st.just("OUT_OF_SCOPE"),
    domains=st.frozensets(st.sampled_from(["A", "B"]), max_size=2),
    lines=lines,
)


@given(matters, matters)
def test_sharing_a_matter_is_mutual(one: Matter, other: Matter) -> None:
    assert share(one, other) == share(other, one)
    assert refuses(one)


def test_a_hit_with_several_points_is_judged_once_and_a_point_without_a_rule_not_at_all() -> None:
    hits = judged_hits([point(2), point(1), point(1, focus="源代码"), point(None), point(1, rule="")])
    assert [(hit.rule, hit.rule_version, hit.line) for hit in hits] == [("ip.software", 2, line) for line in (None, 1, 2)]


def test_points_that_are_claimed_keep_the_rule_that_asked() -> None:
    claimed = taken_over([point(1)], "mr")
    assert [(one.agency, one.rule, one.line) for one in claimed] == [("mr", "ip.software", 1)]


def institution(**other: object) -> Substitute:
    known = {"kind": "INSTITUTION", "name": "鉴定所", "reference": "L1", "valid_until": DAY, "reason": "未应"} | other
    return msgspec.convert(known, Substitute)


@pytest.mark.parametrize(
    ("one", "paths"),
    [
        (institution(), []),
        (institution(verdict="PASS"), []),
        (institution(valid_until=date(2026, 11, 19)), ["$.valid_until"]),
        (institution(kind="RECOGNISED_RESULT"), ["$.verdict"]),
        (institution(verdict="MAYBE"), ["$.verdict"]),
    ],
)
def test_what_has_expired_or_found_nothing_does_not_stand_in(one: Substitute, paths: list[str]) -> None:
    try:
        check_substitute(one, day=DAY, verdicts=["PASS", "RECTIFY"])
    except SubstituteInvalid as refused:
        assert [error["path"] for error in refused.details["errors"]] == paths
    else:
        assert not paths


def test_a_substitute_speaks_once_its_result_is_there_and_never_says_something_else() -> None:
    assert word_of("ip", institution()) == ()
    (said,) = word_of("ip", institution(verdict="RECTIFY"))
    assert (said.agency, said.line, said.verdict, said.basis) == ("ip", None, "RECTIFY", "SUBSTITUTED")
    check_same(institution(), institution(verdict="PASS"))
    for other in (institution(verdict="PASS"), institution(name="另一家", verdict="RECTIFY")):
        with pytest.raises(SubstituteDiffers):
            check_same(institution(verdict="RECTIFY"), other)
