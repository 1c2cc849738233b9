"""How a certificate requirement stands: MISSING, PRESENTED, VERIFIED, EXEMPT or RECOGNISED.

A certificate is judged on the day of arrival, or on the day of declaration where no arrival is known; never on today's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from risk.declaration import Certificate, Declaration
from risk.rule import CertificateScope, Expiring
from risk.screening_result import RequirementStateName

PORT_ZONE = ZoneInfo("Asia/Shanghai")
"""Days of the law are days of the port."""

PORT_OFFSET, OFFSET_SINCE = timedelta(hours=8), 1992
"""The zone has stood at this offset since the summer of 1991."""

Presented = tuple[tuple[str, Certificate], ...]
"""Certificates with their paths, in the order of the declaration."""

Verified = frozenset[tuple[str, str]]
"""(type, number) of certificates their issuer confirmed."""

NOTHING_VERIFIED: Verified = frozenset()


class Standing(msgspec.Struct, frozen=True):
    """A state, the path and number of the certificate that decided it, and paths of certificates that had expired."""

    state: RequirementStateName
    path: str = ""
    number: str = ""
    expired: tuple[str, ...] = ()


def port_day(instant: datetime) -> date:
    """The calendar day at the port; an instant without an offset is read as port time."""
    offset = instant.utcoffset()
    if offset is None or (offset == PORT_OFFSET and instant.year >= OFFSET_SINCE):  # the same, without a look at the zone
        return instant.date()
    return instant.astimezone(PORT_ZONE).date()


def judged_on(declaration: Declaration) -> date:
    """The day certificates are judged on: arrival, else declaration."""
    return port_day(declaration.arrival or declaration.declared_at)


def valid(certificate: Certificate, day: date) -> bool:
    """Whether the certificate holds on ``day``; its last day counts, and no end means no end."""
    return certificate.expires is None or certificate.expires >= day


def standing(scope: CertificateScope, presented: Presented, day: date, verified: Verified) -> Standing:
    """How the requirement ``missing`` of the scope stands. The strongest reason wins: verified, presented, exempt, recognised."""
    held = [(path, c) for path, c in presented if valid(c, day)]
    asked = _first(held, scope.missing)
    for path, certificate in held:
        if certificate.type in scope.missing and (certificate.type, certificate.number) in verified:
            return Standing("VERIFIED", path, certificate.number)
    if asked is not None:
        return Standing("PRESENTED", asked[0], asked[1].number)
    if (exempting := _first(held, scope.exempting)) is not None:
        return Standing("EXEMPT", exempting[0], exempting[1].number)
    if (recognising := _first(held, scope.recognising)) is not None:
        return Standing("RECOGNISED", recognising[0], recognising[1].number)
    wanted = {*scope.missing, *scope.exempting, *scope.recognising}
    return Standing("MISSING", expired=tuple(path for path, c in presented if c.type in wanted and not valid(c, day)))


def expiring(scope: Expiring, presented: Presented, day: date) -> tuple[str, Certificate] | None:
    """The first certificate of the types that is valid on ``day`` and ends within the days given."""
    last = day + timedelta(days=scope.within_days)
    return next(
        ((path, c) for path, c in presented if c.type in scope.types and c.expires is not None and day <= c.expires <= last),
        None,
    )


def first_valid(types: tuple[str, ...], presented: Presented, day: date) -> tuple[str, Certificate] | None:
    """The first valid certificate of one of ``types``."""
    return _first([(path, c) for path, c in presented if valid(c, day)], types)


def _first(held: Iterable[tuple[str, Certificate]], types: tuple[str, ...]) -> tuple[str, Certificate] | None:
    return next(((path, c) for path, c in held if c.type in types), None)
