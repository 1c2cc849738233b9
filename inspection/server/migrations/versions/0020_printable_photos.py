"""Photos scaled for paper once, when they arrive. Only the platform reads them: each is as secret as its original."""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, Line, execute, secure

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [("printable_photo", (), "", EVERY, None)]


def upgrade() -> None:
    execute((HERE / "0020_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
