"""What the report prints under a finding and beside a conclusion: the evidence chain, minutes, and what a basis cites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.reporting.document_parts import Officer
from inspection.reporting.report_document import CitedGround, MinutesEntry, RequestEntry, SourceEntry
from inspection.requesting import recognitions, request_views, rights_views
from inspection.requesting.request import Source
from inspection.requesting.request_views import EvidenceChains, MinutesView, RequestView
from kit.canonical import sha256_hex


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and talked about from one finding; ``closed`` None: nothing was asked."""

    requests: tuple[RequestEntry, ...] = ()
    minutes: tuple[MinutesEntry, ...] = ()
    closed: bool | None = None


async def by_finding(session: AsyncSession, case: JointCase) -> Mapping[str, Asked]:
    """The chain and the minutes of each finding, by its id; a finding without either has an empty one."""
    known: EvidenceChains = await request_views.gather(session, case)
    requests: defaultdict[str, list[RequestEntry]] = defaultdict(list)
    minutes: defaultdict[str, list[MinutesEntry]] = defaultdict(list)
    for one in known.requests:
        requests[str(one.finding)].append(_request(one))
    for each in known.minutes:
        minutes[str(each.finding)].append(_minutes(each))
    closed = {chain.finding: chain.closed for chain in known.chains}
    found = {
        finding: Asked(requests=tuple(requests[finding]), minutes=tuple(minutes[finding]), closed=closed.get(finding))
        for finding in {*requests, *minutes}
    }
    return defaultdict(Asked, found)


async def cited(session: AsyncSession, case: JointCase) -> Mapping[str, CitedGround]:
    """What conclusions may cite in the case, by id: recognised results, and what rights holders said."""
    found = {
        str(row.id): CitedGround(
            kind="RECOGNITION",
            reference=row.number,
            issuer=row.issuer,
            standard=row.standard,
            stands_for=row.stands_for,
            issued_on=row.issued_on,
            until=row.reusable_until,
            under=tuple(row.mandates),
            source=row.declared or row.evidence or "",
        )
        for row in await recognitions.rows_of(session, case)
    }
    for row, reply in await rights_views.rows_of(session, case):
        known = rights_views.confirmation_of(row, reply)
        found[str(row.id)] = CitedGround(
            kind="AUTHORISATION" if row.authorisation and reply is None else "RIGHTS_HOLDER",
            reference=row.authorisation or str(row.id),
            issuer=row.holder_name,
            said=known.outcome.value if known.outcome else "",
            at=reply.at if reply else row.opened_at,
            source=reply.name if reply else "",
        )
    return found


def _request(one: RequestView) -> RequestEntry:
    said = one.answer
    return RequestEntry(
        id=str(one.id),
        asked=one.asked,
        subject=one.subject,
        text=one.text,
        state=one.state.value,
        sent_at=one.sent_at,
        due=one.due,
        answer=said.text if said else one.withdrawn_because or "",
        answered_by=Officer(name=said.by, agency=one.asked) if said else None,
        answered_at=said.at if said else None,
        late=said.late if said else False,
        sources=tuple(_source(source) for source in said.sources) if said else (),
        signed_hash=sha256_hex(said.statement.encode()) if said and said.statement else "",
        key_id=said.key_id if said else None,
    )


def _source(one: Source) -> SourceEntry:
    evidence = str(one.evidence) if one.evidence else ""
    return SourceEntry(register=one.register or "", reference=one.reference or evidence, as_of=one.as_of, evidence=evidence)


def _minutes(one: MinutesView) -> MinutesEntry:
    return MinutesEntry(
        held_at=one.held_at,
        participants=tuple(Officer(name=each.name, agency=each.agency) for each in one.participants),
        text=one.text,
        evidence=str(one.evidence) if one.evidence else "",
        recorded_by=Officer(name=one.by, agency=one.agency),
    )
