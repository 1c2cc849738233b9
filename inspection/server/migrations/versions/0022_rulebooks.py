"""Rulebooks in versions: drafted by a rule officer, run in the shadow, put in force by an approver; which versions decided.

A version belongs to no port. Customs, auditors and rule officers read all of it, an agency what calls it and is no draft,
enterprises nothing: rules are not revealed to those they are about. What ran in the shadow is the platform's alone; rule officers
see figures of it, not the declarations.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, Line, execute, secure

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

OPEN = "status IN ('DRAFT', 'SHADOW')"
OWN_DRAFT = "status = 'DRAFT' AND author = app.person()"
OWN_OPEN = OPEN + " AND author = app.person()"
DECISION = "(status, approver, published_at, effective_from, reason, hastened, retired_by, retired_at, retired_because)"

POLICIES: list[Line] = [
    ("rulebook_version", ("customs", "auditor", "rules"), "SELECT", EVERY, None),
    ("rulebook_version", ("agency",), "SELECT", "status <> 'DRAFT' AND app.agency() = ANY (agencies)", None),
    ("rulebook_version", ("rules",), "INSERT", OWN_DRAFT, None),
    ("rulebook_version", ("rules",), "UPDATE", OPEN, OWN_OPEN),
    ("rulebook_version", ("customs",), "UPDATE", EVERY, None),
    ("rule_set", ("customs", "agency", "auditor", "rules"), "SELECT", EVERY, None),
]


def upgrade() -> None:
    execute((HERE / "0022_tables.sql").read_text(encoding="utf-8"))
    secure([*POLICIES, ("shadow_result", (), "SELECT", EVERY, None)], {("rulebook_version", "customs", "UPDATE"): DECISION})
