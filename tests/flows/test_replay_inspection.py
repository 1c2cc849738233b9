"""State before + events = fresh state: a case, at the goods and around them."""

from __future__ import annotations

from datetime import timedelta

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
from decision_operations import RECTIFY, conclude, supersede
from make import Make, ok
from operations import Hand
from telling import Stories, hold, then
from world import World
from yard_operations import (
    agree,
    cancel_window,
    change_window,
    check_in,
    close,
    complete,
    declare,
    excuse,
    find,
    no_show,
    open_goods,
    refuse_window,
    schedule,
    send_bytes,
)


async def hold_runs_out(hand: Hand) -> None:
    """Nobody confirms for a quarter of an hour."""
    await hand.world.move_by(timedelta(minutes=15))


async def file_and_close(hand: Hand) -> None:
    """A version with the same goods comes while somebody is at them; then the session is closed."""
    ok(await supersede(hand, gross_weight="18251.000"))
    ok(await close(hand))


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


SECRET = {"agency": "ip", "label": "IP_SECRET"}

STORIES: Stories = {
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
}


@pytest.mark.parametrize("name", STORIES)
async def test_state_before_and_the_events_give_the_fresh_state(name: str, world: World, make: Make) -> None:
    await hold(world, make, *STORIES[name])
