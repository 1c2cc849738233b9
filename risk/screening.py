"""Screening: from a declaration to explained hits, a score and a lane. Pure and replayable.

Order: technical validation (decoding, before this) → hard rules → domain rules → score → credit adjustment → random floor → lane.
All rules are evaluated; nothing stops at the first hit. Rules in force on the day of declaration, certificates judged on the day
of arrival (else of declaration); the wall clock never decides. The online index tells where rules hold; the facts of what it
found are then told by the plain meaning in ``matching.py``: an explanation costs only where there is something to explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec

from kit.canonical import canonical_hash
from kit.errors import Invalid
from risk.collecting import collecting_later
from risk.declaration import Declaration
from risk.index import RuleIndex
from risk.lanes import LanePolicy, adjusted_score, base_score, draw, lane_of
from risk.matching import Match, View, match, view_of
from risk.places import Place
from risk.requirements import NOTHING_VERIFIED, Verified
from risk.rule import Citation, LegalText, Pack, Rule, Text
from risk.screening_result import Fact, Hit, LegalBasis, Requirement, ScreeningResult, Step

SHOWN_FACTS = 3
"""Facts named in a reason; all of them stand in ``facts``."""


class RuleTwice(Invalid):
    """Two packs (or one) carry the same rule id in the same version: which of them decided could not be told."""

    code = "rule_twice"
    title_zh = "规则编号与版本重复"
    title_en = "The same rule id and version twice"
    advice_zh = "请为其中一条规则更换编号或提高版本号。"
    advice_en = "Give one of them another id or a higher version."


class Evaluator(Protocol):
    """Finds where rules hold; ``reference.py`` and ``index.py`` are two, and always agree."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Takes rules sorted by id and version."""

    def places(self, declaration: Declaration) -> dict[int, list[Place]]:
        """By position of the rule: where it holds, in the order of the declaration."""

    def warm(self, codes: Iterable[str]) -> None:
        """Makes ready for HS codes that are about to come."""

    def seen(self) -> tuple[str, ...]:
        """The HS codes it is ready for."""


class Screens(Protocol):
    """Whatever screens: one set of rules for good, or the one in force when it is asked."""

    def screen(self, declaration: Declaration, *, seed: int = 0, verified: Verified = NOTHING_VERIFIED) -> ScreeningResult:
        """See :meth:`Screener.screen`."""


class _Loaded(msgspec.Struct, frozen=True):
    rule: Rule
    basis: tuple[LegalBasis, ...]


def _made_again(
    ruleset: str, packs: Sequence[Pack], policy: LanePolicy, evaluator: Callable[[Sequence[Rule]], Evaluator]
) -> Screener:
    """The name goes along: a default that was sent is an equal one, no longer the same, and would be written out and hashed."""
    there = Screener(packs, policy, evaluator=evaluator)
    there.ruleset = ruleset
    return there


class Screener:
    """The rules of some packs, ready to screen. Immutable: swap the whole object to change the rules."""

    def __init__(
        self,
        packs: Sequence[Pack],
        policy: LanePolicy | None = None,
        *,
        evaluator: Callable[[Sequence[Rule]], Evaluator] = RuleIndex,
    ) -> None:
        """Takes packs in any order. Raises :class:`RuleTwice`."""
        self.policy = policy or LanePolicy()
        self.ruleset = canonical_hash(sorted(canonical_hash(pack) for pack in packs))
        loaded: dict[tuple[str, int], _Loaded] = {}
        for pack in packs:
            for rule in pack.rules:
                key = (rule.meta.id, rule.meta.version)
                if key in loaded:
                    raise RuleTwice(f"rule {key[0]} version {key[1]} stands in more than one place", rule=key[0], version=key[1])
                basis = tuple(_basis(citation, pack.head.texts) for citation in rule.then.legal_basis)
                loaded[key] = _Loaded(rule, basis)
        self._loaded = tuple(loaded[key] for key in sorted(loaded))
        with collecting_later():
            self._evaluator = evaluator([one.rule for one in self._loaded])
        self._made_of = (self.ruleset, tuple(packs), self.policy, evaluator)

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process it goes as what it was made from: an index of compiled searches does not travel."""
        return _made_again, self._made_of

    def warm(self, codes: Iterable[str]) -> None:
        """Makes ready for HS codes that are about to come, so that no declaration pays for being the first."""
        self._evaluator.warm(codes)

    def seen(self) -> tuple[str, ...]:
        """The HS codes it is ready for: what came so far is what will come."""
        return self._evaluator.seen()

    def screen(self, declaration: Declaration, *, seed: int = 0, verified: Verified = NOTHING_VERIFIED) -> ScreeningResult:
        """Screens one declaration.

        ``seed`` decides the random floor and is only published as a commitment; ``verified`` holds (type, number) of the
        certificates their issuers confirmed. The same arguments give a result with the same bytes.
        """
        hits, requirements = self._evaluated(declaration, verified)
        credit = declaration.trader.credit
        score = base_score(hits)
        adjusted = adjusted_score(score, credit, self.policy)
        drawn = draw(seed, declaration.number, declaration.version, credit, self.policy)
        lane, because = lane_of(hits, adjusted, credit, drawn, self.policy)
        hard = sum(hit.hard for hit in hits)
        trace = (
            Step(step="technical_validation", because="decoded against the schema of the declaration"),
            Step(step="hard_rules", because=f"{hard} hits"),
            Step(step="domain_rules", because=f"{len(hits) - hard} hits"),
            Step(step="score", because=f"{score}: each rule once, at most 100"),
            Step(
                step="credit_adjustment",
                because=f"{credit}: {self.policy.credit_percent[credit]} % of the score is {adjusted}; no hit removed",
            ),
            Step(step="random_floor", because=f"drew {drawn.drawn} of 10000, selected below {drawn.rate}"),
            Step(step="lane", because=f"{lane}: {because}"),
        )
        return ScreeningResult(
            declaration=declaration.number,
            version=declaration.version,
            ruleset=self.ruleset,
            policy=self.policy.name,
            input_hash=canonical_hash(declaration),
            lane=lane,
            score=adjusted,
            agencies=tuple(sorted({hit.agency for hit in hits})),
            hits=tuple(sorted(hits, key=_by_rule_then_line)),
            requirements=tuple(sorted(requirements, key=lambda r: (r.rule, r.line, r.subject))),
            draw=drawn,
            trace=trace,
        )

    def _evaluated(self, declaration: Declaration, verified: Verified) -> tuple[list[Hit], list[Requirement]]:
        hits: list[Hit] = []
        requirements: list[Requirement] = []
        views = _Views(declaration, verified)
        for at, places in self._evaluator.places(declaration).items():
            loaded = self._loaded[at]
            looks = [(view, match(loaded.rule, view)) for view in map(views.at, places)]
            matches = [(view, matched) for view, matched in looks if matched is not None]
            asked = [r for view, matched in matches if (r := _requirement(loaded.rule, view, matched)) is not None]
            requirements.extend(asked)
            hits.extend(_hits(loaded, matches, asked))
        return hits, requirements


class _Views:
    """What stands at the places of one declaration, each worked out once."""

    def __init__(self, declaration: Declaration, verified: Verified) -> None:
        self._declaration = declaration
        self._verified = verified
        self._known: dict[Place, View] = {}

    def at(self, place: Place) -> View:
        if place not in self._known:
            self._known[place] = view_of(self._declaration, place, self._verified)
        return self._known[place]


def _hits(loaded: _Loaded, found: Sequence[tuple[View, Match]], asked: Sequence[Requirement]) -> Iterable[Hit]:
    """One hit per line, with the facts of all its subjects that matched."""
    facts_by_line: dict[int | None, list[Fact]] = {}
    for view, matched in found:
        if matched.is_hit:
            facts_by_line.setdefault(None if view.line is None else view.line.no, []).extend(matched.facts)
    meta, then = loaded.rule.meta, loaded.rule.then
    for line, facts in facts_by_line.items():
        distinct = tuple(sorted(set(facts), key=lambda fact: (fact.path, fact.met, fact.value)))
        yield Hit(
            rule=meta.id,
            version=meta.version,
            agency=then.agency,
            line=line,
            domain=then.domain,
            title=meta.title,
            reason=_reason(meta.title, distinct),
            check_kinds=then.check_kinds,
            focus=then.focus,
            facts=distinct,
            legal_basis=loaded.basis,
            weight=then.weight,
            mandatory=then.mandatory,
            hard=then.hard,
            requirements=tuple(requirement for requirement in asked if requirement.line == line),
        )


def _requirement(rule: Rule, view: View, matched: Match) -> Requirement | None:
    if matched.standing is None or view.line is None or view.subject is None or rule.scope.certificates is None:
        return None
    return Requirement(
        rule=rule.meta.id,
        line=view.line.no,
        subject=view.subject.path,
        types=rule.scope.certificates.missing,
        state=matched.standing.state,
        certificate=matched.standing.number,
    )


def _basis(citation: Citation, texts: dict[str, LegalText]) -> LegalBasis:
    text = texts[citation.text]
    return LegalBasis(
        title=text.title,
        number=text.number,
        article=citation.article,
        page=text.page,
        basis_unverified=text.basis_unverified or citation.basis_unverified,
    )


def _reason(title: Text, facts: Sequence[Fact]) -> Text:
    goods = [fact for fact in facts if not fact.path.startswith("declaration.")] or list(facts)
    shown = goods[:SHOWN_FACTS]
    return Text(
        zh=f"{title.zh}：{'；'.join(_told(fact, '缺少') for fact in shown)}",
        en=f"{title.en}: {'; '.join(_told(fact, 'missing') for fact in shown)}",
    )


def _told(fact: Fact, missing: str) -> str:
    """``line.hs = 7307290000``; of a certificate that is not there: ``line.certificates: missing CCC``."""
    wanted = fact.met.removeprefix("missing ")
    if wanted == fact.met:
        return f"{fact.path} = {fact.value}"
    expired = f" ({fact.value})" if fact.value else ""
    return f"{fact.path}: {missing} {wanted}{expired}"


def _by_rule_then_line(hit: Hit) -> tuple[str, int]:
    """Hits of the whole declaration (line None) stand before those of line 1."""
    return hit.rule, 0 if hit.line is None else hit.line
