"""A declaration looked at before it is filed: what would refuse it, what is flagged, which certificates are asked for. Pure.

By the same validation and the same rules as the filing, so that what passes here passes there. Of the rules only what the law
asks for is told: certificates, how each stands and the article. Which rules look at the goods, whom they would call and how the
declaration would be handled is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agencies.powers import Principal
from inspection.declaring import validation
from inspection.declaring.nomenclature import Nomenclature
from inspection.declaring.validation import DeclarationInvalid
from inspection.following_up import filing
from risk.screening import Screens
from risk.screening_result import LegalBasis, RequirementStateName, ScreeningResult


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate asked for on one line (``subject``: the line or one of its components): any of ``types``.

    ``certificate``: the number that satisfies it. ``legal_basis``: the articles that ask for it, where it is missing.
    """

    line: int
    subject: str
    types: tuple[str, ...]
    state: RequirementStateName
    certificate: str
    legal_basis: tuple[LegalBasis, ...]


class DeclarationCheck(msgspec.Struct, frozen=True, kw_only=True):
    """``acceptable``: filed now as it is, it would be received. ``requirements`` are known only then. Nothing was kept.

    ``ruleset``: the name of the rules that were asked.
    """

    acceptable: bool
    errors: Sequence[dict[str, Any]]
    flags: Sequence[dict[str, Any]]
    requirements: tuple[Asked, ...]
    ruleset: str | None = None


def check(raw: bytes, principal: Principal, now: datetime, screener: Screens, nomenclature: Nomenclature) -> DeclarationCheck:
    """Raises :class:`kit.decoding.MalformedJson` for what is no JSON, and what filing raises for somebody else's declaration."""
    try:
        declaration = validation.decode(raw)
        filing.check_filer(declaration, principal)
        flags = validation.accept(declaration, nomenclature, received_at=now)
    except DeclarationInvalid as refused:
        errors, flagged = (refused.details.get(name, []) for name in ("errors", "flags"))
        return DeclarationCheck(acceptable=False, errors=errors, flags=flagged, requirements=())
    result = screener.screen(declaration)
    return DeclarationCheck(
        acceptable=True,
        errors=(),
        flags=[msgspec.to_builtins(flag) for flag in flags],
        requirements=tuple(_asked(result)),
        ruleset=result.ruleset,
    )


def _asked(result: ScreeningResult) -> Iterator[Asked]:
    """One of several rules that ask for the same is as good as all of them."""
    articles: dict[tuple[int, str, tuple[str, ...]], dict[LegalBasis, None]] = {}
    for hit in result.hits:
        for one in hit.requirements:
            articles.setdefault((one.line, one.subject, one.types), {}).update(dict.fromkeys(hit.legal_basis))
    standing = {(one.line, one.subject, one.types): one for one in result.requirements}
    for key in sorted(standing):
        one = standing[key]
        yield Asked(
            line=one.line,
            subject=one.subject,
            types=one.types,
            state=one.state,
            certificate=one.certificate,
            legal_basis=tuple(articles.get(key, ())) if one.state == "MISSING" else (),
        )
