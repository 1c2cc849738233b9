"""What makes a well-formed rule acceptable. Each problem names the place and what to write instead.

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
from risk.rule import MONEY, CertificateScope, HsScope, Keywords, PackHead, Rule, Scope, Threshold

HS_DIGITS_KNOWN = 6
SHORTEST_KEYWORD = 2


class CodeLists(msgspec.Struct, frozen=True):
    """What codes exist: HS prefixes of 2, 4 and 6 digits, ISO 3166-1 alpha-2, ISO 4217."""

    hs: frozenset[str]
    countries: frozenset[str]
    currencies: frozenset[str]


class Problem(msgspec.Struct, frozen=True):
    """A problem at ``path`` (``scope.hs.prefixes[0]``), and the advice: what to write instead."""

    path: str
    message: str
    advice: str
    inside: tuple[int, int] | None = None
    """Row and column within the text at ``path``, from 1, where the problem lies inside it."""


def head_problems(head: PackHead) -> Iterator[Problem]:
    """Problems of the head of a pack: each text needs a page it was read on, or the word that it was not."""
    for key, text in head.texts.items():
        if (text.page is None) == (not text.basis_unverified):
            yield Problem(
                f"texts.{key}",
                "a legal text needs exactly one of `page` and `basis_unverified`",
                "give the page its articles were read on, or write `basis_unverified: true`",
            )
        elif text.page is not None and text.read_on is None:
            yield Problem(f"texts.{key}", "a page without the day it was read", "add `read_on: YYYY-MM-DD`")


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
        yield Problem("when", refused.message, refused.advice, (refused.row, refused.column))


def _meta_problems(rule: Rule) -> Iterator[Problem]:
    effective = rule.meta.effective
    if effective.until is not None and effective.until < effective.since:
        yield Problem("meta.effective.until", "the rule ends before it begins", f"write a day on or after {effective.since}")


def _then_problems(rule: Rule, head: PackHead) -> Iterator[Problem]:
    if rule.then.agency not in head.agencies:
        known = ", ".join(head.agencies)
        yield Problem(
            "then.agency",
            f"agency `{rule.then.agency}` is not one of this pack",
            f"write one of {known}, or add it to `agencies`",
        )
    for i, citation in enumerate(rule.then.legal_basis):
        if citation.text not in head.texts:
            known = ", ".join(head.texts) or "none yet"
            yield Problem(f"then.legal_basis[{i}].text", f"no legal text `{citation.text}` in `texts`", f"write one of {known}")


def _scope_problems(scope: Scope, lists: CodeLists) -> Iterator[Problem]:
    if scope == Scope():
        yield Problem("scope", "an empty scope would hit everything", "say at least one of hs, keywords, origin, certificates …")
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
        yield Problem("scope.hs", "no prefix and no range: nothing would match", "add `prefixes` or `ranges`")
    for part in ("prefixes", "exclusions"):
        for i, code in enumerate(getattr(hs, part)):
            yield from _hs_code_problem(f"scope.hs.{part}[{i}]", code, known)
    for i, code in enumerate(hs.prefixes):
        if cover := next((p for j, p in enumerate(hs.prefixes) if j != i and code.startswith(p) and (p != code or j < i)), None):
            yield Problem(f"scope.hs.prefixes[{i}]", f"{code} is already covered by {cover}", "leave one of them out")
    for i, span in enumerate(hs.ranges):
        path = f"scope.hs.ranges[{i}]"
        if len(span.first) != len(span.last) or span.first > span.last:
            yield Problem(
                path, f"{span.first} to {span.last} is no range", "give both ends the same number of digits, the lower one first"
            )
        for end in ("first", "last"):
            yield from _hs_code_problem(f"{path}.{end}", getattr(span, end), known)
    for i, exclusion in enumerate(hs.exclusions):
        if not _inside(exclusion, hs):
            yield Problem(
                f"scope.hs.exclusions[{i}]", f"{exclusion} lies outside the scope, it excludes nothing", "correct or remove it"
            )


def _inside(exclusion: str, hs: HsScope) -> bool:
    in_range = any(s.first <= exclusion[: len(s.first)] <= s.last for s in hs.ranges if len(exclusion) >= len(s.first))
    return in_range or any(exclusion.startswith(p) and exclusion != p for p in hs.prefixes)


def _hs_code_problem(path: str, code: str, known: frozenset[str]) -> Iterator[Problem]:
    if code[:HS_DIGITS_KNOWN] not in known:
        nearest = ", ".join(sorted(k for k in known if k.startswith(code[:4]) and k != code[:4])[:4])
        advice = f"for example {nearest}" if nearest else "look the heading up in HS 2022"
        yield Problem(path, f"HS 2022 has no {code[:HS_DIGITS_KNOWN]}", advice)


def _keyword_problems(words: Keywords) -> Iterator[Problem]:
    if not (words.any or words.all or words.none):
        yield Problem("scope.keywords", "no keyword at all", "add `any`, `all` or `none`")
    seen: dict[str, str] = {}
    for part in ("any", "all", "none"):
        for i, word in enumerate(getattr(words, part)):
            path, needle = f"scope.keywords.{part}[{i}]", needle_of(word)
            if len(needle.text) < SHORTEST_KEYWORD:
                yield Problem(path, f"`{word}` is too short to mean anything", "write at least two characters")
            elif "*" in needle.text:
                yield Problem(path, f"`{word}` has a star inside", "a star may only stand at the end")
            elif needle.text in seen:
                yield Problem(
                    path,
                    f"`{word}` is the same word as `{seen[needle.text]}`",
                    "case, width and spaces do not matter; remove one",
                )
            seen.setdefault(needle.text, word)


def _certificate_problems(scope: CertificateScope) -> Iterator[Problem]:
    if not (scope.missing or scope.presented or scope.expiring):
        yield Problem("scope.certificates", "asks for nothing", "add `missing`, `presented` or `expiring`")
    if (scope.exempting or scope.recognising) and not scope.missing:
        yield Problem("scope.certificates", "an exemption from nothing", "say in `missing` which certificate is required")
    for part in ("exempting", "recognising"):
        for i, kind in enumerate(getattr(scope, part)):
            if kind in scope.missing:
                yield Problem(
                    f"scope.certificates.{part}[{i}]", f"{kind} is itself the required certificate", "leave it in `missing` only"
                )
    for i, kind in enumerate(scope.presented):
        if kind in (*scope.missing, *scope.exempting, *scope.recognising):
            yield Problem(
                f"scope.certificates.presented[{i}]", f"{kind} cannot be both missing and presented", "leave it in one list"
            )


def _threshold_problems(path: str, threshold: Threshold, currencies: frozenset[str]) -> Iterator[Problem]:
    bounds = [threshold.above, threshold.at_least, threshold.below, threshold.at_most]
    if any(bound is not None and not bound.is_finite() for bound in bounds):
        yield Problem(path, "a bound is not a number", "write a decimal number")
        return
    if any(bound is not None and abs(bound.adjusted()) > LARGEST_EXPONENT for bound in bounds):
        yield Problem(path, "a bound beyond reason", f"write a number below 1e{LARGEST_EXPONENT}")
        return
    lower = max((b for b in bounds[:2] if b is not None), default=None)
    upper = min((b for b in bounds[2:] if b is not None), default=None)
    if lower is None and upper is None:
        yield Problem(path, "no bound", "add `above`, `at_least`, `below` or `at_most`")
    elif lower is not None and upper is not None and _no_room(threshold, lower, upper):
        yield Problem(path, "no number satisfies both bounds", "put the lower bound below the upper one")
    if threshold.number in MONEY and threshold.currency is None:
        yield Problem(path, f"`{threshold.number}` is money and needs a currency", "add `currency`, for example CNY")
    if threshold.number not in MONEY and threshold.currency is not None:
        yield Problem(f"{path}.currency", f"`{threshold.number}` is not money", "remove `currency`")
    if threshold.currency is not None and threshold.currency not in currencies:
        yield Problem(f"{path}.currency", f"ISO 4217 has no {threshold.currency}", "write a currency in use, for example CNY")


def _no_room(threshold: Threshold, lower: Decimal, upper: Decimal) -> bool:
    open_end = threshold.above == lower or threshold.below == upper
    return lower > upper or (lower == upper and open_end)


def _list_problems(path: str, wanted: Sequence[str], unwanted: Sequence[str]) -> Iterator[Problem]:
    if not wanted and not unwanted:
        yield Problem(path, "an empty list", "add `any` or `none`")
    for i, code in enumerate(unwanted):
        if code in wanted:
            yield Problem(f"{path}.none[{i}]", f"{code} stands in `any` and in `none`", "leave it in one of them")


def _unknown_countries(path: str, wanted: Sequence[str], unwanted: Sequence[str], known: frozenset[str]) -> Iterator[Problem]:
    for part, codes in (("any", wanted), ("none", unwanted)):
        for i, code in enumerate(codes):
            if code not in known:
                hint = "GB" if code == "UK" else "DE"
                yield Problem(
                    f"{path}.{part}[{i}]", f"ISO 3166-1 has no {code}", f"write the two-letter code, for example {hint}"
                )
