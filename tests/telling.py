"""Stories of a case for test_replay*.py: one act after another, and what each tells everybody who watches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from make import Make
from operations import Hand, Operation, step
from verified import frames_of, state_of, verify_action
from world import World
from yard_operations import close, complete

from inspection.replaying.replay import replay

Act = Callable[[Hand], Awaitable[Any]]


@dataclass(frozen=True)
class Moment:
    """One act of a story and the events that everybody hears of it, among others; a watcher may hear of one as withheld."""

    act: Act
    tells: tuple[str, ...]


def then(act: Act | Operation, *tells: str, **options: Any) -> Moment:
    """``act``, or an operation that must succeed, and what it tells."""
    return Moment(step(act, **options) if isinstance(act, Operation) else act, tells)


Stories = dict[str, tuple[str, tuple[Moment, ...]]]
"""By name: the state of the case when the story begins, and its moments."""

EVERYBODY_IS_DONE = (
    then(complete, "WorkstreamCompleted"),
    then(complete, "WorkstreamCompleted", agency="ip"),
    then(complete, "WorkstreamCompleted", agency="customs"),
    then(close, "SessionClosed", "CaseStateChanged"),
)


async def hold(world: World, make: Make, state: str, moments: tuple[Moment, ...]) -> None:
    """After every moment, what was known before and what was told give what is read afresh, for everybody who watches."""
    hand = Hand(world, make, await make.case(state))
    for number, moment in enumerate(moments):
        verified = await verify_action(world, hand.no, partial(moment.act, hand))
        assert set(moment.tells) <= set(verified.types()), f"moment {number}"
    everything = await frames_of(world, hand.no, "lin")
    assert replay(everything) == await state_of(world, hand.no, "lin")
