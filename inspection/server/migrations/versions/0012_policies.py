"""Merge policies in versions: drafted by a rule officer, published by an approver; a case keeps the version it was opened with.

A version belongs to no port. Officers read all of it, enterprises what is published; a rule officer writes drafts in the own
name, an approver decides and cannot touch the text.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, Line, execute, secure

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

DRAFT = "status = 'DRAFT'"
OWN_DRAFT = DRAFT + " AND author = app.person()"
DECISION = "(status, approver, published_at, effective_from, reason, retired_by, retired_at, retired_because)"

POLICIES: list[Line] = [
    ("merge_policy", ("customs", "agency", "auditor", "rules"), "SELECT", EVERY, None),
    ("merge_policy", ("enterprise",), "SELECT", "status <> 'DRAFT'", None),
    ("merge_policy", ("rules",), "INSERT", OWN_DRAFT, None),
    ("merge_policy", ("rules",), "UPDATE", DRAFT, OWN_DRAFT),
    ("merge_policy", ("customs",), "UPDATE", EVERY, None),
]


def upgrade() -> None:
    execute((HERE / "0012_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {("merge_policy", "customs", "UPDATE"): DECISION})
