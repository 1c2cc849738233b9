"""A scope of the bench as a condition in another language: what is asked stands here once, how to say it in the peer's file.

Words are asked for as substrings, which is a little less than our keywords do; what the bench's rules do not use is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from risk.rule import HsRange, Scope, Threshold


@dataclass(frozen=True)
class Language:
    """How a language puts conditions together, and each question it is asked of a line."""

    both: str
    either: str
    no: str
    starts: Callable[[str], str]
    """The HS code begins with a prefix."""
    between: Callable[[HsRange], str]
    """The heading, six digits, lies in a range."""
    says: Callable[[str], str]
    """The goods' text holds a word."""
    among: Callable[[str, Sequence[str]], str]
    """A field is one of the values."""
    carries: Callable[[str], str]
    """A certificate of the kind is there."""
    below: Callable[[Threshold], str]
    """A figure lies below a bound, in the bound's currency."""


def condition(scope: Scope, language: Language) -> str:
    """The whole scope: every part of it has to hold."""
    return language.both.join(_parts(scope, language))


def _parts(scope: Scope, language: Language) -> Iterator[str]:
    if scope.hs is not None:
        wanted = [*map(language.starts, scope.hs.prefixes), *map(language.between, scope.hs.ranges)]
        yield f"({language.either.join(wanted)})"
        yield from (language.no + language.starts(prefix) for prefix in scope.hs.exclusions)
    if scope.keywords is not None:
        yield f"({language.either.join(map(language.says, scope.keywords.any))})"
        yield from (language.no + language.says(word) for word in scope.keywords.none)
    yield from map(language.below, scope.thresholds)
    for name in ("origin", "dispatch", "port"):
        if (lists := getattr(scope, name)) is not None:
            yield language.among(name, lists.any)
    for name in ("transport_mode", "credit", "direction"):
        if wanted := getattr(scope, name):
            yield language.among(name, wanted)
    if scope.certificates is not None:
        yield from map(language.carries, scope.certificates.presented)
