"""Certificates of joint inspectors: what they cover, on which days, and what somebody lacks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.certification import Certificate, Lack, Level, certified_until, lacks

DAY = date(2026, 11, 20)
DOMAINS = ("PRESSURE", "CCC", "METROLOGY")

certificates = st.builds(
    Certificate,
    domains=st.lists(st.sampled_from(DOMAINS), unique=True).map(tuple),
    level=st.sampled_from(Level),
    valid_from=st.dates(DAY - timedelta(days=20), DAY + timedelta(days=5)),
    valid_until=st.dates(DAY - timedelta(days=5), DAY + timedelta(days=20)),
    revoked=st.booleans(),
)


def certificate(first: int = -100, last: int = 100, **changes: object) -> Certificate:
    days = {"valid_from": DAY + timedelta(days=first), "valid_until": DAY + timedelta(days=last)}
    return Certificate(**(days | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held", "lack"),
    [
        ([], Lack.NO_CERTIFICATE),
        ([certificate()], None),
        ([certificate(last=0)], None),
        ([certificate(last=-1)], Lack.CERTIFICATE_EXPIRED),
        ([certificate(first=0)], None),
        ([certificate(first=1)], Lack.CERTIFICATE_NOT_YET_VALID),
        ([certificate(revoked=True)], Lack.CERTIFICATE_REVOKED),
        ([certificate(level=Level.ASSISTANT)], Lack.LEVEL_TOO_LOW),
        ([certificate(domains=("CCC",))], Lack.DOMAIN_NOT_COVERED),
        ([certificate(domains=("CCC", "PRESSURE"))], None),
        ([certificate(type="FORKLIFT")], Lack.NO_CERTIFICATE),
        ([certificate(last=-1), certificate(domains=("CCC",))], Lack.CERTIFICATE_EXPIRED),
        ([certificate(last=-1), certificate()], None),
    ],
)
def test_what_is_lacking_for_a_domain_is_told_by_the_closest_certificate(held: list[Certificate], lack: Lack | None) -> None:
    assert lacks(held, ["PRESSURE"], DAY) == ({} if lack is None else {"PRESSURE": lack})


@given(st.lists(certificates, max_size=4), certificates)
def test_another_certificate_never_takes_anything_away(held: list[Certificate], more: Certificate) -> None:
    assert set(lacks([*held, more], DOMAINS, DAY)) <= set(lacks(held, DOMAINS, DAY))


@given(st.lists(certificates, max_size=4))
def test_what_is_covered_is_covered_by_one_that_counts_today(held: list[Certificate]) -> None:
    for domain in set(DOMAINS) - set(lacks(held, DOMAINS, DAY)):
        assert any(
            one.valid_from <= DAY <= one.valid_until
            and not one.revoked
            and one.level >= Level.INSPECTOR
            and (not one.domains or domain in one.domains)
            for one in held
        )


def test_a_waived_domain_is_not_asked_for_and_the_others_still_are() -> None:
    assert set(lacks([], ["PRESSURE", "CCC"], DAY, waived=["CCC"])) == {"PRESSURE"}


def test_a_case_without_a_domain_asks_for_any_certificate() -> None:
    assert lacks([certificate(domains=("CCC",))], [""], DAY) == {}
    assert lacks([], [""], DAY) == {"": Lack.NO_CERTIFICATE}


def test_the_last_day_is_of_the_one_that_runs_longest_and_stands() -> None:
    assert certified_until([certificate(last=5), certificate(last=9, revoked=True)]) == DAY + timedelta(days=5)
    assert certified_until([]) is None
