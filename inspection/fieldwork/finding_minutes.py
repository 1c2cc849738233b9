"""Minutes 会商纪要 of a consultation about a finding: filed by the agency that found it, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.events import EventType
from inspection.fieldwork.field import EXCERPT, EvidenceUnknown
from inspection.requesting import request_views, requests
from inspection.requesting.request import Words
from inspection.requesting.request_tables import FindingMinutes
from inspection.requesting.request_views import MinutesView, Participant
from kit.canonical import canonical_hash
from kit.errors import Conflict, Invalid
from media import uploads

At = Annotated[datetime, Meta(tz=True)]


class MinutesRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who talked with whom, when, and what came of it; ``evidence``: a paper or recording of it that was sent before."""

    held_at: At
    participants: Annotated[tuple[Participant, ...], Meta(min_length=2, max_length=50)]
    text: Words
    evidence: UUID | None = None


class MinutesDiffer(Conflict):
    """The id is known with other minutes, or somebody else's; what was filed stands."""

    code = "minutes_differ"
    title_zh = "同一编号的会商纪要内容不一致"
    title_en = "This id was already used for other minutes"
    advice_zh = "原纪要保持不变；请以新编号提交。"
    advice_en = "The first ones stand; file the others under a new id."


class MinutesInvalid(Invalid):
    """The minutes cannot be filed like this; ``details['errors']`` names the field."""

    code = "minutes_invalid"
    title_zh = "会商纪要内容有误"
    title_en = "The minutes are not valid"


async def file(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    finding_id: UUID,
    minutes_id: UUID,
    request: MinutesRequest,
    now: datetime,
) -> MinutesView:
    """Files the minutes under the client's id; the same again is answered again."""
    case = await case_for(session, principal, case_no, lock=True)
    content = {"case": case.no, "finding": str(finding_id), "agency": principal.agency, "minutes": msgspec.to_builtins(request)}
    received = canonical_hash(content)
    known = await session.get(FindingMinutes, minutes_id)
    if known is not None and known.content_hash == received:
        return request_views.minutes_view(known)

    finding = await requests.own_finding(session, principal, case, finding_id)
    await _check(session, request, now)
    cited = () if request.evidence is None else (request.evidence,)
    if unknown := await uploads.unknown(session, scope=events.case_stream(case.no), owner=finding.agency, ids=cited):
        raise EvidenceUnknown(evidence=[str(one) for one in unknown])

    row = {
        "id": minutes_id, "port": case.port, "case_no": case.no, "agency": finding.agency, "finding_id": finding.id,
        "held_at": request.held_at, "participants": msgspec.to_builtins(request.participants), "text": request.text,
        "evidence": str(request.evidence) if request.evidence else None, "content_hash": received,
        "person_id": principal.id, "name": principal.name, "at": now,
    }  # fmt: skip
    written = await session.scalar(insert(FindingMinutes).values(row).on_conflict_do_nothing().returning(FindingMinutes))
    if written is None:
        raise MinutesDiffer(id=str(minutes_id))

    told = {"minutes": str(minutes_id), "finding": str(finding.id), "agency": finding.agency, "line": finding.line}
    told |= {"text": written.text[:EXCERPT], "participants": [one.name for one in request.participants]}
    await events.record(session, case, EventType.MINUTES_FILED, told, by=principal, at=now)
    return request_views.minutes_view(written)


async def _check(session: AsyncSession, request: MinutesRequest, now: datetime) -> None:
    """It has taken place, and agencies are called by their codes."""
    known = await directory.agency_names(session)
    errors = [
        {"path": f"$.participants[{at}].agency", "message": f"one of {', '.join(sorted(known))}, or empty"}
        for at, one in enumerate(request.participants)
        if one.agency and one.agency not in known
    ]
    if request.held_at > now:
        errors.append({"path": "$.held_at", "message": "minutes are of what has taken place"})
    if errors:
        raise MinutesInvalid(errors=errors)
