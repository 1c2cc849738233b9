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
YARD: Final = frozenset({Power.COORDINATE, Power.LEAD_INSPECT, Power.INSPECT})
FIELD: Final = frozenset({Power.EXPERT, Power.INSPECT, Power.LEAD_INSPECT})

KEEPER: Final = frozenset({Power.DISPATCH, Power.COORDINATE, Power.ADMINISTER})
"""Who keeps a unit's papers: its dispatcher, for customs the coordinator, and the administrator for every unit."""

CASE = "/api/v1/cases/{no}"
UNIT = "/api/v1/units/{port}/{agency}"

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
    "GET /api/v1/me/keys": Gate.SIGNED_IN,
    "POST /api/v1/me/keys": Gate.SIGNED_IN,
    "POST /api/v1/me/keys/{key_id}/revoke": Gate.SIGNED_IN,
    "GET /api/v1/keys/{key_id}": READER,
    "GET /public/v1/progress/{case}": Gate.PUBLIC,
    "GET /public/v1/draws": Gate.PUBLIC,
    f"GET {UNIT}/roster": MEMBER | {Power.ADMINISTER},
    f"POST {UNIT}/shifts": KEEPER,
    f"POST {UNIT}/shifts/{{shift_id}}/withdraw": KEEPER,
    f"POST {UNIT}/absences": KEEPER,
    f"POST {UNIT}/absences/{{absence_id}}/withdraw": KEEPER,
    f"GET {UNIT}/certificates": KEEPER,
    f"POST {UNIT}/certificates": KEEPER,
    f"POST {UNIT}/certificates/{{certificate_id}}/revoke": KEEPER,
    f"GET {UNIT}/conflicts": KEEPER,
    f"POST {UNIT}/conflicts": KEEPER,
    f"POST {UNIT}/conflicts/{{tie_id}}/withdraw": KEEPER,
    f"GET {UNIT}/mandates": READER | {Power.ADMINISTER},
    f"POST {UNIT}/mandates": frozenset({Power.ADMINISTER}),
    f"POST {UNIT}/mandates/{{mandate_id}}/revoke": frozenset({Power.ADMINISTER}),
    "GET /api/v1/on-call": READER | {Power.ADMINISTER},
    "PUT /api/v1/ports/{port}/desks/{role}": frozenset({Power.ADMINISTER}),
    "GET /api/v1/ports/{port}/coordinators": OFFICER | {Power.AUDIT, Power.ADMINISTER},
    "POST /api/v1/ports/{port}/coordinators": frozenset({Power.COORDINATE, Power.ADMINISTER}),
    "GET /api/v1/coordinator": frozenset({Power.FILE}),
    "POST /api/v1/declarations": frozenset({Power.FILE}),
    "POST /api/v1/declarations/batch": frozenset({Power.FILE}),
    "GET /api/v1/declarations": READER | {Power.FILE},
    "GET /api/v1/declarations/{number}": READER | {Power.FILE},
    "GET /api/v1/declarations/{number}/status": frozenset({Power.FILE}),
    "GET /api/v1/ports/{port}/policy": READER,
    "PUT /api/v1/ports/{port}/policy": frozenset({Power.SUPERIOR}),
    "GET /api/v1/ports/{port}/elapsed": READER,
    "GET /api/v1/declarations/{number}/elapsed": frozenset({Power.FILE}),
    f"GET {CASE}/elapsed": READER,
    "GET /api/v1/cases": READER,
    f"GET {CASE}": READER,
    f"GET {CASE}/events": READER,
    f"GET {CASE}/screening": OFFICER | {Power.AUDIT},
    f"POST {CASE}/invitations/{{agency}}/accept": frozenset({Power.DISPATCH}),
    f"POST {CASE}/invitations/{{agency}}/decline": frozenset({Power.DISPATCH}),
    f"POST {CASE}/invitations/{{agency}}/confirm-decline": frozenset({Power.COORDINATE}),
    f"GET {CASE}/invitations/{{agency}}/eligible": frozenset({Power.DISPATCH}),
    f"POST {CASE}/invitations/{{agency}}/draw-experts": frozenset({Power.DISPATCH}),
    f"POST {CASE}/draw-key-points": frozenset({Power.COORDINATE}),
    f"GET {CASE}/draws": READER,
    f"GET {CASE}/draws/{{draw_id}}": READER,
    f"POST {CASE}/hand-over": MEMBER,
    f"GET {CASE}/holders": READER,
    f"POST {CASE}/certificate-waivers": frozenset({Power.APPROVE}),
    f"GET {CASE}/task-sheet": READER,
    f"GET {CASE}/task-sheet.pdf": READER,
    f"GET {CASE}/slots": frozenset({Power.COORDINATE}),
    f"GET {CASE}/schedule": READER,
    f"GET {CASE}/schedule.ics": READER,
    f"POST {CASE}/schedule": frozenset({Power.COORDINATE}),
    f"POST {CASE}/schedule/confirm": frozenset({Power.DISPATCH}),
    f"POST {CASE}/schedule/refuse": frozenset({Power.DISPATCH}),
    f"POST {CASE}/schedule/change": frozenset({Power.COORDINATE}),
    f"POST {CASE}/schedule/cancel": frozenset({Power.COORDINATE}),
    f"POST {CASE}/schedule/no-show": frozenset({Power.COORDINATE, Power.LEAD_INSPECT}),
    f"GET {CASE}/yard": READER,
    f"POST {CASE}/yard-moves": YARD,
    "GET /api/v1/ports/{port}/plan": frozenset({Power.COORDINATE}),
    "GET /api/v1/ports/{port}/yard": READER,
    "GET /api/v1/declarations/{number}/preferred-windows": frozenset({Power.FILE}),
    "POST /api/v1/declarations/{number}/preferred-windows": frozenset({Power.FILE}),
    "GET /api/v1/declarations/{number}/appointment": frozenset({Power.FILE}),
    "GET /api/v1/declarations/{number}/appointment.ics": frozenset({Power.FILE}),
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
