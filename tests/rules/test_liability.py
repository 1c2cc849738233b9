"""Liability: somebody answers for every check, by the rules of the domain page, and nobody who had no part in it."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from inspection.reporting.liability import (
    BORNE_BY,
    IN_ANOTHERS_NAME,
    RULE_OWNER,
    SILENT,
    Check,
    Matter,
    Role,
    Word,
    attribute,
    record,
)

LEAD = "customs"
STATES = sorted(SILENT | {"", "PENDING", "ACCEPTED", "DECLINED", "WITHDRAWN"})
WORDS = st.none() | st.builds(
    Word,
    verdict=st.sampled_from(["PASS", "REFUSE"]),
    version=st.just(1),
    basis=st.sampled_from(["TESTED", *sorted(IN_ANOTHERS_NAME)]),
)
CHECKS = st.builds(
    Check,
    line=st.integers(1, 3),
    check=st.sampled_from(["", "MARKING", "TEST"]),
    agency=st.sampled_from(["", LEAD, "market_regulation", "ip"]),
    rules=st.sampled_from([(), ("mr.pressure@3",)]),
    invitation=st.sampled_from(STATES),
    decline_reason=st.sampled_from(["", "OUT_OF_SCOPE"]),
    path=st.sampled_from(["", "BLOCK", "ESCALATE", "SUBSTITUTE", "DEEMED"]),
    word=WORDS,
    departed=st.booleans(),
)
SIGNED = Word(verdict="PASS", version=1, basis="TESTED", signer="Mei", key_id="k")


@given(CHECKS)
def test_somebody_answers_for_every_check_and_nobody_without_a_part_in_it(check):
    entry = attribute(check, LEAD)
    assert entry.responsible
    assert set(entry.responsible) <= {check.agency or RULE_OWNER, LEAD, RULE_OWNER}
    assert all(one.borne_by and all(office for office, _ in one.borne_by) for one in entry.attributions)
    event(entry.attributions[0].matter.value)


@given(CHECKS.filter(lambda check: check.agency not in ("", LEAD)), st.sampled_from(sorted(SILENT)))
def test_a_lapse_is_charged_to_the_agency_that_kept_silent_and_to_the_lead_for_the_path_it_took(check, state):
    silent = replace(check, invitation=state, decline_reason="", word=None)
    entry = attribute(silent, LEAD)
    assert entry.attributions[0].matter is Matter.LAPSE
    assert entry.attributions[0].borne_by == ((check.agency, Role.COMPETENT), (LEAD, Role.LEAD))


@given(CHECKS.filter(lambda check: check.agency != ""))
def test_what_somebody_else_said_in_its_place_does_not_make_silence_a_conclusion(check):
    stood_in = replace(check, invitation="SUBSTITUTED", decline_reason="", word=replace(SIGNED, basis="SUBSTITUTED"))
    assert attribute(stood_in, LEAD).attributions[0].matter is not Matter.CONCLUSION


@given(CHECKS.filter(lambda check: check.agency != ""))
def test_a_signed_conclusion_is_its_agencys_alone_unless_the_decision_departs_from_it(check):
    signed = replace(check, word=SIGNED)
    assert attribute(replace(signed, departed=False), LEAD).responsible == (check.agency,)
    assert set(attribute(replace(signed, departed=True), LEAD).responsible) == {check.agency, LEAD}


@given(CHECKS.filter(lambda check: check.agency not in ("", LEAD)))
def test_an_agency_that_a_rule_called_and_nobody_invited_is_the_leads_to_answer_for(check):
    forgotten = replace(check, rules=("mr.pressure@3",), invitation="", word=None)
    entry = attribute(forgotten, LEAD)
    assert (entry.attributions[0].matter, entry.responsible) == (Matter.NOT_INVITED, (LEAD,))


@given(CHECKS)
def test_only_where_no_rule_called_anybody_does_the_owner_of_the_rules_answer(check):
    assert (RULE_OWNER in attribute(check, LEAD).responsible) == (check.agency == "")


@given(st.lists(CHECKS, max_size=12), st.randoms())
def test_the_record_does_not_depend_on_the_order_it_was_gathered_in(checks, chance):
    once = list({(one.line, one.check, one.agency): one for one in checks}.values())
    shuffled = chance.sample(once, len(once))
    assert record(shuffled, LEAD) == record(once, LEAD)
    assert len(record(once, LEAD)) == len(once)


@pytest.mark.parametrize(
    ("invitation", "decline", "matter", "responsible"),
    [
        ("ACCEPTED", "", Matter.NOT_CONCLUDED, ("customs", "ip")),
        ("DECLINED", "OUT_OF_SCOPE", Matter.DECLINED, ("customs", "ip")),
        ("ESCALATED", "OUT_OF_SCOPE", Matter.DECLINED, ("customs", "ip")),
        ("WITHDRAWN", "", Matter.PROCESS_GAP, ("customs",)),
        ("PENDING", "", Matter.AWAITED, ("ip",)),
    ],
)
def test_what_became_of_an_invitation_decides_whose_matter_its_silence_is(invitation, decline, matter, responsible):
    entry = attribute(Check(line=1, agency="ip", invitation=invitation, decline_reason=decline), LEAD)
    assert (entry.attributions[0].matter, entry.responsible) == (matter, responsible)


def test_every_matter_has_a_bearer():
    assert set(BORNE_BY) == set(Matter)
    assert all(BORNE_BY.values())
