"""Assigning experts to a case: what of the case decides, who may be sent, and the named ones checked against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import candidates, certificates, roster_views
from agencies.eligibility import CaseFacts, Fitness, eligibility, stranger, uncovered
from agencies.powers import PLATFORM, Principal
from agencies.roster import Span
from inspection.case_tables import JointCase
from inspection.events import case_stream
from inspection.fieldwork.field_tables import FieldSession
from inspection.planning.schedule_tables import Booking
from inspection.statuses import PORT_ZONE
from kit.database import elevated
from kit.errors import Conflict, Invalid

LOOK_AHEAD = timedelta(days=7)
"""As far as windows are offered: within this time an expert has to be on duty at least once."""

HELD = ("CONFIRMED", "CHANGED", "IN_PROGRESS")


class ExpertNotEligible(Invalid):
    """A named person cannot be sent: ``details['errors']`` says who and why."""

    code = "expert_not_eligible"
    title_zh = "所指定的专家不符合条件"
    title_en = "A named expert cannot be sent"
    advice_zh = "请指定本部门本口岸证书有效、在班且无须回避的专家；所指定的专家合起来须覆盖全部专业领域。"
    advice_en = "Name experts of your unit who are certified, on duty and not excluded; together they cover every domain."


class CaseOver(Conflict):
    """The case is over: nobody is drawn for it, and it is not handed over any more; ``details``: state."""

    code = "case_over"
    title_zh = "案件已结束"
    title_en = "The case is over"


class Expert(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is sent, as the invitation keeps it."""

    person: str
    login: str
    name: str


def check_running(case: JointCase) -> None:
    """Raises :class:`CaseOver` for a case that was closed or cancelled."""
    if case.cancelled or case.closed_at is not None:
        raise CaseOver(state=case.state)


async def fitness_of_unit(
    session: AsyncSession, principal: Principal, case: JointCase, agency: str, domains: Sequence[str], now: datetime
) -> list[Fitness]:
    """Everybody of the agency's unit at the port, by login, with every reason for or against being sent to ``case``."""
    facts = await facts_of(session, principal, case, domains, now)
    roster = await roster_views.load(session, case.port, agency, now)
    return [eligibility(one, roster, facts) for one in await candidates.of_unit(session, case.port, agency)]


async def named_experts(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    agency: str,
    domains: Sequence[str],
    logins: Sequence[str],
    now: datetime,
) -> list[Expert]:
    """The named people, each once, when every one of them may be sent and together they cover the domains.

    Raises :class:`ExpertNotEligible` with all refusals at once. Nobody named is not decided here.
    """
    named = list(dict.fromkeys(logins))
    known = {one.login: one for one in await fitness_of_unit(session, principal, case, agency, domains, now)}
    found = [known.get(login) or stranger(login) for login in named]
    errors = [
        {"path": f"$.experts[{place}]", "message": f"{one.login}: {_words(one)}", "codes": [why.code for why in one.reasons]}
        for place, one in enumerate(found)
        if not one.eligible
    ]
    missing = uncovered(domains, found) if found and not errors else ()
    errors += [{"path": "$.experts", "message": f"{domain}: none of the named is certified for it"} for domain in missing]
    if errors:
        raise ExpertNotEligible(errors=errors)
    return [Expert(person=one.person, login=one.login, name=one.name) for one in found]


async def facts_of(
    session: AsyncSession, principal: Principal, case: JointCase, domains: Sequence[str], now: datetime
) -> CaseFacts:
    """What of the case decides who may be sent.

    As the platform where the case's past is asked: whoever inspected these goods before is excluded, whichever case it was.
    """
    window = await session.scalar(
        select(Booking)
        .where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(HELD))
        .order_by(Booking.starts_at.desc())
        .limit(1)
    )
    async with elevated(session, PLATFORM, principal.acting):
        previous = await previous_inspectors(session, case)
    return CaseFacts(
        day=now.astimezone(PORT_ZONE).date(),
        domains=tuple(domains),
        period=Span(starts=window.starts_at, ends=window.ends_at) if window else Span(starts=now, ends=now + LOOK_AHEAD),
        fixed=window is not None,
        parties=frozenset(party for party in (case.trader, case.broker) if party),
        previous_inspectors=previous,
        waived=await certificates.waived(session, case.port, case_stream(case.no)),
    )


async def previous_inspectors(session: AsyncSession, case: JointCase) -> frozenset[str]:
    """Everybody who was on site in a closed session over the same declaration, in this case or in one before it."""
    present = await session.scalars(
        select(FieldSession.officers)
        .join(JointCase, (JointCase.port == FieldSession.port) & (JointCase.no == FieldSession.case_no))
        .where(
            JointCase.port == case.port,
            JointCase.trader == case.trader,
            JointCase.declaration_number == case.declaration_number,
            FieldSession.state == "CLOSED",
        )
    )
    return frozenset(str(one["person"]) for officers in present for one in officers)


def _words(one: Fitness) -> str:
    return "; ".join(why.en + (f" ({why.domain})" if why.domain else "") for why in one.reasons)
