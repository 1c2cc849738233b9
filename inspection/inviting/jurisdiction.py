"""Who is competent 管辖: whether two refusals leave a matter to nobody, and which hits a decline calls false. Pure.

Two agencies that both say "not mine" about the same goods or the same domain must never add up to silence: that is a negative
conflict of jurisdiction 消极管辖冲突, which superiors settle and which holds the task sheet and every release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from inspection.inviting.invitation import DeclineReason, State
from inspection.reporting.document_parts import FocusPoint
from kit.errors import Conflict

FALSE_POSITIVE = "FALSE_POSITIVE"
REASSIGNED = "REASSIGNED"


class NothingToClaim(Conflict):
    """Only points that their agency holds to be outside its scope can be claimed or refused by another; ``details``: state."""

    code = "nothing_to_claim"
    title_zh = "该部门的查验要点无须另行认领"
    title_en = "Nobody has to claim these points"
    advice_zh = "仅当该部门以“不属于本部门职责”谢绝、且任务单尚未签发时，方可认领。"
    advice_en = "They can be claimed while the agency declines them as out of scope and no task sheet has issued."


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's invitation as far as competence goes. ``lines`` None among them: the whole declaration."""

    agency: str
    state: str
    reason: str | None
    domains: frozenset[str]
    lines: frozenset[int | None]


class JudgedHit(msgspec.Struct, frozen=True, kw_only=True):
    """A hit of a rule on a line that people judge, for the agency it called."""

    rule: str
    rule_version: int
    line: int | None


def matter(agency: str, state: str, reason: str | None, domains: Iterable[str], points: Iterable[FocusPoint]) -> Matter:
    """The matter of an invitation."""
    lines = frozenset(point.line for point in points)
    return Matter(agency=agency, state=state, reason=reason, domains=frozenset(domains), lines=lines)


def refuses(one: Matter) -> bool:
    """Whether the agency says that it is not competent, and nobody has overruled it yet."""
    return one.reason == DeclineReason.OUT_OF_SCOPE and one.state in (State.DECLINED, State.ESCALATED)


def share(one: Matter, other: Matter) -> bool:
    """Whether two agencies are called for the same goods or in the same domain."""
    same_goods = bool(one.lines & other.lines) or (None in one.lines | other.lines and bool(one.lines and other.lines))
    return same_goods or not one.domains.isdisjoint(other.domains)


def left_to_nobody(mine: Matter, others: Iterable[Matter]) -> tuple[str, ...]:
    """The other agencies that refuse what ``mine`` refuses too; empty where the lead can still decide. ``mine`` is not asked."""
    return tuple(sorted(one.agency for one in others if one.agency != mine.agency and refuses(one) and share(mine, one)))


def judged_hits(points: Iterable[FocusPoint]) -> tuple[JudgedHit, ...]:
    """The hits behind an agency's points, each once: one hit may ask for several points."""
    found = {(point.rule, point.rule_version, point.line) for point in points if point.rule}
    in_order = sorted(found, key=lambda hit: (hit[0], hit[1], hit[2] or 0))
    return tuple(JudgedHit(rule=rule, rule_version=version, line=line) for rule, version, line in in_order)


def taken_over(points: Sequence[FocusPoint], by: str) -> tuple[FocusPoint, ...]:
    """The points as those of the agency that claims them; the rule that asked stays named."""
    return tuple(msgspec.structs.replace(point, agency=by) for point in points)
