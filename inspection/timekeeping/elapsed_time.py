"""Elapsed time of one case, read from its log; what it took is kept once it has ended, for figures over many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.calendars import WorkCalendar
from agencies.ladder import Elapsed, elapsed
from agencies.powers import PLATFORM, Principal
from agencies.work_calendars import calendar_for
from inspection import events, status
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.replaying.replay import Frame
from inspection.statuses import party_names
from inspection.timekeeping.elapsed import Segment, Spent, Timeline, before, by_party, replayed, running, total, up_to
from inspection.timekeeping.elapsed_tables import CaseTime, PartyTime
from inspection.timekeeping.time_targets import INSPECTION, TO_INSPECTION, Target, targets
from inspection.timekeeping.waiting import kind_of
from kit import event_log
from kit.database import elevated
from kit.errors import NotFound

AT_ONCE = 1000


class Duration(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds, always both: on the clock, and within working time."""

    clock_seconds: int
    working_seconds: int


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Who was awaited: ``kind`` agency, lead, enterprise, port or laboratory; ``code`` the agency's code, else the kind again."""

    kind: str
    code: str


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which the same parties were awaited; nobody between an end and the case's being taken up again."""

    since: datetime
    until: datetime
    stage: str
    awaited: list[Party]
    lasted: Duration


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    """What one party was awaited for, and how much of it alone. Parties awaited at once each count the whole time."""

    party: Party
    total: Duration
    alone: Duration


class TargetView(msgspec.Struct, frozen=True, kw_only=True):
    """A target in clock time, how long it took so far, and whether it was met: null while nobody can say."""

    code: str
    limit_seconds: int
    took: Duration | None
    met: bool | None


class ElapsedView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case's time went. The segments sum to ``total``; ``ended_at`` is null while its time runs.

    ``in_port`` stops when the goods are at a safe site, ``left_port_at``, although the case goes on.
    """

    case: str
    as_of: datetime
    opened_at: datetime
    ended_at: datetime | None
    left_port_at: datetime | None
    total: Duration
    in_port: Duration
    parties: list[PartyView]
    segments: list[SegmentView]
    targets: list[TargetView]


class PublicParty(msgspec.Struct, frozen=True, kw_only=True):
    """What the enterprise reads of a party: its public name and the time it was awaited."""

    name_zh: str
    name_en: str
    total: Duration
    alone: Duration


class PublicElapsed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time of an enterprise's own declaration went."""

    declaration: str
    as_of: datetime
    ended_at: datetime | None
    total: Duration
    parties: list[PublicParty]


async def of_case(session: AsyncSession, principal: Principal, no: str, now: datetime) -> ElapsedView:
    """Where the case's time went, up to now or to its end."""
    case = await case_for(session, principal, no)
    timeline = up_to(await _timeline(session, case), now)
    calendar = await calendar_for(session, case.port)
    segments = running(timeline)
    return ElapsedView(
        case=case.no,
        as_of=now,
        opened_at=case.opened_at,
        ended_at=timeline.ended,
        left_port_at=timeline.left_port,
        total=_duration(total(segments, calendar)),
        in_port=_duration(total(before(segments, timeline.left_port), calendar)),
        parties=[_party(one) for one in by_party(segments, case.lead_agency, calendar)],
        segments=[_segment(one, case.lead_agency, calendar) for one in segments],
        targets=[_target(one) for one in targets(timeline, case.opened_at, calendar)],
    )


async def of_own(session: AsyncSession, principal: Principal, number: str, now: datetime) -> PublicElapsed:
    """Where the time of the newest version of one's own declaration went, in public words. NotFound without a joint case."""
    own = (DeclarationRow.trader == principal.enterprise) | (DeclarationRow.broker == principal.enterprise)
    declared = await session.scalar(
        select(DeclarationRow).where(DeclarationRow.number == number, own).order_by(DeclarationRow.version.desc()).limit(1)
    )
    if declared is None:
        raise NotFound(declaration=number)
    # The log is not the enterprise's to read; how long it waited for whom is.
    async with elevated(session, PLATFORM, principal.acting):
        case = await session.scalar(
            select(JointCase).where(JointCase.port == declared.port, JointCase.declaration_id == declared.id)
        )
        if case is None:
            raise NotFound(declaration=number, because="no joint case")
        timeline = up_to(await _timeline(session, case), now)
        names = await party_names(session)
    calendar, segments = await calendar_for(session, case.port), running(timeline)
    return PublicElapsed(
        declaration=number,
        as_of=now,
        ended_at=timeline.ended,
        total=_duration(total(segments, calendar)),
        parties=[_public(one, names[one.party]) for one in by_party(segments, case.lead_agency, calendar)],
    )


async def keep(session: AsyncSession, stream: str) -> None:
    """Keeps what an ended case took; one that was taken up again is none. Repeating it changes nothing. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None:
        return
    timeline = await _timeline(session, case)
    of_case = {"port": case.port, "case_no": case.no}
    await session.execute(delete(PartyTime).filter_by(**of_case))
    if timeline.ended is None:
        await session.execute(delete(CaseTime).filter_by(**of_case))
        return
    calendar, segments = await calendar_for(session, case.port), running(timeline)
    whole = _seconds(total(segments, calendar))
    row = of_case | {"opened_at": case.opened_at, "ended_at": timeline.ended, "seq": timeline.state.seq, **whole}
    row["segments"] = [msgspec.to_builtins(_segment(one, case.lead_agency, calendar)) for one in segments]
    row |= _inspection(targets(timeline, case.opened_at, calendar))
    written = insert(CaseTime).values(row)
    await session.execute(written.on_conflict_do_update(index_elements=["port", "case_no"], set_=row))
    session.add_all(_row(one, of_case, timeline.ended, whole) for one in by_party(segments, case.lead_agency, calendar))
    await session.flush()


async def _timeline(session: AsyncSession, case: JointCase) -> Timeline:
    """The case's whole history. What is withheld from the reader keeps nobody waiting, so every member reads the same."""
    stream, seen, after = events.case_stream(case.no), [], 0
    while page := await event_log.read(session, stream, after=after, limit=AT_ONCE):
        seen += page
        after = page[-1].seq
    return replayed(case.lead_agency, ((one.at, Frame(seq=one.seq, type=one.type, data=one.data)) for one in seen))


def _inspection(found: Sequence[Target]) -> dict[str, int | None]:
    took = {one.code: one.took for one in found}
    columns = {"to_inspection": took[TO_INSPECTION], "inspection": took[INSPECTION]}
    return {
        f"{name}_{which}": _whole(getattr(lasted, which)) if lasted else None
        for name, lasted in columns.items()
        for which in ("clock", "working")
    }


def _row(one: Spent, of_case: dict[str, str], ended_at: datetime, whole: dict[str, int]) -> PartyTime:
    return PartyTime(
        **of_case,
        agency=one.party,
        kind=one.kind.value,
        ended_at=ended_at,
        **_seconds(one.total),
        alone_clock=_whole(one.alone.clock),
        alone_working=_whole(one.alone.working),
        case_clock=whole["clock"],
        case_working=whole["working"],
    )


def _whole(lasted: timedelta) -> int:
    return lasted // timedelta(seconds=1)


def _seconds(lasted: Elapsed) -> dict[str, int]:
    return {"clock": _whole(lasted.clock), "working": _whole(lasted.working)}


def _duration(lasted: Elapsed) -> Duration:
    return Duration(clock_seconds=_whole(lasted.clock), working_seconds=_whole(lasted.working))


def _segment(one: Segment, lead: str, calendar: WorkCalendar) -> SegmentView:
    return SegmentView(
        since=one.since,
        until=one.until,
        stage=one.stage.value,
        awaited=[Party(kind=kind_of(party, lead).value, code=party) for party in one.awaited],
        lasted=_duration(elapsed(one.since, one.until, calendar)),
    )


def _party(one: Spent) -> PartyView:
    party = Party(kind=one.kind.value, code=one.party)
    return PartyView(party=party, total=_duration(one.total), alone=_duration(one.alone))


def _public(one: Spent, name: status.Words) -> PublicParty:
    return PublicParty(name_zh=name.zh, name_en=name.en, total=_duration(one.total), alone=_duration(one.alone))


def _target(one: Target) -> TargetView:
    took = _duration(one.took) if one.took else None
    return TargetView(code=one.code, limit_seconds=_whole(one.limit), took=took, met=one.met)
