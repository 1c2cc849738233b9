"""A case read afresh from its tables, under the role of whoever asks: what :mod:`inspection.replaying.replay` arrives at."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.people_tables import CertificateWaiver
from agencies.tables import Person
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.deciding.decision_tables import ConclusionRow, DispositionRow, ReportRow
from inspection.deciding.dissent_tables import AppealRow, DepartureRow
from inspection.declaring.declaration_state import State as Declared
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.fieldwork.field_tables import FieldSession, FindingRow, Workstream
from inspection.following_up.follow_up_tables import FollowUp
from inspection.following_up.recall_tables import RecallRow
from inspection.following_up.reopening_tables import CaseReopening
from inspection.planning.schedule_tables import Bay, Booking, BookingAnswer, PreferredWindows, YardPosition
from inspection.preparing.cabin_tables import CabinPaper, ChecklistAnswer, ReadingExcuse, ReadReceipt
from inspection.preparing.deliberation_tables import DeliberationMessage, DivisionAnswer, DivisionProposal, SheetAcknowledgement
from inspection.replaying import case_state as cs
from inspection.replaying.case_state import CaseState
from inspection.requesting.recognition_tables import RecognitionRow
from inspection.requesting.request_tables import FindingMinutes, InfoAnswer, InfoRequest
from inspection.requesting.rights_tables import RightsConfirmation, RightsReply
from inspection.staffing.draw_tables import CaseDuty, DrawRow
from kit import event_log
from media.tables import Evidence

LET_GO = {Declared.RELEASED, Declared.PARTIALLY_RELEASED}


async def fresh_state(session: AsyncSession, no: str) -> CaseState:
    """Everything the acting role sees of the case; the start when that is nothing."""
    case = await session.scalar(select(JointCase).where(JointCase.no == no))
    if case is None:
        return cs.START
    reader = Reader(session, case)
    declaration = await session.get_one(DeclarationRow, case.declaration_id)
    return CaseState(
        seq=await event_log.head(session, f"case:{no}"),
        state=case.state,
        declaration_version=declaration.version,
        openings=case.openings,
        reopenings=len(await reader.rows(CaseReopening)),
        invitations=await reader.invitations(),
        sheet=await reader.sheet(),
        booking=await reader.booking(),
        sessions=await reader.sessions(),
        findings={str(one.id): _as(cs.FindingState, one) for one in await reader.rows(FindingRow)},
        evidence={str(one.id): _as(cs.EvidenceState, one) for one in await reader.evidence()},
        conclusions=await reader.conclusions(declaration.version),
        report=max((one.version for one in await reader.rows(ReportRow)), default=0),
        dispositions={one.report_version: _as(cs.DispositionState, one) for one in await reader.rows(DispositionRow)},
        released=declaration.state in LET_GO,
        drawn={f"{one.purpose}/{one.agency}": tuple(one.standing) for one in await reader.rows(DrawRow, DrawRow.drawn_at.asc())},
        waived=await reader.waived(),
        yard=await reader.yard(),
        wishes=await reader.wishes(),
        holders={one.agency: one.name for one in await reader.rows(CaseDuty)},
        cabin={str(one.id): _as(cs.PaperState, one) for one in await reader.rows(CabinPaper, CabinPaper.version.asc())},
        read=await reader.read(),
        excused={
            one.login: one.reason for one in await reader.rows(ReadingExcuse, ReadingExcuse.at.asc(), ReadingExcuse.id.asc())
        },
        ticked={f"{one.session_id}/{one.paper_id}/{one.entry}": one.outcome for one in await reader.rows(ChecklistAnswer)},
        messages=len(await reader.rows(DeliberationMessage)),
        division=await reader.division(),
        acknowledged=await reader.acknowledged(),
        paused=await reader.paused(),
        appeals={str(one.id): _as(cs.AppealState, one) for one in await reader.rows(AppealRow)},
        departures={
            one.agency: one.state for one in await reader.rows(DepartureRow, DepartureRow.notified_at.asc()) if one.notified_at
        },
        recalls=await reader.recalls(),
        voided=tuple(row.version for row in await reader.rows(ReportRow, ReportRow.version.asc()) if row.state == "VOID"),
        follow_ups={
            str(one.id): cs.FollowUpState(
                kind=one.kind,
                agency=one.agency,
                state=one.state,
                holder=one.holder,
                disposition=str(one.disposition_id),
            )
            for one in await reader.rows(FollowUp)
        },
        requests=await reader.requests(),
        minutes={str(one.id): str(one.finding_id) for one in await reader.rows(FindingMinutes)},
        recognitions=await reader.recognitions(),
        confirmations=await reader.confirmations(),
    )


class Reader:
    """The rows of one case."""

    def __init__(self, session: AsyncSession, case: JointCase) -> None:
        self._session = session
        self._case = case

    async def rows(self, table: Any, *order: ColumnElement[Any]) -> list[Any]:
        """The case's rows of ``table``."""
        of_case = select(table).where(table.port == self._case.port, table.case_no == self._case.no)
        return list(await self._session.scalars(of_case.order_by(*order)))

    async def invitations(self) -> dict[str, cs.InvitationState]:
        """The latest round of each agency."""
        return {
            row.agency: cs.InvitationState(
                state=row.state,
                mandatory=row.mandatory,
                due=row.due_at,
                late=row.late,
                experts=tuple(str(one["name"]) for one in row.experts),
                decline_reason=row.decline_reason,
                decline_confirmed=row.decline_confirmed,
                level=row.level,
                conflict=row.conflict,
                offered=tuple(str(one["name"]) for one in (row.offer or {}).get("experts", ())),
                substitute=(row.substitute or {}).get("name", ""),
            )
            for row in await self.rows(Invitation, Invitation.round.asc())
        }

    async def sheet(self) -> cs.SheetState | None:
        """The highest version."""
        rows = await self.rows(TaskSheetRow, TaskSheetRow.version.asc())
        return _as(cs.SheetState, rows[-1]) if rows else None

    async def booking(self) -> cs.BookingState | None:
        """The latest."""
        rows = await self.rows(Booking, Booking.booked_at.asc(), Booking.id.asc())
        if not rows:
            return None
        agreed = [one.agency for one in await self.rows(BookingAnswer) if one.confirmed_at and one.booking_id == rows[-1].id]
        window = {name: getattr(rows[-1], name) for name in ("bay", "place", "starts_at", "ends_at", "state", "wished")}
        return cs.BookingState(**window, agreed=tuple(sorted(agreed)), earliest=rows[-1].earliest_at)

    async def yard(self) -> dict[str, cs.YardState]:
        """Where every unit stands."""
        zones = {bay.code: bay.kind for bay in await self._session.scalars(select(Bay).where(Bay.port == self._case.port))}
        return {
            row.unit: cs.YardState(zone=zones.get(row.bay, "OUTSIDE"), bay=row.bay, place=row.place)
            for row in await self.rows(YardPosition)
        }

    async def wishes(self) -> tuple[cs.Wish, ...]:
        """The enterprise's windows."""
        row = await self._session.get(PreferredWindows, self._case.declaration_id)
        return msgspec.convert(row.windows, tuple[cs.Wish, ...]) if row else ()

    async def sessions(self) -> dict[str, cs.SessionState]:
        """Every session with its shares."""
        shares = await self.rows(Workstream)
        return {
            str(row.id): cs.SessionState(
                state=row.state,
                attendance=row.attendance,
                workstreams={one.agency: one.state for one in shares if one.session_id == row.id},
            )
            for row in await self.rows(FieldSession)
        }

    async def requests(self) -> dict[str, cs.RequestState]:
        """With what was said to each."""
        said = {one.request_id: one.outcome for one in await self.rows(InfoAnswer)}
        return {
            str(one.id): cs.RequestState(
                finding=str(one.finding_id),
                agency=one.agency,
                asked=one.asked,
                blocking=one.blocking,
                state="WITHDRAWN" if one.withdrawn_at else said.get(one.id, "OPEN"),
            )
            for one in await self.rows(InfoRequest)
        }

    async def recognitions(self) -> dict[str, cs.RecognitionState]:
        """Also those taken back."""
        return {
            str(one.id): cs.RecognitionState(agency=one.agency, lines=tuple(one.lines), revoked=one.revoked_at is not None)
            for one in await self.rows(RecognitionRow)
        }

    async def confirmations(self) -> dict[str, cs.ConfirmationState]:
        """With what the rights holder said."""
        said = {one.confirmation_id: one.outcome for one in await self.rows(RightsReply)}
        return {
            str(one.id): cs.ConfirmationState(agency=one.agency, line=one.line, state=said.get(one.id) or _asked(one))
            for one in await self.rows(RightsConfirmation)
        }

    async def evidence(self) -> list[Any]:
        """To media a case is a scope."""
        of_case = select(Evidence).where(Evidence.scope == f"case:{self._case.no}")
        return list(await self._session.scalars(of_case))

    async def waived(self) -> dict[str, tuple[str, ...]]:
        """To agencies a case is a scope; people by login."""
        of_case = select(Person.login, CertificateWaiver.domains).join(Person, Person.id == CertificateWaiver.person_id)
        found = await self._session.execute(of_case.where(CertificateWaiver.scope == f"case:{self._case.no}"))
        return {row.login: tuple(row.domains) for row in found}

    async def read(self) -> dict[str, int]:
        """The highest version of each paper that each person has confirmed."""
        rows = await self.rows(ReadReceipt, ReadReceipt.version.asc())
        return {f"{row.paper_id}/{row.login}": row.version for row in rows}

    async def division(self) -> cs.DivisionState | None:
        """The latest proposal with the agencies' last words."""
        rows = await self.rows(DivisionProposal, DivisionProposal.number.asc())
        if not rows:
            return None
        said = [one for one in await self.rows(DivisionAnswer, DivisionAnswer.agency.asc()) if one.proposal_id == rows[-1].id]
        return cs.DivisionState(
            proposal=str(rows[-1].id),
            number=rows[-1].number,
            agreed=tuple(one.agency for one in said if one.agrees),
            objected=tuple(one.agency for one in said if not one.agrees),
            adopted=rows[-1].adopted_version or 0,
        )

    async def paused(self) -> dict[str, str]:
        """What the last pause of a deadline is for, where it has not ended."""
        rows = await running_deadlines.of_stream(self._session, f"case:{self._case.no}")
        ledgers = {row.subject: running_deadlines.ledger_of(row) for row in rows}
        return {subject: one.pauses[-1].reason for subject, one in ledgers.items() if one.paused}

    async def recalls(self) -> dict[int, cs.RecallState]:
        """By the version that released."""
        return {
            row.report_version: cs.RecallState(
                state=row.state,
                due=row.due_at,
                lines=tuple(row.lines),
                escalated=row.escalated_at is not None,
                outcome=row.outcome,
            )
            for row in await self.rows(RecallRow)
        }

    async def acknowledged(self) -> dict[str, int]:
        """The highest version each agency took note of."""
        rows = await self.rows(SheetAcknowledgement, SheetAcknowledgement.version.asc())
        return {row.agency: row.version for row in rows}

    async def conclusions(self, declaration: int) -> dict[str, cs.ConclusionState]:
        """The highest version of each agency, of what speaks of the version of the declaration the case is on."""
        return {
            row.agency: cs.ConclusionState(
                version=row.version,
                late=row.late,
                lines=msgspec.convert(row.lines, tuple[cs.LineVerdict, ...]),
                reopened=tuple(row.reopened),
            )
            for row in await self.rows(ConclusionRow, ConclusionRow.version.asc())
            if row.declaration_version == declaration
        }


def _as(shape: Any, row: Any) -> Any:
    fields = {name: getattr(row, name) for name in shape.__struct_fields__}
    return shape(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})


def _asked(row: RightsConfirmation) -> str:
    """Where a confirmation stands to which nobody has replied."""
    if row.withdrawn_at is not None:
        return "WITHDRAWN"
    if row.authorisation_id is not None:
        return "GENUINE"
    return "LAPSED" if row.lapsed_at is not None else "OPEN"
