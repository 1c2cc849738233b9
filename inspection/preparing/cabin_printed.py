"""What the joint report prints of the cabin: which versions lay there and who had read them, and who was excused from reading."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.preparing import cabin, cabin_papers
from inspection.preparing.cabin_tables import ReadingExcuse, ReadReceipt
from inspection.reporting.report_document import ExcusedReading, PrintedPaper


async def papers(session: AsyncSession, case: JointCase) -> list[PrintedPaper]:
    """The newest version of every paper without a label. As the platform."""
    of_case = select(ReadReceipt).where(ReadReceipt.port == case.port, ReadReceipt.case_no == case.no)
    readers: dict[tuple[object, int], list[str]] = {}
    for row in await session.scalars(of_case.order_by(ReadReceipt.read_at, ReadReceipt.login)):
        readers.setdefault((row.paper_id, row.version), []).append(row.name)
    filed = map(cabin_papers.paper_of, await cabin_papers.rows_of(session, case))
    return [
        PrintedPaper(
            title=one.title,
            kind=one.kind.value,
            agency=one.agency,
            version=one.version,
            required_of=one.required_of,
            read_by=tuple(readers.get((one.id, one.version), ())),
        )
        for one in cabin.newest(filed)
        if one.label is None
    ]


async def excused(session: AsyncSession, case: JointCase) -> list[ExcusedReading]:
    """Everybody who was let in without having read everything, why, and by whom. As the platform."""
    of_case = select(ReadingExcuse).where(ReadingExcuse.port == case.port, ReadingExcuse.case_no == case.no)
    return [
        ExcusedReading(
            name=row.name, agency=row.agency, papers=len(row.papers), reason=row.reason, by=row.excused_by_name, at=row.at
        )
        for row in await session.scalars(of_case.order_by(ReadingExcuse.at, ReadingExcuse.login))
    ]
