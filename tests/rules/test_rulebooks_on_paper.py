"""Rulebooks on paper: what a version says otherwise than another, and what rules in the shadow would have made of a screening."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_cases import declaration, line, pack, rule, screener

from risk.declaration import Declaration
from risk.rule import Rule
from risk.rulebook_changes import changes
from risk.rulebook_life import SHADOW_LEAST, ShadowTooShort, check_shadowed
from risk.shadow import Shadow

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
CODES = ("7307", "8479", "9503")
RULES = [rule(f"t.of-{code}", {"hs": {"prefixes": [code]}}) for code in CODES]
OTHER = rule("u.other", {"hs": {"prefixes": ["84"]}})

some_rules = st.lists(st.sampled_from(RULES), unique_by=lambda one: one.meta.id)
some_goods = st.lists(st.sampled_from([f"{code}299000" for code in CODES] + ["4819100000"]), min_size=1, max_size=4).map(
    lambda codes: declaration(*(line(hs=hs, no=no) for no, hs in enumerate(codes, start=1)))
)


@given(some_rules, some_rules, some_goods)
def test_what_came_and_went_and_stayed_makes_up_both_screenings(was: list[Rule], would: list[Rule], goods: Declaration) -> None:
    decided = screener(*was, OTHER).screen(goods, seed=3)
    compared = Shadow(screener(*would), {one.meta.id for one in RULES}).compared(goods, decided)
    own = {(hit.rule, hit.line) for hit in decided.hits if hit.rule != "u.other"}
    wanted = {(hit.rule, hit.line) for hit in screener(*would).screen(goods).hits}
    assert {(hit.rule, hit.line) for hit in compared.gained} == wanted - own
    assert {(hit.rule, hit.line) for hit in compared.lost} == own - wanted
    assert compared.kept == len(own & wanted)
    whole = screener(*would, OTHER).screen(goods, seed=3)
    assert (compared.lane, compared.shadow_lane) == (decided.lane, whole.lane)
    assert set(compared.agencies_gained) == set(whole.agencies) - set(decided.agencies)
    assert set(compared.agencies_lost) == set(decided.agencies) - set(whole.agencies)


@given(some_rules, some_rules)
def test_changes_name_exactly_the_rules_that_came_and_went(before: list[Rule], after: list[Rule]) -> None:
    told = {(one.rule, one.what) for one in changes(pack(*before), pack(*after))}
    was, now = ({one.meta.id for one in rules} for rules in (before, after))
    assert told == {(one, "dropped") for one in was - now} | {(one, "added") for one in now - was}


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)))
def test_a_short_shadow_needs_a_reason_and_a_long_one_none(ran: timedelta) -> None:
    check_shadowed(NOW, NOW + ran, "紧急风险预警")
    if ran >= SHADOW_LEAST:
        check_shadowed(NOW, NOW + ran, None)
    else:
        with pytest.raises(ShadowTooShort):
            check_shadowed(NOW, NOW + ran, None)
