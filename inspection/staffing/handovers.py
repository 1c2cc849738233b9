"""Handing a case over at the change of shifts 交接班, and waiving a certificate for one case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import certificates, officers, roster_views
from agencies.certificates import WaiverRequest
from agencies.powers import Power, Principal
from agencies.roster import stands_in
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.staffing.assignment import check_running
from inspection.staffing.draw_tables import CaseDuty
from kit.errors import Invalid, NotAllowed

Login = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$(?!\n)")]
Note = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
MAY_TAKE_OVER = frozenset({Power.COORDINATE, Power.DISPATCH})


class NobodyToTakeOver(Invalid):
    """The named person is not of your unit, or is away now; ``details['errors']`` says which."""

    code = "nobody_to_take_over"
    title_zh = "所列人员不能接班"
    title_en = "The named person cannot take over"
    advice_zh = "请填写本部门本口岸当前在岗的人员。"
    advice_en = "Name somebody of your unit at this port who is not away."


class HandOverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom (login), and what the next shift has to know."""

    to: Login
    note: Note


class DutyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a case on an agency's side, since when, and what was said at the hand-over."""

    agency: str
    login: str
    name: str
    since: datetime
    note: str


async def hand_over(
    session: AsyncSession, principal: Principal, case_no: str, request: HandOverRequest, now: datetime
) -> DutyHolder:
    """The case goes to the next shift on the own agency's side, with a note.

    Done by whoever holds it, or by a coordinator or dispatcher of the unit. The same person and note again change nothing.
    """
    case = await case_for(session, principal, case_no, lock=True)
    agency = principal.agency or ""
    held = await session.get(CaseDuty, (case.port, case.no, agency), with_for_update=True)
    taker = await _taker(session, case, agency, request.to, now)
    if held is not None and (held.person_id, held.note) == (taker.id, request.note):
        return _view(held, taker.login)
    check_running(case)
    if held is not None and held.person_id != principal.id and not principal.powers & MAY_TAKE_OVER:
        raise NotAllowed(f"{held.name} holds the case", holder=held.name)

    giver = held.name if held is not None else principal.name
    if held is None:
        held = CaseDuty(port=case.port, case_no=case.no, agency=agency)
        session.add(held)
    held.person_id, held.name, held.note, held.since = taker.id, taker.name, request.note, now

    told = {"agency": agency, "from": giver, "to": taker.name, "note": request.note}
    await events.record(session, case, EventType.CASE_HANDED_OVER, told, by=principal, at=now)
    return _view(held, taker.login)


async def holders(session: AsyncSession, principal: Principal, case_no: str) -> list[DutyHolder]:
    """Who holds the case, agency by agency."""
    case = await case_for(session, principal, case_no)
    rows = await session.scalars(
        select(CaseDuty).where(CaseDuty.port == case.port, CaseDuty.case_no == case.no).order_by(CaseDuty.agency)
    )
    found = list(rows)
    logins = await officers.logins_of(session, [row.person_id for row in found])
    return [_view(row, logins.get(row.person_id, "")) for row in found]


async def waive_certificate(
    session: AsyncSession, principal: Principal, case_no: str, request: WaiverRequest, now: datetime
) -> None:
    """An approver lets somebody work on this case without the certificate; the same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    if not await certificates.waive(session, principal, case.port, events.case_stream(case.no), request, now):
        return
    check_running(case)
    told = {"login": request.login, "domains": sorted(set(request.domains)), "reason": request.reason}
    await events.record(session, case, EventType.CERTIFICATE_WAIVED, told, by=principal, at=now)


async def _taker(session: AsyncSession, case: JointCase, agency: str, login: str, now: datetime) -> Principal:
    found = (await officers.at_port(session, case.port, [login])).get(login)
    if found is None or found.agency != agency:
        raise NobodyToTakeOver(errors=[{"path": "$.to", "message": f"{login}: nobody of your unit"}])
    roster = await roster_views.load(session, case.port, agency, now)
    if stands_in(str(found.id), roster.absences, now) != str(found.id):
        raise NobodyToTakeOver(errors=[{"path": "$.to", "message": f"{login}: away now"}])
    return found


def _view(row: CaseDuty, login: str) -> DutyHolder:
    return DutyHolder(agency=row.agency, login=login, name=row.name, since=row.since, note=row.note)
