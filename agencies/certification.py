"""Certification of joint inspectors 协同查验官: which certificate lets whom work on what, on which day.

A certificate has a type, a level and days from and until (both included). It names the domains it is for; naming none it counts
for every domain of its agency. What a certificate does not cover, an approver may waive for one matter, in the open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from enum import IntEnum, StrEnum

import msgspec

JOINT_INSPECTOR = "JOINT_INSPECTOR"
"""The type that assignment asks for; units may keep others beside it."""


class Level(IntEnum):
    """What the holder may do: go along, inspect, lead the agency's part."""

    ASSISTANT = 1
    INSPECTOR = 2
    SENIOR = 3


class Lack(StrEnum):
    """Why certificates do not cover a domain. The later one in this list is the closer miss, and the one that is told."""

    NO_CERTIFICATE = "NO_CERTIFICATE"
    DOMAIN_NOT_COVERED = "DOMAIN_NOT_COVERED"
    LEVEL_TOO_LOW = "LEVEL_TOO_LOW"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_NOT_YET_VALID = "CERTIFICATE_NOT_YET_VALID"


_CLOSENESS = tuple(Lack)


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate. ``domains`` empty: every domain of the agency. ``revoked``: whatever the days say, it no longer counts."""

    type: str = JOINT_INSPECTOR
    level: int = Level.INSPECTOR
    domains: tuple[str, ...] = ()
    valid_from: date
    valid_until: date
    revoked: bool = False


def lacks(
    certificates: Iterable[Certificate],
    domains: Collection[str],
    day: date,
    *,
    level: int = Level.INSPECTOR,
    waived: Collection[str] = (),
) -> dict[str, Lack]:
    """The ``domains`` that the certificates do not cover on ``day``, each with why; empty when nothing is lacking.

    ``day`` is the day at the port. Domains in ``waived`` are not asked for. Several certificates may share the domains. The
    domain ``""`` asks for a certificate of whatever domain.
    """
    held = [one for one in certificates if one.type == JOINT_INSPECTOR]
    found = {domain: _lack(held, domain, day, level) for domain in sorted(set(domains) - set(waived))}
    return {domain: lack for domain, lack in found.items() if lack is not None}


def certified_until(certificates: Iterable[Certificate]) -> date | None:
    """The last day of the one that runs longest and is not revoked, whatever its domains; None without any."""
    return max((one.valid_until for one in certificates if not one.revoked), default=None)


def _lack(held: Collection[Certificate], domain: str, day: date, level: int) -> Lack | None:
    misses = [_miss(one, domain, day, level) for one in held]
    if None in misses:
        return None
    told = [miss for miss in misses if miss is not None]
    return max(told, key=_CLOSENESS.index, default=Lack.NO_CERTIFICATE)


def _miss(one: Certificate, domain: str, day: date, level: int) -> Lack | None:
    if one.domains and domain and domain not in one.domains:
        return Lack.DOMAIN_NOT_COVERED
    if one.level < level:
        return Lack.LEVEL_TOO_LOW
    if one.revoked:
        return Lack.CERTIFICATE_REVOKED
    if day > one.valid_until:
        return Lack.CERTIFICATE_EXPIRED
    return Lack.CERTIFICATE_NOT_YET_VALID if day < one.valid_from else None
