"""A deadline keeps its ledger, its ladder as instants, the last rung claimed and when the tick has to look at it again.

Nobody gains a right: who sees and changes a deadline stays as it is.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import execute

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent


def upgrade() -> None:
    execute((HERE / "0004_tables.sql").read_text(encoding="utf-8"))
