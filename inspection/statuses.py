"""The enterprise's one status: an append-only sequence per declaration, published only when something changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory, running_deadlines
from agencies.powers import Principal
from inspection import case as case_rules
from inspection import events
from inspection.carrying_over import declared
from inspection.case_tables import Invitation, JointCase
from inspection.deciding import disposition
from inspection.deciding.decision_tables import DispositionRow
from inspection.declaring import declaration_state
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.enterprise_tables import EnterpriseStatus, ProgressKey
from inspection.following_up import follow_up_status, recall
from inspection.following_up.recall_tables import RecallRow
from inspection.planning import appointment
from inspection.planning.booking import HELD, State
from inspection.planning.schedule_tables import Bay, Booking
from inspection.status import (
    ENTERPRISE,
    Outcome,
    PublicStatus,
    StatusFacts,
    Words,
    followed_sentence,
    public_status,
    status_code,
    waits_sentence,
)
from inspection.timekeeping import standings, waiting
from kit.errors import NotFound
from risk.declaration import Declaration

PORT_ZONE = ZoneInfo("Asia/Shanghai")
"""Printed instants are the port's."""

STAGE_TAKES = timedelta(days=1)
"""What is promised for a stage without a deadline of its own: one calendar day (the yardstick of the product's KPI)."""

# Ids sort by time, so the newest version comes first, and of it the last status.
_NEWEST = select(EnterpriseStatus).order_by(EnterpriseStatus.declaration_id.desc(), EnterpriseStatus.seq.desc()).limit(1)

VOLATILE = {"as_of", "seq"}

DATED = frozenset({case_rules.State.INVITING, case_rules.State.SCHEDULED})
"""Stages that end at a date somebody has to keep: the last answer's, the appointment's."""

PARTIES: dict[str, Words] = {
    waiting.ENTERPRISE: ENTERPRISE,
    waiting.PORT: Words("口岸", "the port"),
    waiting.LABORATORY: Words("检测机构", "the laboratory"),
    waiting.RIGHTS_HOLDER: Words("权利人", "the rights holder"),
}
"""Who may be awaited besides agencies, in public words."""


async def publish_declaration(session: AsyncSession, row: DeclarationRow, now: datetime) -> None:
    """The status of a declaration that has no case. As the platform."""
    facts = StatusFacts(declaration=declaration_state.State(row.state), expected_by=now + STAGE_TAKES, as_of=now, seq=0)
    await _publish(session, row, None, facts, None)


async def publish_case(session: AsyncSession, case: JointCase, children: case_rules.CaseFacts, now: datetime) -> None:
    """The status of a declaration under a joint case, on its newest version. As the platform, with the case locked."""
    waits = await declared.waiting(session, case)
    row = waits or await declared.present(session, case)
    names = await party_names(session)
    booking = await _booking(session, case)
    found = waiting.waiting(await standings.of_case(session, case), now)
    state = case_rules.derive_state(children)
    outcomes = await _outcomes(session, case)
    called_back = any(one.state is disposition.State.RECALLED and not one.brought_back for one in outcomes)
    # What is called back comes before whatever else is open: it is the enterprise's turn, by the date of the recall.
    owed = follow_up_status.Owed(enterprise=True) if called_back else await follow_up_status.of_case(session, case)
    facts = StatusFacts(
        declaration=declaration_state.State(row.state),
        case=state,
        outcomes=outcomes,
        awaited=_named(found.awaited, names),
        lead=names[case.lead_agency],
        documents_required=owed.before_release,
        enterprise_awaited=owed.enterprise,
        next_step=await _appointment(session, row, booking) if state is case_rules.State.SCHEDULED else owed.next_step,
        said_first=waits_sentence(waits.version) if waits else await _followed(session, case),
        expected_by=now + STAGE_TAKES,
        as_of=now,
        seq=0,
    )
    dated = found.due if called_back else found.last if state in DATED else owed.due
    await _publish(session, row, case.no, facts, await _coming(session, case, dated, now))


def of_opened(case: JointCase, invited: Sequence[Invitation], names: Mapping[str, Words], now: datetime) -> EnterpriseStatus:
    """What :func:`publish_case` says of a case just opened. Pure. It is the second: the first said "received"."""
    asked = tuple(waiting.Asked(agency=one.agency, state=one.state, due=one.due_at) for one in invited)
    found = waiting.waiting(waiting.Standing(state=case_rules.State(case.state), lead=case.lead_agency, asked=asked), now)
    facts = StatusFacts(
        declaration=declaration_state.State.UNDER_JOINT_CASE,
        case=case_rules.State(case.state),
        awaited=_named(found.awaited, names),
        lead=names[case.lead_agency],
        expected_by=found.last or now + STAGE_TAKES,
        as_of=now,
        seq=2,
    )
    whose = {"declaration_id": case.declaration_id, "port": case.port, "trader": case.trader, "broker": case.broker}
    status = msgspec.to_builtins(public_status(facts))
    return EnterpriseStatus(**whose, seq=2, number=case.declaration_number, case_no=case.no, status=status, as_of=now)


async def _coming(session: AsyncSession, case: JointCase, due: datetime | None, now: datetime) -> datetime | None:
    """The date, or when it has passed the last reminder that those who let it pass still get; None when that has passed too."""
    if due is None or due > now:
        return due
    return await running_deadlines.reminded_until(session, events.case_stream(case.no), now)


async def party_names(session: AsyncSession) -> dict[str, Words]:
    """Everybody who may be awaited, in public words: no officer is named."""
    agencies = await directory.agency_names(session)
    return PARTIES | {code: Words(name.zh, name.en) for code, name in agencies.items()}


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
    """Appends the status when it says something new. A stage without a deadline keeps the date promised when it began, until that
    has passed."""
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
    kept = before.code == status_code(facts) and before.due is not None and before.due > facts.as_of
    return before.due if kept else None


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


def _named(parties: tuple[str, ...], names: Mapping[str, Words]) -> tuple[Words, ...]:
    """The parties awaited in public words. The enterprise itself is held by its status, never by this."""
    return tuple(names[party] for party in parties if party != waiting.ENTERPRISE)


async def _followed(session: AsyncSession, case: JointCase) -> Words | None:
    """What became of the lines when the case went to the version it is on."""
    went = await declared.followed(session, case)
    if not went:
        return None
    lines = {name: len(found) for name, found in went[-1].lines.items()}
    again = lines["changed"] + lines["added"]
    return followed_sentence(went[-1].to_version, unchanged=lines["unchanged"], again=again, removed=lines["removed"])


async def _outcomes(session: AsyncSession, case: JointCase) -> tuple[Outcome, ...]:
    rows = await session.scalars(
        select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no)
    )
    over = (RecallRow.port == case.port, RecallRow.case_no == case.no, RecallRow.state.not_in(recall.OPEN))
    ended = set(await session.scalars(select(RecallRow.report_version).where(*over)))
    return tuple(
        Outcome(type=disposition.Type(row.type), state=disposition.State(row.state), brought_back=row.report_version in ended)
        for row in rows
        if row.type is not None
    )
