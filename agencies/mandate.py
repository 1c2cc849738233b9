"""Joint mandates 联合授权委托: what an agency may do at a port, in which domains, signed by whom, until when.

To inspect and to conclude in its own field is an agency's power by law: it needs no mandate, but a mandate that is on file
bounds it. What is done for others (recognising their results, handing work to an institution, treating silence as no
objection) needs one that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kit.errors import NotAllowed


class Act(StrEnum):
    """What a mandate may allow."""

    PARTICIPATE = "PARTICIPATE"  # 参与查验
    CONCLUDE = "CONCLUDE"  # 出具结论
    SAMPLE = "SAMPLE"  # 取样送检
    RECOGNISE = "RECOGNISE"  # 结果互认
    SUBSTITUTE = "SUBSTITUTE"  # 委托第三方机构
    DEEM = "DEEM"  # 视为无异议


OWN_POWERS: Final = frozenset({Act.PARTICIPATE, Act.CONCLUDE, Act.SAMPLE})
"""Acts that an agency may do by its own law as long as no mandate at the port speaks of them."""


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate of one agency at one port. ``domains`` empty: all of the agency's. Days from and until are included."""

    number: str
    acts: frozenset[Act]
    domains: tuple[str, ...]
    signatories: tuple[str, ...]
    valid_from: date
    valid_until: date
    revoked: bool = False


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an act is within the mandates. ``under`` the numbers it rests on (none: own powers); ``because`` why not."""

    allowed: bool
    under: tuple[str, ...] = ()
    because: str = ""


class OutsideMandate(NotAllowed):
    """The agency's mandate does not reach so far; ``details``: agency, act, domains, because. The attempt is logged."""

    code = "outside_mandate"
    title_zh = "超出联合授权委托范围"
    title_en = "Outside the joint mandate"
    advice_zh = "请核对授权委托的事项、领域和有效期；本次尝试已记录。"
    advice_en = "See the acts, domains and days of the mandate. The attempt was recorded."


def permission(mandates: Iterable[Mandate], act: Act, domains: Collection[str], day: date) -> Permission:
    """Whether the agency that holds ``mandates`` may do ``act`` in every one of ``domains`` on ``day``."""
    speaking = [one for one in mandates if act in one.acts]
    if not speaking and act in OWN_POWERS:
        return Permission(allowed=True)
    in_force = [one for one in speaking if _in_force(one, day)]
    if not in_force:
        because = "no mandate in force allows it" if speaking else "no mandate speaks of it"
        return Permission(allowed=False, because=because)
    used = [one for one in in_force if not one.domains or not domains or set(one.domains) & set(domains)]
    beyond = sorted(set(domains) - {d for one in used for d in (one.domains or domains)})
    if beyond or not used:
        return Permission(allowed=False, because=f"no mandate in force covers {', '.join(beyond)}")
    return Permission(allowed=True, under=tuple(sorted(one.number for one in used)))


def _in_force(one: Mandate, day: date) -> bool:
    """Unsigned paper allows nothing."""
    return not one.revoked and bool(one.signatories) and one.valid_from <= day <= one.valid_until
