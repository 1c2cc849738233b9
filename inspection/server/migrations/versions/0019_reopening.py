"""Cases that were closed and are taken up again, and what a second laboratory found."""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, PORT, Line, execute, secure

revision = "0019"
down_revision = "0027"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("case_reopening", ("customs", "auditor"), "SELECT", PORT, None),
    ("case_reopening", ("agency",), "SELECT", MEMBER, None),
]


def upgrade() -> None:
    execute((HERE / "0019_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
