"""Silence: an invitation lapses, and then takes the path that the port's policy names for this agency and this risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates, running_deadlines
from agencies.mandate import Act, OutsideMandate
from agencies.powers import SYSTEM
from inspection import events
from inspection.case_tables import Invitation, JointCase
from inspection.concluding import merge_inputs
from inspection.events import EventType
from inspection.inviting import invitation, invitation_rows, silence
from inspection.inviting.invitation import Action, DeemedNotAllowed, State
from inspection.inviting.invitation_answers import record_escalation
from inspection.inviting.invitations import SUBJECT
from inspection.inviting.substitution import ACTS
from inspection.notifying.inbox import tell
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy, Risk
from inspection.statuses import PORT_ZONE
from inspection.timekeeping.case_deadlines import follow_due


@dataclass(frozen=True)
class Chosen:
    """The path silence takes. ``against``: the grounds for which the policy's wish to deem was refused; ``clause`` allows it."""

    path: silence.Path
    clause: str = ""
    against: tuple[str, ...] = ()


async def on_red_rung(session: AsyncSession, subject: str, rung: int, now: datetime) -> None:
    """What a red rung leads to. As the platform; losing to an answer, or repeating it, changes nothing."""
    kind, case_no, agency, round_ = subject.split("/")
    if kind != SUBJECT or silence.level_of(rung) == 0:
        return
    # The case first, like whoever answers: telling somebody of it takes its lock too.
    case = await session.scalar(select(JointCase).where(JointCase.no == case_no).with_for_update())
    if case is None or case.cancelled:
        return
    await follow_due(session, subject)
    row = await invitation_rows.locked(session, case, agency, int(round_))
    state = State(row.state)
    if row.due_at is None or (state is State.PENDING and not invitation.lapses(state, now=now, due=row.due_at)):
        return
    chosen = await _chosen(session, case, row, now)
    follows = silence.follow(
        state, level=row.level, rung=rung, path=chosen.path, answered=row.decline_reason is not None or state is State.ACCEPTED
    )

    for action in follows.actions:
        row.state = invitation.advance(State(row.state), action).value
        row.on_missing = chosen.path
        row.level = follows.level if action is Action.ESCALATE else row.level
        await _RECORD[action](session, case, row, chosen, now)


async def _chosen(session: AsyncSession, case: JointCase, row: Invitation, now: datetime) -> Chosen:
    """The policy's path, or its default where DEEMED may not be: a refusal for want of a mandate is logged."""
    policy = (await policies_in_force.of_case(session, case)).policy
    risk = await _risk(session, case)
    wanted = policy.on_missing_of(row.agency, risk)
    if row.state != State.PENDING:
        return Chosen(path=msgspec.convert(row.on_missing or policy.default_on_missing, silence.Path))
    wish = next((one for one in policy.on_missing if one.agency == row.agency and one.action == "DEEMED"), None)
    if wish is None:
        return Chosen(path=wanted.action)
    against = _grounds_against(policy, risk, row, wish.clause)
    if not against and wanted.action == "DEEMED":
        try:
            await mandates.check(session, case.port, row.agency, Act.DEEM, row.domains, now.astimezone(PORT_ZONE).date())
        except OutsideMandate as refused:
            await mandates.record_refusal(session, refused, now, by=SYSTEM)
            against = ("outside_mandate",)
    path = policy.default_on_missing if against and wanted.action == "DEEMED" else wanted.action
    return Chosen(path=path, clause=wanted.clause, against=against)


def _grounds_against(policy: Policy, risk: Risk, row: Invitation, clause: str) -> tuple[str, ...]:
    try:
        silence.check_deemed(
            mandatory=row.mandatory,
            advisory=policy.standing_of(row.agency) == "ADVISORY",
            sensitive_goods=not policy.may_be_deemed(risk),
            low_lane=risk.lane in policy.low_lanes,
            mandate_clause=clause,
        )
    except DeemedNotAllowed as refused:
        return tuple(refused.details["because"])
    return ()


async def _risk(session: AsyncSession, case: JointCase) -> Risk:
    """The goods' risk; every agency called for them counts as standing beside the silent one."""
    known = await merge_inputs.context(session, case)
    called = frozenset(one.agency for one in await invitation_rows.latest(session, case))
    return Risk(lane=known.lane, credit=known.credit, hazard=known.hazard, prohibited=known.prohibited, beside=called)


async def _lapsed(session: AsyncSession, case: JointCase, row: Invitation, chosen: Chosen, now: datetime) -> None:
    due = row.due_at.isoformat() if row.due_at else None
    told = {"agency": row.agency, "due": due, "mandatory": row.mandatory, "on_missing": chosen.path}
    await events.record(session, case, EventType.INVITATION_LAPSED, told, by=None, at=now)
    for informed in (row.agency, case.lead_agency):
        await tell(session, case, informed, f"invitation_lapsed {row.agency}", told | {"round": row.round}, now)


async def _escalated(session: AsyncSession, case: JointCase, row: Invitation, chosen: Chosen, now: datetime) -> None:
    more: dict[str, object] = {"on_missing": chosen.path}
    if chosen.against:
        more["not_deemed_because"] = list(chosen.against)
    if chosen.path == "SUBSTITUTE":
        row.substitute = row.substitute or {"proposed": await _proposals(session, case, row, now)}
        more |= row.substitute
    await record_escalation(session, case, row, "no_answer", None, now, **more)


async def _blocked(session: AsyncSession, case: JointCase, row: Invitation, chosen: Chosen, now: datetime) -> None:
    told = {"agency": row.agency, "mandatory": row.mandatory, "level": row.level}
    await events.record(session, case, EventType.INVITATION_BLOCKED, told, by=None, at=now)


async def _deemed(session: AsyncSession, case: JointCase, row: Invitation, chosen: Chosen, now: datetime) -> None:
    row.ended_at, row.ended_because = now, chosen.clause
    await running_deadlines.withdraw(session, row.deadline_id, now)
    told = {"agency": row.agency, "clause": chosen.clause}
    await events.record(session, case, EventType.INVITATION_DEEMED, told, by=None, at=now)


_RECORD = {Action.LAPSE: _lapsed, Action.ESCALATE: _escalated, Action.BLOCK: _blocked, Action.DEEM: _deemed}


async def _proposals(session: AsyncSession, case: JointCase, row: Invitation, now: datetime) -> list[dict[str, object]]:
    """What the agency's mandates in force allow in its place: an accredited institution, a recognised result, or neither."""
    day = now.astimezone(PORT_ZONE).date()
    found: list[dict[str, object]] = []
    for kind, act in ACTS.items():
        try:
            allowed = await mandates.check(session, case.port, row.agency, act, row.domains, day)
        except OutsideMandate:
            continue
        clauses = await mandates.clauses_of(session, case.port, row.agency, allowed.under)
        found.append({"kind": kind, "under": list(allowed.under), "clauses": clauses})
    return found
