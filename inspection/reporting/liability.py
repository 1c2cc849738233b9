"""The liability record 责任认定: who answers for which check of which line, and for which matter. Pure.

"专业归口, 牵头负责, 记录追溯": each agency answers for its own professional word, the lead for the procedure and for what it
decided, and everything is on record. An attribution record, not a verdict of guilt: it says whose matter something was, not that
anybody did wrong. Source: the domain page, section 3, "Liability by agency"; R3-40.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

RULE_OWNER: Final = "rules"
"""The office that owns the rules of screening: nobody was called because no rule called."""
SILENT: Final = frozenset({"LAPSED", "ESCALATED", "BLOCKED", "DEEMED_NO_OBJECTION", "WAIVED", "SUBSTITUTED"})
"""What becomes of an invitation nobody answered, whatever path its silence took then."""
IN_ANOTHERS_NAME: Final = frozenset({"SUBSTITUTED", "DEEMED"})
"""Bases of conclusions that the agency they stand for has not given."""


class Matter(StrEnum):
    """What has to be answered for."""

    CONCLUSION = "CONCLUSION"  # a signed conclusion: its technical content
    DEPARTURE = "DEPARTURE"  # the decision departed from that conclusion
    LAPSE = "LAPSE"  # no answer, and the path the lead's policy chose for it
    NOT_CONCLUDED = "NOT_CONCLUDED"  # accepted, and no conclusion given
    DECLINED = "DECLINED"  # called itself not competent, which the lead confirmed or has to decide on
    NOT_INVITED = "NOT_INVITED"  # a rule called for the agency and nobody invited it
    PROCESS_GAP = "PROCESS_GAP"  # invited, and let go again by the procedure
    RULE_GAP = "RULE_GAP"  # no rule called anybody to the line
    AWAITED = "AWAITED"  # invited, and still within its time


class Role(StrEnum):
    """As what somebody answers."""

    COMPETENT = "COMPETENT"
    LEAD = "LEAD"
    RULE_OWNER = "RULE_OWNER"


BORNE_BY: Final[dict[Matter, tuple[Role, ...]]] = {
    Matter.CONCLUSION: (Role.COMPETENT,),
    Matter.DEPARTURE: (Role.LEAD,),
    Matter.LAPSE: (Role.COMPETENT, Role.LEAD),
    Matter.NOT_CONCLUDED: (Role.COMPETENT, Role.LEAD),
    Matter.DECLINED: (Role.COMPETENT, Role.LEAD),
    Matter.NOT_INVITED: (Role.LEAD,),
    Matter.PROCESS_GAP: (Role.LEAD,),
    Matter.RULE_GAP: (Role.RULE_OWNER,),
    Matter.AWAITED: (Role.COMPETENT,),
}
"""The attribution rules of the domain page; the two that it leaves open follow the one for a lapse: the agency that kept silent
or declined answers for that, and the lead for having gone on without it."""


class Word(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a competent agency said: verdict, what it rests on, who signed which bytes (SHA-256, hex) with which key."""

    verdict: str
    version: int
    basis: str = ""
    signer: str = ""
    signed_at: datetime | None = None
    signed_hash: str = ""
    key_id: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known about one check of one line. ``check`` "": the line as a whole; ``agency`` "": nobody was called to it.

    ``rules`` called for the agency (``id@version``). ``invitation`` is the state of its last invitation ("": none), ``path`` what
    its silence led to, ``evidence`` the SHA-256 (hex) of what its findings on the line rest on. ``departed``: the decision is
    another than the conclusions led to.
    """

    line: int
    check: str = ""
    agency: str = ""
    rules: tuple[str, ...] = ()
    invitation: str = ""
    invited_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    decline_reason: str = ""
    path: str = ""
    word: Word | None = None
    evidence: tuple[str, ...] = ()
    departed: bool = False


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """One matter and who answers for it: agencies, or :data:`RULE_OWNER`, each as what."""

    matter: Matter
    borne_by: tuple[tuple[str, Role], ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the record: the check and its matters, the chief one first."""

    check: Check
    attributions: tuple[Attribution, ...]

    @property
    def responsible(self) -> tuple[str, ...]:
        """Everybody who answers for something here, once each and sorted."""
        return tuple(sorted({office for one in self.attributions for office, _ in one.borne_by}))


def attribute(check: Check, lead: str) -> Entry:
    """Who answers for the check. Somebody always does: there is no matter without a bearer."""
    matters = [_chief(check, lead)]
    if check.departed and check.agency:
        matters.append(Matter.DEPARTURE)
    return Entry(check=check, attributions=tuple(_borne(matter, check, lead) for matter in matters))


def record(checks: Iterable[Check], lead: str) -> tuple[Entry, ...]:
    """The whole record in order of line, check and agency, each once."""
    ordered = {(one.line, one.check, one.agency): one for one in checks}
    return tuple(attribute(ordered[key], lead) for key in sorted(ordered))


def _chief(check: Check, lead: str) -> Matter:
    if not check.agency:
        return Matter.RULE_GAP
    own = check.word is not None and check.word.basis not in IN_ANOTHERS_NAME
    if own:
        return Matter.CONCLUSION
    return Matter.NOT_CONCLUDED if check.agency == lead else _without_a_word(check)


def _without_a_word(check: Check) -> Matter:
    """Of an agency that has not concluded in its own name."""
    if not check.invitation:
        return Matter.NOT_INVITED
    if check.decline_reason:
        return Matter.DECLINED
    if check.invitation in SILENT:
        return Matter.LAPSE
    plain = {"ACCEPTED": Matter.NOT_CONCLUDED, "WITHDRAWN": Matter.PROCESS_GAP, "DECLINED": Matter.DECLINED}
    return plain.get(check.invitation, Matter.AWAITED)


def _borne(matter: Matter, check: Check, lead: str) -> Attribution:
    offices = {Role.COMPETENT: check.agency, Role.LEAD: lead, Role.RULE_OWNER: RULE_OWNER}
    return Attribution(matter=matter, borne_by=tuple((offices[role], role) for role in BORNE_BY[matter]))
