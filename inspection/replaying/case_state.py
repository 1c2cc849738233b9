"""What a watcher of a case knows: what the events of its stream add up to (``inspection/replaying/replay.py``). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec


class InvitationState(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's latest invitation; ``experts`` by name.

    ``level`` counts red rungs, ``conflict``: nobody holds the matter to be its own. ``offered`` are the experts of a late answer
    that waits for the lead, ``substitute`` is who stands in for the agency.
    """

    state: str
    mandatory: bool
    due: datetime | None
    late: bool = False
    experts: tuple[str, ...] = ()
    decline_reason: str | None = None
    decline_confirmed: bool = False
    level: int = 0
    conflict: bool = False
    offered: tuple[str, ...] = ()
    substitute: str = ""


class SheetState(msgspec.Struct, frozen=True, kw_only=True):
    """The task sheet in force."""

    number: str
    version: int
    state: str = "ISSUED"


class BookingState(msgspec.Struct, frozen=True, kw_only=True):
    """The latest window at a numbered place of a bay, and the agencies that have confirmed it.

    ``earliest`` is the first start that was free when it was chosen, ``wished`` whether the enterprise had asked for it.
    """

    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    state: str
    agreed: tuple[str, ...] = ()
    earliest: datetime | None = None
    wished: bool = False


class YardState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit of the goods stands; outside the yard at no place."""

    zone: str
    bay: str | None
    place: int | None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A window that would suit the enterprise."""

    starts_at: datetime
    ends_at: datetime


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """A field session and the state of each agency's share, once it is open."""

    state: str
    attendance: str
    workstreams: dict[str, str] = {}


class FindingState(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as watchers see it at once; its whole text stands in the list of findings."""

    agency: str
    kind: str
    grade: str
    line: int
    admission: str


class EvidenceState(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence: declared, or stored as well."""

    state: str
    admission: str


class LineVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is concluded on a line (None: on every line asked about)."""

    line: int | None
    verdict: str
    check: str | None = None


class ConclusionState(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's latest conclusion; ``reopened`` are lines it has to conclude on again since the declaration changed."""

    version: int
    late: bool
    lines: tuple[LineVerdict, ...]
    reopened: tuple[int, ...] = ()


class DispositionState(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with the goods; ``type`` None: left to a person."""

    type: str | None
    state: str
    automatic: bool


class RecallState(msgspec.Struct, frozen=True, kw_only=True):
    """What one report version released and is called back; ``escalated``: its date has passed."""

    state: str
    due: datetime
    lines: tuple[int, ...]
    escalated: bool = False
    outcome: str | None = None


class AppealState(msgspec.Struct, frozen=True, kw_only=True):
    """An objection of the enterprise; ``examined_by``: who looks again, ``second_test`` what another laboratory found."""

    state: str
    suspended: bool = False
    examined_by: str | None = None
    second_test: str | None = None


class PaperState(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a paper in the cabin, and the agencies whose people must have read it."""

    version: int
    kind: str
    agency: str
    required_of: tuple[str, ...] = ()


class DivisionState(msgspec.Struct, frozen=True, kw_only=True):
    """The latest proposal how to divide the work; ``adopted`` is the version of the sheet that carries it (0: not adopted)."""

    proposal: str
    number: int
    agreed: tuple[str, ...] = ()
    objected: tuple[str, ...] = ()
    adopted: int = 0


class FollowUpState(msgspec.Struct, frozen=True, kw_only=True):
    """What has to happen after a disposition; ``holder`` has the next word (None: nobody now), ``agency`` alone verifies."""

    kind: str
    agency: str
    state: str
    holder: str | None
    disposition: str


class RequestState(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency has asked another, from a finding: OPEN, ANSWERED, DECLINED or WITHDRAWN."""

    finding: str
    agency: str
    asked: str
    blocking: bool
    state: str = "OPEN"


class RecognitionState(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier result that an agency takes as its own on these lines."""

    agency: str
    lines: tuple[int, ...]
    revoked: bool = False


class ConfirmationState(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a rights holder about a line: OPEN, LAPSED, WITHDRAWN, or what the holder said."""

    agency: str
    line: int
    state: str = "OPEN"


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What a watcher knows of a case after event ``seq``.

    Keys: agencies, ids of sessions, findings and evidence, report versions of dispositions. ``declaration_version`` is the
    one the case is on, of which the conclusions speak; ``report`` is the latest version (0: none yet); ``released`` stays
    true after a recall, which stands in the disposition. ``drawn`` is who or what stands drawn for ``experts/<agency>`` or
    ``key_points/<agency>``, ``waived`` the domains no certificate is asked for, by login, and ``holders`` who holds the case
    on each agency's side, by name; ``yard`` where each unit stands, ``wishes`` the windows the enterprise would like.
    ``cabin`` are the papers by id, ``read`` the version somebody has read, by ``<paper>/<login>``, ``excused`` why somebody
    need not, by login, ``ticked`` the answers to checklists by ``<session>/<paper>/<entry>``; ``messages`` counts the
    deliberation's thread, ``acknowledged`` is the version of the task sheet an agency took note of.
    ``departures`` is where the latest departure from each agency's conclusion stands.
    ``appeals`` are the enterprise's objections by id.
    ``paused`` is why the clock of a deadline stands, by what it is about. ``recalls`` are by the report version that released,
    ``voided`` the versions declared void, ``follow_ups`` what follows a disposition, by id. ``requests``,
    ``recognitions`` and ``confirmations`` stand under their ids, ``minutes`` are the findings that minutes are about, by id.
    """

    seq: int = 0
    state: str = "SUGGESTED"
    declaration_version: int = 1
    openings: int = 0
    reopenings: int = 0
    invitations: dict[str, InvitationState] = {}
    sheet: SheetState | None = None
    booking: BookingState | None = None
    sessions: dict[str, SessionState] = {}
    findings: dict[str, FindingState] = {}
    evidence: dict[str, EvidenceState] = {}
    conclusions: dict[str, ConclusionState] = {}
    report: int = 0
    dispositions: dict[int, DispositionState] = {}
    released: bool = False
    drawn: dict[str, tuple[str, ...]] = {}
    waived: dict[str, tuple[str, ...]] = {}
    holders: dict[str, str] = {}
    yard: dict[str, YardState] = {}
    wishes: tuple[Wish, ...] = ()
    cabin: dict[str, PaperState] = {}
    read: dict[str, int] = {}
    excused: dict[str, str] = {}
    ticked: dict[str, str] = {}
    messages: int = 0
    division: DivisionState | None = None
    acknowledged: dict[str, int] = {}
    paused: dict[str, str] = {}
    departures: dict[str, str] = {}
    recalls: dict[int, RecallState] = {}
    voided: tuple[int, ...] = ()
    appeals: dict[str, AppealState] = {}
    follow_ups: dict[str, FollowUpState] = {}
    requests: dict[str, RequestState] = {}
    minutes: dict[str, str] = {}
    recognitions: dict[str, RecognitionState] = {}
    confirmations: dict[str, ConfirmationState] = {}


START: Final = CaseState()
"""Before the first event."""
