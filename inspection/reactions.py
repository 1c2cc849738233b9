"""What follows from what: one line per event type. The worker runs these after the commit, at least once, as the platform.

A reaction may run twice and in any order with others; each looks at the present state and does what is left to do.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import ladder
from inspection import case, cases, events
from inspection.carrying_over.following import follow_when_closed
from inspection.concluding.conclusion_deadlines import begin, meet
from inspection.deciding import appealed_dispositions, departed_dispositions
from inspection.events import EventType as E
from inspection.following_up import follow_up_overdue, recalls
from inspection.inviting import invitation_lapses, invitation_news
from inspection.notifying import inbox, notice_catalogue
from inspection.notifying.notices import write_notices
from inspection.notifying.rulebook_notices import withdraw_waiting
from inspection.planning import appointments, booking_ends, booking_people, bookings
from inspection.preparing import cabin_checklists, task_sheet_amendments, task_sheets
from inspection.reaction import Parts, Reaction
from inspection.reporting import enterprise_reports
from inspection.reporting.report_decisions import decide_when_complete
from inspection.reporting.reports import print_when_issued
from inspection.requesting import request_deadlines, rights_deadlines
from inspection.staffing import draws
from inspection.timekeeping import elapsed_time, waiting
from inspection.timekeeping.case_deadlines import follow_due
from inspection.timekeeping.deadline_subject import invited_agency
from kit import event_log
from kit.event_log import Event
from media import derivatives
from risk.rulebook_publishing import RulebookEvent

WINDOW_KINDS: dict[str, str] = {
    E.SCHEDULE_PROPOSED: "schedule_proposed",
    E.SCHEDULE_CONFIRMED: "schedule_confirmed",
    E.SCHEDULE_CHANGED: "schedule_changed",
    E.SCHEDULE_REFUSED: "schedule_refused",
    E.SCHEDULE_CANCELLED: "schedule_cancelled",
    E.NO_SHOW_RECORDED: "no_show_recorded",
}
"""What an inbox calls it."""


ASKED: dict[str, tuple[str, ...]] = {
    E.INVITATION_ACCEPTED: ("invitation",),
    E.INVITATION_DECLINED: ("invitation",),
    E.INVITATION_WITHDRAWN: ("invitation",),
    E.SCHEDULE_AGREED: bookings.ASKING,
    E.SCHEDULE_CONFIRMED: bookings.ASKING,
    E.SCHEDULE_CHANGED: ("schedule_proposed",),
    E.SCHEDULE_REFUSED: bookings.ASKING,
    E.SCHEDULE_CANCELLED: bookings.ASKING,
}
"""Which requests of an inbox an event answers."""


async def settle_always(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The case's state and the enterprise's status follow from the children, and from what the reactions before it changed."""
    await cases.settle_stream(session, event.stream, now)


async def settle(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The same once for several events: a later one of the stream that settles sees all that this one came with.

    Only behind reactions that tell what they change by an event of their own. One that moves a deadline tells nobody: what it
    did may come after the later event was settled.
    """
    if not await event_log.is_followed(session, event, SETTLING):
        await settle_always(session, event, now, parts)


async def lapse(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The red rungs of an invitation nobody answered: the lapse, and those that repeat it; the warnings before decide nothing."""
    subject, rung = event.data["subject"], event.data["rung"]
    if rung >= ladder.LAPSE and invited_agency(subject) is not None:
        await invitation_lapses.on_red_rung(session, subject, rung, now)


async def press_for_answers(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The red rungs of what was asked of another agency, or of a rights holder: it is late, and silence answers nothing."""
    if event.data["rung"] >= ladder.LAPSE:
        await request_deadlines.on_red_rung(session, event.data["subject"], event.data["rung"], now)
        await rights_deadlines.on_red_rung(session, event.data["subject"], now)


async def escalate_recall(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The time for bringing recalled goods back is over."""
    if event.data["rung"] >= ladder.LAPSE:
        await recalls.overdue(session, event.data["subject"], now)


async def note_overdue(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """What somebody still owes after a disposition is overdue; the lead may propose the policy's next row."""
    await follow_up_overdue.on_rung(session, event.stream, event.data["subject"], event.data["rung"], now)


async def announce_invitation(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The lead and everybody concerned learn how an invitation went on."""
    await invitation_news.announce(session, event.stream, event.type, event.data, now)


async def follow_deadline(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """A due moved: what repeats it says the new one."""
    await follow_due(session, event.data["subject"])
    await recalls.follow_due(session, event.data["subject"])
    await request_deadlines.follow_due(session, event.data["subject"])
    await rights_deadlines.follow_due(session, event.data["subject"])


async def begin_conclusions(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The session is over: the agencies have so long for their conclusions."""
    await begin(session, event.stream)


async def meet_conclusion(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """An agency has concluded."""
    await meet(session, event.stream, event.data["agency"], event.at)
    await rights_deadlines.meet_determination(session, event.stream, event.data["agency"], event.at)


async def commit_to_expert_draw(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The seed of the draw of an agency's experts is committed to before anybody of its pool is known."""
    await draws.commit_of_stream(session, event.stream, draws.EXPERTS, event.data["agency"], now)


async def commit_to_key_points(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The seed of the draw of key points is committed to when the sheet they stand on issues."""
    await draws.commit_of_stream(session, event.stream, draws.KEY_POINTS, None, now)


async def issue_sheet(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The task sheet issues by itself as soon as its guard holds, and follows the declaration as soon as it holds again."""
    await task_sheets.issue_when_ready(session, event.stream, now)
    await task_sheet_amendments.follow_when_ready(session, event.stream, now)


async def announce_window(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """What happened to the window reaches every agency that takes part."""
    await bookings.announce(session, event.stream, WINDOW_KINDS[event.type], event.data, now)


async def notify_enterprise(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The enterprise gets its appointment, once for every change."""
    await appointments.notify(session, event.stream, event.type, event.data, now)


async def hold_named_experts(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Experts named after a window was booked are held for it as well."""
    await booking_people.follow(session, event.stream, now)


async def clear_inbox(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """A request that was answered, or is no longer made, leaves the inboxes."""
    about = f" {event.data['booking']}" if "booking" in event.data else ""
    everybody = event.type in {E.SCHEDULE_CONFIRMED, E.SCHEDULE_CHANGED, E.SCHEDULE_REFUSED, E.SCHEDULE_CANCELLED}
    agency = None if everybody else event.data["agency"]
    for kind in ASKED[event.type]:
        await inbox.answered(session, event.tenant, events.case_no_of(event.stream), agency, kind + about, now)


async def furnish_cabin(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The case takes the checklists in force of every agency on its sheet, and keeps them."""
    await cabin_checklists.furnish(session, event.stream, now)


async def give_window_back(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """A cancelled case needs no window."""
    if event.data["to"] == case.State.CANCELLED:
        await booking_ends.release_when_cancelled(session, event.stream, now)


async def keep_elapsed(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """A case has ended, or one that had ended was taken up again: what it took is kept for figures, or no longer."""
    if not {event.data.get("from"), event.data.get("to")}.isdisjoint(waiting.OVER) or event.type != E.CASE_STATE_CHANGED:
        await elapsed_time.keep(session, event.stream)


async def end_dissent_window(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Nobody dissented in time: the departure takes effect."""
    if event.data["rung"] >= ladder.LAPSE:
        await departed_dispositions.end_window(session, event.stream, event.data["subject"], now)


async def end_appeal_window(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Nobody may object any more: what cannot be undone begins."""
    if event.data["rung"] >= ladder.LAPSE:
        await appealed_dispositions.end_window(session, event.stream, event.data["subject"], now)


async def let_departure_take_effect(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Nobody is at the goods any more: a departure that was heard meanwhile takes effect."""
    await departed_dispositions.retry(session, event.stream, now)


async def scale_photo(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """A photo has arrived: it is scaled for paper now, not once for every version and edition that is printed."""
    await derivatives.make_printable(session, parts.store, UUID(event.data["evidence"]), now)


REACTIONS: dict[str, tuple[Reaction, ...]] = {
    E.CASE_OPENED: (issue_sheet, settle),
    E.INVITATION_SENT: (commit_to_expert_draw,),
    E.DEADLINE_REACHED: (
        *(lapse, end_dissent_window, end_appeal_window, escalate_recall, note_overdue, press_for_answers),
        settle_always,
    ),
    E.DEADLINE_PAUSED: (follow_deadline, settle_always),
    E.DEADLINE_RESUMED: (follow_deadline, settle_always),
    E.DEADLINE_EXTENDED: (follow_deadline, settle_always),
    E.DEADLINE_RECOMPUTED: (follow_deadline, settle_always),
    E.INVITATION_ACCEPTED: (issue_sheet, furnish_cabin, hold_named_experts, settle),
    E.INVITATION_DECLINED: (issue_sheet, settle),
    E.DECLINE_CONFIRMED: (issue_sheet, decide_when_complete, settle),
    E.INVITATION_LAPSED: (issue_sheet, settle),
    E.INVITATION_ESCALATED: (announce_invitation, settle),
    E.INVITATION_BLOCKED: (settle,),
    E.INVITATION_DEEMED: (issue_sheet, announce_invitation, decide_when_complete, settle),
    E.INVITATION_WAIVED: (issue_sheet, announce_invitation, decide_when_complete, settle),
    E.INVITATION_SUBSTITUTED: (issue_sheet, announce_invitation, decide_when_complete, settle),
    E.EXPERT_REPLACED: (hold_named_experts,),
    E.LATE_ANSWER_OFFERED: (announce_invitation,),
    E.POINTS_CLAIMED: (issue_sheet, announce_invitation, settle),
    E.TASK_SHEET_ISSUED: (commit_to_key_points, furnish_cabin, settle),
    E.TASK_SHEET_AMENDED: (decide_when_complete, settle),
    E.CASE_FOLLOWED_DECLARATION: (issue_sheet, hold_named_experts, decide_when_complete, settle),
    E.CASE_STATE_CHANGED: (give_window_back, keep_elapsed),
    E.SCHEDULE_PROPOSED: (announce_window,),
    E.SCHEDULE_CONFIRMED: (announce_window, notify_enterprise, settle),
    E.SCHEDULE_CHANGED: (announce_window, notify_enterprise, settle),
    E.SCHEDULE_REFUSED: (announce_window, notify_enterprise, settle),
    E.SCHEDULE_CANCELLED: (announce_window, notify_enterprise, settle),
    E.NO_SHOW_RECORDED: (announce_window, notify_enterprise, settle),
    E.SESSION_CHECKED_IN: (settle,),
    E.SESSION_OPENED: (settle,),
    E.SESSION_PAUSED: (settle,),
    E.SESSION_RESUMED: (settle,),
    E.SESSION_CLOSED: (follow_when_closed, begin_conclusions, decide_when_complete, let_departure_take_effect, settle_always),
    **dict.fromkeys(
        (
            *(E.INFO_REQUEST_SENT, E.INFO_REQUEST_ANSWERED, E.INFO_REQUEST_DECLINED, E.INFO_REQUEST_WITHDRAWN),
            *(E.RIGHTS_CONFIRMATION_OPENED, E.RIGHTS_HOLDER_REPLIED),
            *(E.RIGHTS_CONFIRMATION_LAPSED, E.RIGHTS_CONFIRMATION_WITHDRAWN),
        ),
        (settle,),  # whom the enterprise's status names may be another one now
    ),
    E.EVIDENCE_STORED: (scale_photo,),
    E.CONCLUSION_SUBMITTED: (meet_conclusion, decide_when_complete, settle_always),
    E.CONCLUSION_AMENDED: (decide_when_complete, settle),
    E.REPORT_ISSUED: (settle, print_when_issued),
    E.DISPOSITION_PROPOSED: (settle,),
    E.DISPOSITION_HELD: (settle,),
    E.APPEAL_FILED: (settle,),
    E.MEASURE_SUSPENDED: (settle,),
    E.APPEAL_DECIDED: (settle, enterprise_reports.publish),
    E.DISPOSITION_APPROVED: (settle, enterprise_reports.publish),
    **dict.fromkeys((E.FOLLOW_UPS_OPENED, E.FOLLOW_UP_MOVED, E.FOLLOW_UPS_REPLACED), (settle,)),
    E.FOLLOW_UP_OVERDUE: (settle,),
    E.TESTING_EXCLUDED: (settle,),
    E.GOODS_FACT_RECORDED: (decide_when_complete, settle),
    E.DISPOSITION_MOVED: (settle, keep_elapsed),
    E.RELEASED: (settle, keep_elapsed, enterprise_reports.publish),
    E.RECALLED: (settle, keep_elapsed),
    E.RECALL_ANSWERED: (settle,),
    E.RECALL_ESCALATED: (settle,),
    E.RECALL_CLOSED: (settle, keep_elapsed),
    E.REPORT_VOIDED: (decide_when_complete, settle),
    E.CASE_REOPENED: (settle, keep_elapsed),
    E.SECOND_TEST_RECORDED: (settle,),
    RulebookEvent.PUBLISHED: (withdraw_waiting,),
    RulebookEvent.SHADOW_STOPPED: (withdraw_waiting,),
}

SETTLING = frozenset(event for event, reactions in REACTIONS.items() if {settle, settle_always} & {*reactions})
"""Events after which a case is settled."""

for _event in ASKED:
    REACTIONS[_event] = (clear_inbox, *REACTIONS.get(_event, ()))

for _event in notice_catalogue.EVENTS:  # last: a notice says what the other reactions have made of the event
    REACTIONS[_event] = (*REACTIONS.get(_event, ()), write_notices)
