"""The rulebook a process screens with, replaced in one assignment: nobody waits, and no result mixes two of them."""

from __future__ import annotations

from collections.abc import Iterable

from risk.declaration import Declaration
from risk.requirements import NOTHING_VERIFIED, Verified
from risk.screening import Screener
from risk.screening_result import ScreeningResult


class RulebookInForce:
    """Holds one :class:`Screener`. A screening that has begun ends with the rulebook it began with and names it (``ruleset``)."""

    def __init__(self, screener: Screener) -> None:
        self._current = screener

    @property
    def current(self) -> Screener:
        """What the next screening uses, for whoever needs the same for many."""
        return self._current

    @property
    def ruleset(self) -> str:
        """The rulebook that the next screening uses."""
        return self._current.ruleset

    def replace(self, screener: Screener, warm: Iterable[str] = ()) -> None:
        """Takes another rulebook from now on, made ready for the HS codes ``warm`` before anybody waits for it."""
        screener.warm(warm)
        self._current = screener

    def screen(self, declaration: Declaration, *, seed: int = 0, verified: Verified = NOTHING_VERIFIED) -> ScreeningResult:
        """Like :meth:`Screener.screen`, with the rulebook in force when it is called."""
        return self._current.screen(declaration, seed=seed, verified=verified)
