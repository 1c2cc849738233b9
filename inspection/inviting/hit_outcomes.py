"""What became of hits: which ones a confirmed decline calls false, and how precise each rule has been so far."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.case_tables import Invitation, JointCase
from inspection.declaring.declaration_tables import ScreeningRun
from inspection.inviting.invitation_rows import points_of
from inspection.inviting.invitation_tables import HitOutcome
from inspection.inviting.jurisdiction import FALSE_POSITIVE, judged_hits
from kit.database import elevated
from kit.ids import uuid7

PLACES = Decimal("0.0001")


class RulePrecision(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a rule at a port: on how many lines it called an agency, how often that was false or another's matter.

    ``precision`` is the share of hits that nobody called false, a decimal text with four places.
    """

    rule: str
    version: int
    hits: int
    false_positives: int
    reassigned: int
    precision: str


async def mark(session: AsyncSession, case: JointCase, row: Invitation, outcome: str, by: Principal, now: datetime) -> int:
    """Marks the hits behind the invitation's points, each once while it stands; returns how many."""
    packs = await session.scalar(
        select(ScreeningRun.packs)
        .where(ScreeningRun.declaration_id == case.declaration_id)
        .order_by(ScreeningRun.at.desc())
        .limit(1)
    )
    hits = judged_hits(points_of(row))
    for hit in hits:
        session.add(
            HitOutcome(
                id=uuid7(),
                port=case.port,
                case_no=case.no,
                agency=row.agency,
                rule=hit.rule,
                rule_version=hit.rule_version,
                packs=packs or "",
                line=hit.line,
                outcome=outcome,
                reason=row.decline_text or row.decline_reason or "",
                by=by.id,
                at=now,
                revoked_at=None,
            )
        )
    await session.flush()
    return len(hits)


async def revoke(session: AsyncSession, case: JointCase, agency: str, now: datetime) -> None:
    """Nobody turned out to be competent: what was said of the agency's hits no longer stands. As the platform."""
    of_agency = (HitOutcome.port == case.port, HitOutcome.case_no == case.no, HitOutcome.agency == agency)
    await session.execute(update(HitOutcome).where(*of_agency, HitOutcome.revoked_at.is_(None)).values(revoked_at=now))


async def precision(session: AsyncSession, principal: Principal) -> list[RulePrecision]:
    """Every rule that called an agency at the person's port, by rule and version.

    As the platform: rule officers see how their rules do, not the cases.
    """
    async with elevated(session, PLATFORM, principal.acting):
        return await precision_at(session, principal.port or "")


async def precision_at(session: AsyncSession, port: str) -> list[RulePrecision]:
    """Every rule that called an agency at the port, by rule and version. As the platform."""
    called, judged = await _called(session, port), await _judged(session, port)
    return [_precision(rule, version, hits, judged) for (rule, version), hits in sorted(called.items())]


async def _called(session: AsyncSession, port: str) -> dict[tuple[str, int], int]:
    """On how many lines of declarations each rule version called an agency; a point handed on counts where it was asked."""
    point = func.jsonb_array_elements(Invitation.points).table_valued("value").lateral("point")
    rule, version = point.c.value.op("->>")("rule"), point.c.value.op("->>")("rule_version")
    line = func.coalesce(point.c.value.op("->>")("line"), "")
    hit = select(Invitation.case_no, rule.label("rule"), version.label("version"), line.label("line"))
    hits = hit.select_from(Invitation).join(point, onclause=point.c.value.is_not(None)).where(Invitation.port == port).distinct()
    counted = hits.subquery()
    found = await session.execute(
        select(counted.c.rule, counted.c.version, func.count())
        .where(counted.c.rule.is_not(None))
        .group_by(counted.c.rule, counted.c.version)
    )
    return {(rule, int(version)): count for rule, version, count in found}


async def _judged(session: AsyncSession, port: str) -> dict[tuple[str, int, str], int]:
    found = await session.execute(
        select(HitOutcome.rule, HitOutcome.rule_version, HitOutcome.outcome, func.count())
        .where(HitOutcome.port == port, HitOutcome.revoked_at.is_(None))
        .group_by(HitOutcome.rule, HitOutcome.rule_version, HitOutcome.outcome)
    )
    return {(rule, version, outcome): count for rule, version, outcome, count in found}


def _precision(rule: str, version: int, hits: int, judged: dict[tuple[str, int, str], int]) -> RulePrecision:
    false = judged.get((rule, version, FALSE_POSITIVE), 0)
    return RulePrecision(
        rule=rule,
        version=version,
        hits=hits,
        false_positives=false,
        reassigned=sum(count for (name, at, outcome), count in judged.items() if (name, at) == (rule, version)) - false,
        precision=str((Decimal(hits - false) / hits).quantize(PLACES)),
    )
