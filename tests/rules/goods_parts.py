"""The parts of one consignment in memory: its follow-ups, what is departed from, its dispositions by report version."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from agencies.calendar_seed import seeded_calendar
from inspection.deciding import adoption, disposition, proposal
from inspection.deciding.disposition import Action, State, Type
from inspection.following_up import follow_up, recall
from inspection.following_up.follow_up import Kind
from inspection.merging import Conclusion, Context, RequiredPair

LEAD = "customs"
AGENCIES = (LEAD, "market_regulation", "ip")
LED_BY = "Tao"
CALENDAR = seeded_calendar()
BEGINS = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CONTEXT = Context(separable=False)
REQUIRED = tuple(RequiredPair(agency=agency, line=1) for agency in AGENCIES)
OPEN = frozenset({State.PROPOSED, State.CONFLICT, State.RESOLVED})
CONDITIONS = ("SECURITY", "DESTINATION_INSPECTION", "DOCUMENT_BY")


@dataclass
class Item:
    """A follow-up. ``due``: the end of its own time, or of the window while it is APPEALABLE."""

    kind: Kind
    agency: str
    state: follow_up.State
    before_release: bool
    due: datetime | None = None
    overdue: bool = False
    verified_by: str | None = None

    @property
    def standing(self) -> follow_up.Standing:
        return follow_up.Standing(kind=self.kind, state=self.state, before_release=self.before_release)


@dataclass
class Heard:
    """What is departed from in an agency's conclusion, and how far its hearing is."""

    departed: tuple[adoption.Departure, ...]
    state: adoption.State = adoption.State.PROPOSED
    due: datetime | None = None


@dataclass
class Row:
    """The disposition of one report version."""

    version: int
    type: str | None
    state: State
    lines: tuple[proposal.LineDisposition, ...]
    proposed_by: str | None = None
    approved_by: str | None = None
    heard: dict[str, Heard] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    window: datetime | None = None
    objected: State | None = None
    released: bool = False
    recalled: recall.State | None = None

    def step(self, action: Action) -> None:
        self.state = disposition.advance(self.state, action, Type(self.type) if self.type else None)


def concludes(agency: str, verdict: str, *codes: str, version: int = 1) -> Conclusion:
    """What an agency says of the one line."""
    conditions = tuple(code for code in codes if code in CONDITIONS)
    measures = tuple(code for code in codes if code not in CONDITIONS)
    return Conclusion(
        agency=agency, line=1, verdict=verdict, version=version, basis="TESTED", measures=measures, conditions=conditions
    )
