"""Where cases stand, read from their rows: what ``waiting`` decides on, a few queries for any number of cases.

The one place that reads it; the same standing follows from a case's events (``elapsed.standing_of``), and a test holds the two
against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadline_levels, deadlines, work_calendars
from agencies.calendars import WorkCalendar
from agencies.deadline_levels import OpenDeadline
from inspection import events
from inspection.case import State
from inspection.case_tables import Invitation, JointCase
from inspection.deciding import disposition
from inspection.deciding.decision_tables import ConclusionRow, DispositionRow
from inspection.deciding.dissent_tables import AppealRow
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.following_up import recall
from inspection.following_up.follow_up_tables import FollowUp
from inspection.following_up.recall_tables import RecallRow
from inspection.planning import booking
from inspection.planning.schedule_tables import Booking, BookingAnswer
from inspection.requesting.request_tables import InfoAnswer, InfoRequest
from inspection.requesting.rights_tables import RightsConfirmation, RightsReply
from inspection.timekeeping.deadline_subject import concluding_agency
from inspection.timekeeping.elapsed import concluding, held_up, objected, undecided
from inspection.timekeeping.time_limits import CONCLUSION
from inspection.timekeeping.waiting import Asked, Booked, Standing

Rows = defaultdict[str, list[tuple[Any, ...]]]
LIVE = tuple(state.value for state in booking.LIVE)
IN_FORCE = frozenset(state.value for state in disposition.IN_FORCE)


_PRESENT_VERSION = (
    select(DeclarationRow.version)
    .join(JointCase, JointCase.declaration_id == DeclarationRow.id)
    .where(JointCase.port == ConclusionRow.port, JointCase.no == ConclusionRow.case_no)
    .correlate(ConclusionRow)
    .scalar_subquery()
)
"""The version of its declaration that the case of a conclusion is on."""


async def of_cases(session: AsyncSession, cases: Sequence[JointCase]) -> dict[str, Standing]:
    """Where each case of one port stands, by number, as far as the acting role may see it."""
    if not cases:
        return {}
    reader = _Reader(session, cases)
    asked = await reader.by_case(
        Invitation,
        *(Invitation.agency, Invitation.state, Invitation.mandatory, Invitation.due_at),
        *(Invitation.decline_reason, Invitation.decline_confirmed),
        order=(Invitation.agency, Invitation.round),
    )
    booked = await reader.bookings()
    at_work = await reader.by_case(Workstream, Workstream.agency, where=_running())
    concluded = await reader.by_case(
        ConclusionRow,
        *(ConclusionRow.agency, ConclusionRow.lines, ConclusionRow.reopened),
        where=ConclusionRow.declaration_version == _PRESENT_VERSION,
        order=ConclusionRow.version,
    )
    measured = await reader.by_case(
        DispositionRow, DispositionRow.type, DispositionRow.state, order=DispositionRow.report_version
    )
    recalled = await reader.by_case(RecallRow, RecallRow.due_at, where=RecallRow.state.in_(recall.OPEN))
    owing = await reader.by_case(FollowUp, FollowUp.holder, where=FollowUp.holder.is_not(None))
    closed = await reader.by_case(FieldSession, FieldSession.closed_at, where=FieldSession.closed_at.is_not(None))
    asking = await reader.by_case(InfoRequest, InfoRequest.agency, InfoRequest.asked, where=_holds_up())
    objecting = await reader.by_case(
        AppealRow, AppealRow.examined_by, AppealRow.second_test, where=AppealRow.state == "FILED", order=AppealRow.filed_at
    )
    confirming = await reader.by_case(RightsConfirmation, RightsConfirmation.agency, where=_not_confirmed())
    clocks = await deadline_levels.of_streams(session, [events.case_stream(case.no) for case in cases])
    calendar = await work_calendars.calendar_for(session, cases[0].port)
    return {
        case.no: _standing(
            case,
            asked=asked[case.no],
            booked=booked.get(case.no),
            at_work=frozenset(agency for (agency,) in at_work[case.no]),
            concluded=concluded[case.no],
            measured=measured[case.no][-1:],
            owing=frozenset(party for (party,) in owing[case.no]),
            paused={one.subject: one.paused for one in clocks.get(events.case_stream(case.no), []) if one.paused},
            conclusions_due=_conclusions_due(
                case, [at for (at,) in closed[case.no]], clocks.get(events.case_stream(case.no), []), calendar
            ),
            recalled_until=min((due for (due,) in recalled[case.no]), default=None),
            objection=next((objected(case.lead_agency, *one) for one in objecting[case.no]), None),
            waits=held_up(((agency, asked) for agency, asked in asking[case.no]), (agency for (agency,) in confirming[case.no])),
        )
        for case in cases
    }


async def of_case(session: AsyncSession, case: JointCase) -> Standing:
    """:func:`of_cases` for one."""
    return (await of_cases(session, [case]))[case.no]


def _standing(
    case: JointCase,
    *,
    asked: list[tuple[Any, ...]],
    booked: Booked | None,
    at_work: frozenset[str],
    concluded: list[tuple[Any, ...]],
    measured: list[tuple[Any, ...]],
    owing: frozenset[str],
    paused: dict[str, str],
    conclusions_due: datetime | None,
    recalled_until: datetime | None,
    waits: frozenset[tuple[str, str]],
    objection: str | None,
) -> Standing:
    latest = {agency: {line["verdict"] for line in lines} for agency, lines, _ in concluded}
    decided, testing = concluding(latest, paused)
    open_again = {agency: bool(reopened) for agency, _, reopened in concluded}
    return Standing(
        state=State(case.state),
        lead=case.lead_agency,
        asked=tuple({agency: _asked(agency, *answer) for agency, *answer in asked}.values()),
        booked=booked,
        at_work=at_work,
        concluded=decided - {agency for agency, again in open_again.items() if again},
        testing=testing,
        measure=next((type_ for type_, state in measured if state in IN_FORCE), None),
        owing=owing,
        conclusions_due=conclusions_due,
        recalled_until=recalled_until,
        held_up=waits,
        objection=objection,
    )


def _asked(agency: str, state: str, mandatory: bool, due: datetime | None, reason: str | None, confirmed: bool) -> Asked:
    return Asked(
        agency=agency, state=state, mandatory=mandatory, due=due, unconfirmed=undecided(state, reason, confirmed=confirmed)
    )


def _conclusions_due(
    case: JointCase, closed: list[datetime], clocks: list[OpenDeadline], calendar: WorkCalendar
) -> datetime | None:
    """The last of the deadlines nobody has met, with whatever the lead gave; before they have begun, by the port's calendar."""
    if not closed or case.state != State.CONCLUDING:
        return None
    running = [one.due for one in clocks if concluding_agency(one.subject) is not None]
    return max(running) if running else deadlines.due(max(closed), CONCLUSION.budget, calendar).due


def _running() -> Any:
    """Shares of a session that is still open."""
    over = select(FieldSession.id).where(FieldSession.closed_at.is_not(None))
    return (Workstream.state == "RUNNING") & Workstream.session_id.not_in(over.where(FieldSession.port == Workstream.port))


def _holds_up() -> Any:
    """Requests that their agency waits for and nobody has said anything to."""
    unanswered = ~exists().where(InfoAnswer.request_id == InfoRequest.id)
    return InfoRequest.blocking & InfoRequest.withdrawn_at.is_(None) & unanswered


def _not_confirmed() -> Any:
    """Confirmations whose rights holder may still be waited for."""
    silent = ~exists().where(RightsReply.confirmation_id == RightsConfirmation.id)
    asked = RightsConfirmation.authorisation_id.is_(None) & RightsConfirmation.withdrawn_at.is_(None)
    return asked & RightsConfirmation.lapsed_at.is_(None) & silent


class _Reader:
    """The rows of some cases of one port."""

    def __init__(self, session: AsyncSession, cases: Sequence[JointCase]) -> None:
        self._session = session
        self._port = cases[0].port
        self._numbers = [case.no for case in cases]

    async def by_case(self, table: Any, *columns: Any, where: Any = None, order: Any = None) -> Rows:
        """The columns of the cases' rows in ``table``, by case number."""
        query = select(table.case_no, *columns).where(table.port == self._port, table.case_no.in_(self._numbers))
        if where is not None:
            query = query.where(where)
        if order is not None:
            query = query.order_by(*(order if isinstance(order, tuple) else (order,)))
        found: Rows = defaultdict(list)
        for no, *values in await self._session.execute(query):
            found[no].append(tuple(values))
        return found

    async def bookings(self) -> dict[str, Booked]:
        """The live window of each case that has one."""
        held = await self.by_case(
            Booking,
            *(Booking.id, Booking.state, Booking.starts_at, Booking.ends_at),
            *(Booking.earliest_at, Booking.wished, Booking.hold_until),
            where=Booking.state.in_(LIVE),
        )
        yes = await self.by_case(
            BookingAnswer, BookingAnswer.booking_id, BookingAnswer.agency, where=BookingAnswer.confirmed_at.is_not(None)
        )
        return {no: _booked(*rows[-1], answers=yes[no]) for no, rows in held.items()}


def _booked(
    id_: Any,
    state: str,
    starts_at: datetime,
    ends_at: datetime,
    earliest: datetime | None,
    wished: bool,
    hold_until: datetime | None,
    *,
    answers: list[tuple[Any, ...]],
) -> Booked:
    return Booked(
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        earliest=earliest,
        wished=wished,
        agreed=frozenset(agency for booking_id, agency in answers if booking_id == id_),
        hold_until=hold_until,
    )
