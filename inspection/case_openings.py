"""Opening joint cases: what it means, as rows; and all cases of a piece written with one statement a table.

A declaration filed alone is a piece of one, so that there is one way to open a case. Whatever happens to it afterwards finds it
as ``cases.settle`` would leave it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory, running_deadlines
from agencies.calendars import WorkCalendar
from agencies.powers import SYSTEM
from agencies.work_calendars import calendars_of
from inspection import events, statuses
from inspection.case import CaseNumber, State
from inspection.case_tables import CaseCounter, CaseMember, JointCase
from inspection.declaring.prepared import Prepared
from inspection.enterprise_tables import EnterpriseStatus
from inspection.events import EventType
from inspection.inviting import invitation, invitations
from inspection.inviting.invitations import Sent
from inspection.notifying import inbox
from inspection.planning.priority import priority_of
from inspection.policies import policies_in_force
from inspection.status import Words
from inspection.statuses import PORT_ZONE
from kit import event_log
from kit.event_log import Beginning
from kit.rows import insert_mapped

LEAD_AGENCY = "customs"


class Given(NamedTuple):
    """What a port gives its cases of a moment: the policy, who is on duty around the clock, each agency's calendar."""

    under: policies_in_force.Opening
    on_duty: frozenset[str]
    calendar: Callable[[str], WorkCalendar]


class Opened(NamedTuple):
    """A case as it is opened, not stored yet. ``items`` are those of inboxes, ``said`` the events in order."""

    case: JointCase
    members: list[CaseMember]
    sent: list[Sent]
    items: list[dict[str, Any]]
    said: list[tuple[str, dict[str, Any]]]
    status: EnterpriseStatus


def opened(one: Prepared, no: str, given: Given, names: Mapping[str, Words], now: datetime) -> Opened:
    """The case of a declaration that some agency is called for: the agencies are invited, customs is told. Pure but for ids."""
    case = _case(one, no, given.under, now)
    proposals = invitation.collapse(one.screened.hits, one.declaration.lines, lead_agency=LEAD_AGENCY)
    called = [proposal.agency for proposal in proposals]
    sent = [
        invitations.sent(case, proposal, now, duty_24h=proposal.agency in given.on_duty, calendar=given.calendar(proposal.agency))
        for proposal in proposals
    ]
    suggestion: dict[str, Any] = {"state": case.state, "agencies": called, "declaration": case.declaration_number}
    suggestion |= {"version": one.declaration.version, "rules": sorted({hit.rule for hit in one.screened.hits})}
    told: list[tuple[str, str, dict[str, Any]]] = [(LEAD_AGENCY, "joint_suggestion", {"agencies": called})]
    told += [(each.invitation.agency, invitations.ITEM, each.told) for each in sent]
    return Opened(
        case=case,
        members=[CaseMember(port=case.port, case_no=no, agency=agency) for agency in (LEAD_AGENCY, *called)],
        sent=sent,
        items=[inbox.item_of(case, agency, kind, data, now) for agency, kind, data in told],
        said=[(EventType.CASE_OPENED, suggestion), *((EventType.INVITATION_SENT, invitations.event_data(each)) for each in sent)],
        status=statuses.of_opened(case, [each.invitation for each in sent], names, now),
    )


def _case(one: Prepared, no: str, under: policies_in_force.Opening, now: datetime) -> JointCase:
    return JointCase(
        port=one.declaration.port,
        no=no,
        declaration_id=one.id,
        declaration_number=one.declaration.number,
        trader=one.declaration.trader.code,
        broker=one.declaration.broker.code if one.declaration.broker else None,
        state=State.INVITING.value,
        lead_agency=LEAD_AGENCY,
        mode="ON_SITE",
        priority_class=priority_of(one.declaration),
        policy=under.policy,
        policy_version=under.version,
        on_missing=under.on_missing,
        lead_inspector=None,
        openings=0,
        cancelled=False,
        opened_at=now,
        closed_at=None,
        version=1,
    )


async def open_all(session: AsyncSession, called: Sequence[Prepared], now: datetime) -> None:
    """Opens the case of each declaration just stored, numbered in their order. As the platform."""
    if not called:
        return
    given = {port: await _given(session, port, now) for port in sorted({one.declaration.port for one in called})}
    names = await statuses.party_names(session)
    numbers = await _numbers(session, [one.declaration.port for one in called], now.astimezone(PORT_ZONE).date())

    made = [opened(one, no, given[one.declaration.port], names, now) for one, no in zip(called, numbers, strict=True)]

    await insert_mapped(session, [one.case for one in made])
    await insert_mapped(session, [member for one in made for member in one.members])
    await running_deadlines.start_all(session, [each.deadline for one in made for each in one.sent])
    await insert_mapped(session, [each.invitation for one in made for each in one.sent])
    await insert_mapped(session, [one.status for one in made])
    await inbox.tell_first(session, [item for one in made for item in one.items])

    streams = [Beginning(events.case_stream(one.case.no), one.case.port, one.said) for one in made]
    await event_log.begin(session, streams, by=SYSTEM, at=now)


async def _given(session: AsyncSession, port: str, now: datetime) -> Given:
    return Given(
        under=await policies_in_force.policy_of(session, port, now),
        on_duty=await directory.duty_rosters(session, port),
        calendar=await calendars_of(session, port),
    )


async def _numbers(session: AsyncSession, ports: Sequence[str], day: date) -> list[str]:
    """A number for each, in order. The counter's row is the lock; a case that is rolled back leaves no hole."""
    wanted = sorted(Counter(ports).items())  # counters are locked in one order, so that nobody waits in a circle
    take = insert(CaseCounter).values([{"port": port, "day": day, "last": count} for port, count in wanted])
    take = take.on_conflict_do_update(index_elements=["port", "day"], set_={"last": CaseCounter.last + take.excluded.last})
    taken = await session.execute(take.returning(CaseCounter.port, CaseCounter.last))
    last = {row.port: row.last for row in taken}
    free = {port: iter(range(last[port] - count + 1, last[port] + 1)) for port, count in wanted}
    return [str(CaseNumber(port=port, day=day, seq=next(free[port]))) for port in ports]
