"""How invitations end: escalation, late answers, substitutes, waivers; what became of the hits behind a confirmed decline.

Customs marks hits when it confirms a decline; the platform revokes a mark when nobody turns out to be competent.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, PORT, Line, execute, secure

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("hit_outcome", ("customs", "auditor"), "SELECT", PORT, None),
    ("hit_outcome", ("customs",), "INSERT", PORT, None),
    ("hit_outcome", ("agency",), "SELECT", MEMBER, None),
]


def upgrade() -> None:
    execute((HERE / "0006_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
