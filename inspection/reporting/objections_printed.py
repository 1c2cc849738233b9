"""Objections of the enterprise as the report prints them: what it said, who looked again, what was decided and why."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from inspection.case_tables import JointCase
from inspection.deciding.dissent_tables import AppealRow, LaboratoryRow
from inspection.reporting.document_parts import Officer
from inspection.reporting.report_disagreement import CitedPaper, Objection, Reexamination


async def of_case(session: AsyncSession, case: JointCase) -> tuple[Objection, ...]:
    """Every objection in the order they were filed, decided or not."""
    query = select(AppealRow).where(AppealRow.port == case.port, AppealRow.case_no == case.no).order_by(AppealRow.filed_at)
    rows = list(await session.scalars(query))
    if not rows:
        return ()
    names = await directory.names_of(session, {one for row in rows for one in (row.ordered_by, row.decided_by) if one})
    people = {one: Officer(name=name, agency=case.lead_agency, person=str(one)) for one, name in names.items()}
    listed = await session.scalars(select(LaboratoryRow).where(LaboratoryRow.port == case.port))
    laboratories = {one.code: one.name for one in listed}
    return tuple(_objection(row, people, laboratories) for row in rows)


def _objection(row: AppealRow, people: Mapping[UUID, Officer], laboratories: Mapping[str, str]) -> Objection:
    return Objection(
        id=str(row.id),
        against=row.report_version,
        filed_at=row.filed_at,
        ground=row.ground,
        outcome=row.state,
        materials=msgspec.convert(row.materials, tuple[CitedPaper, ...]),
        suspended=row.suspended_because or "",
        reexamined=_reexamination(row, people, laboratories) if row.examined_by else None,
        decision=row.decided_because or "",
        decided_at=row.decided_at,
        decided_by=people.get(row.decided_by) if row.decided_by else None,
        decided_type=row.decided_type or "",
    )


def _reexamination(row: AppealRow, people: Mapping[UUID, Officer], laboratories: Mapping[str, str]) -> Reexamination:
    def named(code: str | None) -> str:
        return laboratories.get(code, code) if code else ""

    return Reexamination(
        by=row.examined_by or "",
        ordered_at=row.ordered_at,
        ordered_by=people.get(row.ordered_by) if row.ordered_by else None,
        because=row.examined_because or "",
        laboratory=named(row.laboratory),
        earlier_laboratory=named(row.earlier_laboratory),
        found=row.second_test or "",
        found_reference=row.second_reference or "",
    )
