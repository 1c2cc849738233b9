"""Departures and dissent, appeals, listed laboratories."""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, MEMBER, OWN, PORT, Line, execute, secure

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("departure", ("customs", "auditor"), "SELECT", PORT, None),
    ("departure", ("customs",), "INSERT UPDATE", PORT, None),
    ("departure", ("agency",), "SELECT", MEMBER, None),
    ("departure", ("agency",), "UPDATE", MEMBER + " AND agency = app.agency()", None),
    ("appeal", ("enterprise",), "SELECT", OWN, None),
    ("appeal", ("customs", "auditor"), "SELECT", PORT, None),
    ("appeal", ("customs",), "UPDATE", PORT, None),
    ("appeal", ("agency",), "SELECT", MEMBER, None),
    ("listed_laboratory", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("listed_laboratory", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
]

NARROW_GRANTS = {("departure", "agency", "UPDATE"): "(state, ground, dissented_by, dissented_at)"}
"""An agency writes its dissent and nothing else of a departure."""


def upgrade() -> None:
    execute((HERE / "0016_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, NARROW_GRANTS)
