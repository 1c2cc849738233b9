"""A field session: two customs officers to open it, every mandatory workstream to close it, and what counts afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.fieldwork.session import (
    Action,
    Admission,
    CloseHeld,
    ExcuseIncomplete,
    NotTheLeadInspector,
    Officer,
    OpeningNotStaffed,
    State,
    Workstream,
    WorkstreamState,
    admit,
    advance,
    check_close,
    check_lead_inspector,
    check_opening,
    excuse,
)

TAO, RONG, MEI = (Officer(person=p, agency=a) for p, a in (("Tao", "customs"), ("Rong", "customs"), ("Mei", "market_regulation")))
CLOSED = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
hours = st.floats(-60, 60).map(lambda h: CLOSED + timedelta(hours=h))


def workstream(
    agency: str, state: WorkstreamState = WorkstreamState.RUNNING, *, mandatory: bool = True, pending: int = 0
) -> Workstream:
    return Workstream(agency=agency, mandatory=mandatory, state=state, pending_uploads=pending)


def test_a_session_opens_with_the_lead_inspector_and_a_second_customs_officer() -> None:
    check_opening("Tao", [TAO, RONG, MEI])


@pytest.mark.parametrize(
    ("officers", "missing"),
    [
        ([TAO, MEI], ["second_officer"]),
        ([TAO, TAO], ["second_officer"]),
        ([RONG, MEI], ["lead_inspector", "second_officer"]),
        ([RONG, Officer(person="Lin", agency="customs")], ["lead_inspector"]),
        ([], ["lead_inspector", "second_officer"]),
    ],
)
def test_a_session_short_of_staff_does_not_open_and_says_who_is_missing(officers: list[Officer], missing: list[str]) -> None:
    with pytest.raises(OpeningNotStaffed) as refused:
        check_opening("Tao", officers)
    assert refused.value.details["missing"] == missing


def test_a_lead_inspector_of_another_agency_does_not_open_it() -> None:
    with pytest.raises(OpeningNotStaffed):
        check_opening("Mei", [TAO, RONG, MEI])


def test_a_session_closes_when_each_mandatory_workstream_is_complete_or_excused() -> None:
    excused = excuse(workstream("ip"), reason="设备故障", by="Tao", lead_inspector="Tao")
    pending = check_close(
        [workstream("customs", WorkstreamState.COMPLETE, pending=2), excused, workstream("environment", mandatory=False)]
    )
    assert pending == {"customs": 2}


def test_a_held_close_lists_its_blockers() -> None:
    with pytest.raises(CloseHeld) as refused:
        check_close([workstream("market_regulation"), workstream("customs", WorkstreamState.COMPLETE), workstream("ip")])
    assert [blocker["agency"] for blocker in refused.value.details["blockers"]] == ["ip", "market_regulation"]


@given(
    st.lists(
        st.builds(
            workstream, st.sampled_from(["customs", "ip", "drug"]), st.sampled_from(WorkstreamState), mandatory=st.booleans()
        )
    )
)
def test_no_session_closes_over_a_running_mandatory_workstream_or_an_excuse_without_reason(shares: list[Workstream]) -> None:
    held = any(share.mandatory and share.state is not WorkstreamState.COMPLETE for share in shares)
    if held:
        with pytest.raises(CloseHeld):
            check_close(shares)
    else:
        check_close(shares)


def test_only_the_lead_inspector_excuses_and_only_with_a_reason() -> None:
    with pytest.raises(NotTheLeadInspector):
        excuse(workstream("ip"), reason="设备故障", by="Rong", lead_inspector="Tao")
    with pytest.raises(ExcuseIncomplete):
        excuse(workstream("ip"), reason=" ", by="Tao", lead_inspector="Tao")
    check_lead_inspector("Tao", "Tao")


def test_a_paused_session_goes_on_before_it_closes() -> None:
    paused = advance(State.OPEN, Action.PAUSE)
    assert advance(advance(paused, Action.RESUME), Action.BEGIN_CLOSING) is State.CLOSING


@pytest.mark.parametrize(
    ("captured", "received", "admission"),
    [
        (-1, -0.5, Admission.ADMITTED),
        (-1, 0, Admission.ADMITTED),
        (-1, 1, Admission.LATE_SYNC),
        (0, 24, Admission.LATE_SYNC),
        (0, 24.001, Admission.QUARANTINED),
        (0.001, 1, Admission.QUARANTINED),
    ],
)
def test_what_arrives_after_the_close_counts_when_it_was_captured_before_and_comes_within_a_day(
    captured: float, received: float, admission: Admission
) -> None:
    moments = (CLOSED + timedelta(hours=h) for h in (captured, received))
    assert admit(captured_at=next(moments), received_at=next(moments), closed_at=CLOSED) is admission


@given(hours, hours, st.none() | st.just(CLOSED))
def test_a_device_no_longer_enrolled_is_always_quarantined_and_an_open_session_admits(
    captured: datetime, received: datetime, closed: datetime | None
) -> None:
    assert admit(captured_at=captured, received_at=received, closed_at=closed, enrolled=False) is Admission.QUARANTINED
    if closed is None:
        assert admit(captured_at=captured, received_at=received, closed_at=closed) is Admission.ADMITTED


@given(hours, hours, st.timedeltas(timedelta(0), timedelta(hours=48)))
def test_arriving_later_never_helps(captured: datetime, received: datetime, later: timedelta) -> None:
    order = list(Admission)
    sooner, after = (admit(captured_at=captured, received_at=at, closed_at=CLOSED) for at in (received, received + later))
    assert order.index(sooner) <= order.index(after)
