"""Score, credit adjustment, random floor, lane: what becomes of a declaration once its hits are known.

Credit changes mode and rate; it never removes a hit, and never softens a hard or mandatory one. The random floor may only make
a lane stricter. Everything is a function of its arguments: the draw depends on the seed and the declaration's number and version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from risk.declaration import Credit
from risk.screening_result import Draw, Hit, Lane

AT_THE_GOODS = frozenset({"IDENTITY", "PHYSICAL", "MARKING", "SAMPLE"})
"""Checks that need somebody at the goods; DOC and LICENCE are done on papers."""

TEN_THOUSAND = 10_000
HIGHEST = 100


class LanePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Rates and limits. ``credit_percent`` scales the score, ``floor_rate`` is the random share in ten-thousandths.

    ``red_from``: adjusted score from which checks at the goods are done; ``blue_below``: below it an AEO is released and audited.
    """

    name: str = "default/1"
    red_from: int = 40
    blue_below: int = 30
    credit_percent: dict[Credit, int] = msgspec.field(default_factory=lambda: {"aeo": 60, "ordinary": 100, "low": 150})
    floor_rate: dict[Credit, int] = msgspec.field(default_factory=lambda: {"aeo": 50, "ordinary": 200, "low": 1000})


def base_score(hits: Sequence[Hit]) -> int:
    """Sum of the weights of the rules hit, each rule once however many lines it hit, at most 100."""
    weights = {(hit.rule, hit.version): hit.weight for hit in hits}
    return min(HIGHEST, sum(weights.values()))


def adjusted_score(score: int, credit: Credit, policy: LanePolicy) -> int:
    """The score after credit, rounded down, at most 100."""
    return min(HIGHEST, score * policy.credit_percent[credit] // 100)


def draw(seed: int, number: str, version: int, credit: Credit, policy: LanePolicy) -> Draw:
    """The random floor's draw for one declaration: SHA-256 of seed, number and version, replayable by anyone who has the seed."""
    commitment = hashlib.sha256(f"lianjian screening seed {seed}".encode()).hexdigest()
    digest = hashlib.sha256(f"{seed}\n{number}\n{version}".encode()).digest()
    drawn, rate = int.from_bytes(digest[:8], "big") % TEN_THOUSAND, policy.floor_rate[credit]
    return Draw(seed_commitment=commitment, drawn=drawn, rate=rate, selected=drawn < rate)


def lane_of(hits: Sequence[Hit], score: int, credit: Credit, drawn: Draw, policy: LanePolicy) -> tuple[Lane, str]:
    """The lane and the reason for it. ``score`` is the adjusted one."""
    compelled = [hit for hit in hits if hit.hard or hit.mandatory]
    at_the_goods = any(map(_at_the_goods, hits))
    table: tuple[tuple[bool, Lane, str], ...] = (
        (drawn.selected, "red", f"drawn by the random floor: {drawn.drawn} is below {drawn.rate}"),
        (not hits, "green", "no rule hit, not drawn"),
        (any(map(_at_the_goods, compelled)), "red", f"hard or mandatory: {_named(compelled)}"),
        (score >= policy.red_from and at_the_goods, "red", f"score {score} is at least {policy.red_from}"),
        (bool(compelled), "yellow", f"hard or mandatory, on papers: {_named(compelled)}"),
        (credit == "aeo" and score < policy.blue_below, "blue", f"AEO with score {score} below {policy.blue_below}"),
        (True, "yellow", f"score {score}"),
    )
    return next((lane, because) for applies, lane, because in table if applies)


def _at_the_goods(hit: Hit) -> bool:
    return not AT_THE_GOODS.isdisjoint(hit.check_kinds)


def _named(hits: Sequence[Hit]) -> str:
    return ", ".join(sorted({hit.rule for hit in hits}))
