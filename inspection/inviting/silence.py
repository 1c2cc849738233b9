"""What an agency's silence leads to 逾期后果: the path the port's policy names, one red rung after another. Pure.

Nothing here turns silence into agreement: DEEMED needs every ground of :func:`check_deemed` and a mandate, and even then a person
decides about the goods. Source: the domain page, sections 2 (AgencyInvitation) and 3 (Missing or late).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

import msgspec

from inspection.inviting.invitation import Action, DeemedNotAllowed, State, advance
from kit.errors import NotAllowed

Path = Literal["BLOCK", "ESCALATE", "SUBSTITUTE", "DEEMED"]

LAPSE_RUNG: Final = 100
BLOCKS_AT: Final = 3
"""ESCALATE, then BLOCK: after the coordinator and the agency's leader have been told so many times."""

SILENT = frozenset({State.LAPSED, State.ESCALATED, State.BLOCKED})
"""Where only an answer, a person or a substitute leads on."""


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """The steps a red rung takes an invitation, in order, and where they end. No steps: nothing follows."""

    actions: tuple[Action, ...]
    state: State
    level: int


class WaivedByTheLead(NotAllowed):
    """Whoever leads the case may not be the one who lets an agency off it; ``details``: because."""

    code = "waived_by_the_lead"
    title_zh = "豁免须由审批人决定，牵头人员不得自行豁免"
    title_en = "An approver waives, never the lead alone"
    advice_zh = "请由未承办本案牵头工作的审批人办理。"
    advice_en = "Ask an approver who does not lead this case."


def level_of(rung: int) -> int:
    """Which red rung it is: 1 is the lapse, 2 its first repetition; 0 for the warnings before."""
    return max(0, rung - LAPSE_RUNG + 1)


def follow(state: State, *, level: int, rung: int, path: Path, answered: bool) -> Consequence:
    """What red ``rung`` does to an invitation whose escalation stands at ``level``; a rung that came before changes nothing.

    ``path`` DEEMED means that the grounds and the mandate were checked. ``answered``: the agency said something, in time or not;
    then silence has no more consequences. Rungs may come in any order, and one may be missing.
    """
    reached = level_of(rung)
    if answered or reached == 0 or state not in SILENT | {State.PENDING}:
        return Consequence(actions=(), state=state, level=level)
    actions: list[Action] = []

    def take(action: Action) -> None:
        nonlocal state
        state = advance(state, action)
        actions.append(action)

    if state is State.PENDING:
        take(Action.LAPSE)
    if path == "DEEMED" and state is State.LAPSED:
        take(Action.DEEM)
    elif reached > level:
        take(Action.ESCALATE)
        level = reached
        if state is State.ESCALATED and (path == "BLOCK" or level >= BLOCKS_AT):
            take(Action.BLOCK)
    return Consequence(actions=tuple(actions), state=state, level=level)


def pair_state(state: State, *, answered: bool, path: Path) -> str | None:
    """How the merge counts the pairs of an agency that has not concluded, by its invitation; None: they are simply missing.

    The merge covers a lapse where the policy says DEEMED. It may do so only for an invitation that was deemed: one that was
    refused it, or has not got so far, stays missing.
    """
    if state in (State.WAIVED, State.WITHDRAWN):
        return state.value
    if state is State.DEEMED_NO_OBJECTION or (state in SILENT and not answered and path != "DEEMED"):
        return "LAPSED"
    return None


def check_deemed(*, mandatory: bool, advisory: bool, sensitive_goods: bool, low_lane: bool, mandate_clause: str) -> None:
    """Raises :class:`~inspection.inviting.invitation.DeemedNotAllowed` with every ground against reading silence as no objection.

    ``sensitive_goods``: hazard, food, drug or prohibited. ``mandate_clause``: the clause of the joint mandate that allows it.
    """
    grounds = {
        "mandatory": mandatory,
        "sensitive_goods": sensitive_goods,
        "neither_advisory_nor_low_lane": not (advisory or low_lane),
        "no_mandate_clause": not mandate_clause.strip(),
    }
    if against := [ground for ground, applies in grounds.items() if applies]:
        raise DeemedNotAllowed(because=against)


def check_waiver(person: str, *, may_lead: bool, holder: str | None, ruled: Collection[str]) -> None:
    """Raises :class:`WaivedByTheLead` when ``person`` leads the case: holds it, has ruled on it, or might.

    ``ruled``: the lead inspector and whoever decided about its invitations as the lead. While nobody holds it by name, whoever
    may lead (``may_lead``) is taken for the lead.
    """
    grounds = {
        "holds_the_case": person == holder,
        "ruled_as_lead": person in ruled,
        "may_lead_and_nobody_holds_it": may_lead and holder is None,
    }
    if because := [ground for ground, applies in grounds.items() if applies]:
        raise WaivedByTheLead(because=because)
