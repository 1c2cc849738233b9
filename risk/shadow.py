"""What rules in the shadow would have made of a screening, against what decided. Pure: stored and compared, never acted on.

A rulebook's hits are told apart by the ids of its rules; hits of other rulebooks stay as they were, so that the lane the shadow
would have taken is that of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from risk.declaration import Declaration
from risk.lanes import LanePolicy, adjusted_score, base_score, lane_of
from risk.requirements import NOTHING_VERIFIED, Verified
from risk.screening import Screener
from risk.screening_result import Hit, Lane, ScreeningResult


class HitSeen(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A hit as it is compared: the version does not count, nor does why. ``line`` 0: the declaration as a whole."""

    rule: str
    line: int
    agency: str
    hs: str = ""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One screening against its shadow: how many hits stayed, which came and went, whom it would call and release otherwise."""

    kept: int
    gained: tuple[HitSeen, ...]
    lost: tuple[HitSeen, ...]
    agencies_gained: tuple[str, ...]
    agencies_lost: tuple[str, ...]
    lane: Lane
    shadow_lane: Lane


class Shadow:
    """A rulebook in the shadow, ready to compare. ``ids``: the rules of every version of the rulebook that may have decided."""

    def __init__(self, screener: Screener, ids: Collection[str]) -> None:
        self._screener = screener
        self._ids = frozenset(ids)

    def compared(self, declaration: Declaration, decided: ScreeningResult, verified: Verified = NOTHING_VERIFIED) -> Compared:
        """What the shadow makes of a declaration that was screened with the outcome ``decided``."""
        own = [hit for hit in decided.hits if hit.rule in self._ids]
        others = [hit for hit in decided.hits if hit.rule not in self._ids]
        wanted = self._screener.screen(declaration, verified=verified).hits
        was, would = _seen(own, declaration), _seen(wanted, declaration)
        called, calls = {hit.agency for hit in decided.hits}, {hit.agency for hit in (*others, *wanted)}
        return Compared(
            kept=len(was & would),
            gained=tuple(sorted(would - was)),
            lost=tuple(sorted(was - would)),
            agencies_gained=tuple(sorted(calls - called)),
            agencies_lost=tuple(sorted(called - calls)),
            lane=decided.lane,
            shadow_lane=self._lane([*others, *wanted], declaration, decided),
        )

    def _lane(self, hits: list[Hit], declaration: Declaration, decided: ScreeningResult) -> Lane:
        policy: LanePolicy = self._screener.policy
        credit = declaration.trader.credit
        return lane_of(hits, adjusted_score(base_score(hits), credit, policy), credit, decided.draw, policy)[0]


def _seen(hits: Iterable[Hit], declaration: Declaration) -> set[HitSeen]:
    codes = {line.no: line.hs for line in declaration.lines}
    return {
        HitSeen(rule=hit.rule, line=hit.line or 0, agency=hit.agency, hs="" if hit.line is None else codes[hit.line])
        for hit in hits
    }
