"""One platform with everything in it, for the tests of isolation: two ports, two enterprises, an agency that was not called.

Case ``a`` (5316, Hengtong) went as far as a proposed disposition and holds IP's secret; ``c`` (5316, Xinda) and ``b`` (2248,
Xinda) are what somebody else's looks like. ``seeding.py`` fills it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import asyncpg
from access import Facts, Row
from make import Make
from sqlalchemy import Table
from world import World

from agencies.powers import Principal
from kit.acting import SETTINGS
from kit.database import Base

SECRET = "canary-源代码-7f3a"
"""Stands in what IP keeps to itself, and nowhere else."""

MAPPED = (
    "kit.tables",
    "agencies.tables",
    "agencies.key_tables",
    "agencies.people_tables",
    "agencies.calendar_tables",
    "media.tables",
    "media.derivative_tables",
    "risk.rulebook_tables",
    "inspection.carrying_over.carry_over_tables",
    "inspection.preparing.cabin_tables",
    "inspection.case_tables",
    "inspection.deciding.decision_tables",
    "inspection.declaring.declaration_tables",
    "inspection.preparing.deliberation_tables",
    "inspection.deciding.dissent_tables",
    "inspection.staffing.draw_tables",
    "inspection.timekeeping.elapsed_tables",
    "inspection.enterprise_tables",
    "inspection.fieldwork.field_tables",
    "inspection.following_up.follow_up_tables",
    "inspection.inviting.invitation_tables",
    "inspection.notifying.notice_tables",
    "inspection.reporting.liability_tables",
    "inspection.policies.policy_tables",
    "inspection.following_up.recall_tables",
    "inspection.requesting.recognition_tables",
    "inspection.following_up.reopening_tables",
    "inspection.requesting.request_tables",
    "inspection.requesting.rights_tables",
    "inspection.planning.schedule_tables",
)
for module in MAPPED:
    import_module(module)

PAPERS = {
    "shift": "roster_shift",
    "absence": "absence",
    "certificate": "certificate",
    "tie": "conflict_of_interest",
    "mandate": "mandate",
    "draw": "draw_record",
    "paper": "cabin_paper",
    "message": "deliberation_message",
    "proposal": "division_proposal",
    "follow_up": "follow_up",
    "filing": "case_filing",
    "request": "info_request",
    "minutes": "finding_minutes",
    "recognition": "recognition",
    "equivalence": "equivalence",
    "holder": "rights_holder",
    "authorisation": "rights_authorisation",
    "confirmation": "rights_confirmation",
}
"""What market regulation keeps about its people and has laid before the others, by the name its ids have in paths."""

EVERYBODY = ("lin", "tao", "mei", "qiu", "hua", "ou", "hengtong", "xinda", "an", "ruo", "wen")
TABLES: dict[str, Table] = dict(Base.metadata.tables)


def key_of(table: str) -> list[str]:
    """The primary key's columns."""
    return [column.name for column in TABLES[table].primary_key.columns]


def quoted(names: Iterable[str]) -> str:
    """A list of columns as SQL."""
    return ", ".join(f'"{name}"' for name in names)


@dataclass
class Seeded:
    """The platform, its cases, the people as principals, and a superuser's connection that takes any role."""

    world: World
    make: Make
    a: str
    b: str
    c: str
    ids: dict[str, str]
    """Ids of what hangs on case ``a`` (session, evidence, finding …), a session of Zhao's, and Xinda's progress secret."""
    people: dict[str, Principal]
    owner: asyncpg.Connection[Any]

    async def rows(self, table: str) -> list[Row]:
        """Every row of a table."""
        return [dict(row) for row in await self.owner.fetch(f"SELECT * FROM {table}")]

    async def facts(self) -> Facts:
        """What the model of access needs to know."""
        cases = await self.rows("joint_case")
        return Facts(
            members=frozenset((row["port"], row["case_no"], row["agency"]) for row in await self.rows("case_member")),
            declarations={row["id"]: row for row in await self.rows("declaration")},
            declared_for={row["declaration_id"]: row["no"] for row in cases},
            notices={row["id"]: row for row in await self.rows("notice")},
            subscriptions={row["id"]: row for row in await self.rows("webhook_subscription")},
        )

    async def become(self, who: Principal | None) -> None:
        """In the present transaction: the role and settings of a person (None: nobody)."""
        acting = who.acting if who else None
        settings = dict(acting.settings) if acting else {}
        await self.owner.execute("SELECT set_config('role', $1, true)", acting.role if acting else "lianjian_public")
        for name in SETTINGS:
            await self.owner.execute("SELECT set_config($1, $2, true)", f"app.{name}", settings.get(name, ""))


def signature(row: Row, who_sees: Sequence[str]) -> tuple[Any, ...]:
    """Rows that mean the same for access: one of them is enough where every row costs a statement per person."""
    return (*who_sees, row.get("port", row.get("tenant")), row.get("owner", row.get("agency")), row.get("label"))


async def without_row_security(seeded: Seeded) -> None:
    """Takes the database's wall down, the grants stay: the two walls are tested apart."""
    for table in TABLES:
        await seeded.owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
