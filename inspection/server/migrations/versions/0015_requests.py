"""The evidence chain between agencies, recognised results, and what rights holders are asked.

What was asked and answered is never edited: whoever asked may take it back, and that is all. A rights holder who has not signed
in sees the one confirmation whose secret the link carries. A notice may go to an address of its own.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import EVERY, MEMBER, PORT, Line, execute, secure

revision = "0015"
down_revision = "0017"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

ITS_OWN = " AND agency = app.agency()"
UNIT = PORT + ITS_OWN
SHOWN_BY = "secret_hash = app.progress_hash()"
OF_WHAT_IS_SHOWN = "EXISTS (SELECT 1 FROM rights_confirmation c WHERE c.id = rights_reply.confirmation_id)"

OF_A_CASE = ("info_request", "info_answer", "finding_minutes", "recognition", "rights_confirmation")
TAKEN_BACK = {"info_request": "withdrawn", "recognition": "revoked", "rights_confirmation": "withdrawn"}
OF_A_UNIT = ("rights_holder", "rights_authorisation")
ENDED = {"equivalence": "ended", "rights_holder": "ended", "rights_authorisation": "revoked"}

POLICIES: list[Line] = [
    *((table, ("customs", "auditor"), "SELECT", PORT, None) for table in (*OF_A_CASE, "rights_reply")),
    *((table, ("agency",), "SELECT", MEMBER, None) for table in (*OF_A_CASE, "rights_reply")),
    *((table, ("customs",), "INSERT", UNIT, None) for table in OF_A_CASE),
    *((table, ("agency",), "INSERT", MEMBER + ITS_OWN, None) for table in OF_A_CASE),
    *((table, ("customs",), "UPDATE", UNIT, None) for table in TAKEN_BACK),
    *((table, ("agency",), "UPDATE", MEMBER + ITS_OWN, None) for table in TAKEN_BACK),
    ("rights_confirmation", ("public",), "SELECT", SHOWN_BY, None),
    ("rights_reply", ("public",), "SELECT", OF_WHAT_IS_SHOWN, None),
    ("equivalence", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("equivalence", ("customs", "agency"), "INSERT UPDATE", UNIT, None),
    ("equivalence", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    *((table, ("customs", "agency"), "SELECT INSERT UPDATE", UNIT, None) for table in OF_A_UNIT),
    *((table, ("auditor",), "SELECT", PORT, None) for table in OF_A_UNIT),
    ("rights_silence", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("rights_silence", ("customs", "agency"), "INSERT UPDATE", UNIT, None),
]

NARROW_GRANTS = {
    (table, role, "UPDATE"): f"({word}_at, {word}_because)"
    for table, word in (TAKEN_BACK | ENDED).items()
    for role in ("customs", "agency", "admin")
}


def upgrade() -> None:
    execute((HERE / "0015_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, NARROW_GRANTS)
