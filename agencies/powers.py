"""Who may do what: kinds of principal, the powers a person holds, and how a route's row is checked. No row means no.

Source: the table of roles and permissions of the product. The rows themselves stand in ``inspection/server/route_powers.py``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from kit.acting import Acting
from kit.errors import NotAllowed


class Kind(StrEnum):
    """Kind of principal; each has a database role of its own."""

    CUSTOMS = "customs"
    AGENCY = "agency"
    ENTERPRISE = "enterprise"
    AUDITOR = "auditor"
    RULES = "rules"
    ADMIN = "admin"


class Power(StrEnum):
    """What a person may do. A person may hold several."""

    COORDINATE = "coordinate"  # customs coordinator (lead): invitations, schedule, proposal
    APPROVE = "approve"  # customs approver: disposition
    LEAD_INSPECT = "lead_inspect"  # lead inspector: opens and closes the session
    INSPECT = "inspect"  # customs officer in the yard
    SUPERIOR = "superior"  # decides what the lead may not
    DISPATCH = "dispatch"  # agency dispatcher: answers invitations
    EXPERT = "expert"  # agency expert: findings, evidence, conclusion
    FILE = "file"  # enterprise or broker: declares, asks for status
    AUDIT = "audit"
    RULES = "rules"
    ADMINISTER = "administer"


POWERS_OF_KIND: Final[dict[Kind, frozenset[Power]]] = {
    Kind.CUSTOMS: frozenset({Power.COORDINATE, Power.APPROVE, Power.LEAD_INSPECT, Power.INSPECT, Power.SUPERIOR}),
    Kind.AGENCY: frozenset({Power.DISPATCH, Power.EXPERT}),
    Kind.ENTERPRISE: frozenset({Power.FILE}),
    Kind.AUDITOR: frozenset({Power.AUDIT}),
    Kind.RULES: frozenset({Power.RULES}),
    Kind.ADMIN: frozenset({Power.ADMINISTER}),
}
"""Powers a person of a kind may hold: an auditor cannot write, an administrator has no case content."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The person behind a request. ``agency`` and ``port`` for officers, ``enterprise`` (its code) for enterprises."""

    id: UUID
    login: str
    name: str
    kind: Kind
    powers: frozenset[Power]
    agency: str | None = None
    port: str | None = None
    enterprise: str | None = None
    session_id: UUID | None = None
    demo: bool = False

    @property
    def acting(self) -> Acting:
        """The database role and settings of this person."""
        settings = {"person": str(self.id), "login": self.login}
        for name, value in (("agency", self.agency), ("port", self.port), ("enterprise", self.enterprise)):
            if value:
                settings[name] = value
        return Acting(f"lianjian_{self.kind.value}", settings)


PLATFORM: Final = Acting("lianjian_worker")
"""The platform itself: the worker, and what follows from an act by rule."""

SYSTEM: Final = "system"
"""The actor written into events of the platform itself."""


def nobody(**settings: str) -> Acting:
    """Somebody not signed in: sees only the row whose hash or login he already knows."""
    return Acting("lianjian_public", settings)


class Gate(StrEnum):
    """Rows that need no particular power."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


class PowerMissing(NotAllowed):
    """The person holds none of the powers that open this route; ``details`` name them."""

    code = "power_missing"
    title_zh = "您没有办理此事项的权限"
    title_en = "You hold none of the powers this needs"
    advice_zh = "请由具备所列权限之一的人员办理。"
    advice_en = "A person with one of the powers listed has to do this."


def route_key(method: str, path: str) -> str:
    """``GET /api/v1/cases/{no}`` from a method and a path template with or without parameter types."""
    parts = [("{" + part[1:-1].split(":")[0] + "}") if part.startswith("{") else part for part in path.split("/")]
    return f"{method} {'/'.join(parts)}"


def check_route(row: Gate | frozenset[Power] | None, principal: Principal | None) -> None:
    """Raises :class:`PowerMissing` unless the row opens for ``principal``. No row: nobody passes."""
    if row is Gate.PUBLIC:
        return
    if row is None or principal is None:
        raise PowerMissing(needed=[])
    if isinstance(row, frozenset) and not row & principal.powers:
        raise PowerMissing(needed=sorted(row))


def check_powers_fit(kind: Kind, powers: frozenset[Power]) -> None:
    """Raises :class:`NotAllowed` when a person of ``kind`` may not hold one of ``powers``."""
    alien = powers - POWERS_OF_KIND[kind]
    if alien:
        raise NotAllowed(f"a person of kind {kind} cannot hold {', '.join(sorted(alien))}", powers=sorted(alien))
