"""Mandates: own powers without paper, bounded by paper; what is done for others only with it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from agencies.mandate import OWN_POWERS, Act, Mandate, permission

DAY = date(2026, 11, 20)
MANDATE = Mandate(
    number="LM-1",
    acts=frozenset({Act.PARTICIPATE, Act.DEEM}),
    domains=("PRESSURE",),
    signatories=("Gao", "Ping"),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)


@pytest.mark.parametrize("act", Act)
def test_without_any_paper_an_agency_has_its_own_powers_and_no_more(act: Act) -> None:
    assert permission([], act, ["PRESSURE"], DAY).allowed == (act in OWN_POWERS)


def test_a_mandate_allows_its_acts_in_its_domains_and_is_cited() -> None:
    assert permission([MANDATE], Act.DEEM, ["PRESSURE"], DAY).under == ("LM-1",)


@pytest.mark.parametrize(
    ("changes", "domains"),
    [
        ({"valid_until": date(2026, 11, 19)}, ["PRESSURE"]),
        ({"valid_from": date(2026, 11, 21)}, ["PRESSURE"]),
        ({"revoked": True}, ["PRESSURE"]),
        ({"signatories": ()}, ["PRESSURE"]),
        ({}, ["CCC"]),
        ({}, ["PRESSURE", "CCC"]),
    ],
)
@pytest.mark.parametrize("act", [Act.PARTICIPATE, Act.DEEM])
def test_a_mandate_on_file_bounds_even_an_own_power(changes: dict[str, object], domains: list[str], act: Act) -> None:
    refused = permission([msgspec.structs.replace(MANDATE, **changes)], act, domains, DAY)
    assert not refused.allowed and refused.because


def test_two_mandates_together_cover_what_neither_does_alone() -> None:
    other = msgspec.structs.replace(MANDATE, number="LM-2", domains=("CCC",))
    assert permission([MANDATE, other], Act.DEEM, ["CCC", "PRESSURE"], DAY).under == ("LM-1", "LM-2")


def test_no_domain_named_in_a_mandate_is_all_of_them() -> None:
    every = msgspec.structs.replace(MANDATE, domains=())
    assert permission([every], Act.DEEM, ["PRESSURE", "CCC"], DAY).allowed
    assert permission([MANDATE], Act.DEEM, [], DAY).allowed
