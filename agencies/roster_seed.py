"""Lines of a roster put in by the platform itself, for a port that starts with one: no event, because nobody did it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.coordination import Assignment
from agencies.people_tables import CoordinatorAssignment, DutyDesk, RosterShift
from agencies.roster import Role, Shift
from kit.ids import uuid7


async def add_shift(session: AsyncSession, port: str, agency: str, shift: Shift, now: datetime) -> None:
    """A shift in the roster of a unit."""
    session.add(
        RosterShift(
            id=uuid7(),
            port=port,
            agency=agency,
            role=shift.role.value,
            person_id=UUID(shift.person),
            rank=shift.rank,
            weekdays=list(shift.weekdays),
            starts=shift.starts,
            ends=shift.ends,
            valid_from=shift.valid_from,
            valid_until=shift.valid_until,
            withdrawn_at=None,
            made_at=now,
        )
    )


async def add_desk(session: AsyncSession, port: str, role: Role, agency: str, contact: str) -> None:
    """How the desk of a role is reached."""
    session.add(DutyDesk(port=port, role=role.value, agency=agency, contact=contact))


async def add_coordinator(session: AsyncSession, port: str, enterprise: str, assignment: Assignment, now: datetime) -> None:
    """A coordinator of an enterprise for a topic."""
    session.add(
        CoordinatorAssignment(
            id=uuid7(),
            port=port,
            enterprise=enterprise,
            topic=assignment.topic.value,
            person_id=UUID(assignment.person),
            substitute_id=UUID(assignment.substitute) if assignment.substitute else None,
            contact=assignment.contact,
            valid_from=assignment.valid_from,
            valid_until=assignment.valid_until,
            made_at=now,
        )
    )
