"""The task cabin and the deliberation before the yard: papers and who has read them, checklists, messages, proposals, answers.

An agency writes what is its own; receipts are everybody's own; the lead's side (customs) excuses and adopts. An enterprise reads
the papers of its declaration that are meant for it.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, MEMBER, OWN, PORT, UNLABELLED, Line, execute, secure

revision = "0008"
down_revision = "0010"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

SEALED = " AND " + UNLABELLED.replace("owner", "agency")
ITS_OWN = " AND agency = app.agency()"
HIS_OWN = ITS_OWN + " AND person_id = app.person()"

POLICIES: list[Line] = [
    ("checklist", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("checklist", ("customs", "agency"), "INSERT", PORT + ITS_OWN, None),
    ("checklist", ("admin",), "SELECT INSERT", EVERY, None),
    ("cabin_paper", ("customs", "auditor"), "SELECT", PORT + SEALED, None),
    ("cabin_paper", ("agency",), "SELECT", MEMBER + SEALED, None),
    ("cabin_paper", ("enterprise",), "SELECT", OWN, None),
    ("cabin_paper", ("customs",), "INSERT", PORT + ITS_OWN, None),
    ("cabin_paper", ("agency",), "INSERT", MEMBER + ITS_OWN, None),
    ("read_receipt", ("customs", "auditor"), "SELECT", PORT + SEALED, None),
    ("read_receipt", ("agency",), "SELECT", MEMBER + SEALED, None),
    ("read_receipt", ("customs",), "INSERT", PORT + HIS_OWN, None),
    ("read_receipt", ("agency",), "INSERT", MEMBER + HIS_OWN, None),
    ("reading_excuse", ("customs", "auditor"), "SELECT", PORT, None),
    ("reading_excuse", ("agency",), "SELECT", MEMBER, None),
    ("reading_excuse", ("customs",), "INSERT", PORT, None),
    ("checklist_answer", ("customs", "auditor"), "SELECT", PORT, None),
    ("checklist_answer", ("agency",), "SELECT", MEMBER, None),
    ("checklist_answer", ("customs",), "INSERT UPDATE", PORT + ITS_OWN, None),
    ("checklist_answer", ("agency",), "INSERT UPDATE", MEMBER + ITS_OWN, None),
    ("deliberation_message", ("customs", "auditor"), "SELECT", PORT, None),
    ("deliberation_message", ("agency",), "SELECT", MEMBER, None),
    ("deliberation_message", ("customs",), "INSERT", PORT + HIS_OWN, None),
    ("deliberation_message", ("agency",), "INSERT", MEMBER + HIS_OWN, None),
    ("division_proposal", ("customs", "auditor"), "SELECT", PORT, None),
    ("division_proposal", ("agency",), "SELECT", MEMBER, None),
    ("division_proposal", ("customs",), "INSERT", PORT + ITS_OWN, None),
    ("division_proposal", ("agency",), "INSERT", MEMBER + ITS_OWN, None),
    ("division_proposal", ("customs",), "UPDATE", PORT, None),
    ("division_answer", ("customs", "auditor"), "SELECT", PORT, None),
    ("division_answer", ("agency",), "SELECT", MEMBER, None),
    ("division_answer", ("customs",), "INSERT UPDATE", PORT + ITS_OWN, None),
    ("division_answer", ("agency",), "INSERT UPDATE", MEMBER + ITS_OWN, None),
    ("sheet_acknowledgement", ("customs", "auditor"), "SELECT", PORT, None),
    ("sheet_acknowledgement", ("agency",), "SELECT", MEMBER, None),
    ("sheet_acknowledgement", ("customs",), "INSERT", PORT + HIS_OWN, None),
    ("sheet_acknowledgement", ("agency",), "INSERT", MEMBER + HIS_OWN, None),
]

NARROW_GRANTS = {("division_proposal", "customs", "UPDATE"): "(adopted_at, adopted_by, adopted_version)"}
"""What was proposed never changes; that it was adopted is written down."""


def upgrade() -> None:
    execute((HERE / "0008_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, NARROW_GRANTS)
