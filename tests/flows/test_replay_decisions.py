"""State before + events = fresh state: a case, what is decided, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from decision_operations import (
    PASS,
    RECTIFY,
    answer_recall,
    approve,
    close_recall,
    conclude,
    decide_appeal,
    decide_dissent,
    dissent,
    examine_again,
    file_appeal,
    propose,
    record_second_test,
    reopen,
    resolve,
    suspend_measure,
    void_report,
)
from follow_up_operations import (
    hand_to_office,
    inspect_elsewhere,
    prove,
    register,
    send_to_test,
    state_fact,
    take_over,
    verify,
)
from make import Make, ok
from operations import Hand, step
from telling import Stories, hold, then
from world import World

from inspection.server.cast import PORT


async def a_fortnight_passes(hand: Hand) -> None:
    """Longer than goods have to be brought back in."""
    await hand.world.move_by(timedelta(days=14))


async def at_a_laboratory(hand: Hand) -> None:
    """The administrator lists a laboratory for the port, and a superior has it test again."""
    body = {"name": "市质检所", "scope": "压力管道元件"}
    ok(await hand.world.client_of("wen").put(f"/api/v1/ports/{PORT}/laboratories/L2", json=body))
    await step(examine_again, laboratory="L2")(hand)


async def nobody_objects(hand: Hand) -> None:
    """The time for objections passes."""
    await hand.world.move_by(timedelta(days=18))


REFUSE: dict[str, Any] = {"line": 1, "verdict": "REFUSE", "basis": "TESTED"}
CONDITIONAL = {"line": 1, "verdict": "CONDITIONAL", "conditions": ["SECURITY"], "basis": "DOCUMENT"}
OTHERS_PASS = (
    then(conclude, "ConclusionSubmitted", agency="customs"),
    then(conclude, "ConclusionSubmitted", agency="ip"),
)

STORIES: Stories = {
    "a rectification is approved and later lifted": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "ReportIssued", "DispositionProposed", "CaseStateChanged", **RECTIFY),
            then(approve, "DispositionApproved", "CaseStateChanged"),
            then(conclude, "ConclusionAmended", "ReportIssued", "DispositionProposed", "CaseStateChanged"),
            then(approve, "DispositionApproved", "Released", "CaseStateChanged"),
        ),
    ),
    "a rectification is proven, sent back, verified and decided anew": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "ReportIssued", "DispositionProposed", **RECTIFY),
            then(approve, "DispositionApproved", "FollowUpsOpened", "CaseStateChanged"),
            then(prove, "FollowUpMoved"),
            then(verify, "FollowUpMoved", passed=False),
            then(prove, "FollowUpMoved"),
            then(verify, "FollowUpMoved", "DispositionMoved"),
            then(conclude, "ConclusionAmended", "ReportIssued", "DispositionProposed"),
            then(approve, "DispositionApproved", "FollowUpsReplaced", "DispositionMoved", "Released", "CaseStateChanged"),
        ),
    ),
    "goods go first under security, the case is filed": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "ReportIssued", "DispositionProposed", **CONDITIONAL, offence=True),
            then(state_fact, "GoodsFactRecorded", "ReportIssued", "DispositionProposed", fact="release_first", value=True),
            then(approve, "DispositionApproved", "FollowUpsOpened"),
            then(register, "FollowUpMoved", "CaseFiled", kind="CASE_FILING", reference="L-1", reason="商标法第六十条"),
            then(register, "FollowUpMoved", "Released", "CaseStateChanged", amount="1", currency="CNY", reference="BH-1"),
        ),
    ),
    "an office at the destination takes over": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **CONDITIONAL | {"conditions": ["DESTINATION_INSPECTION"]}),
            then(approve, "DispositionApproved", "FollowUpsOpened"),
            then(hand_to_office, "FollowUpMoved"),
            then(take_over, "FollowUpMoved", "Released", "CaseStateChanged"),
            then(inspect_elsewhere, "FollowUpMoved", "DispositionMoved", "CaseStateChanged"),
        ),
    ),
    "goods are detained, tested, and what was queued begins": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY | {"verdict": "REFUSE", "measures": ["DETAIN", "RETURN"]}),
            then(approve, "DispositionApproved", "FollowUpsOpened", "CaseStateChanged"),
            then(send_to_test, "DeadlinePaused", "TestingExcluded"),
            then(send_to_test, "DeadlineResumed", "TestingExcluded", running=False),
            then(register, "FollowUpMoved", "FollowUpsOpened", kind="DETAIN", reason="证据已固定"),
        ),
    ),
    "the lead proposes something stricter": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(propose, "DispositionProposed", type="RETURN"),
            then(approve, "DispositionApproved", "FollowUpsOpened"),
            then(nobody_objects, "DeadlineReached", "FollowUpsOpened"),
        ),
    ),
    "a proposal nobody approved is replaced by a release, and that is recalled": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(conclude, "ConclusionAmended", "ReportIssued", "Released"),
            then(conclude, "ConclusionAmended", "ReportIssued", "Recalled", "DispositionProposed", **RECTIFY),
        ),
    ),
    "recalled goods are answered for, overdue, and brought back": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "ReportIssued", "Released"),
            then(conclude, "ReportIssued", "Recalled", **RECTIFY),
            then(answer_recall, "RecallAnswered"),
            then(a_fortnight_passes, "DeadlineReached", "RecallEscalated"),
            then(approve, "DispositionApproved", "CaseStateChanged"),
            then(close_recall, "RecallClosed", version=1),
        ),
    ),
    "a report is declared void and made anew": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(void_report, "ReportVoided", "ReportIssued", "DispositionProposed"),
        ),
    ),
    "the lead departs from a conclusion, the agency dissents, and a superior upholds it": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(propose, "DispositionProposed", type="RELEASE"),
            then(approve, "DepartureNotified", "DispositionHeld"),
            then(dissent, "DissentRaised"),
            then(decide_dissent, "DepartureSettled", "ReportIssued", "DispositionApproved", "Released", "CaseStateChanged"),
        ),
    ),
    "a superior follows the conclusion, and an amendment ends a departure": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(propose, "DispositionProposed", type="RELEASE"),
            then(approve, "DispositionHeld"),
            then(dissent, "DissentRaised"),
            then(decide_dissent, "DepartureSettled", "DispositionProposed", decision="FOLLOW"),
            then(propose, "DispositionProposed", type="RETURN"),
            then(conclude, "ConclusionAmended", "ReportIssued", "DispositionProposed"),
        ),
    ),
    "the enterprise objects, the measure is suspended, others look again, and it is varied": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(approve, "DispositionApproved"),
            then(file_appeal, "AppealFiled", "CaseStateChanged"),
            then(suspend_measure, "MeasureSuspended"),
            then(examine_again, "ReexaminationOrdered"),
            then(at_a_laboratory, "ReexaminationOrdered"),
            then(record_second_test, "SecondTestRecorded"),
            then(decide_appeal, "ReportIssued", "AppealDecided", "Released", outcome="VARY", type="RELEASE"),
        ),
    ),
    "two measures exclude each other, and the lead takes one of them": (
        "CONCLUDING",
        (
            then(conclude, "ConclusionSubmitted", agency="customs"),
            then(conclude, "ConclusionSubmitted", agency="ip", **REFUSE, measures=["DESTROY"]),
            then(conclude, "DispositionProposed", **REFUSE, measures=["RETURN"]),
            then(resolve, "DispositionProposed"),
            then(approve, "DispositionApproved"),
        ),
    ),
    "an objection is revoked into a new decision": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **RECTIFY),
            then(propose, "DispositionProposed", type="RETURN"),
            then(approve, "DispositionApproved"),
            then(file_appeal, "AppealFiled"),
            then(decide_appeal, "AppealDecided", "ReportIssued", "DispositionProposed", outcome="REVOKE"),
        ),
    ),
    "a closed case is taken up again and closes with another report": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "Released", "CaseStateChanged"),
            then(reopen, "CaseReopened", "CaseStateChanged"),
            then(conclude, "ConclusionAmended", "ReportIssued", "Released", "CaseStateChanged", **PASS | {"note": "复核无异常"}),
        ),
    ),
    "the goods go under a condition": (
        "CONCLUDING",
        (
            *OTHERS_PASS,
            then(conclude, "DispositionProposed", **CONDITIONAL),
            then(approve, "DispositionApproved", "FollowUpsOpened"),
        ),
    ),
}


@pytest.mark.parametrize("name", STORIES)
async def test_state_before_and_the_events_give_the_fresh_state(name: str, world: World, make: Make) -> None:
    await hold(world, make, *STORIES[name])
