"""Carry-over: which version of its declaration a conclusion speaks of, by which sheet a session was opened, what a case followed.

The platform alone writes what a case followed; whoever takes part in the case reads it.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, PORT, Line, execute, secure

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("followed_version", ("customs", "auditor"), "SELECT", PORT, None),
    ("followed_version", ("agency",), "SELECT", MEMBER, None),
]


def upgrade() -> None:
    execute((HERE / "0007_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
