"""Working calendars per port and agency, published in versions that nobody may change; whose calendar a deadline follows.

Officers read those of their port, enterprises all of them (a wish is held against the port's hours); the administrator publishes.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, PORT, Line, execute, secure

revision = "0005"
down_revision = "0007"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

POLICIES: list[Line] = [
    ("work_calendar", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("work_calendar", ("enterprise",), "SELECT", EVERY, None),
    ("work_calendar", ("admin",), "SELECT INSERT", EVERY, None),
    ("calendar_warning", (), "", EVERY, None),
]


def upgrade() -> None:
    execute((HERE / "0005_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
    # A published version stays as it is, for the platform too: deadlines cite it.
    execute("REVOKE UPDATE, DELETE ON work_calendar FROM lianjian_worker")
