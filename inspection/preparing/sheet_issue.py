"""When a task sheet may issue: what holds it, and whose points go onto it. Pure. Source: the domain page, section 2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from inspection.inviting.focus_points import printing_order
from inspection.reporting.document_parts import FocusPoint, Lead


class InvitationStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard must know of an invitation. ``state`` as in the invitation's own table.

    ``conflict``: no agency holds the matter to be its own, which holds the sheet whether the agency is mandatory or not.
    """

    agency: str
    mandatory: bool
    state: str
    due: datetime | None = None
    decline_confirmed: bool = False
    decline_reason: str = ""
    conflict: bool = False


class Blocker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that holds the sheet: a stable ``code``, whom or what it concerns, and the sentence for people."""

    code: Literal["LEAD_NOT_SET", "NO_LEGAL_BASIS", "MANDATORY_NOT_SETTLED", "ANSWER_AWAITED", "JURISDICTION_CONFLICT"]
    zh: str
    en: str
    agency: str = ""
    line: int | None = None


SETTLED_STATES = frozenset({"ACCEPTED", "WAIVED", "SUBSTITUTED", "WITHDRAWN"})
_REMOVING_DECLINES = frozenset({"OUT_OF_SCOPE", "DUPLICATE"})


def settled(invitation: InvitationStanding) -> bool:
    """Whether the invitation has an outcome the sheet can be issued upon; silence never is one."""
    return invitation.state in SETTLED_STATES or (invitation.state == "DECLINED" and invitation.decline_confirmed)


def held_by(
    invitations: Iterable[InvitationStanding], focus_points: Iterable[FocusPoint], lead: Lead | None, now: datetime
) -> list[Blocker]:
    """Everything that holds the sheet at ``now`` (empty: issue it). Never stops at the first; order of input does not matter.

    A mandatory invitation must be settled; an optional one must be settled or past its due. An unverified legal basis does not
    hold the sheet, it is printed as such; a missing one does.
    """
    blockers: list[Blocker] = []
    if lead is None or not lead.agency.strip() or not lead.officer.name.strip():
        blockers.append(Blocker(code="LEAD_NOT_SET", zh="尚未确定牵头部门和负责人", en="No lead agency with an officer is set"))
    for invitation in sorted(invitations, key=lambda i: i.agency):
        if settled(invitation):
            continue
        facts = f"{invitation.agency}: {invitation.state}"
        if invitation.conflict:
            zh, en = f"消极管辖冲突尚未解决（{facts}）", f"No agency holds the matter to be its own ({facts})"
            blockers.append(Blocker(code="JURISDICTION_CONFLICT", agency=invitation.agency, zh=zh, en=en))
        elif invitation.mandatory:
            zh, en = f"必须参与的部门尚未办结（{facts}）", f"A mandatory invitation is not settled ({facts})"
            blockers.append(Blocker(code="MANDATORY_NOT_SETTLED", agency=invitation.agency, zh=zh, en=en))
        elif invitation.due is None or now <= invitation.due:
            zh, en = f"邀请仍在响应时限内（{facts}）", f"An invitation is still within its time ({facts})"
            blockers.append(Blocker(code="ANSWER_AWAITED", agency=invitation.agency, zh=zh, en=en))
    for point in sorted(focus_points, key=printing_order):
        if not any(basis.text.strip() for basis in point.legal_basis):
            zh, en = (
                f"查验要点缺少法律依据：{point.focus_zh}",
                f"A focus point has no legal basis: {point.focus_en or point.focus_zh}",
            )
            blockers.append(Blocker(code="NO_LEGAL_BASIS", agency=point.agency, line=point.line, zh=zh, en=en))
    return blockers


def has_left(invitation: InvitationStanding) -> bool:
    """Whether the agency is out of the case: withdrawn, or declined as out of scope or duplicate and that was confirmed."""
    declined = settled(invitation) and invitation.state == "DECLINED"
    return invitation.state == "WITHDRAWN" or (declined and invitation.decline_reason in _REMOVING_DECLINES)


def points_in_force(focus_points: Iterable[FocusPoint], invitations: Iterable[InvitationStanding]) -> tuple[FocusPoint, ...]:
    """The points that go onto the sheet: all but those of agencies that properly left the case.

    Only a withdrawal, or a decline as out of scope or duplicate that was confirmed, takes points away. Every other outcome
    keeps them: what nobody checks must show up as missing later, not vanish here.
    """
    left = {one.agency for one in invitations if has_left(one)}
    return tuple(point for point in focus_points if point.agency not in left)
