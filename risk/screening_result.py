"""What a screening says: hits with the facts that decided, requirements with their states, score, draw, lane, and why.

The whole result is stored; :func:`public_line` is the smaller document of ``lianjian screen``.
Same declaration, packs, policy and seed: same bytes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kit.canonical import canonical_bytes
from risk.rule import CheckKind, Text

Lane = Literal["green", "yellow", "red", "blue"]
"""green no intervention, yellow documents, red physical check, blue release then audit."""

RequirementStateName = Literal["MISSING", "PRESENTED", "VERIFIED", "EXEMPT", "RECOGNISED"]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the parts of a result."""


class Fact(Part, frozen=True):
    """A field that decided: its path (``line.…`` or ``declaration.…``), its value, and the part of the rule it met."""

    path: str
    value: str
    met: str


class LegalBasis(Part, frozen=True):
    """The cited article. ``basis_unverified`` is printed wherever the basis is shown."""

    title: Text
    number: str
    article: str
    page: str | None = None
    basis_unverified: bool = False


class Requirement(Part, frozen=True):
    """A certificate the rule asks for on one subject, and how it stands. ``certificate`` is the number that satisfied it."""

    rule: str
    line: int
    subject: str
    types: tuple[str, ...]
    state: RequirementStateName
    certificate: str = ""


class Hit(Part, frozen=True):
    """One rule that applies to one line (``line`` None: to the declaration as a whole)."""

    rule: str
    version: int
    agency: str
    line: int | None
    domain: str
    title: Text
    reason: Text
    check_kinds: tuple[CheckKind, ...]
    focus: tuple[Text, ...]
    facts: tuple[Fact, ...]
    legal_basis: tuple[LegalBasis, ...]
    weight: int
    mandatory: bool
    hard: bool
    requirements: tuple[Requirement, ...] = ()


class Draw(Part, frozen=True):
    """The random floor: commitment to the seed, the number drawn and the rate, both in ten-thousandths."""

    seed_commitment: str
    drawn: int
    rate: int
    selected: bool


class Step(Part, frozen=True):
    """One step of the evaluation, in order, with what it did."""

    step: str
    because: str


class ScreeningResult(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result. ``ruleset`` and ``input_hash`` are SHA-256 of canonical bytes; ``score`` 0 to 100 after credit."""

    declaration: str
    version: int
    ruleset: str
    policy: str
    input_hash: str
    lane: Lane
    score: int
    agencies: tuple[str, ...]
    hits: tuple[Hit, ...]
    requirements: tuple[Requirement, ...]
    draw: Draw
    trace: tuple[Step, ...]

    def to_bytes(self) -> bytes:
        """Canonical bytes (RFC 8785)."""
        return canonical_bytes(self)


class PublicHit(Part, frozen=True):
    """A hit in the line of ``lianjian screen``; field names are fixed there."""

    rule: str
    version: int
    agency: str
    line: int | None
    facts: tuple[Fact, ...]
    reason: str
    legal_basis: tuple[LegalBasis, ...]


class PublicResult(Part, frozen=True):
    """The line of ``lianjian screen``."""

    declaration: str
    version: int
    lane: Lane
    score: int
    agencies: tuple[str, ...]
    hits: tuple[PublicHit, ...]


def public_result(result: ScreeningResult, language: Literal["zh", "en"] = "zh") -> PublicResult:
    """The public part, reasons in ``language``."""
    hits = tuple(
        PublicHit(
            rule=hit.rule,
            version=hit.version,
            agency=hit.agency,
            line=hit.line,
            facts=hit.facts,
            reason=getattr(hit.reason, language),
            legal_basis=hit.legal_basis,
        )
        for hit in result.hits
    )
    return PublicResult(
        declaration=result.declaration,
        version=result.version,
        lane=result.lane,
        score=result.score,
        agencies=result.agencies,
        hits=hits,
    )


def public_line(result: ScreeningResult, language: Literal["zh", "en"] = "zh") -> bytes:
    """One line of JSON without the line feed, fields in the documented order."""
    return msgspec.json.encode(public_result(result, language))
