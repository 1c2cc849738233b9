"""The first release: tables, database roles, row-level security on every table.

Who may touch which row stands below as data, one line per (table, role). A role that has no line has no rights: fail closed.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from inspection.server.migrations.row_security import (
    EVERY,
    MEMBER,
    OWN,
    OWN_DECLARATION,
    PORT,
    SIGNED_IN,
    STREAM_MEMBER,
    UNLABELLED,
    Line,
    execute,
    secure,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HERE = Path(__file__).resolve().parent.parent

ROLES = ("public", "enterprise", "agency", "customs", "auditor", "rules", "admin", "worker")

SETTINGS_AS_FUNCTIONS = {
    "person": "uuid",
    "agency": "text",
    "port": "text",
    "enterprise": "text",
    "login": "text",
    "token_hash": "bytea",
    "progress_hash": "bytea",
}

POLICIES: list[Line] = [
    # -- reference data: names of agencies, units and bays are on every screen; nothing in them is confidential
    ("agency", (*SIGNED_IN, "public"), "SELECT", EVERY, None),
    ("agency", ("admin",), "INSERT UPDATE", EVERY, None),
    ("unit", SIGNED_IN, "SELECT", EVERY, None),
    ("unit", ("admin",), "INSERT UPDATE", EVERY, None),
    ("bay", ("customs", "agency", "auditor"), "SELECT", PORT, None),
    ("bay", ("customs",), "INSERT UPDATE", PORT, None),
    ("enterprise", ("customs", "agency", "auditor", "admin"), "SELECT", EVERY, None),
    ("enterprise", ("enterprise",), "SELECT", "code = app.enterprise()", None),
    ("enterprise", ("admin",), "INSERT UPDATE", EVERY, None),
    # -- people: officers see the officers of their port, everybody sees himself
    (
        "person",
        ("customs", "agency", "auditor"),
        "SELECT",
        "(port = app.port() AND kind <> 'enterprise') OR id = app.person()",
        None,
    ),
    ("person", ("enterprise", "rules"), "SELECT", "id = app.person()", None),
    ("person", ("admin",), "SELECT INSERT UPDATE", EVERY, None),
    (
        "person",
        ("public",),
        "SELECT",
        "login = app.login()"
        " OR EXISTS (SELECT 1 FROM sign_in_session s WHERE s.person_id = person.id)"
        " OR EXISTS (SELECT 1 FROM one_time_link l WHERE l.person_id = person.id)",
        None,
    ),
    ("credential", ("public",), "SELECT INSERT UPDATE", "login = app.login()", None),
    ("credential", SIGNED_IN, "SELECT UPDATE", "person_id = app.person()", None),
    ("sign_in_session", ("public",), "SELECT", "token_hash = app.token_hash()", None),
    ("sign_in_session", ("public",), "INSERT", "token_hash = app.token_hash()", None),
    ("sign_in_session", SIGNED_IN, "SELECT UPDATE", "person_id = app.person()", None),
    ("one_time_link", ("public",), "SELECT UPDATE", "token_hash = app.token_hash()", None),
    ("one_time_link", ("admin",), "INSERT", EVERY, None),
    # -- declarations: of the port, of the agencies called, of the enterprise itself
    ("declaration", ("customs", "auditor"), "SELECT", PORT, None),
    ("declaration", ("enterprise",), "SELECT INSERT", OWN, None),
    (
        "declaration",
        ("agency",),
        "SELECT",
        "port = app.port() AND EXISTS (SELECT 1 FROM joint_case c WHERE c.port = declaration.port"
        " AND c.declaration_id = declaration.id)",
        None,
    ),
    ("declaration_line", ("customs", "auditor"), "SELECT", PORT, None),
    ("declaration_line", ("enterprise", "agency"), "SELECT", OWN_DECLARATION, None),
    ("screening_run", ("customs", "auditor"), "SELECT", PORT, None),
    ("progress_key", ("enterprise",), "SELECT", OWN, None),
    ("progress_key", ("public",), "SELECT", "secret_hash = app.progress_hash()", None),
    ("enterprise_status", ("customs", "auditor"), "SELECT", PORT, None),
    ("enterprise_status", ("enterprise",), "SELECT", OWN, None),
    (
        "enterprise_status",
        ("public",),
        "SELECT",
        "EXISTS (SELECT 1 FROM progress_key k WHERE k.declaration_id = enterprise_status.declaration_id)",
        None,
    ),
    # -- cases
    ("port_policy", ("customs", "auditor", "agency"), "SELECT", PORT, None),
    ("port_policy", ("customs",), "INSERT UPDATE", PORT, None),
    ("case_counter", (), "", EVERY, None),
    ("case_member", ("customs", "auditor"), "SELECT", PORT, None),
    ("case_member", ("agency",), "SELECT", "port = app.port() AND agency = app.agency()", None),
    ("joint_case", ("customs", "auditor"), "SELECT", PORT, None),
    ("joint_case", ("customs",), "UPDATE", PORT, None),
    (
        "joint_case",
        ("agency",),
        # UPDATE is the right to lock the row (SELECT … FOR UPDATE); the grant below covers one harmless column only
        "SELECT UPDATE",
        "port = app.port() AND EXISTS (SELECT 1 FROM case_member m WHERE m.port = joint_case.port"
        " AND m.case_no = joint_case.no AND m.agency = app.agency())",
        None,
    ),
    ("invitation", ("customs", "auditor"), "SELECT", PORT, None),
    ("invitation", ("customs",), "UPDATE", PORT, None),
    ("invitation", ("agency",), "SELECT", MEMBER, None),
    ("invitation", ("agency",), "UPDATE", MEMBER + " AND agency = app.agency()", None),
    ("task_sheet", ("customs", "auditor"), "SELECT", PORT, None),
    ("task_sheet", ("customs",), "INSERT UPDATE", PORT, None),
    ("task_sheet", ("agency",), "SELECT", MEMBER, None),
    ("booking", ("customs", "auditor"), "SELECT", PORT, None),
    ("booking", ("customs",), "INSERT UPDATE", PORT, None),
    ("booking", ("agency",), "SELECT", MEMBER, None),
    ("field_session", ("customs", "auditor"), "SELECT", PORT, None),
    ("field_session", ("customs",), "INSERT UPDATE", PORT, None),
    ("field_session", ("agency",), "SELECT", MEMBER, None),
    ("workstream", ("customs", "auditor"), "SELECT", PORT, None),
    ("workstream", ("customs",), "INSERT UPDATE", PORT, None),
    ("workstream", ("agency",), "SELECT", MEMBER, None),
    ("workstream", ("agency",), "UPDATE", MEMBER + " AND agency = app.agency()", None),
    # -- what an agency writes: its own only, customs included; a label hides it from everybody but its owner
    ("finding", ("customs", "auditor"), "SELECT", PORT + " AND (label IS NULL OR agency = app.agency())", None),
    ("finding", ("agency",), "SELECT", MEMBER + " AND (label IS NULL OR agency = app.agency())", None),
    ("finding", ("customs",), "INSERT UPDATE", PORT + " AND agency = app.agency()", None),
    ("finding", ("agency",), "INSERT UPDATE", MEMBER + " AND agency = app.agency()", None),
    ("conclusion", ("customs", "auditor"), "SELECT", PORT, None),
    ("conclusion", ("agency",), "SELECT", MEMBER, None),
    ("conclusion", ("customs",), "INSERT", PORT + " AND agency = app.agency()", None),
    ("conclusion", ("agency",), "INSERT", MEMBER + " AND agency = app.agency()", None),
    ("evidence", ("customs", "auditor"), "SELECT", PORT + " AND " + UNLABELLED, None),
    (
        "evidence",
        ("agency",),
        "SELECT",
        "port = app.port() AND " + UNLABELLED + " AND EXISTS (SELECT 1 FROM case_member m WHERE m.port = evidence.port"
        " AND 'case:' || m.case_no = evidence.scope AND m.agency = app.agency())",
        None,
    ),
    ("evidence", ("customs",), "INSERT UPDATE", PORT + " AND owner = app.agency()", None),
    (
        "evidence",
        ("agency",),
        "INSERT UPDATE",
        "port = app.port() AND owner = app.agency() AND EXISTS (SELECT 1 FROM case_member m WHERE m.port = evidence.port"
        " AND 'case:' || m.case_no = evidence.scope AND m.agency = app.agency())",
        None,
    ),
    # -- the decision
    ("report", ("customs", "auditor"), "SELECT", PORT, None),
    ("report", ("agency",), "SELECT", MEMBER, None),
    ("disposition", ("customs", "auditor"), "SELECT", PORT, None),
    ("disposition", ("customs",), "INSERT UPDATE", PORT, None),
    ("disposition", ("agency",), "SELECT", MEMBER, None),
    ("inbox_item", ("customs", "agency"), "SELECT UPDATE", "port = app.port() AND agency = app.agency()", None),
    # -- deadlines
    ("deadline", ("customs", "auditor"), "SELECT", PORT, None),
    ("deadline", ("customs",), "INSERT UPDATE", PORT, None),
    ("deadline", ("agency",), "SELECT UPDATE", STREAM_MEMBER.replace("{p}", "port"), None),
    ("deadline_rung", ("customs", "auditor"), "SELECT", PORT, None),
    # -- the event log: written by whoever changes something, never updated, never deleted
    ("event", ("customs", "auditor"), "SELECT", "tenant = app.port() AND " + UNLABELLED, None),
    ("event", ("agency",), "SELECT", STREAM_MEMBER.replace("{p}", "tenant") + " AND " + UNLABELLED, None),
    ("event", ("customs",), "INSERT", "tenant = app.port()", None),
    ("event", ("agency",), "INSERT", STREAM_MEMBER.replace("{p}", "tenant"), None),
    ("event_stream", ("customs", "auditor"), "SELECT", "tenant = app.port()", None),
    ("event_stream", ("customs",), "INSERT UPDATE", "tenant = app.port()", None),
    ("event_stream", ("agency",), "SELECT INSERT UPDATE", STREAM_MEMBER.replace("{p}", "tenant"), None),
    # -- stored answers: each principal its own
    ("stored_answer", SIGNED_IN, "SELECT INSERT", "principal = app.person()::text", None),
    # -- the clock: read by all, moved by the worker's role behind POST /test/v1/clock
    ("clock_offset", (*SIGNED_IN, "public"), "SELECT", EVERY, None),
]
"""``worker`` is not listed: it acts for the platform on every port and may see and change every row of every table."""

NARROW_GRANTS = {("joint_case", "agency", "UPDATE"): "(version)"}
"""Commands granted on some columns only."""


def upgrade() -> None:
    connection = op.get_bind()
    # Roles belong to the cluster: two databases of one cluster may migrate at the same time.
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('lianjian roles'))"))
    for role in ROLES:
        execute(_create_role(f"lianjian_{role}", "NOLOGIN"))
    execute(_create_role("lianjian_app", "LOGIN NOINHERIT"))
    for role in ROLES:
        execute(f"GRANT lianjian_{role} TO lianjian_app WITH INHERIT FALSE, SET TRUE")
    _settings_functions()
    execute((HERE / "0001_tables.sql").read_text(encoding="utf-8"))
    secure(POLICIES, NARROW_GRANTS)


def _create_role(name: str, options: str) -> str:
    return (
        f"DO $$ BEGIN CREATE ROLE {name} {options} NOBYPASSRLS;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def _settings_functions() -> None:
    execute("CREATE SCHEMA app")
    everyone = ", ".join(f"lianjian_{role}" for role in ROLES)
    execute(f"GRANT USAGE ON SCHEMA app TO {everyone}")
    for name, kind in SETTINGS_AS_FUNCTIONS.items():
        value = f"NULLIF(current_setting('app.{name}', true), '')"
        value = f"decode({value}, 'hex')" if kind == "bytea" else f"{value}::{kind}"
        execute(f"CREATE FUNCTION app.{name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {value} $$")
