"""Merge inputs as hypothesis draws them: small, valid, and each interesting case often enough to be tested (see KINDS)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st

from inspection.concluding.verdict import Contribution, Demand, RowHit
from inspection.merging import Conclusion, Context, MergeOutput, RequiredPair, merge
from inspection.policies.policy import Credit, Lane, Policy
from inspection.policies.policy_files import policy_from_document, shipped

assert settings.default is not None
PROMISED = settings(max_examples=20_000 if settings.default.max_examples >= 1_000 else 100)
"""For the properties of the shipped policies: 20,000 examples in a long run; enough in a short one that a planted bug is met."""

ADVISORY = "emergency"
CLAUSE = "joint mandate, article 7"
DEEMING = {
    "standing": [{"agency": ADVISORY, "standing": "ADVISORY"}, {"agency": "ip", "standing": "BINDING"}],
    "on_missing": [{"agency": ADVISORY, "action": "DEEMED", "clause": CLAUSE}, {"agency": "ip", "action": "SUBSTITUTE"}],
}
SHIPPED = (shipped("graded"), shipped("veto"), shipped("veto_strict"))
ADVISED = tuple(policy_from_document({"extends": one.name, "name": f"{one.name}_advised", **DEEMING}) for one in SHIPPED)

PASSING = (("PASS", ""), ("PASS", ""), ("PASS_AFTER_INTERVENTION", ""), ("CONDITIONAL", "SECURITY"))
HOLDING = (("CONDITIONAL", "DOCUMENT_BY SECURITY"), ("CONDITIONAL", "SAMPLE_AND_HOLD"), ("RECTIFY", "RECTIFY"), ("RECTIFY", ""))
REFUSING = (
    ("REFUSE", "RETURN"),
    ("REFUSE", "DESTROY"),
    ("REFUSE", "DETAIN"),
    ("REFUSE", "RETURN CASE_FILING"),
    ("RECTIFY", "SAMPLE_AND_HOLD"),
)
CONDITIONS = frozenset(SHIPPED[0].conditions)
NO_FLAGS: dict[str, bool] = {}
EXCLUSIVE, OFFENCE = {"exclusive": True}, {"offence": True}
FLAGS = (*(NO_FLAGS,) * 11, EXCLUSIVE, OFFENCE, OFFENCE | {"evidence_needed": True})
CLAIMS = (NO_FLAGS, EXCLUSIVE)


@dataclass(frozen=True)
class Input:
    """One merge input; ``merged`` is its result."""

    policy: Policy
    required: tuple[RequiredPair, ...]
    conclusions: tuple[Conclusion, ...]
    context: Context

    def merged(self) -> MergeOutput:
        return merge(self.policy, self.required, self.conclusions, self.context)

    def with_conclusions(self, conclusions: tuple[Conclusion, ...]) -> Input:
        return replace(self, conclusions=conclusions)

    def speaking_for(self, pair: RequiredPair) -> list[Conclusion]:
        """Every version and dry run that speaks for the pair."""
        of_agency = [one for one in self.conclusions if (one.agency, one.check) == (pair.agency, pair.check)]
        return [one for one in of_agency if one.line in (None, pair.line)]


def concluding(pair: RequiredPair, saying: tuple[str, str], version: int, **fields: object) -> Conclusion:
    """A conclusion for a pair from ``(verdict, codes)``."""
    verdict, codes = saying[0], saying[1].split()
    told: dict[str, Any] = {
        "agency": pair.agency,
        "line": pair.line,
        "check": pair.check,
        "version": version,
        "verdict": verdict,
        "basis": "TESTED",
        "measures": tuple(code for code in codes if code not in CONDITIONS),
        "conditions": tuple(code for code in codes if code in CONDITIONS),
    }
    return Conclusion(**(told | fields))


LOW_LANE: Lane = "green"
RARELY = (False, False, False, True)
SELDOM = (*RARELY[:3], *RARELY)


def contexts(*credits: Credit) -> tuple[Context, ...]:
    """Every context of these credit levels, ordinary ones more often."""
    both, lanes = (False, True), (None, LOW_LANE)
    return tuple(
        Context(
            credit=credit,
            hazard=hazard,
            prohibited=prohibited,
            separable=separable,
            rectifiable_at_port=not elsewhere,
            returnable=not unreturnable,
            release_first=release_first,
            lane=lane,
        )
        for credit, hazard, prohibited, separable, elsewhere, unreturnable, release_first, lane in product(
            credits, RARELY, SELDOM, both, both, SELDOM, both, lanes
        )
    )


AGENCIES = ("customs", "market_regulation", "ip", ADVISORY, "drug")
NOT_ALONE = (*combinations(AGENCIES, 2), *combinations(AGENCIES, 3))
TOGETHER = (*((agency,) for agency in AGENCIES), *NOT_ALONE, *NOT_ALONE)


def pairs_of(agencies: tuple[str, ...], lines: tuple[int, ...], checks: tuple[str | None, ...]) -> tuple[RequiredPair, ...]:
    """The same agencies on every line; market regulation by check where ``checks`` are."""
    return tuple(
        RequiredPair(agency=agency, line=line, check=check)
        for line in lines
        for agency in agencies
        for check in (checks if agency == "market_regulation" else (None,))
    )


ANY_LINES, ANY_CHECKS = ((1,), (1, 2)), ((None,), (None,), (None,), ("ccc", "pressure"))
ANYBODY = tuple(pairs_of(*parts) for parts in product(TOGETHER, ANY_LINES, ANY_CHECKS))
SEVERAL = tuple(pairs_of(agencies, (1,), (None,)) for agencies in NOT_ALONE if ADVISORY not in agencies)
ADVISED_ONES = tuple(pairs_of((agency, ADVISORY), (1,), (None,)) for agency in AGENCIES if agency != ADVISORY)

SPOKEN = (*("concluded",) * 12, "amended")
ODD = (*("concluded",) * 6, "amended", "silent", *("lapsed",) * 2, *("waived", "dry_run") * 3, "undecided", *("deemed",) * 2)
ANY_CREDIT = contexts("ordinary", "aeo", "low")


@dataclass(frozen=True, eq=False)
class Theme:
    """What is drawn together, so that what takes several things at once happens often enough.

    ``advice`` is what the advisory agency says; ``in_turn``: the agencies say the first two sayings in turn.
    """

    pairs: tuple[tuple[RequiredPair, ...], ...]
    fates: tuple[str, ...]
    sayings: tuple[tuple[str, str], ...]
    flags: tuple[dict[str, bool], ...] = FLAGS
    contexts: tuple[Context, ...] = ANY_CREDIT
    advice: tuple[tuple[str, str], ...] = ()
    in_turn: bool = False

    def stories(self) -> tuple[tuple[str, tuple[str, str], dict[str, bool]], ...]:
        """(fate, what is said, flags) of a pair."""
        return tuple(product(self.fates, self.sayings, self.flags))


SEVERE = (*PASSING[:1], *HOLDING[2:], *REFUSING * 2, *REFUSING[2:3] * 2)
PENDING = Theme(SEVERAL, ("concluded", "tested"), PASSING, (NO_FLAGS,), contexts("aeo"))
CONTENTIOUS = Theme(SEVERAL, SPOKEN, REFUSING[:2], CLAIMS, in_turn=True)
OVERSTEPPING = Theme(ADVISED_ONES, SPOKEN, PASSING, advice=REFUSING[:2])
THEMES = (
    *(Theme(ANYBODY, SPOKEN, PASSING, (NO_FLAGS,)),) * 2,
    *(Theme(ANYBODY, ODD, PASSING + HOLDING),) * 2,
    Theme(ANYBODY, SPOKEN, SEVERE),
    *(Theme(ANYBODY, ODD, SEVERE),) * 2,
    *(PENDING,) * 3,
    *(CONTENTIOUS,) * 3,
    *(OVERSTEPPING,) * 2,
    Theme(ADVISED_ONES, ("concluded", "lapsed"), PASSING),
)
STORIES = {theme: theme.stories() for theme in set(THEMES)}


def inputs(policies: tuple[Policy, ...] = SHIPPED + ADVISED + ADVISED) -> st.SearchStrategy[Input]:
    """Valid merge inputs.

    hypothesis draws one number and chance does the rest: drawn piece by piece, inputs resemble each other so much (it varies
    what it drew before) that no share of an interesting case could be promised. The price is that failures do not shrink; the
    inputs are small enough to read.
    """
    return st.integers(0, 2**64 - 1).map(lambda number: _drawn(random.Random(number), policies))


def _drawn(chance: random.Random, policies: tuple[Policy, ...]) -> Input:
    theme = chance.choice(THEMES)
    said: list[Conclusion] = []
    pairs: list[RequiredPair] = []
    for place, pair in enumerate(chance.choice(theme.pairs)):
        fate, saying, flags = chance.choice(STORIES[theme])
        if pair.agency == ADVISORY and theme.advice:
            saying = chance.choice(theme.advice)
        elif theme.in_turn:
            saying = theme.sayings[place % 2]
        state = {"lapsed": "LAPSED", "waived": "WAIVED"}.get(fate)
        pairs.append(msgspec.structs.replace(pair, state=state))
        said += _said(pair, fate, saying, flags)
    lead = [one for one in pairs if one.agency == "customs"]
    if len(lead) == 2 and all(one.state != "WAIVED" for one in lead) and chance.random() < 0.9:
        # The lead speaks once for every line, in a version above what it said line by line.
        said.append(concluding(lead[0], chance.choice(theme.sayings), 9, line=None))
    return Input(chance.choice(policies), tuple(pairs), tuple(said), chance.choice(theme.contexts))


def _said(pair: RequiredPair, fate: str, saying: tuple[str, str], flags: dict[str, bool]) -> list[Conclusion]:
    """What a pair's fate leaves in the list of conclusions."""
    if fate == "amended":
        return [concluding(pair, ("REFUSE", "RETURN"), 1), concluding(pair, saying, 2, **flags)]
    words: dict[str, tuple[tuple[str, str], dict[str, Any]]] = {
        "concluded": (saying, dict(flags)),
        "dry_run": (saying, {"dry_run": True}),
        "undecided": (("INCONCLUSIVE", ""), {}),
        "tested": (("PENDING_TEST", ""), {}),
        "deemed": (("PASS", ""), {"basis": "DEEMED"}),
    }
    return [concluding(pair, words[fate][0], 1, **words[fate][1])] if fate in words else []


def contributions() -> st.SearchStrategy[Contribution]:
    """Anything a line may have gathered."""
    agencies = st.frozensets(st.sampled_from(AGENCIES[:3]), max_size=2)
    measures = st.sampled_from(("RETURN", "DESTROY", "RECTIFY"))
    demands = st.builds(Demand, agency=st.sampled_from(AGENCIES[:3]), measure=measures, exclusive=st.booleans())
    return st.builds(
        Contribution,
        rank=st.integers(-1, 4),
        demands=st.frozensets(demands, max_size=2),
        conditions=st.frozensets(st.sampled_from(("SECURITY", "DOCUMENT_BY")), max_size=2),
        vetoers=agencies,
        advice=st.frozensets(measures, max_size=1),
        capped=agencies,
        rows=st.frozensets(st.builds(RowHit, rank=st.integers(0, 1), row=st.sampled_from((None, "pass"))), max_size=2),
        offence=agencies,
        evidence_needed=agencies,
        deemed=st.booleans(),
        spoken=st.booleans(),
    )


def _some_line(test: Callable[..., bool]) -> Callable[[Input, MergeOutput], bool]:
    return lambda given, result: any(test(line) for line in result.lines)


def _traced(rule: str) -> Callable[[Input, MergeOutput], bool]:
    return lambda given, result: any(step.rule == rule for step in result.trace)


KINDS: dict[str, Callable[[Input, MergeOutput], bool]] = {
    "missing": _some_line(lambda line: line.outcome == "WAIT"),
    "lapsed": lambda given, result: any(one.state == "LAPSED" for one in given.required),
    "waived": lambda given, result: any(one.state == "WAIVED" for one in given.required),
    "deemed": lambda given, result: (
        _traced("missing.deemed")(given, result) or any(c.basis == "DEEMED" for c in given.conclusions)
    ),
    "veto": _some_line(lambda line: bool(line.vetoed_by)),
    "veto decides": _traced("outcome.veto"),
    "conflict": _some_line(lambda line: line.outcome == "CONFLICT"),
    "exclusion resolved": lambda given, result: (
        _traced("exclusion.exclusive")(given, result) or _traced("exclusion.stricter")(given, result)
    ),
    "detained": _some_line(lambda line: line.disposition == "DETAIN"),
    "advisory above its cap": _traced("standing.advisory_cap"),
    "released pending a test": _traced("pending_test.release"),
    "offence": _traced("offence"),
    "impossible return": _traced("measure.replaced"),
    "amended": _traced("select.superseded"),
    "dry run": _traced("select.dry_run"),
    "one conclusion for all lines": lambda given, result: any(one.line is None for one in given.conclusions),
    "lead": _some_line(lambda line: line.outcome == "LEAD"),
    "proposed": lambda given, result: result.outcome == "PROPOSED",
    "released by the system": lambda given, result: result.automatic,
    "two lines": lambda given, result: len(result.lines) == 2,
}
"""The interesting cases, each to be reached by at least 5 % of the inputs drawn."""
