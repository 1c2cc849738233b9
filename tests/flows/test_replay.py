"""State before + events = fresh state, for every operation on a case and everybody who may watch it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from asking import PATENT
from asking_operations import (
    answer_request,
    ask,
    confirm,
    decline_request,
    file_minutes,
    prepared,
    recognise,
    reply,
    revoke_recognition,
    silent_for_days,
    withdraw_confirmation,
    withdraw_request,
)
from cabin_operations import (
    acknowledge_sheet,
    adopt,
    agree_division,
    cite,
    divide,
    excuse_reading,
    file_document,
    object_division,
    publish,
    read_papers,
    say,
    tick,
)
from case_operations import (
    PASS,
    RECTIFY,
    Hand,
    Operation,
    Step,
    accept,
    acknowledge,
    admit_late,
    agree,
    answer_late,
    answer_recall,
    approve,
    cancel_window,
    change_window,
    check_in,
    claim_points,
    close,
    close_recall,
    complete,
    conclude,
    confirm_decline,
    decide_appeal,
    decide_dissent,
    declare,
    decline,
    dissent,
    draw_experts,
    draw_key_points,
    examine_again,
    excuse,
    file_appeal,
    find,
    hand_over,
    move_goods,
    no_show,
    open_goods,
    overrule_decline,
    pause,
    propose,
    record_second_test,
    refuse_points,
    refuse_window,
    reopen,
    replace_experts,
    resolve,
    resume,
    schedule,
    send_bytes,
    step,
    substitute,
    supersede,
    suspend_measure,
    void_report,
    waive_agency,
    waive_certificate,
    wish,
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
from silence import mandate
from verified import WATCHERS, frames_of, state_of, verify_action
from world import World

from inspection.replaying.replay import Frame, replay
from inspection.server.cast import PORT
from inspection.server.route_powers import ROUTES

Act = Callable[[Hand], Awaitable[Any]]


@dataclass(frozen=True)
class Moment:
    """One act of a story and the events that everybody hears of it, among others; a watcher may hear of one as withheld."""

    act: Act
    tells: tuple[str, ...]


def then(act: Act | Operation, *tells: str, **options: Any) -> Moment:
    """``act``, or an operation that must succeed, and what it tells."""
    return Moment(step(act, **options) if isinstance(act, Operation) else act, tells)


async def silence(hand: Hand) -> None:
    """Nobody answers until every deadline of two hours has passed."""
    await hand.world.move_by(timedelta(hours=2, minutes=6))


async def mandated(hand: Hand) -> None:
    """Market regulation's mandate lets an institution stand in for it; IP accepts."""
    await mandate(hand.world, "market_regulation", "SUBSTITUTE")
    ok(await accept(hand, agency="ip"))


async def opened_without_ip(hand: Hand) -> None:
    """The window is agreed with market regulation alone, and the goods are opened."""
    ok(await move_goods(hand))
    ok(await schedule(hand))
    ok(await agree(hand))
    await hand.world.drain()
    await hand.make.opened(hand.no)


async def a_fortnight_passes(hand: Hand) -> None:
    """Longer than goods have to be brought back in."""
    await hand.world.move_by(timedelta(days=14))


async def hold_runs_out(hand: Hand) -> None:
    """Nobody confirms for a quarter of an hour."""
    await hand.world.move_by(timedelta(minutes=15))


async def found_before_the_close(hand: Hand) -> None:
    """A finding that was on its way while the session closed."""
    captured_at = hand.now
    await hand.world.move_by(timedelta(hours=1))
    ok(await find(hand, captured_at=captured_at - timedelta(minutes=1)))


async def accept_the_drawn(hand: Hand) -> None:
    """Market regulation names who was drawn."""
    drawn = (await hand.read("/draws"))[-1]["standing"]
    ok(await accept(hand, expert=drawn[0]))


async def file_and_close(hand: Hand) -> None:
    """A version with the same goods comes while somebody is at them; then the session is closed."""
    ok(await supersede(hand, gross_weight="18251.000"))
    ok(await close(hand))


async def at_a_laboratory(hand: Hand) -> None:
    """The administrator lists a laboratory for the port, and a superior has it test again."""
    body = {"name": "市质检所", "scope": "压力管道元件"}
    ok(await hand.world.client_of("wen").put(f"/api/v1/ports/{PORT}/laboratories/L2", json=body))
    await step(examine_again, laboratory="L2")(hand)


async def nobody_objects(hand: Hand) -> None:
    """The time for objections passes."""
    await hand.world.move_by(timedelta(days=18))


async def bytes_two_days_later(hand: Hand) -> None:
    """Longer than terminals may take to send what they have."""
    await hand.world.move_by(timedelta(days=2))
    ok(await send_bytes(hand))


async def publish_first(hand: Hand) -> None:
    """Market regulation has a checklist when the sheet issues."""
    await publish(hand.make, mandatory=False)
    await hand.make.accepted(hand.no)


async def to_the_yard(hand: Hand) -> None:
    """A window, and the goods are opened."""
    await hand.make.scheduled(hand.no)
    await hand.make.opened(hand.no)


REFUSE: dict[str, Any] = {"line": 1, "verdict": "REFUSE", "basis": "TESTED"}
CONDITIONAL = {"line": 1, "verdict": "CONDITIONAL", "conditions": ["SECURITY"], "basis": "DOCUMENT"}
SECRET = {"agency": "ip", "label": "IP_SECRET"}
OTHERS_PASS = (
    then(conclude, "ConclusionSubmitted", agency="customs"),
    then(conclude, "ConclusionSubmitted", agency="ip"),
)
EVERYBODY_IS_DONE = (
    then(complete, "WorkstreamCompleted"),
    then(complete, "WorkstreamCompleted", agency="ip"),
    then(complete, "WorkstreamCompleted", agency="customs"),
    then(close, "SessionClosed", "CaseStateChanged"),
)

STORIES: dict[str, tuple[str, tuple[Moment, ...]]] = {
    "from the answers to the release": (
        "INVITING",
        (
            then(acknowledge, "InvitationDelivered"),
            then(accept, "InvitationAccepted", agency="ip"),
            then(accept, "InvitationAccepted", "TaskSheetIssued", "CaseStateChanged"),
            then(wish, "PreferredWindowsStated"),
            then(move_goods, "GoodsMoved"),
            then(schedule, "ScheduleProposed"),
            then(agree, "ScheduleAgreed", "ScheduleConfirmed", "CaseStateChanged"),
            then(agree, "ScheduleAgreed", agency="ip"),
            then(move_goods, "GoodsMoved", to="INSPECTION"),
            then(check_in, "SessionCheckedIn", "CaseStateChanged"),
            then(open_goods, "SessionOpened"),
            then(pause, "SessionPaused"),
            then(resume, "SessionResumed"),
            then(declare, "EvidenceDeclared"),
            then(send_bytes, "EvidenceStored"),
            then(find, "FindingRecorded", grade="CRITICAL"),
            *EVERYBODY_IS_DONE,
            then(found_before_the_close, "FindingRecorded"),
            then(conclude, "ConclusionSubmitted"),
            then(conclude, "ConclusionSubmitted", agency="customs"),
            then(conclude, "ConclusionSubmitted", "ReportIssued", "Released", "CaseStateChanged", agency="ip"),
        ),
    ),
    "experts and key points are drawn, and the case changes hands": (
        "INVITING",
        (
            then(waive_certificate, "CertificateWaived"),
            then(draw_experts, "DrawHeld", "DrawCommitted"),
            then(hand_over, "CaseHandedOver"),
            then(accept, "InvitationAccepted", agency="ip"),
            then(accept_the_drawn, "InvitationAccepted", "TaskSheetIssued", "DrawCommitted"),
            then(draw_key_points, "DrawHeld"),
        ),
    ),
    "an agency declines and the lead confirms": (
        "INVITING",
        (then(decline, "InvitationDeclined"), then(confirm_decline, "DeclineConfirmed")),
    ),
    "a mandatory agency has nobody to send and finds somebody after all": (
        "INVITING",
        (then(decline, "InvitationDeclined", reason="NO_QUALIFIED_EXPERT"), then(accept, "InvitationAccepted")),
    ),
    "an agency is out of scope, the lead overrules it, and another takes the points over": (
        "INVITING",
        (
            then(accept, "InvitationAccepted"),
            then(replace_experts, "ExpertReplaced"),
            then(decline, "InvitationDeclined", agency="ip"),
            then(overrule_decline, "InvitationEscalated", agency="ip"),
            then(claim_points, "PointsClaimed", "TaskSheetIssued"),
        ),
    ),
    "nobody holds the software to be its own, and an approver waives it": (
        "INVITING",
        (
            then(accept, "InvitationAccepted"),
            then(decline, "InvitationDeclined", agency="ip"),
            then(refuse_points, "InvitationEscalated"),
            then(waive_agency, "InvitationWaived", "TaskSheetIssued", agency="ip"),
        ),
    ),
    "a mandatory agency is silent until an institution stands in for it": (
        "INVITING",
        (
            then(mandated, "InvitationAccepted"),
            then(silence, "InvitationLapsed", "InvitationEscalated", "InvitationBlocked"),
            then(substitute, "InvitationSubstituted", "TaskSheetIssued"),
        ),
    ),
    "an agency answers when the goods are open already": (
        "INVITING",
        (
            then(accept, "InvitationAccepted"),
            then(silence, "InvitationLapsed", "TaskSheetIssued"),
            then(opened_without_ip, "SessionOpened"),
            then(answer_late, "LateAnswerOffered"),
            then(admit_late, "InvitationAccepted"),
        ),
    ),
    "both agencies are silent and come late": (
        "INVITING",
        (
            then(silence, "DeadlineReached", "InvitationLapsed"),
            then(accept, "InvitationAccepted", "TaskSheetIssued"),  # whom the law does not ask for is not waited for
            then(accept, "InvitationAccepted", agency="ip"),
        ),
    ),
    "the declaration is superseded": (
        "PREPARING",
        (
            then(wish, "PreferredWindowsStated"),
            then(supersede, "CaseFollowedDeclaration", "TaskSheetAmended", gross_weight="18251.000"),
            then(supersede, "CaseFollowedDeclaration", "TaskSheetAmended", goods="特种气体管路、嵌入式控制软件与备件"),
            then(supersede, "InvitationWithdrawn", "InvitationSent", goods="特种气体管路", hs="2844430000"),
            then(supersede, "InvitationWithdrawn", "CaseStateChanged", goods="瓦楞纸箱", hs="4819100000"),
        ),
    ),
    "the declaration is superseded while the goods are on the table, and after something was concluded": (
        "IN_FIELD",
        (
            then(conclude, "ConclusionSubmitted"),
            then(complete, "WorkstreamCompleted"),
            then(complete, "WorkstreamCompleted", agency="ip"),
            then(complete, "WorkstreamCompleted", agency="customs"),
            then(file_and_close, "SessionClosed", "CaseFollowedDeclaration", "ConclusionCarriedOver", "TaskSheetAmended"),
            then(conclude, "ConclusionAmended"),
            then(supersede, "CaseFollowedDeclaration", goods="特种气体管路、嵌入式控制软件与备件"),
            then(conclude, "ConclusionAmended", **RECTIFY),
        ),
    ),
    "somebody is excused, a photo comes too late, the goods are opened again": (
        "IN_FIELD",
        (
            then(declare, "EvidenceDeclared", agency="ip"),
            then(conclude, "ConclusionSubmitted"),
            then(conclude, "ConclusionAmended", **RECTIFY),
            then(excuse, "WorkstreamExcused"),
            then(complete, "WorkstreamCompleted", agency="ip"),
            then(complete, "WorkstreamCompleted", agency="customs"),
            then(close, "SessionClosed"),
            then(bytes_two_days_later, "EvidenceStored"),
            then(schedule, "ScheduleProposed"),
            then(agree, "ScheduleConfirmed"),
            then(check_in, "SessionCheckedIn", reason="复查铭牌"),
            then(open_goods, "SessionOpened"),
        ),
    ),
    "a window is refused, lapses, is moved, cancelled, and nobody comes to the last one": (
        "PREPARING",
        (
            then(schedule, "ScheduleProposed"),
            then(refuse_window, "ScheduleRefused"),
            then(schedule, "ScheduleProposed"),
            then(hold_runs_out, "ScheduleCancelled"),
            then(schedule, "ScheduleProposed"),
            then(change_window, "ScheduleChanged"),
            then(agree, "ScheduleConfirmed", "CaseStateChanged"),
            then(change_window, "ScheduleChanged"),
            then(agree, "ScheduleConfirmed"),
            then(cancel_window, "ScheduleCancelled", "CaseStateChanged"),
            then(schedule, "ScheduleProposed"),
            then(agree, "ScheduleConfirmed"),
            then(no_show, "NoShowRecorded", "CaseStateChanged", later=timedelta(days=4)),
        ),
    ),
    "papers are read, the work is divided, the sheet amended and acknowledged": (
        "SCHEDULED",
        (
            then(cite, "CabinPaperFiled", required_of=["market_regulation"]),
            then(cite, "withheld", label="IP_SECRET", agency="ip"),
            then(excuse_reading, "ReadingExcused"),
            then(read_papers, "CabinPaperRead"),
            then(read_papers, "withheld", login="qiu"),
            then(declare, "EvidenceDeclared"),
            then(send_bytes, "EvidenceStored"),
            then(file_document, "CabinPaperFiled", for_enterprise=True),
            then(say, "MessagePosted"),
            then(divide, "DivisionProposed", "DivisionAnswered"),
            then(object_division, "DivisionAnswered", agency="ip"),
            then(agree_division, "DivisionAnswered", agency="ip"),
            then(acknowledge_sheet, "TaskSheetAcknowledged"),
            then(adopt, "DivisionAdopted", "TaskSheetAmended"),
            then(acknowledge_sheet, "TaskSheetAcknowledged"),
            then(acknowledge_sheet, "TaskSheetAcknowledged", agency="ip"),
            then(acknowledge_sheet, "TaskSheetAcknowledged", agency="customs"),
            then(check_in, "SessionCheckedIn"),
        ),
    ),
    "an agency works by its checklist": (
        "INVITING",
        (
            then(publish_first, "InvitationAccepted", "TaskSheetIssued", "CabinPaperFiled"),
            then(to_the_yard, "SessionOpened"),
            then(tick, "ChecklistAnswered"),
            then(tick, "ChecklistAnswered", entry="M2", outcome="NOT_APPLICABLE", reason="无材质报告要求"),
            then(complete, "WorkstreamCompleted"),
        ),
    ),
    "agencies ask each other and a rights holder, and one recognises a result": (
        "IN_FIELD",
        (
            then(prepared, "FindingRecorded"),
            then(ask, "InfoRequestSent", blocking=True),
            then(file_minutes, "MinutesFiled"),
            then(answer_request, "InfoRequestAnswered"),
            then(ask, "InfoRequestSent", **PATENT),
            then(decline_request, "InfoRequestDeclined"),
            then(withdraw_request, "InfoRequestWithdrawn"),
            then(recognise, "ResultRecognised"),
            then(revoke_recognition, "RecognitionRevoked"),
            then(confirm, "RightsConfirmationOpened"),
            then(withdraw_confirmation, "RightsConfirmationWithdrawn"),
            then(confirm, "RightsConfirmationOpened"),
            then(reply, "RightsHolderReplied"),
            then(silent_for_days, "RightsConfirmationOpened", "RightsConfirmationLapsed"),
        ),
    ),
    "secrets are found": (
        "IN_FIELD",
        (
            then(find, "withheld", **SECRET),
            then(declare, "withheld", **SECRET),
            then(send_bytes, "withheld"),
            then(find, "FindingRecorded"),
        ),
    ),
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
"""The state of the case when the story begins, and its moments."""


@pytest.mark.parametrize("name", STORIES)
async def test_state_before_and_the_events_give_the_fresh_state(name: str, world: World, make: Make) -> None:
    state, moments = STORIES[name]
    hand = Hand(world, make, await make.case(state))
    for number, moment in enumerate(moments):
        verified = await verify_action(world, hand.no, partial(moment.act, hand))
        assert set(moment.tells) <= set(verified.types()), f"moment {number}"
    everything = await frames_of(world, hand.no, "lin")
    assert replay(everything) == await state_of(world, hand.no, "lin")


async def file_one(make: Make) -> str:
    """One declaration; returns the number of its case."""
    receipt = ok(await make.world.client_of("hengtong").post("/api/v1/declarations", json=make.declaration()))
    return str(receipt["case"])


async def file_many(make: Make) -> str:
    """A batch of one."""
    line = msgspec.json.encode(make.declaration()) + b"\n"
    answer = await make.world.client_of("hengtong").post("/api/v1/declarations/batch", content=line)
    assert answer.is_success
    return str(msgspec.json.decode(answer.content.splitlines()[0])["case"])


OPENS: dict[str, Callable[[Make], Awaitable[str]]] = {
    "POST /api/v1/declarations": file_one,
    "POST /api/v1/declarations/batch": file_many,
}


@pytest.mark.parametrize("route", OPENS)
async def test_a_filing_that_opens_a_case_tells_it_from_the_start(route: str, world: World, make: Make) -> None:
    verified = await verify_action(world, None, lambda: OPENS[route](make))
    assert {"CaseOpened", "InvitationSent"} <= set(verified.types())
    assert verified.states["lin"].state == "INVITING" and len(verified.states["lin"].invitations) == 2


ELSEWHERE = {
    **dict.fromkeys(
        (
            "POST /api/v1/notices/{notice_id}/acknowledge",
            "PUT /api/v1/me/notices",
            "POST /api/v1/webhooks",
            "PUT /api/v1/webhooks/{webhook_id}",
            "DELETE /api/v1/webhooks/{webhook_id}",
            "POST /api/v1/webhooks/{webhook_id}/rotate",
            "POST /api/v1/webhooks/{webhook_id}/ping",
            "POST /api/v1/webhooks/{webhook_id}/replay",
        ),
        "what somebody is told, and where: no case changes by it",
    ),
    "POST /api/v1/declarations/check": "keeps nothing",
    "POST /test/v1/clock": "moves time; what time does to a case is the lapse",
    "POST /api/v1/sign-in": "a person's sessions",
    "POST /api/v1/sign-out": "a person's sessions",
    "POST /api/v1/first-password": "a person's password",
    "POST /api/v1/me/password": "a person's password",
    "DELETE /api/v1/me/sessions/{session_id}": "a person's sessions",
    "POST /api/v1/me/keys": "a person's signing keys",
    "POST /api/v1/me/keys/{key_id}/revoke": "a person's signing keys",
    "POST /api/v1/cases/{no}/audits": "a notice to the enterprise; nothing of the case changes",
    "PUT /api/v1/cases/{no}/liability/insurance": "a note beside the liability record; nothing of the case changes",
    "PUT /api/v1/ports/{port}/policy": "a port's policy; running cases keep theirs",
    **dict.fromkeys(
        (route for route in ROUTES if re.match("(POST|PUT) /api/v1/policies", route)),
        "versions of a policy; a case keeps the one it was opened with",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if re.match("(POST|PUT) /api/v1/rulebooks", route)),
        "versions of a rulebook; a case keeps the hits it was opened with",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if route.startswith("PUT /api/v1/calendars/")),
        "versions of a calendar; what a new one moves is verified when the worker has seen it",
    ),
    "PUT /api/v1/ports/{port}/laboratories/{code}": "the port's list of laboratories",
    **dict.fromkeys(
        (
            "POST /api/v1/cases/{no}/costs",
            "POST /api/v1/cases/{no}/case-filings/{filing_id}/close",
            "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/demand",
            "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/extend",
        ),
        "words and figures that no watcher of the case keeps; test_follow_ups.py",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if route.startswith("PUT") and "/follow-ups/{follow_up_id}/files/" in route),
        "a file of the enterprise's; the case learns of it by the proof that names it",
    ),
    "PUT /api/v1/ports/{port}/desks/{role}": "how a desk of the port is reached",
    "POST /api/v1/ports/{port}/coordinators": "coordinators of enterprises",
    **dict.fromkeys(
        (route for route in ROUTES if "/deadlines/{deadline_id}/" in route),
        "a deadline's ledger; of it a watcher keeps an invitation's due, and an invitation is neither paused nor extended",
    ),
    **dict.fromkeys((route for route in ROUTES if "/api/v1/units/" in route and route.startswith("POST")), "a unit's own papers"),
    **dict.fromkeys((route for route in ROUTES if re.match("(POST|PUT) /api/v1/units/", route)), "a unit's own papers"),
}
"""Routes that write, but no case, and what they write instead."""


def test_every_route_that_writes_a_case_is_verified() -> None:
    """A new route is held to it as well, or says here what it writes instead."""
    steps = [moment.act for _, moments in STORIES.values() for moment in moments if isinstance(moment.act, Step)]
    verified = {shape(one.operation.route) for one in steps} | {shape(route) for route in OPENS}
    writing = {route for route in ROUTES if route.split(" ", 1)[0] not in {"GET", "WEBSOCKET"}}
    unverified = {route for route in writing - ELSEWHERE.keys() if shape(route) not in verified}
    assert not unverified, f"no moment in STORIES: {sorted(unverified)}"
    assert ELSEWHERE.keys() <= writing and verified <= {shape(route) for route in writing}


def shape(route: str) -> str:
    """A row of the route table without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in route.split("/"))


async def test_another_calendar_moves_the_due_of_an_invitation_for_everybody_who_watches(world: World, make: Make) -> None:
    await world.as_owner("UPDATE unit SET duty_24h = false")
    no = await make.case("INVITING")

    async def published() -> None:
        notice = {"source": "临时停工通知", "years": [2026], "holidays": ["2026-11-20"]}
        for whose in (PORT, f"{PORT}/ip"):
            ok(await world.client_of("wen").put(f"/api/v1/calendars/{whose}", json=notice, headers={"If-Match": '"v0"'}))
        assert await world.worker.watch() == 2

    assert (await verify_action(world, no, published)).types().count("DeadlineRecomputed") == 2


async def test_who_may_not_see_a_secret_replays_the_case_without_it(world: World, make: Make) -> None:
    """A withheld frame moves the number and nothing else; the frames around it tell all the rest."""
    hand = Hand(world, make, await make.case("IN_FIELD"))
    for moment in (*STORIES["secrets are found"][1], *EVERYBODY_IS_DONE):
        await moment.act(hand)
    await world.drain()
    known = {login: replay(await frames_of(world, hand.no, login)) for login in WATCHERS}
    assert known == {login: await state_of(world, hand.no, login) for login in WATCHERS}
    for login, findings, evidence, withheld in (("lin", 1, 0, 3), ("mei", 1, 0, 3), ("an", 1, 0, 3), ("qiu", 2, 1, 0)):
        shown = await frames_of(world, hand.no, login)
        assert (len(known[login].findings), len(known[login].evidence)) == (findings, evidence)
        assert [frame.type for frame in shown].count("withheld") == withheld


async def test_a_watcher_that_loses_frames_and_asks_again_arrives_at_the_same_state(world: World, make: Make) -> None:
    """A gap is seen by its number; asking after the number one has brings the rest, and what came twice changes nothing."""
    no = await make.case("IN_FIELD")
    everything = await frames_of(world, no, "mei")
    known = replay(everything[:3])
    jumped: Frame = everything[5]
    assert jumped.seq > known.seq + 1
    again = await frames_of(world, no, "mei", after=known.seq)
    assert replay([*again, jumped, *everything], known) == await state_of(world, no, "mei")
