"""What follows a disposition: follow-ups and their entries, case filings, recorded facts of the goods, costs.

Who may do what is checked by the operation; the rows are the platform's to write, but for facts and costs, which are customs'.
An office that takes something over sees that follow-up, and nothing else of the case.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import MEMBER, OWN, PORT, Line, execute, secure

revision = "0017"
down_revision = "0018"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent
OFFICE = "office = app.port() || '/' || app.agency()"

POLICIES: list[Line] = [
    *((table, ("customs", "auditor"), "SELECT", PORT, None) for table in ("follow_up", "follow_up_entry")),
    *((table, ("agency",), "SELECT", MEMBER, None) for table in ("follow_up", "follow_up_entry")),
    *((table, ("enterprise",), "SELECT", OWN, None) for table in ("follow_up", "follow_up_entry")),
    *((table, ("customs", "agency"), "SELECT", OFFICE, None) for table in ("follow_up", "follow_up_entry")),
    *((table, ("customs", "auditor"), "SELECT", PORT, None) for table in ("case_filing", "goods_fact", "cost_record")),
    *((table, ("agency",), "SELECT", MEMBER, None) for table in ("case_filing", "goods_fact", "cost_record")),
    *((table, ("customs",), "INSERT", PORT, None) for table in ("goods_fact", "cost_record")),
]


def upgrade() -> None:
    execute((HERE / "0017_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {})
