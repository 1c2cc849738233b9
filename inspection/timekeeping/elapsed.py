"""Elapsed time: every second of a case belongs to whoever was awaited in it. Pure.

A case's events, in the order of its log, are told one by one to a :class:`Timeline`; between two events (and at the turns that
``waiting`` knows of) the parties awaited do not change, so the time lies in segments without gap or overlap that sum to the
whole. Instants are taken to the full second before they are compared, so that the sums are whole seconds and exact.

Several parties awaited at once share a segment as a set: in the sum of segments it counts once, in each party's figure it counts
whole, and ``alone`` says how much of a party's time nobody else was awaited in. Figures of parties therefore do not add up to the
total, and are not meant to: two agencies that are both silent for an hour have kept the case waiting for an hour each.

A window that was missed is explained afterwards: from its start until it is recorded the time is the absent party's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from agencies.calendars import NOTHING, WorkCalendar
from agencies.ladder import Elapsed, elapsed
from inspection.case import State
from inspection.deciding import disposition
from inspection.deciding.appeal import Examiners
from inspection.following_up import recall
from inspection.planning import booking
from inspection.replaying.case_state import START, CaseState, DispositionState
from inspection.replaying.replay import Frame, apply
from inspection.timekeeping import waiting
from inspection.timekeeping.deadline_subject import concluding_agency
from inspection.timekeeping.time_limits import LABORATORY
from inspection.timekeeping.waiting import Asked, Booked, Kind, Standing, kind_of

NO_SHOW = "NoShowRecorded"
FILED = "FILED"
OPENED, CLOSED, CLOSED_STATE = "SessionOpened", "SessionClosed", "CLOSED"
PENDING_TEST = "PENDING_TEST"
OPEN = "OPEN"
UNDECIDED = frozenset({PENDING_TEST, "INCONCLUSIVE"})
LIVE = frozenset(state.value for state in booking.LIVE)
LET_GO = frozenset(one.value for one in disposition.RELEASING)
IN_FORCE = frozenset(one.value for one in disposition.IN_FORCE)
GONE = frozenset(one.value for one in disposition.LET_GO)
MOVED_AWAY = ("MOVE_TO_SAFE_SITE", "VERIFIED")
"""A follow-up of this kind in this state: the goods have left the port for a safe site."""


Openings = tuple[tuple[datetime, datetime | None], ...]


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch ``[since, until)`` in which the same parties (by code, sorted) were awaited at the same stage.

    Nobody is awaited only between the end of a case and its being taken up again.
    """

    since: datetime
    until: datetime
    stage: State
    awaited: tuple[str, ...]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A case's time as far as its history has been told: ``at`` is the last instant, ``ended`` when it came to its end.

    A case ends when its goods are let go, or it is closed or cancelled; what brings it back lets its time run on. ``openings``
    are the stretches of its field sessions, the last one without an end while it runs. ``left_port``: the goods were moved to a
    safe site or let go; their time in the port ended there, the case's goes on until it ends.
    """

    lead: str
    state: CaseState = START
    at: datetime | None = None
    ended: datetime | None = None
    segments: tuple[Segment, ...] = ()
    openings: Openings = ()
    left_port: datetime | None = None


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What one party was awaited for in all, and how much of it nobody else was."""

    party: str
    kind: Kind
    total: Elapsed
    alone: Elapsed


def standing_of(state: CaseState, lead: str) -> Standing:
    """Where a case stands, from what its watchers know: the same as the platform reads from its rows (``standings.py``)."""
    booked = state.booking
    measured = state.dispositions.get(max(state.dispositions, default=0))
    verdicts = {agency: {line.verdict for line in one.lines} for agency, one in state.conclusions.items()}
    concluded, testing = concluding(verdicts, state.paused)
    open_ = next((one for one in state.sessions.values() if one.state != CLOSED_STATE), None)
    return Standing(
        state=State(state.state),
        lead=lead,
        asked=tuple(
            Asked(
                agency=agency,
                state=one.state,
                mandatory=one.mandatory,
                due=one.due,
                unconfirmed=undecided(one.state, one.decline_reason, confirmed=one.decline_confirmed),
            )
            for agency, one in sorted(state.invitations.items())
        ),
        booked=Booked(
            state=booked.state,
            starts_at=booked.starts_at,
            ends_at=booked.ends_at,
            earliest=booked.earliest,
            wished=booked.wished,
            agreed=frozenset(booked.agreed),
        )
        if booked is not None and booked.state in LIVE
        else None,
        at_work=frozenset(agency for agency, share in open_.workstreams.items() if share == "RUNNING") if open_ else frozenset(),
        concluded=concluded - {agency for agency, one in state.conclusions.items() if one.reopened},
        testing=testing,
        measure=measured.type if measured is not None and measured.state in IN_FORCE else None,
        recalled_until=min((one.due for one in state.recalls.values() if one.state in recall.OPEN), default=None),
        owing=frozenset(one.holder for one in state.follow_ups.values() if one.holder),
        objection=next(
            (objected(lead, one.examined_by, one.second_test) for one in state.appeals.values() if one.state == FILED), None
        ),
        held_up=held_up(
            ((one.agency, one.asked) for one in state.requests.values() if one.blocking and one.state == OPEN),
            (one.agency for one in state.confirmations.values() if one.state == OPEN),
        ),
    )


def objected(lead: str, examined_by: str | None, second_test: str | None) -> str:
    """Who has the next word on an open objection: the laboratory that was asked for a second test, else the lead's superior."""
    return waiting.LABORATORY if examined_by == Examiners.LABORATORY and second_test is None else lead


def held_up(requests: Iterable[tuple[str, str]], confirmations: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Who waits for whom before concluding: by open requests that block (who asked, who was asked) and open confirmations."""
    return frozenset({*requests, *((agency, waiting.RIGHTS_HOLDER) for agency in confirmations)})


def concluding(verdicts: Mapping[str, Collection[str]], paused: Mapping[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """Who has decided on every line, and who waits for a test: it said so, or the lead stopped its clock for the laboratory."""
    concluded = frozenset(agency for agency, said in verdicts.items() if UNDECIDED.isdisjoint(said))
    at_the_laboratory = {concluding_agency(subject) for subject, reason in paused.items() if reason == LABORATORY}
    testing = {agency for agency, said in verdicts.items() if PENDING_TEST in said} | (at_the_laboratory - {None})
    return concluded, frozenset(str(agency) for agency in testing) - concluded


def undecided(state: str, decline_reason: str | None, *, confirmed: bool) -> bool:
    """Whether an agency has declined and the lead has yet to say what follows: confirm it, or ask again."""
    return decline_reason is not None and not confirmed and state in {"DECLINED", "ESCALATED"}


def tell(timeline: Timeline, at: datetime, frame: Frame) -> Timeline:
    """The timeline after an event; one that claims to be earlier than the last counts as at the same instant."""
    at = at.replace(microsecond=0)
    at = at if timeline.at is None else max(at, timeline.at)
    spent = up_to(timeline, at)
    if frame.type == NO_SHOW:
        spent = _missed(spent, frame)
    state = apply(spent.state, frame)
    openings = _openings(spent.openings, frame.type, at)
    ended = (spent.ended or at) if _over(state) else None
    left = spent.left_port or (at if _moved_away(state) else None)
    return replace(spent, state=state, at=at, ended=ended, openings=openings, left_port=left)


def replayed(lead: str, history: Iterable[tuple[datetime, Frame]]) -> Timeline:
    """The timeline of a whole history."""
    timeline = Timeline(lead=lead)
    for at, frame in history:
        timeline = tell(timeline, at, frame)
    return timeline


def up_to(timeline: Timeline, now: datetime) -> Timeline:
    """The same with the time until ``now`` attributed, as it looks before anything else has happened."""
    now = now.replace(microsecond=0)
    if timeline.at is None or now <= timeline.at:
        return timeline
    standing = standing_of(timeline.state, timeline.lead)
    inner = [turn for turn in _seconds(waiting.turns(standing)) if timeline.at < turn < now]
    segments = timeline.segments
    for since, until in pairwise([timeline.at, *inner, now]):
        awaited = () if timeline.ended else waiting.waiting(standing, since).awaited
        segments = _joined(segments, Segment(since=since, until=until, stage=standing.state, awaited=awaited))
    return replace(timeline, at=now, segments=segments)


def running(timeline: Timeline) -> tuple[Segment, ...]:
    """The segments up to the case's end: what followed it was nobody's wait."""
    segments = timeline.segments
    while segments and not segments[-1].awaited:
        segments = segments[:-1]
    return segments


def total(segments: Iterable[Segment], calendar: WorkCalendar) -> Elapsed:
    """The time in which somebody was awaited, in clock and in working time."""
    return add(elapsed(one.since, one.until, calendar) for one in segments if one.awaited)


def before(segments: Iterable[Segment], instant: datetime | None) -> tuple[Segment, ...]:
    """The part of the time that lies before an instant; all of it without one."""
    if instant is None:
        return tuple(segments)
    return tuple(piece for one in segments for piece in _cut(one, instant) if piece.until <= instant)


def by_party(segments: Iterable[Segment], lead: str, calendar: WorkCalendar) -> tuple[Spent, ...]:
    """What each party was awaited for, by code."""
    every: defaultdict[str, list[Elapsed]] = defaultdict(list)
    alone: defaultdict[str, list[Elapsed]] = defaultdict(list)
    for one in segments:
        lasted = elapsed(one.since, one.until, calendar)
        for party in one.awaited:
            every[party].append(lasted)
            alone[party].extend([lasted] if one.awaited == (party,) else [])
    return tuple(
        Spent(party=party, kind=kind_of(party, lead), total=add(spans), alone=add(alone[party]))
        for party, spans in sorted(every.items())
    )


def _seconds(instants: Iterable[datetime]) -> list[datetime]:
    return [instant.replace(microsecond=0) for instant in instants]


def add(spans: Iterable[Elapsed]) -> Elapsed:
    """The sum, both ways."""
    clock, working = NOTHING, NOTHING
    for one in spans:
        clock, working = clock + one.clock, working + one.working
    return Elapsed(clock=clock, working=working)


def _joined(segments: tuple[Segment, ...], one: Segment) -> tuple[Segment, ...]:
    """A stretch that goes on is one segment."""
    if segments and (segments[-1].stage, segments[-1].awaited, segments[-1].until) == (one.stage, one.awaited, one.since):
        return (*segments[:-1], replace(segments[-1], until=one.until))
    return (*segments, one)


def _missed(timeline: Timeline, frame: Frame) -> Timeline:
    """Since the window began nobody could start: that was the party that did not come."""
    party, booked = frame.data.get("party"), timeline.state.booking
    if not isinstance(party, str) or booked is None:
        return timeline
    since = booked.starts_at.replace(microsecond=0)
    segments: tuple[Segment, ...] = ()
    for one in timeline.segments:
        for piece in _cut(one, since):
            late = piece.stage is State.SCHEDULED and piece.since >= since
            segments = _joined(segments, replace(piece, awaited=(party,)) if late else piece)
    return replace(timeline, segments=segments)


def _cut(one: Segment, at: datetime) -> tuple[Segment, ...]:
    return (replace(one, until=at), replace(one, since=at)) if one.since < at < one.until else (one,)


def _openings(
    known: tuple[tuple[datetime, datetime | None], ...], type_: str, at: datetime
) -> tuple[tuple[datetime, datetime | None], ...]:
    if type_ == OPENED:
        return (*known, (at, None))
    if type_ == CLOSED and known and known[-1][1] is None:
        return (*known[:-1], (known[-1][0], at))
    return known


def _over(state: CaseState) -> bool:
    return State(state.state) in waiting.OVER or any(_lets_go(one) for one in state.dispositions.values())


def _moved_away(state: CaseState) -> bool:
    """The last of the units that had to be moved is at the safe site."""
    moves = [one.state for one in state.follow_ups.values() if one.kind == MOVED_AWAY[0] and one.state != "CANCELLED"]
    return bool(moves) and all(one in {MOVED_AWAY[1], CLOSED_STATE} for one in moves)


def _lets_go(one: DispositionState) -> bool:
    return one.type in LET_GO and one.state in GONE
