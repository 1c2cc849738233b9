"""Keys people sign with; a conclusion keeps what was signed, byte for byte, with the signature and the key's id.

Conclusions from before this have none: nobody can sign for them afterwards.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import PORT, SIGNED_IN, Line, execute, secure

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

OWN = "person_id = app.person()"
OWN_OF_PORT = OWN + " AND port IS NOT DISTINCT FROM app.port()"
REVOCATION = "(revoked_at, revoked_because)"

POLICIES: list[Line] = [
    ("signing_key", SIGNED_IN, "SELECT UPDATE", OWN, None),
    ("signing_key", SIGNED_IN, "INSERT", OWN_OF_PORT, None),
    ("signing_key", ("customs", "agency", "auditor"), "SELECT", PORT, None),
]


def upgrade() -> None:
    execute((HERE / "0011_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, {("signing_key", role, "UPDATE"): REVOCATION for role in SIGNED_IN})
