"""What every migration shares: running SQL of several statements, and row-level security from lines of data.

Frozen: a migration that has run on somebody's database must do the same for ever. Add functions, never change one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alembic import op
from sqlalchemy.util import await_only

# (table, roles, commands, rows it may see or change, rows it may leave behind — the same when None)
Line = tuple[str, tuple[str, ...], str, str, str | None]

SIGNED_IN = ("enterprise", "agency", "customs", "auditor", "rules", "admin")
PORT = "port = app.port()"
MEMBER = (
    "port = app.port() AND EXISTS (SELECT 1 FROM case_member m"
    " WHERE m.port = {t}.port AND m.case_no = {t}.case_no AND m.agency = app.agency())"
)
STREAM_MEMBER = (
    "{p} = app.port() AND EXISTS (SELECT 1 FROM case_member m"
    " WHERE m.port = app.port() AND 'case:' || m.case_no = {t}.stream AND m.agency = app.agency())"
)
UNLABELLED = "(label IS NULL OR owner = app.agency())"
OWN = "(trader = app.enterprise() OR broker = app.enterprise())"
OWN_DECLARATION = "EXISTS (SELECT 1 FROM declaration d WHERE d.id = {t}.declaration_id)"
EVERY = "true"


def execute(sql: str) -> None:
    """One or several statements: the simple query protocol, because a prepared statement takes only one."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(sql))


def secure(lines: Sequence[Line], narrow_grants: Mapping[tuple[str, str, str], str]) -> None:
    """Forces row-level security on every table of ``lines`` and grants what they say, to these roles and nobody else.

    ``worker`` acts for the platform on every port: it may see and change every row of every table.
    """
    for table in sorted({line[0] for line in lines}):
        execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO lianjian_worker")
        execute(f"CREATE POLICY {table}_worker ON {table} TO lianjian_worker USING (true) WITH CHECK (true)")
    for number, (table, roles, commands, using, check) in enumerate(lines):
        rows = using.replace("{t}", table)
        leave = (check or using).replace("{t}", table)
        for role in roles:
            for command in commands.split():
                columns = narrow_grants.get((table, role, command), "")
                execute(f"GRANT {command} {columns} ON {table} TO lianjian_{role}")
                execute(
                    f"CREATE POLICY {table}_{role}_{command.lower()}_{number} ON {table} FOR {command} TO lianjian_{role} "
                    + _clauses(command, rows, leave)
                )


def _clauses(command: str, rows: str, leave: str) -> str:
    if command == "SELECT":
        return f"USING ({rows})"
    if command == "INSERT":
        return f"WITH CHECK ({leave})"
    return f"USING ({rows}) WITH CHECK ({leave})"
