"""Who may be sent to a case: certified for it, there when it is, tied to nobody in it, and not the one who looked before.

Every reason is found, never only the first: a dispatcher sees at once what would have to change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from agencies.certification import Certificate, Lack, Level, lacks
from agencies.roster import Role, Roster, Shift, Span, duty_spans


class Bar(StrEnum):
    """What keeps a person from being sent, besides what a certificate lacks."""

    NOT_AN_EXPERT = "NOT_AN_EXPERT"
    DISABLED = "DISABLED"
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    PREVIOUS_INSPECTOR = "PREVIOUS_INSPECTOR"
    NOT_ON_THE_ROSTER = "NOT_ON_THE_ROSTER"
    STOOD_DOWN = "STOOD_DOWN"


WORDS: Final[dict[Bar | Lack, tuple[str, str]]] = {
    Bar.NOT_AN_EXPERT: ("不是本部门本口岸的专家", "no expert of your agency at this port"),
    Bar.DISABLED: ("账户已停用", "the account is disabled"),
    Bar.CONFLICT_OF_INTEREST: ("与当事企业存在利益关系，应当回避", "tied to a party of the case"),
    Bar.PREVIOUS_INSPECTOR: ("曾查验同一货物，复验须由他人进行", "inspected these goods before: others have to look now"),
    Bar.NOT_ON_THE_ROSTER: ("查验期间不在班", "not on duty as an expert when the inspection can be"),
    Bar.STOOD_DOWN: ("已抽中但不能到场", "drawn before and cannot come"),
    Lack.NO_CERTIFICATE: ("无协同查验官证书", "no valid certificate as joint inspector"),
    Lack.DOMAIN_NOT_COVERED: ("证书不含该专业领域", "no valid certificate for this domain"),
    Lack.LEVEL_TOO_LOW: ("证书等级不足", "the level of the certificate is too low"),
    Lack.CERTIFICATE_REVOKED: ("证书已撤销", "no valid certificate: it was revoked"),
    Lack.CERTIFICATE_EXPIRED: ("证书已过期", "no valid certificate: it has expired"),
    Lack.CERTIFICATE_NOT_YET_VALID: ("证书尚未生效", "no valid certificate yet"),
}
"""Each reason in Chinese and English."""


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A tie of a person to a party, declared for the days from and until (both included; None: no end)."""

    party: str
    valid_from: date
    valid_until: date | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the agency at the port, with what is known about the person's fitness. ``person`` is the id."""

    person: str
    login: str
    name: str
    expert: bool = True
    disabled: bool = False
    certificates: tuple[Certificate, ...] = ()
    ties: tuple[Tie, ...] = ()


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What of a case decides who may be sent to it.

    ``day`` the day at the port; ``period`` when the inspection can be, and with ``fixed`` when it will be: then a person has to
    be on duty throughout. ``parties`` enterprise codes; ``waived`` person → domains an approver waived the certificate for.
    """

    day: date
    domains: tuple[str, ...]
    period: Span
    fixed: bool = False
    parties: frozenset[str] = frozenset()
    previous_inspectors: frozenset[str] = frozenset()
    waived: Mapping[str, Collection[str]] = msgspec.field(default_factory=dict)
    level: int = Level.INSPECTOR


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One reason against somebody; ``domain`` for what a certificate lacks."""

    code: str
    zh: str
    en: str
    domain: str | None = None


class Fitness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person may be sent. ``domains`` are those of the case the person may work on.

    Eligible: nothing stands against the person, and at least one domain is covered (or the case names none).
    ``reasons`` hold what stands against, and for an eligible person the domains that somebody else has to take.
    """

    person: str
    login: str
    name: str
    eligible: bool
    domains: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def complete(self) -> bool:
        """Whether the person alone is enough."""
        return self.eligible and not self.reasons


def eligibility(candidate: Candidate, roster: Roster, facts: CaseFacts) -> Fitness:
    """Whether ``candidate`` may be sent, with every reason for or against. ``roster`` is the unit's."""
    asked = facts.domains or ("",)
    lacking = lacks(candidate.certificates, asked, facts.day, level=facts.level, waived=facts.waived.get(candidate.person, ()))
    bars = list(_bars(candidate, roster, facts))
    covered = tuple(domain for domain in asked if domain not in lacking)
    reasons = [_reason(bar) for bar in bars] + [_reason(lack, domain or None) for domain, lack in lacking.items()]
    return Fitness(
        person=candidate.person,
        login=candidate.login,
        name=candidate.name,
        eligible=bool(covered) and not bars,
        domains=tuple(domain for domain in covered if domain),
        reasons=tuple(reasons),
    )


def stranger(login: str) -> Fitness:
    """The answer for somebody the unit does not know."""
    return Fitness(person="", login=login, name=login, eligible=False, domains=(), reasons=(_reason(Bar.NOT_AN_EXPERT),))


def uncovered(domains: Sequence[str], named: Iterable[Fitness]) -> tuple[str, ...]:
    """The domains that nobody of ``named`` may work on: together they have to cover them all."""
    covered = {domain for one in named if one.eligible for domain in one.domains}
    return tuple(domain for domain in domains if domain not in covered)


def _bars(candidate: Candidate, roster: Roster, facts: CaseFacts) -> Iterable[Bar]:
    if not candidate.expert:
        yield Bar.NOT_AN_EXPERT
    if candidate.disabled:
        yield Bar.DISABLED
    if any(_holds(tie, facts.day) and tie.party in facts.parties for tie in candidate.ties):
        yield Bar.CONFLICT_OF_INTEREST
    if candidate.person in facts.previous_inspectors:
        yield Bar.PREVIOUS_INSPECTOR
    if not _there(candidate, roster, facts):
        yield Bar.NOT_ON_THE_ROSTER


def _there(candidate: Candidate, roster: Roster, facts: CaseFacts) -> bool:
    """A unit that keeps no roster of experts has everybody there who is not away."""
    if not any(shift.role is Role.EXPERT for shift in roster.shifts):
        always = Shift(person=candidate.person, role=Role.EXPERT, valid_from=date.min)
        roster = Roster(shifts=(always,), absences=roster.absences, zone=roster.zone)
    spans = duty_spans(roster, candidate.person, Role.EXPERT, facts.period)
    return facts.period in spans if facts.fixed else bool(spans)


def _holds(tie: Tie, day: date) -> bool:
    return tie.valid_from <= day and (tie.valid_until is None or day <= tie.valid_until)


def _reason(code: Bar | Lack, domain: str | None = None) -> Reason:
    zh, en = WORDS[code]
    return Reason(code=code.value, zh=zh, en=en, domain=domain)
