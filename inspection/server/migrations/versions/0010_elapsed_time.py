"""Elapsed time of ended cases, and what a booking has to remember for it: the first start that was free, and whose wish it was.

Customs and auditors read a port's figures, an agency its own line of them. Only the platform writes, when a case ends.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, PORT, Line, execute, secure

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("case_time", ("customs", "auditor"), "SELECT", PORT, None),
    ("case_time", ("agency",), "SELECT", MEMBER, None),
    ("party_time", ("customs", "auditor"), "SELECT", PORT, None),
    ("party_time", ("agency",), "SELECT", PORT + " AND agency = app.agency()", None),
]


def upgrade() -> None:
    execute((HERE / "0010_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
