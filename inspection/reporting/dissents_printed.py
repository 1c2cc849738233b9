"""Departures and dissent as the report prints them: conclusion, departure, dissent, decision."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from inspection.case_tables import JointCase
from inspection.deciding import departures
from inspection.reporting.document_parts import Officer
from inspection.reporting.report_disagreement import DepartedLine, Dissent


async def of_case(session: AsyncSession, case: JointCase) -> tuple[Dissent, ...]:
    """Every departure an agency was told of, in the order they were proposed."""
    told = [one for one in await departures.in_case(session, case) if one.notified_at is not None]
    names = await directory.names_of(session, [one.decided_by for one in told if one.decided_by])
    return tuple(
        Dissent(
            agency=one.agency,
            ground=one.ground or "",
            at=one.dissented_at or one.notified_at or one.proposed_at,
            outcome=one.state,
            lines=tuple(
                DepartedLine(line=line.line, concluded=line.concluded, decided=line.proposed)
                for line in departures.departures_of(one)
            ),
            departure=one.reason,
            due=one.due_at,
            decision=one.decided_because or "",
            decided_by=Officer(name=names.get(one.decided_by, ""), agency=case.lead_agency) if one.decided_by else None,
        )
        for one in told
    )
