"""One row for every route: the powers that open it. No row means nobody passes; a test holds this against the app's routes.

Whose case it is, and which agency's part of it, is decided by the operation (``case_for``) and again by the database's
row-level security.
"""

from __future__ import annotations

from typing import Final

from agencies.powers import Gate, Power

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
    "GET /schema/asyncapi.json": Gate.PUBLIC,
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
    "GET /api/v1/ports/{port}/policy": READER,
    "PUT /api/v1/ports/{port}/policy": frozenset({Power.SUPERIOR}),
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
    f"POST {CASE}/disposition": frozenset({Power.COORDINATE, Power.SUPERIOR}),
    f"POST {CASE}/disposition/approve": frozenset({Power.APPROVE}),
    "GET /api/v1/inbox": MEMBER,
    "POST /api/v1/inbox/{item_id}/acknowledge": MEMBER,
    "PUT /field/v1/cases/{no}/findings/{finding_id}": FIELD,
    "PUT /field/v1/cases/{no}/evidence/{evidence_id}": FIELD,
    "PUT /field/v1/cases/{no}/evidence/{evidence_id}/bytes": FIELD,
    "WEBSOCKET /live/v1/cases/{no}": READER,
}
