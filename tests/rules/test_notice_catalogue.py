"""The catalogue is whole: every event is decided about, every template has its words in every language and all it asks for."""

from __future__ import annotations

import pytest

from inspection.events import EventType
from inspection.notifying.notice_catalogue import (
    EVENTS,
    OF_RULEBOOKS,
    PING,
    RELEASING,
    ROWS,
    TEMPLATES,
    Audience,
    Channel,
    Kind,
    deadline_of,
    rows_for,
)
from inspection.notifying.notice_facts import VARIABLES
from inspection.notifying.notice_files import catalogues
from inspection.notifying.notice_rendering import ABSENT, LANGUAGES, Catalogue, Text, VariableMissing, placeholders, render
from inspection.notifying.silent_events import SILENT
from risk.rulebook_publishing import RulebookEvent

PROMISED: dict[str, tuple[str, ...]] = {
    "invitation sent": ("InvitationSent",),
    "invitation 80 %": ("DeadlineReached",),
    "invitation lapsed": ("InvitationLapsed",),
    "task sheet issued or amended": ("TaskSheetIssued", "TaskSheetAmended"),
    "schedule proposed": ("ScheduleProposed",),
    "schedule confirmed": ("ScheduleConfirmed",),
    "schedule changed": ("ScheduleChanged",),
    "schedule cancelled": ("ScheduleCancelled",),
    "stage changed": ("CaseStateChanged",),
    "rectification demand": ("DispositionApproved",),
    "conclusion late": ("DeadlineReached",),
    "information request": ("InfoRequestSent",),
    "report issued": ("ReportIssued",),
    "disposition notified": ("DispositionApproved", "Released"),
    "recall": ("Recalled",),
    "calendar unpublished or provisional": ("CalendarUnpublished", "CalendarProvisional"),
}
"""What section 9 of the domain promises, and the events it is told by."""

TOLD_OTHERWISE = {
    "receipt of submission": "DeclarationReceived",
    "finding critical": "FindingRecorded",
}
"""What the catalogue leaves to another way, and says so."""

NOT_YET = {
    "document demand": "DocumentsDemanded",
    "consult request": "ConsultRequested",
    "certificate expiring before ETA": "CertificateExpiring",
    "appeal window": "AppealWindowOpened",
    "exchange acknowledgement missing": "ExchangeUnacknowledged",
}
"""Promised, and its event does not exist: whoever makes one finds this test and gives it a row."""


def test_everything_the_domain_promises_has_a_row_or_waits_for_its_event() -> None:
    assert {event for events in PROMISED.values() for event in events} <= EVENTS
    assert set(TOLD_OTHERWISE.values()) <= set(SILENT)
    assert set(NOT_YET.values()) & {event.value for event in EventType} == set()


def test_every_event_is_decided_about_once() -> None:
    known = {event.value for event in EventType}
    assert EVENTS & set(SILENT) == set()
    undecided = known - EVENTS - set(SILENT)
    assert undecided == set(), "give it a row in notice_catalogue.ROWS, or say in silent_events.SILENT why nobody is told"


def test_every_event_of_a_rulebook_is_decided_about_too() -> None:
    known = {event.value for event in RulebookEvent}
    assert known == OF_RULEBOOKS | (known & set(SILENT))
    assert OF_RULEBOOKS <= EVENTS


def test_whoever_asked_for_a_back_test_is_told_how_it_ended_and_not_that_it_was_cancelled() -> None:
    told = {state: [row.template for row in rows_for("RulebookBackTested", {"state": state})] for state in ("DONE", "FAILED")}
    assert told == {"DONE": ["back_test_done"], "FAILED": ["back_test_failed"]}
    assert rows_for("RulebookBackTested", {"state": "CANCELLED"}) == ()


def test_every_template_has_words_in_every_language_and_no_other_has() -> None:
    for language in LANGUAGES:
        assert set(catalogues()[language].templates) == TEMPLATES
    words = [set(catalogues()[language].words) for language in LANGUAGES]
    assert words[0] == words[1]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_template_asks_for_what_its_event_says_and_the_same_in_every_language(template: str) -> None:
    asked = {language: placeholders(catalogues()[language].templates[template]) for language in LANGUAGES}
    assert asked["zh-CN"] == asked["en"]
    assert asked["en"] <= VARIABLES[template]
    for language in LANGUAGES:
        text = render(catalogues()[language], template, dict.fromkeys(VARIABLES[template], "×"))
        assert text.subject and "{" not in text.subject + text.body


def test_a_variable_that_is_missing_is_told_and_an_empty_one_is_a_dash() -> None:
    one = Catalogue(templates={"t": Text(subject="{a}\r\nBcc: x", body="{a} {b}")}, words={})
    with pytest.raises(VariableMissing, match="t: b"):
        render(one, "t", {"a": "1"})
    text = render(one, "t", {"a": "1\n2", "b": ""})
    assert text.subject == "1 2 Bcc: x" and text.body == f"1\n2 {ABSENT}\n"


def test_a_deadline_tells_others_at_half_at_four_fifths_and_at_its_end() -> None:
    def told(subject: str, rung: int) -> set[tuple[str, Audience]]:
        rows = rows_for("DeadlineReached", {"subject": subject, "rung": rung, "due": ""})
        return {(row.template, way.audience) for row in rows for way in row.ways}

    invitation = "invitation/JC-5316-20261120-0001/ip/1"
    half, near = told(invitation, 50), told(invitation, 80)
    assert half == {("deadline_half", Audience.EXPERTS_ON_DUTY), ("deadline_half", Audience.DISPATCHERS)}
    assert {("deadline_near", Audience.UNIT_HEAD), ("deadline_near", Audience.COORDINATORS)} <= near
    assert told(invitation, 100) == set(), "the lapse itself tells"
    assert ("deadline_over", Audience.UNIT_HEAD) in told(invitation, 101)
    assert ("deadline_over", Audience.COORDINATORS) in told("conclusion/JC-5316-20261120-0001/ip", 100)
    assert deadline_of({"subject": "report/JC-5316-20261120-0001"}).agency is None


def test_a_decision_that_releases_is_told_once() -> None:
    for kind in (*RELEASING, "RECTIFY", None):
        assert len(rows_for("DispositionApproved", {"type": kind})) == (0 if kind in RELEASING else 1)


def test_of_a_case_only_the_stage_is_convenience_and_only_enterprises_get_it() -> None:
    convenient = [row for row in ROWS if row.kind is Kind.CONVENIENCE and row.event not in OF_RULEBOOKS]
    assert [row.template for row in convenient] == ["stage"]
    assert {way.audience for row in convenient for way in row.ways} == {Audience.ENTERPRISE}


def test_a_unit_is_never_told_twice_in_its_inbox() -> None:
    units = {Audience.UNIT, Audience.UNITS, Audience.LEAD_UNIT}
    assert not [row for row in ROWS for way in row.ways if way.audience in units and Channel.INBOX in way.channels]
    assert PING in TEMPLATES
