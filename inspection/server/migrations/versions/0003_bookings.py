"""Bookings: holds, experts that are taken, the agencies' answers; what enterprises wish for and are told; the yard.

The lead's side (customs) writes bookings; an agency answers for itself; an enterprise reads its own wishes and appointments. The
platform writes those: a wish hangs on a declaration, and whose that is has been checked by then.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, OWN, PORT, Line, execute, secure

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

CALLED = (
    "port = app.port() AND EXISTS (SELECT 1 FROM joint_case c WHERE c.port = {t}.port AND c.declaration_id = {t}.declaration_id)"
)
"""Of a declaration under a case that the agency takes part in: the policies of joint_case say which."""

POLICIES: list[Line] = [
    ("booking_expert", ("customs", "auditor"), "SELECT", PORT, None),
    ("booking_expert", ("customs",), "INSERT UPDATE", PORT, None),
    ("booking_expert", ("agency",), "SELECT", MEMBER, None),
    ("booking_answer", ("customs", "auditor"), "SELECT", PORT, None),
    ("booking_answer", ("customs",), "INSERT UPDATE", PORT, None),
    ("booking_answer", ("agency",), "SELECT", MEMBER, None),
    ("booking_answer", ("agency",), "UPDATE", MEMBER + " AND agency = app.agency()", None),
    ("preferred_windows", ("customs", "auditor"), "SELECT", PORT, None),
    ("preferred_windows", ("enterprise",), "SELECT", OWN, None),
    ("preferred_windows", ("agency",), "SELECT", CALLED, None),
    ("appointment_notice", ("customs", "auditor"), "SELECT", PORT, None),
    ("appointment_notice", ("enterprise",), "SELECT", OWN, None),
    ("yard_position", ("customs", "auditor"), "SELECT", PORT, None),
    ("yard_position", ("customs",), "INSERT UPDATE", PORT, None),
    ("yard_position", ("agency",), "SELECT", MEMBER, None),
]


def upgrade() -> None:
    execute((HERE / "0003_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
