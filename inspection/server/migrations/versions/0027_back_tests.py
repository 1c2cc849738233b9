"""Back-tests as jobs: asked for by rule officers and approvers in their own name, done by the platform, read by auditors too."""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, Line, execute, secure

revision = "0027"
down_revision = "0022"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("back_test", ("customs", "auditor", "rules"), "SELECT", EVERY, None),
    ("back_test", ("customs", "rules"), "INSERT", "asked_by = app.person() AND state = 'QUEUED'", None),
]


def upgrade() -> None:
    execute((HERE / "0027_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
