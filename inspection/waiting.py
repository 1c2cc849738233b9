"""Whom a case waits for at this moment, and until when: the two columns people look at first. Pure.

The state says at what stage the case is; here stands who has the next word in it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from inspection.case import State

NOT_ANSWERED = frozenset({"PENDING", "LAPSED", "ESCALATED", "BLOCKED"})
DECIDING = frozenset({State.SUGGESTED, State.PREPARING, State.REPORTED, State.DISPOSING, State.FOLLOW_UP, State.REOPENED})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's latest invitation. ``declined``: with a reason the lead has yet to confirm."""

    agency: str
    state: str
    due: datetime | None = None
    unconfirmed: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the next word follows from.

    ``window`` begins and ends the inspection; ``at_work`` are agencies whose share of the running session is not done;
    ``concluded`` those with a conclusion; ``conclusions_due`` is when the last of them has to be there.
    """

    state: State
    lead: str
    asked: tuple[Asked, ...] = ()
    window: tuple[datetime, datetime] | None = None
    at_work: frozenset[str] = frozenset()
    concluded: frozenset[str] = frozenset()
    conclusions_due: datetime | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The agencies awaited, sorted, and the earliest of their dates; nobody and none when nothing is left to do."""

    awaited: tuple[str, ...] = ()
    due: datetime | None = None


def waiting(standing: Standing) -> Waiting:
    """Whom the case waits for."""
    lead = standing.lead
    match standing.state:
        case State.INVITING:
            return _answers(standing)
        case State.SCHEDULED:
            return Waiting(awaited=(lead,), due=standing.window[0] if standing.window else None)
        case State.IN_FIELD:
            return Waiting(awaited=_sorted(standing.at_work, lead), due=standing.window[1] if standing.window else None)
        case State.CONCLUDING:
            coming = {one.agency for one in standing.asked if one.state == "ACCEPTED"} | {lead}
            return Waiting(awaited=_sorted(frozenset(coming) - standing.concluded, lead), due=standing.conclusions_due)
        case state if state in DECIDING:
            return Waiting(awaited=(lead,))
        case _:
            return Waiting()


def _answers(standing: Standing) -> Waiting:
    silent = [one for one in standing.asked if one.state in NOT_ANSWERED]
    dues = [one.due for one in silent if one.due is not None]
    awaited = {one.agency for one in silent}
    if any(one.unconfirmed for one in standing.asked):
        awaited.add(standing.lead)
    return Waiting(awaited=_sorted(frozenset(awaited), standing.lead), due=min(dues, default=None))


def _sorted(awaited: frozenset[str], lead: str) -> tuple[str, ...]:
    """Nobody else outstanding: then the lead has the next word."""
    return tuple(sorted(awaited)) or (lead,)
