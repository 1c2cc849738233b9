"""Drawing the experts of an invitation and the key points of a case; who was drawn is who may be named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.eligibility import Bar, Fitness
from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.inviting.invitation import FINAL, State
from inspection.preparing import task_sheets
from inspection.reporting.document_parts import FocusPoint
from inspection.staffing import assignment, draws
from inspection.staffing.assignment import Expert
from inspection.staffing.draw_tables import DrawRow
from inspection.staffing.draws import EXPERTS, KEY_POINTS, DrawView
from kit.errors import Conflict, Invalid, NotAllowed, NotFound

Login = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$(?!\n)")]
Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]
ALREADY_DRAWN = "ALREADY_DRAWN"


class AlreadyDrawn(Conflict):
    """The experts of this invitation were drawn before; ``details``: standing, draw."""

    code = "already_drawn"
    title_zh = "本次协同邀请的专家已经抽取"
    title_en = "The experts of this invitation were drawn already"
    advice_zh = "抽中者不能到场时，请写明由谁空缺及原因，另行补抽。"
    advice_en = "When somebody drawn cannot come, say who and why, and draw again in that person's place."


class ReplacementInvalid(Invalid):
    """Only somebody who stands drawn can be replaced, and with a reason."""

    code = "replacement_invalid"
    title_zh = "补抽信息不成立"
    title_en = "Nobody can be drawn again like this"


class TooFewEligible(Conflict):
    """Fewer people may be sent than are asked for; ``details['people']`` says of each why or why not."""

    code = "too_few_eligible"
    title_zh = "符合条件的专家不足"
    title_en = "Too few experts may be sent"
    advice_zh = "请减少抽取人数或专业领域，补充值班人员，或报审批人豁免证书要求。"
    advice_en = "Draw fewer or for fewer domains, put somebody on the roster, or ask an approver to waive the certificate."


class NotTheDrawn(Invalid):
    """Experts were drawn for this invitation, and others are named; ``details``: standing."""

    code = "not_the_drawn"
    title_zh = "所指定的专家并非抽中者"
    title_en = "The named experts are not those drawn"
    advice_zh = "请指定抽中的专家；不能到场的，先行补抽。"
    advice_en = "Name those who were drawn. In place of somebody who cannot come, draw again first."


class DrawRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many experts to draw, and for which of the invitation's domains (default: each of them covers all).

    ``instead_of`` names people drawn before who cannot come, with the ``reason``: so many are drawn in their place.
    """

    count: Annotated[int, Meta(ge=1, le=20)] = 1
    domains: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    instead_of: Annotated[tuple[Login, ...], Meta(max_length=20)] = ()
    reason: Text | None = None


class KeyPointsRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of the task sheet's focus points to draw; ``agency`` limits them to one agency's."""

    count: Annotated[int, Meta(ge=1, le=100)]
    agency: str | None = None


class EligibleView(msgspec.Struct, frozen=True, kw_only=True):
    """Who of the unit may be sent to the case and who may not, with every reason; who stands drawn, if anybody."""

    domains: list[str]
    people: list[Fitness]
    drawn: list[str] | None


async def eligible(session: AsyncSession, principal: Principal, case_no: str, agency: str, now: datetime) -> EligibleView:
    """For the dispatcher of the agency: everybody of the unit with reasons."""
    case = await case_for(session, principal, case_no)
    row = await _own_invitation(session, principal, case, agency)
    earlier = await draws.of_matter(session, case, EXPERTS, agency)
    return EligibleView(
        domains=row.domains,
        people=await assignment.fitness_of_unit(session, principal, case, agency, row.domains, now),
        drawn=earlier[-1].standing if earlier else None,
    )


async def draw_experts(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: DrawRequest, now: datetime
) -> DrawView:
    """Draws experts from everybody of the unit who may be sent. Raises what the error classes above say."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _own_invitation(session, principal, case, agency)
    assignment.check_running(case)
    if State(row.state) in FINAL or row.state == State.DECLINED:
        raise Conflict(state=row.state)
    earlier = await draws.of_matter(session, case, EXPERTS, agency)
    standing = earlier[-1].standing if earlier else []
    _check_replacement(request, standing, earlier[-1].id if earlier else None)

    domains = _domains(request, row)
    people = await assignment.fitness_of_unit(session, principal, case, agency, domains, now)
    kept = [login for login in standing if login not in request.instead_of]
    stood_down = {*request.instead_of, *_stood_down(earlier)}
    exclusions = {one.login: codes for one in people if (codes := _codes(one, kept, stood_down))}
    count = len(request.instead_of) or request.count
    if len(people) - len(exclusions) < count:
        raise TooFewEligible(eligible=len(people) - len(exclusions), count=count, people=people)

    return await draws.hold(
        session,
        principal,
        case,
        purpose=EXPERTS,
        agency=agency,
        pool=[one.login for one in people],
        exclusions=exclusions,
        count=count,
        kept=kept,
        reason=request.reason,
        now=now,
    )


async def check_drawn(session: AsyncSession, case: JointCase, agency: str, experts: Sequence[Expert]) -> list[str] | None:
    """Who stands drawn for the agency, None when nobody was. Raises :class:`NotTheDrawn` when others are named."""
    earlier = await draws.of_matter(session, case, EXPERTS, agency)
    if not earlier:
        return None
    standing = earlier[-1].standing
    if experts and not {one.login for one in experts} <= set(standing):
        errors = [
            {"path": f"$.experts[{place}]", "message": f"{one.login}: was not drawn"}
            for place, one in enumerate(experts)
            if one.login not in standing
        ]
        raise NotTheDrawn(errors=errors, standing=standing)
    return standing


async def draw_key_points(
    session: AsyncSession, principal: Principal, case_no: str, request: KeyPointsRequest, now: datetime
) -> DrawView:
    """The lead draws which points of the task sheet are looked at first hand, once per case."""
    case = await case_for(session, principal, case_no, lock=True)
    if principal.agency != case.lead_agency:
        raise NotAllowed(lead_agency=case.lead_agency)
    assignment.check_running(case)
    earlier = await draws.of_matter(session, case, KEY_POINTS, case.lead_agency)
    if earlier:
        raise AlreadyDrawn(standing=earlier[-1].standing, draw=str(earlier[-1].id))
    sheet = await task_sheets.latest(session, case)
    points = task_sheets.document_of(sheet).focus_points if sheet else ()
    pool = [key_of(place, point) for place, point in enumerate(points, start=1) if request.agency in (None, point.agency)]
    if len(pool) < request.count:
        raise TooFewEligible(eligible=len(pool), count=request.count, people=[])

    return await draws.hold(
        session,
        principal,
        case,
        purpose=KEY_POINTS,
        agency=case.lead_agency,
        pool=pool,
        exclusions={},
        count=request.count,
        now=now,
    )


def key_of(place: int, point: FocusPoint) -> str:
    """A focus point in one word: its place on the sheet, agency, line (``*`` for all), component, kinds of check, rule."""
    line = "*" if point.line is None else str(point.line)
    kinds = "+".join(point.check_kinds) or "-"
    return "/".join((f"{place:03d}", point.agency, line, point.component or "-", kinds, point.rule or "-"))


async def _own_invitation(session: AsyncSession, principal: Principal, case: JointCase, agency: str) -> Invitation:
    if principal.agency != agency:
        raise NotAllowed(f"you answer for {principal.agency}, not for {agency}", agency=agency)
    row = await session.scalar(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.agency == agency)
        .order_by(Invitation.round.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound(case=case.no, agency=agency)
    return row


def _check_replacement(request: DrawRequest, standing: Collection[str], draw_id: object) -> None:
    errors = [
        {"path": f"$.instead_of[{place}]", "message": f"{login}: does not stand drawn"}
        for place, login in enumerate(request.instead_of)
        if login not in standing
    ]
    if request.instead_of and not request.reason:
        errors.append({"path": "$.reason", "message": "why somebody else is needed"})
    if errors:
        raise ReplacementInvalid(errors=errors)
    if standing and not request.instead_of:
        raise AlreadyDrawn(standing=list(standing), draw=str(draw_id))


def _domains(request: DrawRequest, row: Invitation) -> list[str]:
    strange = [domain for domain in request.domains if domain not in row.domains]
    if strange:
        raise Invalid(errors=[{"path": "$.domains", "message": f"{domain}: not asked of you"} for domain in strange])
    return sorted(set(request.domains)) or row.domains


def _codes(one: Fitness, kept: Collection[str], stood_down: Collection[str]) -> list[str]:
    """Why somebody is left out of this draw; a person who covers some of the domains only is not drawn for all of them."""
    codes = [why.code for why in one.reasons]
    codes += [ALREADY_DRAWN] if one.login in kept else []
    return codes + ([Bar.STOOD_DOWN.value] if one.login in stood_down else [])


def _stood_down(earlier: Sequence[DrawRow]) -> set[str]:
    """Everybody who was replaced in a draw before."""
    return {one["who"] for row in earlier for one in row.document["exclusions"] if Bar.STOOD_DOWN.value in one["reasons"]}
