"""Notices, their delivery log, where people want them, webhooks; and the streams of inboxes in the event log.

The platform writes and sends notices; whoever one is addressed to reads it and its log. A unit's and an enterprise's people keep
their own subscriptions; a secret is written by who made it and read by the platform alone.
"""

from __future__ import annotations

from pathlib import Path

from inspection.server.migrations.row_security import SIGNED_IN, Line, execute, secure

revision = "0009"
down_revision = "0013"
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

OF_UNIT = "(port = app.port() AND agency = app.agency())"
OF_ENTERPRISE = "enterprise = app.enterprise()"
ADDRESSED = f"person_id = app.person() OR (person_id IS NULL AND ({OF_UNIT} OR {OF_ENTERPRISE}))"
OF_NOTICE = "EXISTS (SELECT 1 FROM notice n WHERE n.id = {t}.notice_id)"
OF_SUBSCRIPTION = "EXISTS (SELECT 1 FROM webhook_subscription s WHERE s.id = {t}.subscription_id)"

POLICIES: list[Line] = [
    ("notice", SIGNED_IN, "SELECT", ADDRESSED, None),
    ("notice_attempt", SIGNED_IN, "SELECT", OF_NOTICE, None),
    ("notice_preference", SIGNED_IN, "SELECT INSERT UPDATE", "person_id = app.person()", None),
    ("webhook_subscription", ("agency", "customs"), "SELECT INSERT UPDATE", OF_UNIT, None),
    ("webhook_subscription", ("enterprise",), "SELECT INSERT UPDATE", OF_ENTERPRISE, None),
    ("webhook_secret", ("agency", "customs", "enterprise"), "INSERT", OF_SUBSCRIPTION, None),
]

NARROW_GRANTS = {
    ("webhook_subscription", role, "UPDATE"): "(url, templates, ended_at, ended_because)"
    for role in ("agency", "customs", "enterprise")
}
"""Whose subscription it is never changes."""

OWN_INBOX = (
    "tenant = 'inbox' AND stream IN ('inbox:unit:' || app.port() || '/' || app.agency(),"
    " 'inbox:enterprise:' || app.enterprise(), 'inbox:person:' || app.person()::text)"
)
"""No port is called ``inbox``: the policies that open a port's events do not open these."""


def upgrade() -> None:
    execute((HERE / "0009_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, NARROW_GRANTS)
    for role in SIGNED_IN:
        for table in ("event", "event_stream"):
            execute(f"GRANT SELECT ON {table} TO lianjian_{role}")
            execute(f"CREATE POLICY {table}_{role}_inbox ON {table} FOR SELECT TO lianjian_{role} USING ({OWN_INBOX})")
