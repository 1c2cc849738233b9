"""Sealed reports, and the edition of them that the enterprise reads."""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import OWN, PORT, Line, execute, secure

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("enterprise_report", ("enterprise",), "SELECT", OWN, None),
    ("enterprise_report", ("customs", "auditor"), "SELECT", PORT, None),
]


def upgrade() -> None:
    execute((HERE / "0013_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
