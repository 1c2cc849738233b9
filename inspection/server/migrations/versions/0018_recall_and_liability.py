"""Recalls, the liability record, and reports that nobody can edit once they have issued, the platform's worker included.

The platform writes all of it; an approver marks which insurance stands behind a check. An agency reads its own part of the
liability record, an enterprise the recall of its own goods.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, OWN, PORT, Line, execute, secure

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("recall", ("customs", "auditor"), "SELECT", PORT, None),
    ("recall", ("agency",), "SELECT", MEMBER, None),
    ("recall", ("enterprise",), "SELECT", OWN, None),
    ("liability_record", ("customs", "auditor"), "SELECT", PORT, None),
    ("liability_record", ("agency",), "SELECT", MEMBER + " AND agency = app.agency()", None),
    ("liability_record", ("customs",), "UPDATE", PORT, None),
]


def upgrade() -> None:
    execute((HERE / "0018_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {("liability_record", "customs", "UPDATE"): "(insurance)"})
