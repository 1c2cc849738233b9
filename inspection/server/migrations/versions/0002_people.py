"""People: certificates, rosters, mandates, conflicts of interest, coordinators; draws and who holds a case.

A unit keeps its own roster and declares its own ties; certificates, mandates and coordinators are the administrator's and, for
its own people, the unit's. A seed that is committed to belongs to the platform alone until it is revealed.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, MEMBER, PORT, Line, execute, secure

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

OFFICERS = ("customs", "agency")
UNIT = "port = app.port() AND agency = app.agency()"
APPROVED_HERE = "port = app.port() AND approver = app.person()"
HELD_BY_OWN_SIDE = " AND agency = app.agency()"

POLICIES: list[Line] = [
    # -- what a unit knows of its own people; the auditor of the port reads it, the administrator keeps every unit's
    ("certificate", OFFICERS, "SELECT INSERT UPDATE", UNIT, None),
    ("certificate", ("auditor",), "SELECT", PORT, None),
    ("certificate", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    ("roster_shift", OFFICERS, "SELECT INSERT UPDATE", UNIT, None),
    ("roster_shift", ("auditor",), "SELECT", PORT, None),
    ("roster_shift", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    ("absence", OFFICERS, "SELECT INSERT UPDATE", UNIT, None),
    ("absence", ("auditor",), "SELECT", PORT, None),
    ("absence", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    ("conflict_of_interest", OFFICERS, "SELECT INSERT UPDATE", UNIT, None),
    ("conflict_of_interest", ("auditor",), "SELECT", PORT, None),
    ("conflict_of_interest", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    # -- a waiver is an approver's own act, and everybody at the port who works on the matter may read it
    ("certificate_waiver", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("certificate_waiver", ("customs",), "INSERT", APPROVED_HERE, None),
    # -- who is called, and what an agency may do: every officer of the port reads it
    ("duty_desk", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("duty_desk", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    ("mandate", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("mandate", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    # -- coordinators: customs assigns at its port, the enterprise sees its own
    ("coordinator_assignment", ("customs",), "SELECT INSERT UPDATE", PORT, None),
    ("coordinator_assignment", ("auditor",), "SELECT", PORT, None),
    ("coordinator_assignment", ("enterprise",), "SELECT", "enterprise = app.enterprise()", None),
    ("coordinator_assignment", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    # -- draws
    ("draw_seed", (), "", EVERY, None),
    ("draw_record", ("customs", "auditor"), "SELECT", PORT, None),
    ("draw_record", ("agency",), "SELECT", MEMBER, None),
    ("case_duty", ("customs", "auditor"), "SELECT", PORT, None),
    ("case_duty", ("customs",), "INSERT UPDATE", PORT + HELD_BY_OWN_SIDE, None),
    ("case_duty", ("agency",), "SELECT", MEMBER, None),
    ("case_duty", ("agency",), "INSERT UPDATE", MEMBER + HELD_BY_OWN_SIDE, None),
]


def upgrade() -> None:
    execute((HERE / "0002_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
