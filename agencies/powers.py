"""Who may do what: kinds of principal, powers of a person, and one row for every route. No row means no.

Source: the table of roles and permissions of the product. A route's row says which powers open it; whose case it is, and which
agency's part of it, is decided by the operation (``case_for``) and again by the database's row-level security.
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


OFFICER: Final = frozenset({Power.COORDINATE, Power.APPROVE, Power.LEAD_INSPECT, Power.INSPECT, Power.SUPERIOR})
MEMBER: Final = OFFICER | {Power.DISPATCH, Power.EXPERT}
READER: Final = MEMBER | {Power.AUDIT}
FIELD: Final = frozenset({Power.EXPERT, Power.INSPECT, Power.LEAD_INSPECT})

CASE = "/api/v1/cases/{no}"

ROUTES: Final[dict[str, Gate | frozenset[Power]]] = {
    "GET /": Gate.PUBLIC,
    "GET /assets/{file_path}": Gate.PUBLIC,
    "GET /healthz": Gate.PUBLIC,
    "GET /readyz": Gate.PUBLIC,
    "GET /schema/openapi.json": Gate.PUBLIC,
    "POST /test/v1/clock": Gate.PUBLIC,
    "POST /api/v1/sign-in": Gate.PUBLIC,
    "POST /api/v1/first-password": Gate.PUBLIC,
    "POST /api/v1/sign-out": Gate.SIGNED_IN,
    "GET /api/v1/me": Gate.SIGNED_IN,
    "POST /api/v1/me/password": Gate.SIGNED_IN,
    "GET /api/v1/me/sessions": Gate.SIGNED_IN,
    "DELETE /api/v1/me/sessions/{session_id}": Gate.SIGNED_IN,
    "GET /public/v1/progress/{case}": Gate.PUBLIC,
    "POST /api/v1/declarations": frozenset({Power.FILE}),
    "POST /api/v1/declarations/batch": frozenset({Power.FILE}),
    "GET /api/v1/declarations": READER | {Power.FILE},
    "GET /api/v1/declarations/{number}": READER | {Power.FILE},
    "GET /api/v1/declarations/{number}/status": frozenset({Power.FILE}),
    "GET /api/v1/cases": READER,
    f"GET {CASE}": READER,
    f"GET {CASE}/events": READER,
    f"GET {CASE}/screening": OFFICER | {Power.AUDIT},
    f"POST {CASE}/invitations/{{agency}}/accept": frozenset({Power.DISPATCH}),
    f"POST {CASE}/invitations/{{agency}}/decline": frozenset({Power.DISPATCH}),
    f"POST {CASE}/invitations/{{agency}}/confirm-decline": frozenset({Power.COORDINATE}),
    f"GET {CASE}/task-sheet": READER,
    f"GET {CASE}/task-sheet.pdf": READER,
    f"GET {CASE}/slots": frozenset({Power.COORDINATE}),
    f"POST {CASE}/schedule": frozenset({Power.COORDINATE}),
    f"GET {CASE}/sessions": READER,
    f"POST {CASE}/sessions": frozenset({Power.LEAD_INSPECT}),
    f"POST {CASE}/sessions/{{session_id}}/open": frozenset({Power.LEAD_INSPECT}),
    f"POST {CASE}/sessions/{{session_id}}/pause": frozenset({Power.LEAD_INSPECT}),
    f"POST {CASE}/sessions/{{session_id}}/resume": frozenset({Power.LEAD_INSPECT}),
    f"POST {CASE}/sessions/{{session_id}}/close": frozenset({Power.LEAD_INSPECT}),
    f"POST {CASE}/sessions/{{session_id}}/workstreams/{{agency}}/complete": FIELD,
    f"POST {CASE}/sessions/{{session_id}}/workstreams/{{agency}}/excuse": frozenset({Power.LEAD_INSPECT}),
    f"GET {CASE}/findings": READER,
    f"GET {CASE}/evidence": READER,
    f"GET {CASE}/evidence/{{evidence_id}}/bytes": READER,
    f"GET {CASE}/conclusions": READER,
    f"PUT {CASE}/conclusions/{{agency}}": FIELD,
    f"GET {CASE}/report.json": READER,
    f"GET {CASE}/report.pdf": READER,
    f"GET {CASE}/disposition": READER,
    f"POST {CASE}/disposition": frozenset({Power.COORDINATE}),
    f"POST {CASE}/disposition/approve": frozenset({Power.APPROVE}),
    "GET /api/v1/inbox": MEMBER,
    "POST /api/v1/inbox/{item_id}/acknowledge": MEMBER,
    "PUT /field/v1/cases/{no}/findings/{finding_id}": FIELD,
    "PUT /field/v1/cases/{no}/evidence/{evidence_id}": FIELD,
    "PUT /field/v1/cases/{no}/evidence/{evidence_id}/bytes": FIELD,
    "WEBSOCKET /live/v1/cases/{no}": READER,
}


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
