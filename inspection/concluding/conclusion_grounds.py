"""What a conclusion rests on, checked before it is taken: answers it waits for, records and confirmations it cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.concluding.conclusion import ConclusionInvalid, ConclusionLine
from inspection.concluding.merge_inputs import MergeInputs
from inspection.requesting import recognition, recognitions, request, request_views, rights_confirmation, rights_views
from inspection.requesting.recognition import Record
from inspection.requesting.rights_confirmation import Confirmation
from inspection.statuses import PORT_ZONE

RECOGNISED, CONFIRMED = "RECOGNISED", "CONFIRMED_BY_RIGHTS_HOLDER"
CITE = {RECOGNISED: "the id of a recognition record", CONFIRMED: "the id of the rights holder's confirmation"}


@dataclass(frozen=True)
class Grounds:
    """What an agency may rely on in a case on a day; ``kinds`` are the checks asked of it by line, ``ranks`` the policy's."""

    agency: str
    day: date
    kinds: Mapping[int, frozenset[str]]
    records: Mapping[str, Record]
    confirmations: Mapping[str, Confirmation]
    ranks: Mapping[str, int]


async def check(
    session: AsyncSession, case: JointCase, agency: str, inputs: MergeInputs, lines: Sequence[ConclusionLine], now: datetime
) -> None:
    """Raises RequestsOpen while the agency waits for an answer on one of the lines, ConclusionInvalid for a ground that does not
    hold. Verdicts that establish nothing yet need none."""
    decided = [(at, line) for at, line in enumerate(lines) if line.verdict not in inputs.policy.undecided]
    request.check_may_conclude(agency, [line.line for _, line in decided], await request_views.asked_in(session, case))
    asked = sorted({pair.line for pair in inputs.required if pair.agency == agency})
    points = [point for point in inputs.sheet.focus_points if point.agency == agency]
    grounds = Grounds(
        agency=agency,
        day=now.astimezone(PORT_ZONE).date(),
        kinds=recognitions.kinds_by_line(points, [line.no for line in inputs.sheet.declaration.lines]),
        records=await recognitions.records(session, case),
        confirmations=rights_confirmation.by_id(await rights_views.confirmations(session, case)),
        ranks={one.code: one.rank for one in inputs.policy.verdicts},
    )

    errors = [
        {"path": f"$.lines[{at}].{name}", "message": message}
        for at, line in decided
        for name, message in problems(line, asked if line.line is None else [line.line], grounds)
    ]
    if errors:
        raise ConclusionInvalid(errors=errors)


def problems(line: ConclusionLine, numbers: Sequence[int], grounds: Grounds) -> Iterator[tuple[str, str]]:
    """What stands against concluding so on these lines of the declaration, each with the field it is about."""
    cited = [str(one) for one in line.cites]
    wanted = CITE.get(line.basis or "")
    if wanted is None and cited:
        yield "cites", f"only {RECOGNISED} and {CONFIRMED} cite"
    if wanted is not None and not cited:
        yield "cites", f"cite {wanted}"
    for number in numbers if cited else ():
        if line.basis == RECOGNISED:
            yield from _recognised(line, number, cited, grounds)
        elif line.basis == CONFIRMED:
            yield from _confirmed(line, number, cited, grounds)
    if passes(line) and line.basis != CONFIRMED:
        waiting = [
            number for number in numbers if rights_confirmation.waited_for(grounds.agency, number, grounds.confirmations.values())
        ]
        if waiting:
            yield "basis", "the rights holder may still reply: wait for it, or withdraw the confirmation and say why"


def passes(line: ConclusionLine) -> bool:
    """Whether it asks for nothing: the goods may go as far as this agency is concerned."""
    return not line.measures and not line.conditions


def _recognised(line: ConclusionLine, number: int, cited: Sequence[str], grounds: Grounds) -> Iterator[tuple[str, str]]:
    """One of the records cited covers the line; the verdict is no milder than what it says."""
    kinds = grounds.kinds.get(number, frozenset())
    against = {}
    for id_ in cited:
        record = grounds.records.get(id_)
        problem = recognition.problem(record, agency=grounds.agency, line=number, kinds=kinds, day=grounds.day)
        if problem is None and record is not None:
            if grounds.ranks.get(line.verdict, 0) < grounds.ranks.get(record.verdict, 0):
                yield "verdict", f"no milder than {record.verdict}, which {record.number} says"
            return
        against[id_] = problem
    yield "cites", "; ".join(sorted({text for text in against.values() if text}))


def _confirmed(line: ConclusionLine, number: int, cited: Sequence[str], grounds: Grounds) -> Iterator[tuple[str, str]]:
    """One of the confirmations cited is about the line and says what the verdict rests on."""
    found = (grounds.confirmations.get(id_) for id_ in cited)
    against = [rights_confirmation.problem(one, agency=grounds.agency, line=number, passes=passes(line)) for one in found]
    if None not in against:
        yield "cites", "; ".join(sorted({text for text in against if text}))
