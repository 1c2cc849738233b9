"""What makes a well-formed rule acceptable. Each problem names the place, and leads to what to write instead.

A rule that could never match (a typing error in a code, an exclusion outside its scope, bounds that exclude each other) is a
problem here, never a silent no-match later. Pure: code lists are arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from risk.derived_numbers import LARGEST_EXPONENT
from risk.expression_check import Refused, tree_of
from risk.goods_text import needle_of
from risk.problem import Fact, Problem, fault, phrase
from risk.problem_kinds import Kind, Piece
from risk.rule import MONEY, CertificateScope, HsScope, Keywords, PackHead, Rule, Scope, Threshold

HS_DIGITS_KNOWN = 6
SHORTEST_KEYWORD = 2


class CodeLists(msgspec.Struct, frozen=True):
    """What codes exist: HS prefixes of 2, 4 and 6 digits, ISO 3166-1 alpha-2, ISO 4217."""

    hs: frozenset[str]
    countries: frozenset[str]
    currencies: frozenset[str]


def head_problems(head: PackHead) -> Iterator[Problem]:
    """Problems of the head of a pack: each text needs a page it was read on, or the word that it was not."""
    for key, text in head.texts.items():
        if (text.page is None) == (not text.basis_unverified):
            yield Problem(f"texts.{key}", fault(Kind.TEXT_UNREAD))
        elif text.page is not None and text.read_on is None:
            yield Problem(f"texts.{key}", fault(Kind.PAGE_UNDATED))


def rule_problems(rule: Rule, head: PackHead, lists: CodeLists) -> Iterator[Problem]:
    """All problems of one rule."""
    if rule.when is not None:
        yield from _when_problems(rule.when)
    yield from _meta_problems(rule)
    yield from _then_problems(rule, head)
    yield from _scope_problems(rule.scope, lists)


def _when_problems(text: str) -> Iterator[Problem]:
    try:
        tree_of(text)
    except Refused as refused:
        yield Problem("when", refused.fault, (refused.row, refused.column))


def _meta_problems(rule: Rule) -> Iterator[Problem]:
    effective = rule.meta.effective
    if effective.until is not None and effective.until < effective.since:
        yield Problem("meta.effective.until", fault(Kind.ENDS_BEFORE_IT_BEGINS, since=effective.since.isoformat()))


def _then_problems(rule: Rule, head: PackHead) -> Iterator[Problem]:
    if rule.then.agency not in head.agencies:
        yield Problem("then.agency", fault(Kind.AGENCY_NOT_OF_PACK, agency=rule.then.agency, known=head.agencies))
    for i, citation in enumerate(rule.then.legal_basis):
        if citation.text not in head.texts:
            known: Fact = tuple(head.texts) or phrase(Piece.NONE_YET)
            yield Problem(f"then.legal_basis[{i}].text", fault(Kind.NO_SUCH_TEXT, text=citation.text, known=known))


def _scope_problems(scope: Scope, lists: CodeLists) -> Iterator[Problem]:
    if scope == Scope():
        yield Problem("scope", fault(Kind.SCOPE_EMPTY))
    if scope.hs is not None:
        yield from _hs_problems(scope.hs, lists.hs)
    if scope.keywords is not None:
        yield from _keyword_problems(scope.keywords)
    if scope.certificates is not None:
        yield from _certificate_problems(scope.certificates)
    for i, threshold in enumerate(scope.thresholds):
        yield from _threshold_problems(f"scope.thresholds[{i}]", threshold, lists.currencies)
    for name in ("origin", "dispatch"):
        if (countries := getattr(scope, name)) is not None:
            yield from _list_problems(f"scope.{name}", countries.any, countries.none)
            yield from _unknown_countries(f"scope.{name}", countries.any, countries.none, lists.countries)
    for name in ("port", "trader", "brand"):
        if (codes := getattr(scope, name)) is not None:
            yield from _list_problems(f"scope.{name}", codes.any, codes.none)


def _hs_problems(hs: HsScope, known: frozenset[str]) -> Iterator[Problem]:
    if not hs.prefixes and not hs.ranges:
        yield Problem("scope.hs", fault(Kind.HS_EMPTY))
    for part in ("prefixes", "exclusions"):
        for i, code in enumerate(getattr(hs, part)):
            yield from _hs_code_problem(f"scope.hs.{part}[{i}]", code, known)
    for i, code in enumerate(hs.prefixes):
        if cover := next((p for j, p in enumerate(hs.prefixes) if j != i and code.startswith(p) and (p != code or j < i)), None):
            yield Problem(f"scope.hs.prefixes[{i}]", fault(Kind.HS_COVERED, code=code, cover=cover))
    for i, span in enumerate(hs.ranges):
        path = f"scope.hs.ranges[{i}]"
        if len(span.first) != len(span.last) or span.first > span.last:
            yield Problem(path, fault(Kind.RANGE_WRONG, first=span.first, last=span.last))
        for end in ("first", "last"):
            yield from _hs_code_problem(f"{path}.{end}", getattr(span, end), known)
    for i, exclusion in enumerate(hs.exclusions):
        if not _inside(exclusion, hs):
            yield Problem(f"scope.hs.exclusions[{i}]", fault(Kind.EXCLUSION_OUTSIDE, code=exclusion))


def _inside(exclusion: str, hs: HsScope) -> bool:
    in_range = any(s.first <= exclusion[: len(s.first)] <= s.last for s in hs.ranges if len(exclusion) >= len(s.first))
    return in_range or any(exclusion.startswith(p) and exclusion != p for p in hs.prefixes)


def _hs_code_problem(path: str, code: str, known: frozenset[str]) -> Iterator[Problem]:
    if code[:HS_DIGITS_KNOWN] not in known:
        nearest = tuple(sorted(k for k in known if k.startswith(code[:4]) and k != code[:4])[:4])
        meant = phrase(Piece.FOR_EXAMPLE, codes=nearest) if nearest else phrase(Piece.LOOK_UP_HEADING)
        yield Problem(path, fault(Kind.HS_UNKNOWN, code=code[:HS_DIGITS_KNOWN], meant=meant))


def _keyword_problems(words: Keywords) -> Iterator[Problem]:
    if not (words.any or words.all or words.none):
        yield Problem("scope.keywords", fault(Kind.KEYWORDS_EMPTY))
    seen: dict[str, str] = {}
    for part in ("any", "all", "none"):
        for i, word in enumerate(getattr(words, part)):
            path, needle = f"scope.keywords.{part}[{i}]", needle_of(word)
            if len(needle.text) < SHORTEST_KEYWORD:
                yield Problem(path, fault(Kind.KEYWORD_SHORT, word=word))
            elif "*" in needle.text:
                yield Problem(path, fault(Kind.KEYWORD_STAR, word=word))
            elif needle.text in seen:
                yield Problem(path, fault(Kind.KEYWORD_TWICE, word=word, other=seen[needle.text]))
            seen.setdefault(needle.text, word)


def _certificate_problems(scope: CertificateScope) -> Iterator[Problem]:
    if not (scope.missing or scope.presented or scope.expiring):
        yield Problem("scope.certificates", fault(Kind.CERTIFICATES_EMPTY))
    if (scope.exempting or scope.recognising) and not scope.missing:
        yield Problem("scope.certificates", fault(Kind.EXEMPTION_FROM_NOTHING))
    for part in ("exempting", "recognising"):
        for i, kind in enumerate(getattr(scope, part)):
            if kind in scope.missing:
                yield Problem(f"scope.certificates.{part}[{i}]", fault(Kind.EXEMPTS_ITSELF, certificate=kind))
    for i, kind in enumerate(scope.presented):
        if kind in (*scope.missing, *scope.exempting, *scope.recognising):
            yield Problem(f"scope.certificates.presented[{i}]", fault(Kind.MISSING_AND_PRESENTED, certificate=kind))


def _threshold_problems(path: str, threshold: Threshold, currencies: frozenset[str]) -> Iterator[Problem]:
    bounds = [threshold.above, threshold.at_least, threshold.below, threshold.at_most]
    if any(bound is not None and not bound.is_finite() for bound in bounds):
        yield Problem(path, fault(Kind.BOUND_NO_NUMBER))
        return
    if any(bound is not None and abs(bound.adjusted()) > LARGEST_EXPONENT for bound in bounds):
        yield Problem(path, fault(Kind.BOUND_BEYOND_REASON, exponent=LARGEST_EXPONENT))
        return
    lower = max((b for b in bounds[:2] if b is not None), default=None)
    upper = min((b for b in bounds[2:] if b is not None), default=None)
    if lower is None and upper is None:
        yield Problem(path, fault(Kind.NO_BOUND))
    elif lower is not None and upper is not None and _no_room(threshold, lower, upper):
        yield Problem(path, fault(Kind.BOUNDS_EXCLUDE))
    if threshold.number in MONEY and threshold.currency is None:
        yield Problem(path, fault(Kind.MONEY_WITHOUT_CURRENCY, number=threshold.number))
    if threshold.number not in MONEY and threshold.currency is not None:
        yield Problem(f"{path}.currency", fault(Kind.CURRENCY_WITHOUT_MONEY, number=threshold.number))
    if threshold.currency is not None and threshold.currency not in currencies:
        yield Problem(f"{path}.currency", fault(Kind.CURRENCY_UNKNOWN, currency=threshold.currency))


def _no_room(threshold: Threshold, lower: Decimal, upper: Decimal) -> bool:
    open_end = threshold.above == lower or threshold.below == upper
    return lower > upper or (lower == upper and open_end)


def _list_problems(path: str, wanted: Sequence[str], unwanted: Sequence[str]) -> Iterator[Problem]:
    if not wanted and not unwanted:
        yield Problem(path, fault(Kind.LIST_EMPTY))
    for i, code in enumerate(unwanted):
        if code in wanted:
            yield Problem(f"{path}.none[{i}]", fault(Kind.CODE_IN_BOTH, code=code))


def _unknown_countries(path: str, wanted: Sequence[str], unwanted: Sequence[str], known: frozenset[str]) -> Iterator[Problem]:
    for part, codes in (("any", wanted), ("none", unwanted)):
        for i, code in enumerate(codes):
            if code not in known:
                sample = "GB" if code == "UK" else "DE"
                yield Problem(f"{path}.{part}[{i}]", fault(Kind.COUNTRY_UNKNOWN, code=code, sample=sample))
