"""Invitations at the edge: answers, claims, rulings of the lead, endings; how precise the rules have been. Thin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies import mandates
from agencies.act import Act
from agencies.mandate import OutsideMandate
from agencies.powers import Principal
from inspection.inviting import hit_outcomes, invitation_answers, invitation_claims, invitation_endings, invitation_rulings
from inspection.inviting.hit_outcomes import RulePrecision
from inspection.inviting.invitation_answers import AcceptRequest, DeclineRequest, ReplaceRequest
from inspection.inviting.invitation_claims import ClaimRequest, RefuseRequest
from inspection.inviting.invitation_endings import WaiverRequest
from inspection.inviting.invitation_rulings import RulingRequest
from inspection.inviting.invitation_views import InvitationView
from inspection.inviting.substitution import Substitute
from kit.database import Database
from kit.idempotency import Once

INVITATION = "/api/v1/cases/{no:str}/invitations/{agency:str}"


@asynccontextmanager
async def _attempts_logged(database: Database, principal: Principal, now: datetime) -> AsyncIterator[None]:
    """An attempt outside a mandate is refused and stays on record, past the rollback."""
    try:
        yield
    except OutsideMandate as refused:
        await mandates.log_refusal(database, principal, refused, now)
        raise


@post(INVITATION + "/accept", status_code=200)
async def accept(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[AcceptRequest],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
) -> InvitationView:
    """The dispatcher accepts with named experts. An attempt outside the agency's mandate is refused and stays on record."""
    async with _attempts_logged(database, act.principal, act.now):
        return await invitation_answers.accept(act.session, act.principal, no, agency, data, act.now)


@post(INVITATION + "/late", status_code=200)
async def late(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[AcceptRequest],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
) -> InvitationView:
    """The dispatcher answers after the task sheet was frozen: it counts once the lead admits it."""
    async with _attempts_logged(database, act.principal, act.now):
        return await invitation_answers.offer_late(act.session, act.principal, no, agency, data, act.now)


@post(INVITATION + "/admit", status_code=200)
async def admit(
    no: FromPath[str], agency: FromPath[str], data: JSONBody[RulingRequest], act: NamedDependency[Act]
) -> InvitationView:
    """The lead admits a late answer, with a reason."""
    return await invitation_rulings.admit(act.session, act.principal, no, agency, data, act.now)


@post(INVITATION + "/replace-experts", status_code=200)
async def replace_experts(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[ReplaceRequest],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The dispatcher sends other experts; who may be sent is asked again."""
    async with _attempts_logged(database, act.principal, act.now):
        return await once(
            lambda: invitation_answers.replace_experts(act.session, act.principal, no, agency, data, act.now), required=False
        )


@post(INVITATION + "/decline", status_code=200)
async def decline(
    no: FromPath[str], agency: FromPath[str], data: JSONBody[DeclineRequest], act: NamedDependency[Act]
) -> InvitationView:
    """The dispatcher declines with a reason code."""
    return await invitation_answers.decline(act.session, act.principal, no, agency, data, act.now)


@post(INVITATION + "/confirm-decline", status_code=200)
async def confirm_decline(no: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> InvitationView:
    """The lead confirms that a decline stands; out of scope marks the hits behind it as false positives."""
    return await invitation_rulings.confirm_decline(act.session, act.principal, no, agency, act.now)


@post(INVITATION + "/overrule-decline", status_code=200)
async def overrule_decline(
    no: FromPath[str], agency: FromPath[str], data: JSONBody[RulingRequest], act: NamedDependency[Act]
) -> InvitationView:
    """The lead does not accept a decline, with a reason: superiors settle it."""
    return await invitation_rulings.overrule_decline(act.session, act.principal, no, agency, data, act.now)


@post(INVITATION + "/claim", status_code=200)
async def claim(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[ClaimRequest],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The person's own agency takes over the points that ``agency`` declines as out of its scope."""
    async with _attempts_logged(database, act.principal, act.now):
        return await once(lambda: invitation_claims.claim(act.session, act.principal, no, agency, data, act.now), required=False)


@post(INVITATION + "/refuse-claim", status_code=200)
async def refuse_claim(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[RefuseRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The points that ``agency`` declines are not the person's own agency's either."""
    return await once(lambda: invitation_claims.refuse(act.session, act.principal, no, agency, data, act.now), required=False)


@post(INVITATION + "/waive", status_code=200)
async def waive(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[WaiverRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """An approver lets the case go on without a silent agency."""
    return await once(lambda: invitation_endings.waive(act.session, act.principal, no, agency, data, act.now), required=False)


@post(INVITATION + "/substitute", status_code=200)
async def substitute(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[Substitute],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The lead accepts an institution or a recognised result in a silent agency's place, or records its result."""
    async with _attempts_logged(database, act.principal, act.now):
        return await once(
            lambda: invitation_endings.substitute(act.session, act.principal, no, agency, data, act.now), required=False
        )


@get("/api/v1/rulebooks/precision")
async def precision(act: NamedDependency[Act]) -> list[RulePrecision]:
    """How often each rule called an agency at the port, and how often people found that false."""
    return await hit_outcomes.precision(act.session, act.principal)


HANDLERS = [
    accept,
    late,
    admit,
    replace_experts,
    decline,
    confirm_decline,
    overrule_decline,
    claim,
    refuse_claim,
    waive,
    substitute,
    precision,
]
