"""The page has a sentence for every event and a word for every state: a new one is not forgotten on the screen."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import msgspec
import pytest

from inspection import case
from inspection.concluding.merge_documents import Context
from inspection.deciding import adoption, disposition
from inspection.declaring import declaration_state
from inspection.declaring.goods_facts import Fact
from inspection.events import EventType
from inspection.fieldwork import finding, session
from inspection.following_up import cost
from inspection.inviting import invitation
from inspection.planning import booking, yard
from inspection.preparing import cabin
from inspection.requesting import request, rights_confirmation
from risk import rulebook_life

STATIC = Path(__file__).parents[2] / "inspection" / "server" / "static"
WORDS = (STATIC / "words.js").read_text(encoding="utf-8")
SENTENCES = (STATIC / "sentences.js").read_text(encoding="utf-8")

GROUPS: dict[str, type[StrEnum]] = {
    "case": case.State,
    "invitation": invitation.State,
    "decline": invitation.DeclineReason,
    "check": finding.Kind,
    "grade": finding.Grade,
    "disposition": disposition.Type,
    "departure": adoption.State,
    "outcome": disposition.State,
    "attendance": session.Attendance,
    "session": session.State,
    "workstream": session.WorkstreamState,
    "admission": session.Admission,
    "declaration": declaration_state.State,
    "booking": booking.State,
    "yard": yard.State,
    "paper": cabin.Kind,
    "tick": cabin.Outcome,
    "request": request.Subject,
    "requested": request.State,
    "rights": rights_confirmation.Outcome,
    "silence": rights_confirmation.Silence,
    "fact": Fact,
    "rulebook": rulebook_life.State,
    "cost": cost.Kind,
    "cause": cost.Cause,
    "bearer": cost.Bearer,
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_code_has_a_word_in_both_languages(group: str) -> None:
    body = re.search(rf"^  {group}: \{{(.*?)^  \}},|^  {group}: \{{(.*)\}},$", WORDS, re.M | re.S)
    assert body is not None
    written = set(re.findall(r'(\w+): \["[^"]*", "[^"]*"\]', body[1] or body[2]))
    assert {code.value for code in GROUPS[group]} <= written


def test_every_type_of_event_has_a_sentence() -> None:
    written = set(re.findall(r"^  (\w+): \(", SENTENCES, re.M))
    assert {event.value for event in EventType} <= written


def test_the_page_tells_what_the_merge_takes_where_no_fact_of_the_goods_is_recorded() -> None:
    script = (STATIC / "goods_facts.js").read_text(encoding="utf-8")
    told = re.search(r"ASSUMED = \{(.*?)\}", script)
    assert told is not None
    taken = msgspec.structs.asdict(Context())
    assert dict(re.findall(r"(\w+): (true|false)", told[1])) == {fact.value: str(taken[fact.value]).lower() for fact in Fact}


def test_no_script_makes_markup_of_text() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function")
    for script in STATIC.glob("*.js"):
        assert not forbidden.search(script.read_text(encoding="utf-8")), script.name


def test_the_page_needs_nothing_from_another_address() -> None:
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?://(?!\$)", text), file.name
