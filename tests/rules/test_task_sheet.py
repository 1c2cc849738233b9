"""When a task sheet may issue, what it says, and that the same values give the same document."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from printed_cases import CASE, LIN, PARTICIPANTS, PIPING_MARKS, PIPING_MATERIAL, POINTS, SOFTWARE_LICENCE, at, declaration, sheet

from inspection.inviting import invitation
from inspection.inviting.focus_points import estimate, lead_points, points_of
from inspection.preparing.sheet_issue import InvitationStanding, held_by, points_in_force, settled
from inspection.preparing.task_sheet import (
    TRANSITIONS,
    Action,
    State,
    TaskSheetDocument,
    advance,
    changed_for,
    required_pairs,
)
from inspection.reporting.document_parts import DocumentInvalid, Lead, LegalBasis, document_number, summary_of
from inspection.transitions import StateForbids
from kit.canonical import canonical_bytes, canonical_hash
from risk import declaration as risk_declaration
from risk.rule import Text
from risk.screening_result import Hit
from risk.screening_result import LegalBasis as HitBasis

LEAD = Lead(agency="customs", officer=LIN)
DUE = at("20 11:12")
INVITATION_STATES = [state.value for state in invitation.State]

standings = st.builds(
    InvitationStanding,
    agency=st.sampled_from(["market_regulation", "ip", "environment", "drug"]),
    mandatory=st.booleans(),
    state=st.sampled_from(INVITATION_STATES),
    due=st.one_of(st.none(), st.integers(-90, 90).map(lambda minutes: DUE + timedelta(minutes=minutes))),
    decline_confirmed=st.booleans(),
)


def standing(
    agency: str, state: str, *, mandatory: bool = True, due: datetime | None = DUE, confirmed: bool = False, reason: str = ""
):
    return InvitationStanding(
        agency=agency, mandatory=mandatory, state=state, due=due, decline_confirmed=confirmed, decline_reason=reason
    )


def codes(*invitations: InvitationStanding, lead: Lead | None = LEAD, points=POINTS, now: datetime = DUE) -> list[str]:
    return [blocker.code for blocker in held_by(invitations, points, lead, now)]


# --- the guard ------------------------------------------------------------------------------------------------------------


def test_the_sheet_issues_as_soon_as_both_agencies_accepted():
    assert codes(standing("market_regulation", "ACCEPTED"), standing("ip", "ACCEPTED")) == []


@pytest.mark.parametrize("state", ["PENDING", "LAPSED", "ESCALATED", "BLOCKED", "DECLINED", "DEEMED_NO_OBJECTION"])
def test_a_mandatory_agency_that_is_not_settled_holds_the_sheet_even_after_its_due(state: str):
    assert codes(standing("ip", state), now=DUE + timedelta(days=3)) == ["MANDATORY_NOT_SETTLED"]


@pytest.mark.parametrize("state", ["ACCEPTED", "WAIVED", "SUBSTITUTED", "WITHDRAWN"])
def test_a_settled_mandatory_agency_holds_nothing(state: str):
    assert codes(standing("ip", state)) == []


def test_a_decline_counts_only_once_it_is_confirmed():
    assert codes(standing("ip", "DECLINED")) == ["MANDATORY_NOT_SETTLED"]
    assert codes(standing("ip", "DECLINED", confirmed=True)) == []


def test_an_optional_agency_is_waited_for_until_its_due_and_no_longer():
    pending = standing("environment", "PENDING", mandatory=False)
    assert codes(pending, now=DUE) == ["ANSWER_AWAITED"]
    assert codes(pending, now=DUE + timedelta(seconds=1)) == []
    assert codes(standing("environment", "PENDING", mandatory=False, due=None)) == ["ANSWER_AWAITED"]


def test_a_focus_point_without_a_legal_basis_holds_the_sheet_and_an_unverified_one_does_not():
    bare = replace(PIPING_MARKS, legal_basis=())
    blank = replace(PIPING_MARKS, legal_basis=(LegalBasis(text=" "),))
    unverified = replace(PIPING_MARKS, legal_basis=(LegalBasis(text="特种设备安全监察条例", basis_unverified=True),))
    assert codes(points=(bare, blank, unverified)) == ["NO_LEGAL_BASIS", "NO_LEGAL_BASIS"]


def test_without_a_lead_nothing_issues():
    assert codes(lead=None) == ["LEAD_NOT_SET"]
    assert codes(lead=Lead(agency="customs", officer=replace(LIN, name=" "))) == ["LEAD_NOT_SET"]


def test_all_that_holds_the_sheet_is_named_at_once():
    bare = (replace(PIPING_MARKS, legal_basis=()),)
    held = codes(standing("ip", "LAPSED"), lead=None, points=bare)
    assert held == ["LEAD_NOT_SET", "MANDATORY_NOT_SETTLED", "NO_LEGAL_BASIS"]


@given(st.lists(standings, max_size=6), st.integers(-120, 120), st.randoms())
def test_the_guard_says_yes_exactly_when_everyone_is_settled_or_an_optional_agency_is_past_its_due(invitations, minutes, random):
    now = DUE + timedelta(minutes=minutes)
    holding = [i for i in invitations if not settled(i) and (i.mandatory or i.due is None or now <= i.due)]
    blockers = held_by(invitations, POINTS, LEAD, now)
    assert len(blockers) == len(holding)
    random.shuffle(invitations)
    assert sorted(map(repr, held_by(invitations, POINTS, LEAD, now))) == sorted(map(repr, blockers))


@given(standings)
def test_silence_is_never_a_settled_answer(asked):
    if asked.state in ("PENDING", "LAPSED", "ESCALATED", "BLOCKED", "DEEMED_NO_OBJECTION"):
        assert not settled(asked)


# --- what goes onto it ----------------------------------------------------------------------------------------------------


def test_only_a_confirmed_decline_out_of_scope_or_a_withdrawal_takes_points_away():
    def left(**facts) -> bool:
        return PIPING_MARKS not in points_in_force([PIPING_MARKS], [standing("market_regulation", **facts)])

    assert left(state="WITHDRAWN")
    assert left(state="DECLINED", confirmed=True, reason="OUT_OF_SCOPE")
    assert not left(state="DECLINED", confirmed=False, reason="OUT_OF_SCOPE")
    assert not left(state="DECLINED", confirmed=True, reason="NO_QUALIFIED_EXPERT")
    assert not left(state="WAIVED")
    assert not left(state="LAPSED")


def test_the_lead_always_opens_and_counts():
    (point,) = lead_points("customs")
    assert point.agency == "customs"
    assert point.line is None
    assert held_by([], [point], LEAD, DUE) == []


def test_a_hit_becomes_one_point_per_focus_with_its_rule_basis_and_reason():
    hit = Hit(
        rule="mr.pressure.piping", version=3, agency="market_regulation", line=2, domain="pressure",
        title=Text(zh="压力管道元件", en="Pressure piping"), reason=Text(zh="命中", en="hit"), check_kinds=("MARKING",),
        focus=(Text(zh="核对标识", en="Marks"), Text(zh="核验材质报告", en="Material reports")), facts=(),
        legal_basis=(HitBasis(title=Text(zh="特种设备安全法", en="Law"), number="第四号", article="第三十条"),),
        weight=5, mandatory=True, hard=False,
    )  # fmt: skip
    points = points_of(hit, component="高压隔膜阀")
    assert [point.focus_zh for point in points] == ["核对标识", "核验材质报告"]
    assert {(p.rule, p.rule_version, p.line, p.component, p.reason, p.mandatory) for p in points} == {
        ("mr.pressure.piping", 3, 2, "高压隔膜阀", "命中", True)
    }
    assert points[0].legal_basis[0].article == "第三十条"


def test_a_basis_without_the_page_it_was_read_on_is_marked_unverified():
    points = {point.rule: point for point in sheet().focus_points}
    assert [b.basis_unverified for b in points["mr.pressure.material_report"].legal_basis] == [True, True]
    assert [b.basis_unverified for b in points["mr.pressure.piping"].legal_basis] == [False]


def test_the_estimate_is_the_slowest_agency_because_specialists_work_in_parallel():
    alone = estimate([PIPING_MARKS, PIPING_MATERIAL])
    assert estimate([PIPING_MARKS, PIPING_MATERIAL, SOFTWARE_LICENCE]) == alone
    assert estimate([PIPING_MARKS]) < alone


# --- the document ---------------------------------------------------------------------------------------------------------


def test_numbers_follow_the_case():
    assert sheet().number == "T-5316-20261120-0001/v1"
    assert document_number("R", CASE, 12) == "R-5316-20261120-0001/v12"
    with pytest.raises(DocumentInvalid):
        document_number("T", "5316-1", 1)


@given(st.permutations(POINTS), st.permutations(PARTICIPANTS), st.integers(0, len(POINTS) - 1))
def test_the_same_values_in_any_order_and_repeated_give_the_same_bytes(points, participants, again):
    other = sheet(focus_points=[*points, points[again]], participants=participants)
    assert canonical_bytes(other) == canonical_bytes(sheet())


def test_an_instant_said_in_another_zone_is_the_same_document():
    utc = sheet(issued_at=at("20 11:10").astimezone(ZoneInfo("UTC")))
    assert canonical_hash(utc) == canonical_hash(sheet())
    assert utc.issued_at.isoformat() == "2026-11-20T11:10:00+08:00"


def test_the_document_survives_its_own_json():
    document = sheet()
    again = msgspec.json.decode(canonical_bytes(document), type=TaskSheetDocument)
    assert again == document
    assert canonical_bytes(again) == canonical_bytes(document) == canonical_bytes(pickle.loads(pickle.dumps(document)))


def test_a_point_on_a_line_that_is_not_declared_is_refused_by_path():
    with pytest.raises(DocumentInvalid) as refused:
        sheet(focus_points=[replace(PIPING_MARKS, line=9)])
    assert refused.value.details["errors"][0]["path"] == "focus_points[0].line"


def test_a_reissue_says_why():
    with pytest.raises(DocumentInvalid):
        sheet(version=2)
    assert sheet(version=2, amended_because="台位调整").number.endswith("/v2")


def test_a_sheet_is_read_again_only_by_those_it_asks_something_else_of():
    before = sheet()
    again = sheet(version=2, amended_because="台位调整")
    assert changed_for(before, again) == ()
    moved = replace(PIPING_MARKS, focus_zh="核对压力管道元件的铭牌")
    other = sheet(version=2, amended_because="分工调整", focus_points=[moved if one is PIPING_MARKS else one for one in POINTS])
    assert changed_for(before, other) == (PIPING_MARKS.agency,)


def test_other_goods_behind_a_line_are_something_else_and_another_number_is_not():
    before, goods = sheet(), declaration().lines
    shifted = {line.no: line.no % len(goods) + 1 for line in goods}
    turned = replace(declaration(), lines=tuple(replace(line, no=shifted[line.no]) for line in goods))
    points = [replace(one, line=shifted.get(one.line)) for one in before.focus_points]
    assert changed_for(before, sheet(version=2, amended_because="改单", declaration=turned, focus_points=points)) == ()
    other = replace(declaration(), lines=tuple(replace(line, name="别的") if line.no == 3 else line for line in goods))
    asked = {one.agency for one in before.focus_points if one.line in (None, 3)}
    assert set(changed_for(before, sheet(version=2, amended_because="改单", declaration=other))) == asked


def test_the_lead_comes_first_on_paper():
    assert sheet().focus_points[0].agency == "customs"


def test_the_summary_keeps_lines_in_order_and_decimals_as_text():
    filed = msgspec.convert(
        {
            "number": "531620261160000001", "direction": "import", "declared_at": "2026-11-20T01:12:00Z", "port": "5316",
            "transport_mode": "sea", "arrival": "2026-11-20T22:00:00Z", "trader": {"code": "91440300000000000E"},
            "lines": [
                {"no": 2, "hs": "730729", "name": "管件", "quantity": "48.50", "unit": "套"},
                {"no": 1, "hs": "847989", "name": "产线"},
            ],
        },
        risk_declaration.Declaration,
    )  # fmt: skip
    summary = summary_of(filed, ZoneInfo("Asia/Shanghai"))
    assert [(line.no, line.quantity) for line in summary.lines] == [(1, ""), (2, "48.50")]
    assert summary.trader == "91440300000000000E"
    assert summary.arrival is not None
    assert summary.arrival.isoformat() == "2026-11-21T06:00:00+08:00"


def test_who_must_conclude_follows_from_the_sheet():
    document = sheet(declaration=declaration())
    pairs = required_pairs(document, {"ip": "LAPSED", "market_regulation": "ACCEPTED"})
    assert [(p.agency, p.line, p.state) for p in pairs] == [
        *(("customs", no, None) for no in (1, 2, 3)),
        *(("ip", no, "LAPSED") for no in (1, 3)),
        ("market_regulation", 2, None),
    ]


# --- states ---------------------------------------------------------------------------------------------------------------


def test_the_sheet_freezes_when_the_first_session_opens_and_is_not_amended_any_more():
    state = advance(advance(advance(State.DRAFT, Action.ISSUE), Action.AMEND), Action.FREEZE)
    assert state is State.FROZEN
    with pytest.raises(StateForbids) as refused:
        advance(state, Action.AMEND)
    assert refused.value.details["state"] == "FROZEN"


def test_a_frozen_sheet_follows_the_declaration_and_stays_frozen():
    assert advance(State.FROZEN, Action.FOLLOW) is State.FROZEN
    assert advance(State.ACKNOWLEDGED, Action.FOLLOW) is State.AMENDED


@given(st.lists(st.sampled_from(list(Action)), max_size=12))
def test_nothing_leaves_a_final_state(actions):
    state, final = State.DRAFT, {State.CLOSED, State.CANCELLED}
    for action in actions:
        if (state, action) in TRANSITIONS:
            assert state not in final or (state, action) == (State.CLOSED, Action.REOPEN), "but with its case, taken up again"
            state = advance(state, action)
        else:
            with pytest.raises(StateForbids):
                advance(state, action)
