"""The enterprise's one status: an append-only sequence per declaration, published only when something changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import Principal
from inspection import appointment, declaration_state, disposition
from inspection import case as case_rules
from inspection.booking import HELD, State
from inspection.case_tables import Invitation, JointCase
from inspection.decision_tables import ConclusionRow, DispositionRow
from inspection.declaration_tables import DeclarationRow
from inspection.enterprise_tables import EnterpriseStatus, ProgressKey
from inspection.schedule_tables import Bay, Booking
from inspection.status import Outcome, PublicStatus, StatusFacts, Words, public_status, status_code
from kit.errors import NotFound
from risk.declaration import Declaration

PORT_ZONE = ZoneInfo("Asia/Shanghai")
"""Printed instants are the port's."""

STAGE_TAKES = timedelta(days=1)
"""What is promised for a stage without a deadline of its own: one calendar day (the yardstick of the product's KPI)."""

# Ids sort by time, so the newest version comes first, and of it the last status.
_NEWEST = select(EnterpriseStatus).order_by(EnterpriseStatus.declaration_id.desc(), EnterpriseStatus.seq.desc()).limit(1)

VOLATILE = {"as_of", "seq"}


async def publish_declaration(session: AsyncSession, row: DeclarationRow, now: datetime) -> None:
    """The status of a declaration that has no case. As the platform."""
    facts = StatusFacts(declaration=declaration_state.State(row.state), expected_by=now + STAGE_TAKES, as_of=now, seq=0)
    await _publish(session, row, None, facts, None)


async def publish_case(session: AsyncSession, case: JointCase, children: case_rules.CaseFacts, now: datetime) -> None:
    """The status of a declaration under a joint case. As the platform, with the case locked."""
    row = await session.get_one(DeclarationRow, case.declaration_id)
    names = {code: Words(name.zh, name.en) for code, name in (await directory.agency_names(session)).items()}
    booking = await _booking(session, case)
    awaited, due = await _awaited(session, case, children)
    state = case_rules.derive_state(children)
    facts = StatusFacts(
        declaration=declaration_state.State(row.state),
        case=state,
        outcomes=await _outcomes(session, case),
        awaited=tuple(names[agency] for agency in awaited),
        lead=names[case.lead_agency],
        next_step=await _appointment(session, row, booking) if state is case_rules.State.SCHEDULED else None,
        expected_by=now + STAGE_TAKES,
        as_of=now,
        seq=0,
    )
    await _publish(session, row, case.no, facts, booking.starts_at if booking and state is case_rules.State.SCHEDULED else due)


async def of_own(session: AsyncSession, principal: Principal, number: str) -> PublicStatus:
    """The present status of an enterprise's own declaration, its newest version. Raises NotFound."""
    own = (EnterpriseStatus.trader == principal.enterprise) | (EnterpriseStatus.broker == principal.enterprise)
    row = await session.scalar(_NEWEST.where(EnterpriseStatus.number == number, own))
    if row is None:
        raise NotFound(declaration=number)
    return msgspec.convert(row.status, PublicStatus)


async def by_secret(session: AsyncSession, secret_hash: bytes, no: str) -> tuple[EnterpriseStatus, PublicStatus]:
    """The present status of the declaration whose progress secret this is the hash of, when ``no`` is its number or its case's.

    Raises NotFound, whichever of the two is wrong.
    """
    opened = select(ProgressKey.declaration_id).where(ProgressKey.secret_hash == secret_hash)
    row = await session.scalar(_NEWEST.where(EnterpriseStatus.declaration_id.in_(opened)))
    if row is None or no not in (row.case_no, row.number):
        raise NotFound(case=no)
    return row, msgspec.convert(row.status, PublicStatus)


async def _publish(
    session: AsyncSession, row: DeclarationRow, case_no: str | None, facts: StatusFacts, due: datetime | None
) -> None:
    """Appends the status when it says something new. A stage without a deadline keeps the date promised when it began."""
    last = await session.scalar(
        select(EnterpriseStatus).where(EnterpriseStatus.declaration_id == row.id).order_by(EnterpriseStatus.seq.desc()).limit(1)
    )
    seq = 1 if last is None else last.seq + 1
    promised = due or _promised(last, facts) or facts.expected_by
    status = msgspec.to_builtins(public_status(msgspec.structs.replace(facts, seq=seq, expected_by=promised)))
    if last is not None and _said(last.status) == _said(status):
        return
    session.add(
        EnterpriseStatus(
            declaration_id=row.id,
            seq=seq,
            port=row.port,
            trader=row.trader,
            broker=row.broker,
            number=row.number,
            case_no=case_no,
            status=status,
            as_of=facts.as_of,
        )
    )
    await session.flush()


def _promised(last: EnterpriseStatus | None, facts: StatusFacts) -> datetime | None:
    if last is None:
        return None
    before = msgspec.convert(last.status, PublicStatus)
    return before.due if before.code == status_code(facts) else None


def _said(status: dict[str, object]) -> dict[str, object]:
    """What a person reads as news: not the moment it was computed."""
    return {key: value for key, value in status.items() if key not in VOLATILE}


async def _booking(session: AsyncSession, case: JointCase) -> Booking | None:
    return await session.scalar(
        select(Booking).where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(HELD))
    )


async def _appointment(session: AsyncSession, row: DeclarationRow, booking: Booking | None) -> Words | None:
    """Exact time and place, what to bring, who bears which cost: what enterprises asked for in every survey."""
    if booking is None:
        return None
    bay = await session.get_one(Bay, (booking.port, booking.bay))
    where = appointment.Place(
        zone=bay.zone,
        bay=bay.code,
        place=booking.place,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        off_hours=booking.off_hours,
    )
    declaration = msgspec.convert(row.document, Declaration)
    return appointment.next_step(declaration, where, PORT_ZONE, being_moved=booking.state == State.CHANGED)


async def _awaited(session: AsyncSession, case: JointCase, children: case_rules.CaseFacts) -> tuple[list[str], datetime | None]:
    """The agencies everybody waits for at this stage, and when the last of them is due."""
    rows = list(await session.scalars(select(Invitation).where(Invitation.port == case.port, Invitation.case_no == case.no)))
    if not children.sheet_issued:
        open_ones = [row for row in rows if row.state in {"PENDING", "ESCALATED", "LAPSED"}]
        dues = [row.due_at for row in open_ones if row.due_at is not None]
        return sorted(row.agency for row in open_ones), max(dues, default=None)
    concluded = set(
        await session.scalars(
            select(ConclusionRow.agency).where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no)
        )
    )
    at_work = {row.agency for row in rows if row.state == "ACCEPTED"} | {case.lead_agency}
    in_field = case_rules.derive_state(children) in {case_rules.State.IN_FIELD, case_rules.State.CONCLUDING}
    return (sorted(at_work - concluded) if in_field else []), None


async def _outcomes(session: AsyncSession, case: JointCase) -> tuple[Outcome, ...]:
    rows = await session.scalars(
        select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no)
    )
    return tuple(
        Outcome(type=disposition.Type(row.type), state=disposition.State(row.state)) for row in rows if row.type is not None
    )
