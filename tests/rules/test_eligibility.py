"""Who may be sent: certified, on the roster, tied to nobody, not the previous inspector; every reason at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.certification import Certificate, Lack
from agencies.eligibility import WORDS, Bar, Candidate, CaseFacts, Fitness, Tie, eligibility, stranger, uncovered
from agencies.roster import Absence, Role, Roster, Shift, Span

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
CERTIFICATE = Certificate(valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))
MEI = Candidate(person="p-mei", login="mei", name="Mei", certificates=(CERTIFICATE,))
SHIFT = Shift(person="p-mei", role=Role.EXPERT, starts=time(8), ends=time(20), valid_from=date(2026, 1, 1))
ROSTER = Roster(shifts=(SHIFT,), absences=(), zone=ZoneInfo("Asia/Shanghai"))
WEEK = Span(starts=NOON, ends=NOON + timedelta(days=7))
FACTS = CaseFacts(day=DAY, domains=("PRESSURE",), period=WEEK, parties=frozenset({"hengtong"}))


def codes(fitness: Fitness) -> list[str]:
    return [reason.code for reason in fitness.reasons]


def test_an_expert_who_is_certified_and_on_the_roster_may_be_sent() -> None:
    found = eligibility(MEI, ROSTER, FACTS)
    assert found.eligible and found.complete and found.domains == ("PRESSURE",)


@pytest.mark.parametrize(
    ("candidate", "facts", "code"),
    [
        ({"expert": False}, {}, Bar.NOT_AN_EXPERT),
        ({"disabled": True}, {}, Bar.DISABLED),
        ({"ties": (Tie(party="hengtong", valid_from=DAY),)}, {}, Bar.CONFLICT_OF_INTEREST),
        ({}, {"previous_inspectors": frozenset({"p-mei"})}, Bar.PREVIOUS_INSPECTOR),
        ({}, {"period": Span(starts=NOON + timedelta(hours=9), ends=NOON + timedelta(hours=10))}, Bar.NOT_ON_THE_ROSTER),
        ({}, {"period": Span(starts=NOON, ends=NOON + timedelta(hours=9)), "fixed": True}, Bar.NOT_ON_THE_ROSTER),
        ({"certificates": ()}, {}, Lack.NO_CERTIFICATE),
        ({}, {"day": date(2027, 1, 1)}, Lack.CERTIFICATE_EXPIRED),
    ],
    ids=str,
)
def test_each_thing_that_stands_against_a_person_is_told(
    candidate: dict[str, object], facts: dict[str, object], code: str
) -> None:
    found = eligibility(msgspec.structs.replace(MEI, **candidate), ROSTER, msgspec.structs.replace(FACTS, **facts))
    assert not found.eligible and codes(found) == [code]


def test_every_reason_is_found_not_only_the_first() -> None:
    worst = Candidate(person="p-bo", login="bo", name="Bo", disabled=True, ties=(Tie(party="hengtong", valid_from=DAY),))
    assert set(codes(eligibility(worst, ROSTER, FACTS))) == {
        Bar.DISABLED,
        Bar.CONFLICT_OF_INTEREST,
        Bar.NOT_ON_THE_ROSTER,
        Lack.NO_CERTIFICATE,
    }


def test_a_tie_counts_on_its_days_and_to_its_party_only() -> None:
    past = Tie(party="hengtong", valid_from=date(2026, 1, 1), valid_until=date(2026, 11, 19))
    other = Tie(party="xinda", valid_from=date(2026, 1, 1))
    assert eligibility(msgspec.structs.replace(MEI, ties=(past, other)), ROSTER, FACTS).eligible


def test_somebody_away_all_week_cannot_be_sent_and_somebody_away_today_can() -> None:
    away = Absence(person="p-mei", starts=NOON - timedelta(days=1), ends=NOON + timedelta(days=8))
    today = msgspec.structs.replace(away, ends=NOON + timedelta(days=1))
    assert codes(eligibility(MEI, msgspec.structs.replace(ROSTER, absences=(away,)), FACTS)) == [Bar.NOT_ON_THE_ROSTER]
    assert eligibility(MEI, msgspec.structs.replace(ROSTER, absences=(today,)), FACTS).eligible


def test_a_unit_without_a_roster_of_experts_has_everybody_there_who_is_not_away() -> None:
    bare = Roster(shifts=(msgspec.structs.replace(SHIFT, role=Role.DISPATCH),), absences=(), zone=ROSTER.zone)
    assert eligibility(MEI, bare, FACTS).eligible
    fixed = msgspec.structs.replace(FACTS, fixed=True)
    assert eligibility(MEI, bare, fixed).eligible
    away = Absence(person="p-mei", starts=NOON - timedelta(days=1), ends=NOON + timedelta(days=1))
    away_then = msgspec.structs.replace(bare, absences=(away,))
    assert codes(eligibility(MEI, away_then, fixed)) == [Bar.NOT_ON_THE_ROSTER]
    assert eligibility(MEI, away_then, FACTS).eligible


def test_two_experts_share_the_domains_and_what_nobody_covers_is_named() -> None:
    facts = msgspec.structs.replace(FACTS, domains=("CCC", "METROLOGY", "PRESSURE"))
    narrow = msgspec.structs.replace(MEI, certificates=(msgspec.structs.replace(CERTIFICATE, domains=("PRESSURE", "CCC")),))
    found = eligibility(narrow, ROSTER, facts)
    assert found.eligible and not found.complete and found.domains == ("CCC", "PRESSURE")
    assert uncovered(facts.domains, [found]) == ("METROLOGY",)
    assert uncovered(facts.domains, [found, eligibility(MEI, ROSTER, facts)]) == ()


def test_an_approver_can_waive_the_certificate_and_nothing_else() -> None:
    facts = msgspec.structs.replace(FACTS, waived={"p-mei": ("PRESSURE",)})
    bare = msgspec.structs.replace(MEI, certificates=())
    assert eligibility(bare, ROSTER, facts).eligible
    tied = msgspec.structs.replace(bare, ties=(Tie(party="hengtong", valid_from=DAY),))
    assert codes(eligibility(tied, ROSTER, facts)) == [Bar.CONFLICT_OF_INTEREST]


def test_somebody_the_unit_does_not_know_is_answered_like_anybody_else() -> None:
    assert codes(stranger("ou")) == [Bar.NOT_AN_EXPERT]


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Bar) | set(Lack)
    assert all(zh and en for zh, en in WORDS.values())


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(-400, 400))
def test_who_is_eligible_is_certified_today_and_unbarred(
    expert: bool, disabled: bool, tied: bool, previous: bool, days: int
) -> None:
    day = DAY + timedelta(days=days)
    ties = (Tie(party="hengtong", valid_from=date(2020, 1, 1)),) if tied else ()
    candidate = msgspec.structs.replace(MEI, expert=expert, disabled=disabled, ties=ties)
    facts = msgspec.structs.replace(FACTS, day=day, previous_inspectors=frozenset({"p-mei"} if previous else ()))
    certified = CERTIFICATE.valid_from <= day <= CERTIFICATE.valid_until
    found = eligibility(candidate, ROSTER, facts)
    assert found.eligible == (expert and not disabled and not tied and not previous and certified)
    assert found.eligible or found.reasons
