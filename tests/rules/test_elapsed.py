"""Every second of a case belongs to whoever was awaited in it: the parts make the whole, however they are cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import NOTHING
from agencies.ladder import Elapsed, elapsed
from inspection.case import State
from inspection.replaying.replay import Frame
from inspection.timekeeping.elapsed import Segment, Timeline, add, by_party, replayed, running, tell, total, up_to
from inspection.timekeeping.time_targets import targets

LEAD = "customs"
AGENCIES = ("ip", "market_regulation")
FRIDAY = datetime(2026, 2, 13, 8, 45, tzinfo=UTC)
"""16:45 in Shanghai, before a make-up Saturday and the Spring Festival."""
CALENDAR = seeded_calendar()

Told = tuple[datetime, Frame]


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


class Log:
    """A history written as one goes: each event so many minutes after the one before."""

    def __init__(self) -> None:
        self.at = FRIDAY
        self.told: list[Told] = []

    def add(self, after: int, type_: str, **data: Any) -> Log:
        """The next event."""
        self.at += minutes(after)
        self.told.append((self.at, Frame(seq=len(self.told) + 1, type=type_, data=data)))
        return self

    def state(self, after: int, to: State) -> Log:
        """The case moves on."""
        return self.add(after, "CaseStateChanged", to=to.value)

    def inviting(self) -> Log:
        """A case is opened and both agencies are asked."""
        self.add(0, "CaseOpened", state="INVITING")
        for agency in AGENCIES:
            self.add(0, "InvitationSent", agency=agency, mandatory=True, due=(self.at + minutes(120)).isoformat())
        return self

    def accepted(self, after: int, agency: str) -> Log:
        return self.add(after, "InvitationAccepted", agency=agency, experts=["Mei"], late=False)

    def window(self, after: int, type_: str, state: str, starts: int, **more: Any) -> Log:
        """Something about a window that begins ``starts`` minutes after the event, and what more is told of it."""
        begins = self.at + minutes(after + starts)
        told = {"bay": "A1", "place": 1, "starts_at": begins, "ends_at": begins + minutes(90), "state": state, "agreed": []}
        return self.add(after, type_, **{name: _plain(value) for name, value in (told | more).items()})

    def timeline(self, after: int = 0) -> Timeline:
        """The whole, so many minutes after the last event."""
        return up_to(replayed(LEAD, self.told), self.at + minutes(after))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def waits(timeline: Timeline) -> list[tuple[int, tuple[str, ...]]]:
    """Minutes and parties, in order."""
    return [(int((one.until - one.since) / minutes(1)), one.awaited) for one in timeline.segments]


def test_an_hour_in_which_two_agencies_are_silent_counts_for_each_and_once_in_the_sum() -> None:
    log = Log().inviting().accepted(60, "ip").accepted(30, "market_regulation")
    timeline = log.timeline()
    assert waits(timeline) == [(60, ("ip", "market_regulation")), (30, ("market_regulation",))]
    spent = {one.party: (one.total.clock, one.alone.clock) for one in by_party(timeline.segments, LEAD, CALENDAR)}
    assert spent == {"ip": (minutes(60), NOTHING), "market_regulation": (minutes(90), minutes(30))}
    assert total(timeline.segments, CALENDAR).clock == minutes(90)


def test_the_silence_of_an_agency_is_charged_to_it_beyond_its_lapse_in_clock_and_in_working_time() -> None:
    log = Log().inviting().accepted(0, "ip").add(17 * 60 + 30, "InvitationLapsed", agency="market_regulation")
    timeline = log.accepted(60, "market_regulation").timeline()
    (silent,) = by_party(timeline.segments, LEAD, CALENDAR)
    # 16:45 on Friday to 11:15 on the make-up Saturday: 45 minutes before the close and 2 h 15 min after nine.
    assert silent.party == "market_regulation" and silent.total == Elapsed(clock=minutes(18 * 60 + 30), working=minutes(180))


def test_from_the_decision_to_the_window_the_wait_is_the_ports_then_of_whoever_wanted_it_later() -> None:
    log = Log().inviting().state(0, State.SCHEDULED)
    log.window(0, "ScheduleConfirmed", "CONFIRMED", 300, earliest=log.at + minutes(120), wished=True)
    assert waits(log.timeline(330)) == [(120, ("port",)), (180, ("enterprise",)), (30, ("customs",))]


def test_a_window_that_somebody_missed_is_charged_to_whoever_did_not_come_from_its_start() -> None:
    log = Log().inviting().state(0, State.SCHEDULED).window(0, "ScheduleConfirmed", "CONFIRMED", 60)
    log.add(70, "GoodsMoved", unit="1", to={"zone": "INSPECTION", "bay": "A1", "place": 1})
    log.window(50, "NoShowRecorded", "NO_SHOW", -60, party="enterprise").state(0, State.PREPARING)
    assert waits(log.timeline(15)) == [(60, ("port",)), (60, ("enterprise",)), (15, ("customs",))]


def test_a_test_is_the_laboratorys_time() -> None:
    log = Log().inviting().accepted(0, "ip").accepted(0, "market_regulation").state(0, State.CONCLUDING)
    for agency in ("customs", "ip"):
        log.add(0, "ConclusionSubmitted", agency=agency, version=1, late=False, lines=[{"line": 1, "verdict": "PASS"}])
    pending = {"agency": "market_regulation", "late": False, "lines": [{"line": 1, "verdict": "PENDING_TEST"}]}
    log.add(20, "ConclusionSubmitted", version=1, **pending)
    assert waits(log.timeline(600)) == [(20, ("market_regulation",)), (600, ("laboratory",))]


def test_a_case_ends_when_its_goods_are_let_go_and_its_time_runs_on_when_they_are_recalled() -> None:
    log = Log().inviting().state(30, State.DISPOSING)
    log.add(10, "Released", report_version=1, type="RELEASE", state="CLOSED", automatic=True).state(0, State.CLOSED)
    ended = log.timeline(500)
    assert ended.ended == log.at and waits(ended)[:-1] == [(30, AGENCIES), (10, ("customs",))]
    assert total(running(ended), CALENDAR).clock == minutes(40)
    log.add(600, "Recalled", report_version=1).state(0, State.DISPOSING)
    again = log.timeline(5)
    assert again.ended is None and waits(again) == [(30, AGENCIES), (10, ("customs",)), (600, ()), (5, ("customs",))]
    assert total(again.segments, CALENDAR).clock == minutes(45)


def test_targets_are_met_missed_or_open() -> None:
    log = Log().inviting()
    assert [one.met for one in targets(log.timeline(60), FRIDAY, CALENDAR)] == [None, None]
    assert [one.met for one in targets(log.timeline(25 * 60), FRIDAY, CALENDAR)] == [False, None]
    log.add(120, "SessionOpened", session="s", opening=1, workstreams=[])
    assert [one.met for one in targets(log.timeline(60), FRIDAY, CALENDAR)] == [True, None]
    assert [one.met for one in targets(log.timeline(240), FRIDAY, CALENDAR)] == [True, False]
    log.add(239, "SessionClosed", session="s")
    assert [one.met for one in targets(log.timeline(900), FRIDAY, CALENDAR)] == [True, True]
    assert targets(log.timeline(), FRIDAY, CALENDAR)[1].took == Elapsed(clock=minutes(239), working=minutes(0))


# Any history: what happens need not make sense for its time to be accounted for.

agency = st.sampled_from((*AGENCIES, LEAD))
offset = st.integers(-300, 300).map(minutes)
verdict = st.sampled_from(["PASS", "PENDING_TEST", "INCONCLUSIVE", "REFUSE"])


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """What is told of a window, some way before or after the present."""
    begins = FRIDAY + draw(offset) * 3
    told = {"bay": "A1", "place": 1, "starts_at": begins, "ends_at": begins + minutes(60), "earliest": begins + draw(offset)}
    plain = {name: _plain(value) for name, value in told.items()}
    state = draw(st.sampled_from(["PROPOSED", "CONFIRMED", "CHANGED", "IN_PROGRESS", "NO_SHOW", "CANCELLED"]))
    agreed = draw(st.lists(agency, max_size=2, unique=True))
    return plain | {"state": state, "agreed": agreed, "wished": draw(st.booleans()), "party": draw(agency)}


happened = st.one_of(
    st.tuples(st.just("CaseStateChanged"), st.fixed_dictionaries({"to": st.sampled_from([one.value for one in State])})),
    st.tuples(
        st.just("InvitationSent"),
        st.fixed_dictionaries({"agency": agency, "mandatory": st.booleans(), "due": st.just("2026-02-14T10:15:00+08:00")}),
    ),
    st.tuples(
        st.just("InvitationAccepted"), st.fixed_dictionaries({"agency": agency, "experts": st.just([]), "late": st.booleans()})
    ),
    st.tuples(st.just("InvitationLapsed"), st.fixed_dictionaries({"agency": agency})),
    st.tuples(st.sampled_from(["ScheduleProposed", "ScheduleConfirmed", "ScheduleChanged", "NoShowRecorded"]), windows()),
    st.tuples(
        st.just("SessionOpened"),
        st.fixed_dictionaries({"session": st.just("s"), "opening": st.just(1), "workstreams": st.just(["ip"])}),
    ),
    st.tuples(st.just("SessionClosed"), st.just({"session": "s"})),
    st.tuples(
        st.just("ConclusionSubmitted"),
        st.fixed_dictionaries(
            {
                "agency": agency,
                "version": st.just(1),
                "late": st.just(False),
                "lines": verdict.map(lambda one: [{"line": 1, "verdict": one}]),
            }
        ),
    ),
    st.tuples(
        st.just("Released"),
        st.just({"report_version": 1, "type": "RELEASE", "state": "CLOSED", "automatic": True}),
    ),
    st.tuples(st.just("Recalled"), st.just({"report_version": 1})),
    st.tuples(st.just("withheld"), st.just({})),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Up to twelve events, mostly later than the one before, to the microsecond."""
    at, told = FRIDAY, [(FRIDAY, Frame(seq=1, type="CaseOpened", data={"state": "INVITING"}))]
    for seq, (type_, data) in enumerate(draw(st.lists(happened, max_size=12)), start=2):
        at += timedelta(microseconds=draw(st.integers(-2_000_000, 20 * 3600 * 1_000_000)))
        told.append((at, Frame(seq=seq, type=type_, data=data)))
    return told


later = st.integers(0, 5 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def lengths(segments: tuple[Segment, ...]) -> timedelta:
    return sum((one.until - one.since for one in segments), NOTHING)


@given(history=histories(), after=later)
def test_the_segments_of_any_history_make_its_whole_time_without_gap_or_overlap(history: list[Told], after: timedelta) -> None:
    end = max(at for at, _ in history).replace(microsecond=0) + after
    timeline = up_to(replayed(LEAD, history), end)
    segments = timeline.segments
    event(f"{len({one.awaited for one in segments})} sets of parties")
    assert lengths(segments) == end - FRIDAY
    assert all(one.since < one.until for one in segments)
    assert all(one.until == following.since for one, following in pairwise(segments))
    if segments:
        assert (segments[0].since, segments[-1].until) == (FRIDAY, end)


@given(history=histories(), looks=st.lists(st.integers(0, 12), max_size=4), after=later)
def test_looking_at_a_case_on_the_way_changes_nothing(history: list[Told], looks: list[int], after: timedelta) -> None:
    def told(timeline: Timeline, number: int) -> Timeline:
        at, frame = history[number]
        if number in looks and timeline.at:  # somebody asked in the middle of the wait
            timeline = up_to(timeline, timeline.at + (at - timeline.at) / 2)
        return tell(timeline, at, frame)

    end = max(at for at, _ in history) + after
    watched = up_to(reduce(told, range(len(history)), Timeline(lead=LEAD)), end)
    assert watched == up_to(replayed(LEAD, history), end)


@given(history=histories(), after=later, cut=st.integers(0, 12 * 86_400))
def test_two_parts_of_a_case_add_up_to_the_whole_for_every_party_in_both_clocks(
    history: list[Told], after: timedelta, cut: int
) -> None:
    end = max(at for at, _ in history) + after
    segments, at = up_to(replayed(LEAD, history), end).segments, FRIDAY + timedelta(seconds=cut)
    before = tuple(Segment(**_fields(one) | {"until": min(one.until, at)}) for one in segments if one.since < at)
    behind = tuple(Segment(**_fields(one) | {"since": max(one.since, at)}) for one in segments if one.until > at)
    assert add([total(before, CALENDAR), total(behind, CALENDAR)]) == total(segments, CALENDAR)
    parts: dict[str, list[Elapsed]] = {}
    for one in (*by_party(before, LEAD, CALENDAR), *by_party(behind, LEAD, CALENDAR)):
        parts.setdefault(one.party, []).append(one.total)
    assert {party: add(each) for party, each in parts.items()} == {
        one.party: one.total for one in by_party(segments, LEAD, CALENDAR)
    }


@given(history=histories(), after=later)
def test_nobody_was_awaited_longer_than_the_case_took_and_working_time_is_part_of_clock_time(
    history: list[Told], after: timedelta
) -> None:
    end = max(at for at, _ in history) + after
    segments = up_to(replayed(LEAD, history), end).segments
    whole, spent = total(segments, CALENDAR), by_party(segments, LEAD, CALENDAR)
    shared = sum((elapsed(one.since, one.until, CALENDAR).clock for one in segments if len(one.awaited) > 1), NOTHING)
    assert sum((one.alone.clock for one in spent), shared) == whole.clock
    for one in spent:
        assert one.alone.clock <= one.total.clock <= whole.clock and one.total.working <= one.total.clock


def _fields(one: Segment) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Segment.__struct_fields__}
