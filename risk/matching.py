"""The meaning of a rule on one look at the goods, and the facts that decided. Other evaluators must agree with this one.

A line offers several subjects: itself, then each of its components. A component inherits origin, brand and certificates of its
line where it has none of its own (certificates of the line always count for it too), never the HS code or the words.
A scope holds for a subject when each of its parts does; each part answers with the facts that decided, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from risk.declaration import Component, Declaration, Line
from risk.derived_numbers import printed, within
from risk.expression import looks_at_goods as asks_about_goods
from risk.expression_check import tree_of
from risk.expression_meaning import facts_of, read_from, value_of
from risk.goods_text import found, needle_of, normalised
from risk.places import OF_THE_HEADER, Place
from risk.requirements import NOTHING_VERIFIED, Presented, Standing, Verified, expiring, first_valid, judged_on, standing
from risk.rule import OF_THE_HEADER as NUMBERS_OF_THE_HEADER
from risk.rule import Codes, HsScope, Rule, Scope, Threshold
from risk.screening_result import Fact

Facts = tuple[Fact, ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a scope looks at: goods with their paths. ``texts`` are normalised, each with the path it came from."""

    path: str
    hs: str | None
    texts: tuple[tuple[str, str], ...]
    origin: tuple[str, str] | None
    brand: tuple[str, str] | None
    certificates: Presented


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One look: declaration, line and subject (None: header only), the day certificates are judged on, what is verified."""

    declaration: Declaration
    day: date
    verified: Verified
    line: Line | None = None
    component: Component | None = None
    subject: Subject | None = None


class Match(msgspec.Struct, frozen=True):
    """The parts before certificates held: the facts, and how the requirement stands (None: the scope asks for none)."""

    facts: Facts
    standing: Standing | None = None

    @property
    def is_hit(self) -> bool:
        """A requirement that is met makes no hit; it is only reported."""
        return self.standing is None or self.standing.state == "MISSING"


Part = Callable[[Scope, View], Facts | None]


def admits_hs(scope: Scope, hs: str) -> bool:
    """Whether the scope asks for no HS code, or for one that ``hs`` is."""
    return scope.hs is None or _hs_part(scope.hs, hs) is not None


def looks_at_goods(rule: Rule) -> bool:
    """False when only the header is asked about: such a rule hits the declaration once, with line null."""
    return rule.scope.looks_at_goods() or (rule.when is not None and asks_about_goods(tree_of(rule.when)))


def match(rule: Rule, view: View) -> Match | None:
    """The match of a rule on one view, or None."""
    scope = rule.scope
    facts: list[Fact] = []
    for part in PARTS:
        answer = part(scope, view)
        if answer is None:
            return None
        facts.extend(answer)
    if rule.when is not None:
        answer = _when(rule.when, view)
        if answer is None:
            return None
        facts.extend(answer)
    certificates = scope.certificates
    if certificates is None or view.subject is None or not certificates.missing:
        return Match(tuple(facts))
    stands = standing(certificates, view.subject.certificates, view.day, view.verified)
    if stands.state == "MISSING":
        path = f"{view.subject.path}.certificates"
        facts.append(Fact(path=path, value=", ".join(stands.expired), met=f"missing {' | '.join(certificates.missing)}"))
    return Match(tuple(facts), stands)


def _when(text: str, view: View) -> Facts | None:
    tree, read = tree_of(text), read_from(view.declaration, view.line, view.component)
    if value_of(tree, read) is not True:
        return None
    path = "line" if view.subject is None else view.subject.path
    met = " ".join(text.split())
    return tuple(Fact(path=_told_path(name, path), value=value, met=f"when {met}") for name, value in facts_of(tree, read))


def _told_path(name: str, subject: str) -> str:
    """``goods`` is told as the line or the component it stood for."""
    return f"{subject}{name.removeprefix('goods')}" if name.startswith("goods.") else name


def _subject_at(line: Line, part: int) -> Subject:
    """The line itself (0), or its component number ``part`` counted from 1."""
    return _subject("line", line, None) if not part else _subject(f"line.components[{part - 1}]", line, line.components[part - 1])


def _subject(path: str, line: Line, component: Component | None) -> Subject:
    goods: Line | Component = line if component is None else component
    own = [(f"{path}.certificates[{i}]", c) for i, c in enumerate(goods.certificates)]
    inherited = [] if component is None else [(f"line.certificates[{i}]", c) for i, c in enumerate(line.certificates)]
    words = {"name": goods.name, "description": goods.description, "brand": goods.brand, "model": goods.model}
    return Subject(
        path=path,
        hs=goods.hs,
        texts=tuple((f"{path}.{field}", normalised(text)) for field, text in words.items() if text),
        origin=_own_or_line(path, "origin", goods.origin, line.origin),
        brand=_own_or_line(path, "brand", goods.brand, line.brand),
        certificates=(*own, *inherited),
    )


def _own_or_line(path: str, field: str, own: str | None, of_line: str | None) -> tuple[str, str] | None:
    if own:
        return f"{path}.{field}", own
    return (f"line.{field}", of_line) if of_line else None


def _direction(scope: Scope, view: View) -> Facts | None:
    return _one_of("declaration.direction", view.declaration.direction, scope.direction)


def _transport(scope: Scope, view: View) -> Facts | None:
    return _one_of("declaration.transport_mode", view.declaration.transport_mode, scope.transport_mode)


def _credit(scope: Scope, view: View) -> Facts | None:
    return _one_of("declaration.trader.credit", view.declaration.trader.credit, scope.credit)


def _port(scope: Scope, view: View) -> Facts | None:
    return _listed(scope.port, ("declaration.port", view.declaration.port))


def _trader(scope: Scope, view: View) -> Facts | None:
    return _listed(scope.trader, ("declaration.trader.code", view.declaration.trader.code))


def _dispatch(scope: Scope, view: View) -> Facts | None:
    country = view.declaration.dispatch_country
    lists = scope.dispatch
    return _in_lists(
        None if lists is None else (lists.any, lists.none), None if country is None else ("declaration.dispatch_country", country)
    )


def _origin(scope: Scope, view: View) -> Facts | None:
    lists = scope.origin
    return _in_lists(None if lists is None else (lists.any, lists.none), view.subject.origin if view.subject else None)


def _brand(scope: Scope, view: View) -> Facts | None:
    if scope.brand is None:
        return ()
    brand = view.subject.brand if view.subject else None
    lists = (tuple(map(normalised, scope.brand.any)), tuple(map(normalised, scope.brand.none)))
    return _in_lists(lists, None if brand is None else (brand[0], normalised(brand[1])))


def _hs(scope: Scope, view: View) -> Facts | None:
    if scope.hs is None:
        return ()
    if view.subject is None or view.subject.hs is None:
        return None
    met = _hs_part(scope.hs, view.subject.hs)
    return None if met is None else (Fact(path=f"{view.subject.path}.hs", value=view.subject.hs, met=met),)


def _hs_part(scope: HsScope, hs: str) -> str | None:
    if any(hs.startswith(exclusion) for exclusion in scope.exclusions):
        return None
    for prefix in scope.prefixes:
        if hs.startswith(prefix):
            return f"hs {prefix}"
    for span in scope.ranges:
        digits = len(span.first)
        if len(hs) >= digits and span.first <= hs[:digits] <= span.last:
            return f"hs {span.first}-{span.last}"
    return None


def _keywords(scope: Scope, view: View) -> Facts | None:
    words = scope.keywords
    if words is None:
        return ()
    if view.subject is None:
        return None
    texts = view.subject.texts
    if any(_where(word, texts) for word in words.none):
        return None
    seen = [(word, _where(word, texts)) for word in (*words.all, *words.any)]
    if any(path is None for _, path in seen[: len(words.all)]):
        return None
    if words.any and all(path is None for _, path in seen[len(words.all) :]):
        return None
    return tuple(Fact(path=path, value=word, met=f"keyword {word}") for word, path in seen if path is not None)


def _where(word: str, texts: tuple[tuple[str, str], ...]) -> str | None:
    needle = needle_of(word)
    for path, text in texts:
        if found(needle, text):
            return path
    return None


def _presented(scope: Scope, view: View) -> Facts | None:
    certificates = scope.certificates
    if certificates is None:
        return ()
    if view.subject is None:
        return None
    facts = []
    if certificates.presented:
        held = first_valid(certificates.presented, view.subject.certificates, view.day)
        if held is None:
            return None
        facts.append(Fact(path=held[0], value=held[1].type, met=f"presented {held[1].type}"))
    if certificates.expiring is not None:
        ending = expiring(certificates.expiring, view.subject.certificates, view.day)
        if ending is None:
            return None
        facts.append(
            Fact(
                path=f"{ending[0]}.expires",
                value=str(ending[1].expires),
                met=f"ends within {certificates.expiring.within_days} days",
            )
        )
    return tuple(facts)


def _thresholds(scope: Scope, view: View) -> Facts | None:
    facts = []
    for threshold in scope.thresholds:
        value = within(threshold, view.declaration, view.line)
        if value is None:
            return None
        owner = "declaration" if threshold.number in NUMBERS_OF_THE_HEADER else "line"
        facts.append(Fact(path=f"{owner}.{threshold.number}", value=printed(value), met=bounds(threshold)))
    return tuple(facts)


def bounds(threshold: Threshold) -> str:
    """The bounds as a person reads them: ``below 5 CNY``."""
    said = [
        ("above", threshold.above),
        ("at least", threshold.at_least),
        ("below", threshold.below),
        ("at most", threshold.at_most),
    ]
    text = " and ".join(f"{word} {bound}" for word, bound in said if bound is not None)
    return f"{text} {threshold.currency}" if threshold.currency else text


def _one_of(path: str, value: str, allowed: tuple[str, ...]) -> Facts | None:
    if not allowed:
        return ()
    return (Fact(path=path, value=value, met=f"one of {', '.join(allowed)}"),) if value in allowed else None


def _listed(lists: Codes | None, value: tuple[str, str]) -> Facts | None:
    return _in_lists(None if lists is None else (lists.any, lists.none), value)


def _in_lists(lists: tuple[tuple[str, ...], tuple[str, ...]] | None, value: tuple[str, str] | None) -> Facts | None:
    """Absent fails ``any`` and passes ``none``: what is not stated is in no list."""
    if lists is None:
        return ()
    wanted, unwanted = lists
    if value is None:
        return None if wanted else ()
    if value[1] in unwanted or (wanted and value[1] not in wanted):
        return None
    return (Fact(path=value[0], value=value[1], met="one of the listed" if wanted else "not among the excluded"),)


PARTS: tuple[Part, ...] = (
    _hs,  # first only because it is cheap and decides most looks; the order of parts never changes the answer
    _direction,
    _transport,
    _credit,
    _port,
    _trader,
    _dispatch,
    _origin,
    _brand,
    _keywords,
    _presented,
    _thresholds,
)
"""Each part of a scope; one that says nothing holds, without a fact."""


def view_of(declaration: Declaration, place: Place, verified: Verified = NOTHING_VERIFIED) -> View:
    """What stands at a place of the declaration, as scopes look at it."""
    day = judged_on(declaration)
    if place == OF_THE_HEADER:
        return View(declaration=declaration, day=day, verified=verified)
    line = declaration.lines[place[0]]
    component = line.components[place[1] - 1] if place[1] else None
    subject = _subject_at(line, place[1])
    return View(declaration=declaration, day=day, verified=verified, line=line, component=component, subject=subject)
