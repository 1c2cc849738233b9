"""State before + events = fresh state: a case, how it is called for, answered, planned and followed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from decision_operations import conclude, supersede
from invitation_operations import (
    accept,
    acknowledge,
    admit_late,
    answer_late,
    claim_points,
    confirm_decline,
    decline,
    draw_experts,
    draw_key_points,
    hand_over,
    overrule_decline,
    refuse_points,
    replace_experts,
    substitute,
    waive_agency,
    waive_certificate,
)
from make import Make, ok
from operations import Hand
from silence import mandate
from telling import EVERYBODY_IS_DONE, Stories, hold, then
from world import World
from yard_operations import agree, check_in, declare, find, move_goods, open_goods, pause, resume, schedule, send_bytes, wish


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


async def found_before_the_close(hand: Hand) -> None:
    """A finding that was on its way while the session closed."""
    captured_at = hand.now
    await hand.world.move_by(timedelta(hours=1))
    ok(await find(hand, captured_at=captured_at - timedelta(minutes=1)))


async def accept_the_drawn(hand: Hand) -> None:
    """Market regulation names who was drawn."""
    drawn = (await hand.read("/draws"))[-1]["standing"]
    ok(await accept(hand, expert=drawn[0]))


STORIES: Stories = {
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
}


@pytest.mark.parametrize("name", STORIES)
async def test_state_before_and_the_events_give_the_fresh_state(name: str, world: World, make: Make) -> None:
    await hold(world, make, *STORIES[name])
