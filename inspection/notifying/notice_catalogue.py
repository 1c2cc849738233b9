"""The catalogue of notices: which event tells whom, through which channels, in which words. Pure; the one place to look.

An event has rows here, or stands in ``silent_events.py`` with the reason why it has none. Source: the product's list of
notifications. Statutory notices never wait; convenience ones to an enterprise wait for the end of quiet hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

Data = Mapping[str, Any]


class Kind(StrEnum):
    """Whether the law, or only kindness, asks for the notice."""

    STATUTORY = "STATUTORY"
    CONVENIENCE = "CONVENIENCE"


class Channel(StrEnum):
    """How a notice travels."""

    INBOX = "INBOX"  # in the product: of a unit, an enterprise or a person, with its live feed
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"
    MESSAGE = "MESSAGE"  # a unit's group in WeCom, DingTalk, Feishu, an SMS gateway …


class Audience(StrEnum):
    """Who is meant; ``notice_people`` finds out who that is now."""

    UNIT = "UNIT"  # the agency the event is about, as a unit: webhooks, group
    UNITS = "UNITS"  # every agency that takes part in the case, as units
    LEAD_UNIT = "LEAD_UNIT"
    DISPATCHERS = "DISPATCHERS"  # AD of the agency the event is about
    EXPERTS_ON_DUTY = "EXPERTS_ON_DUTY"  # AE on duty there now
    UNIT_HEAD = "UNIT_HEAD"  # who answers for the unit
    COORDINATORS = "COORDINATORS"  # CC at the port
    SUPERIORS = "SUPERIORS"  # who decides what the lead may not
    PARTICIPANTS = "PARTICIPANTS"  # dispatchers and named experts of all agencies of the case
    ENTERPRISE = "ENTERPRISE"  # EN: trader and broker of the declaration
    OPERATORS = "OPERATORS"  # administrators
    AUTHOR = "AUTHOR"  # who drafted the version of a rulebook, or asked for its back-test
    APPROVERS = "APPROVERS"  # who may put rules in force, at whatever port: rulebooks are no port's


class Way(msgspec.Struct, frozen=True):
    """An audience and the channels it is told through.

    A unit's inbox is written by the operation itself (``inspection.notifying.inbox.tell``), in its own transaction:
    it has no row here.
    """

    audience: Audience
    channels: tuple[Channel, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the catalogue. ``when`` looks at the event's data; absent: always."""

    event: str
    template: str
    kind: Kind
    ways: tuple[Way, ...]
    when: Callable[[Data], bool] | None = None


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """What a DeadlineReached says: ``about`` is the kind of its subject (``invitation/…``), ``rung`` 50, 80, 100, 101 …"""

    about: str
    agency: str | None
    rung: int


def deadline_of(data: Data) -> Deadline:
    """The parts of a DeadlineReached; a subject is ``kind/case/agency/…``, the last ones may be absent."""
    parts = str(data.get("subject", "")).split("/")
    return Deadline(about=parts[0], agency=parts[2] if len(parts) > 2 and parts[2] else None, rung=int(data.get("rung", 100)))


def _reminds(data: Data) -> bool:
    deadline = deadline_of(data)
    return deadline.rung == 50 and deadline.about != "appeal"


def _warns(data: Data) -> bool:
    """Whoever has to act is warned; nobody of the agencies has to do anything while the enterprise may object."""
    deadline = deadline_of(data)
    return deadline.rung == 80 and deadline.about != "appeal"


def _is_over(data: Data) -> bool:
    """The end of an invitation's time is told by its lapse, of a dissent window by the departure's end; any other by itself."""
    deadline = deadline_of(data)
    if deadline.about in WINDOWS:
        return False
    return deadline.rung > 100 or (deadline.rung == 100 and deadline.about != "invitation")


def _may_be_dissented_from(data: Data) -> bool:
    return bool(data.get("due"))


def _stands_decided(data: Data) -> bool:
    return not data.get("due")


def _awaits_goods(data: Data) -> bool:
    """The enterprise is reminded of goods it has to bring back, up to the end of the time; what follows is told by itself."""
    deadline = deadline_of(data)
    return deadline.about == "recall" and deadline.rung < 100


def _says_no_release(data: Data) -> bool:
    """A release is told as such."""
    return data.get("type") not in RELEASING


WINDOWS: Final = frozenset({"dissent", "appeal"})
"""Deadlines in which somebody may act and need not: their end is no lapse."""


def _is_no_recall(data: Data) -> bool:
    """A recall is told as such."""
    return data.get("ground") != "RECALL"


def _sends_back(data: Data) -> bool:
    return data.get("action") == "send_back"


def _proves(data: Data) -> bool:
    return data.get("action") == "submit"


def _later(data: Data) -> bool:
    """A release that came with its conditions was told with them."""
    return not data.get("at_once")


def _came_to_an_end(data: Data) -> bool:
    return data.get("state") == "DONE"


def _failed(data: Data) -> bool:
    return data.get("state") == "FAILED"


RELEASING: Final = frozenset({"RELEASE", "CONDITIONAL_RELEASE", "SPLIT"})
LEVELS: Final[dict[str, Kind]] = {"statutory": Kind.STATUTORY, "convenience": Kind.CONVENIENCE}
_A, _C = Audience, Channel
_PERSON = (_C.INBOX, _C.EMAIL)
_DESK = (_C.WEBHOOK, _C.MESSAGE)
_ENTERPRISE = Way(_A.ENTERPRISE, (_C.INBOX, _C.EMAIL, _C.WEBHOOK))
_UNITS = Way(_A.UNITS, (_C.WEBHOOK,))
_PEOPLE = Way(_A.PARTICIPANTS, (_C.EMAIL,))


def _row(event: str, template: str, kind: str, *ways: Way, when: Callable[[Data], bool] | None = None) -> Row:
    return Row(event=event, template=template, kind=LEVELS[kind], ways=ways, when=when)


ROWS: Final[tuple[Row, ...]] = (
    _row(
        "InvitationSent", "invitation", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, (_C.EMAIL,)), Way(_A.EXPERTS_ON_DUTY, (_C.EMAIL,)),
        Way(_A.COORDINATORS, (_C.EMAIL,)),
    ),
    _row(
        "DeadlineReached", "deadline_half", "statutory",
        Way(_A.EXPERTS_ON_DUTY, _PERSON), Way(_A.DISPATCHERS, _PERSON), when=_reminds,
    ),
    _row(
        "DeadlineReached", "deadline_near", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.UNIT_HEAD, _PERSON), Way(_A.DISPATCHERS, _PERSON), Way(_A.EXPERTS_ON_DUTY, _PERSON),
        Way(_A.COORDINATORS, _PERSON), when=_warns,
    ),
    _row(
        "DeadlineReached", "deadline_over", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.UNIT_HEAD, _PERSON), Way(_A.COORDINATORS, _PERSON), when=_is_over,
    ),
    _row(
        "InvitationLapsed", "invitation_lapsed", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.UNIT_HEAD, _PERSON), Way(_A.DISPATCHERS, (_C.EMAIL,)),
        Way(_A.EXPERTS_ON_DUTY, (_C.EMAIL,)), Way(_A.COORDINATORS, _PERSON),
    ),
    _row("InvitationDeclined", "invitation_declined", "statutory", Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row(
        "InvitationEscalated", "invitation_escalated", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.UNIT_HEAD, _PERSON), Way(_A.COORDINATORS, _PERSON),
    ),
    _row("InvitationBlocked", "invitation_blocked", "statutory", Way(_A.UNIT_HEAD, _PERSON), Way(_A.COORDINATORS, _PERSON)),
    _row("LateAnswerOffered", "late_answer", "statutory", Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row(
        "InfoRequestSent", "info_request", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.EXPERTS_ON_DUTY, _PERSON), Way(_A.DISPATCHERS, _PERSON),
    ),
    _row("InfoRequestAnswered", "info_request_answered", "statutory", Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, (_C.EMAIL,))),
    _row("InfoRequestDeclined", "info_request_declined", "statutory", Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, (_C.EMAIL,))),
    _row("RightsHolderReplied", "rights_holder_replied", "statutory", Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, _PERSON)),
    _row(
        "RightsConfirmationLapsed", "rights_holder_silent", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.UNIT_HEAD, _PERSON), Way(_A.DISPATCHERS, _PERSON),
    ),
    _row("TaskSheetIssued", "task_sheet", "statutory", _UNITS, Way(_A.PARTICIPANTS, _PERSON)),
    _row("TaskSheetAmended", "task_sheet_amended", "statutory", _UNITS, Way(_A.PARTICIPANTS, _PERSON)),
    _row("ScheduleProposed", "window_proposed", "statutory", _UNITS, _PEOPLE),
    _row("ScheduleConfirmed", "window_confirmed", "statutory", _UNITS, _PEOPLE),
    _row("ScheduleConfirmed", "appointment", "statutory", _ENTERPRISE),
    _row("ScheduleChanged", "window_changed", "statutory", _UNITS, _PEOPLE),
    _row("ScheduleChanged", "appointment", "statutory", _ENTERPRISE),
    _row("ScheduleRefused", "window_refused", "statutory", _UNITS, _PEOPLE),
    _row("ScheduleRefused", "appointment", "statutory", _ENTERPRISE),
    _row("ScheduleCancelled", "window_cancelled", "statutory", _UNITS, _PEOPLE),
    _row("ScheduleCancelled", "appointment", "statutory", _ENTERPRISE),
    _row("NoShowRecorded", "window_missed", "statutory", _UNITS, _PEOPLE),
    _row("NoShowRecorded", "appointment", "statutory", _ENTERPRISE),
    _row("CaseStateChanged", "stage", "convenience", _ENTERPRISE),
    _row("ReportIssued", "report", "statutory", _UNITS, Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row(
        "DepartureNotified", "departure", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, _PERSON), Way(_A.UNIT_HEAD, _PERSON), when=_may_be_dissented_from,
    ),
    _row(
        "DepartureNotified", "departure_ruled", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, _PERSON), Way(_A.UNIT_HEAD, _PERSON), when=_stands_decided,
    ),
    _row("DissentRaised", "dissent", "statutory", Way(_A.SUPERIORS, _PERSON), Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row(
        "DepartureSettled", "departure_settled", "statutory",
        Way(_A.UNIT, _DESK), Way(_A.DISPATCHERS, (_C.EMAIL,)), Way(_A.COORDINATORS, _PERSON),
    ),
    _row("AppealFiled", "appeal_filed", "statutory", Way(_A.SUPERIORS, _PERSON), Way(_A.COORDINATORS, (_C.EMAIL,)), _UNITS),
    _row("MeasureSuspended", "measure_suspended", "statutory", _ENTERPRISE, _UNITS),
    _row("SecondTestRecorded", "second_test", "statutory", _ENTERPRISE, _UNITS, Way(_A.SUPERIORS, _PERSON)),
    _row("AppealDecided", "appeal_decided", "statutory", _ENTERPRISE, _UNITS, Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row("DispositionApproved", "disposition", "statutory", _UNITS, when=_says_no_release),
    _row("FollowUpsOpened", "demand", "statutory", _ENTERPRISE, Way(_A.COORDINATORS, (_C.INBOX,))),
    _row("DemandStated", "demand", "statutory", _ENTERPRISE),
    _row("FollowUpMoved", "sent_back", "statutory", _ENTERPRISE, when=_sends_back),
    _row("FollowUpMoved", "proof_sent", "statutory", Way(_A.UNIT, _DESK), Way(_A.EXPERTS_ON_DUTY, _PERSON), when=_proves),
    _row("FollowUpOverdue", "overdue", "statutory", _ENTERPRISE, Way(_A.COORDINATORS, _PERSON)),
    _row("TestingExcluded", "testing", "statutory", _ENTERPRISE, _UNITS),
    _row("Released", "released", "statutory", _UNITS),
    _row("Released", "released", "statutory", _ENTERPRISE, when=_later),
    _row("Recalled", "recalled", "statutory", _UNITS, _PEOPLE, _ENTERPRISE, Way(_A.COORDINATORS, _PERSON)),
    _row("DeadlineReached", "recall_due", "statutory", _ENTERPRISE, when=_awaits_goods),
    _row(
        "RecallEscalated", "recall_overdue", "statutory",
        _UNITS, _ENTERPRISE, Way(_A.UNIT_HEAD, _PERSON), Way(_A.COORDINATORS, _PERSON),
    ),
    _row("RecallAnswered", "recall_answered", "statutory", Way(_A.COORDINATORS, _PERSON)),
    _row("RecallClosed", "recall_closed", "statutory", _UNITS, _ENTERPRISE),
    _row("AuditAnnounced", "audit", "statutory", _ENTERPRISE, Way(_A.COORDINATORS, (_C.INBOX,))),
    _row("CaseReopened", "case_reopened", "statutory", _UNITS, Way(_A.COORDINATORS, _PERSON)),
    _row("CaseReopened", "case_reopened", "statutory", _ENTERPRISE, when=_is_no_recall),
    _row("ReportVoided", "report_voided", "statutory", _UNITS, Way(_A.COORDINATORS, (_C.EMAIL,))),
    _row("CalendarUnpublished", "calendar_unpublished", "statutory", Way(_A.OPERATORS, _PERSON)),
    _row("CalendarProvisional", "calendar_provisional", "statutory", Way(_A.OPERATORS, _PERSON)),
    _row("RulebookShadowBegun", "rulebook_waits", "convenience", Way(_A.APPROVERS, _PERSON)),
    _row("RulebookPublished", "rulebook_published", "convenience", Way(_A.AUTHOR, _PERSON)),
    _row("RulebookRetired", "rulebook_retired", "convenience", Way(_A.AUTHOR, _PERSON)),
    _row("RulebookBackTested", "back_test_done", "convenience", Way(_A.AUTHOR, _PERSON), when=_came_to_an_end),
    _row("RulebookBackTested", "back_test_failed", "convenience", Way(_A.AUTHOR, _PERSON), when=_failed),
)  # fmt: skip

PING: Final = "ping"
"""What a subscriber sends itself to see whether it arrives."""

OF_UNITS: Final = frozenset({"CalendarUnpublished", "CalendarProvisional"})
"""Events of a unit's stream: no case stands behind them."""

OF_RULEBOOKS: Final = frozenset({"RulebookShadowBegun", "RulebookPublished", "RulebookRetired", "RulebookBackTested"})
"""Events of a rulebook's stream: no case and no port stands behind them."""

RIGHTS_HOLDER: Final = "rights_confirmation"
"""What a rights holder is asked, at an address of its own, with a link that carries the secret."""

TEMPLATES: Final = frozenset({row.template for row in ROWS} | {PING, RIGHTS_HOLDER})

EVENTS: Final = frozenset(row.event for row in ROWS)


def rows_for(event: str, data: Data) -> tuple[Row, ...]:
    """The rows that apply to an event with this data."""
    return tuple(row for row in ROWS if row.event == event and (row.when is None or row.when(data)))
