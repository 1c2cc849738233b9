"""Whom a case waits for, and until when: the one rule behind the case list, the enterprise's status and elapsed time. Pure.

The state says at what stage the case is; here stands who has the next word in it. A party is an agency by its code, and the lead
is one of them; or one of four that are no agency: the enterprise, the port, a laboratory, a rights holder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from inspection.case import State
from inspection.deciding.disposition import Type
from inspection.planning import booking

ENTERPRISE: Final = booking.ENTERPRISE
PORT: Final = "port"
LABORATORY: Final = "laboratory"
RIGHTS_HOLDER: Final = "rights_holder"

NOT_ANSWERED = frozenset({"PENDING", "LAPSED", "ESCALATED", "BLOCKED"})
TO_BE_AGREED = frozenset({booking.State.PROPOSED.value, booking.State.CHANGED.value})
OVER = frozenset({State.CLOSED, State.CANCELLED})
ENTERPRISE_MEASURES = frozenset({Type.CONDITIONAL_RELEASE, Type.RECTIFY, Type.RETURN, Type.DESTROY, Type.SPLIT})


class Kind(StrEnum):
    """What sort of party a case waits for."""

    AGENCY = "agency"
    LEAD = "lead"
    ENTERPRISE = "enterprise"
    PORT = "port"
    LABORATORY = "laboratory"
    RIGHTS_HOLDER = "rights_holder"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's latest invitation. ``unconfirmed``: declined with a reason on which the lead has yet to decide."""

    agency: str
    state: str
    mandatory: bool = True
    due: datetime | None = None
    unconfirmed: bool = False


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """The live window. ``earliest`` is the first start that was free when it was chosen (None: the window itself), ``wished``
    whether the enterprise had asked for a time like this; ``agreed`` are the agencies that said yes."""

    state: str
    starts_at: datetime
    ends_at: datetime
    earliest: datetime | None = None
    wished: bool = False
    agreed: frozenset[str] = frozenset()
    hold_until: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the next word follows from.

    ``at_work`` are agencies whose share of the running session is not done; ``concluded`` those whose conclusion is decided on
    every line, ``testing`` those whose conclusion awaits a test; ``measure`` is what is being done with the goods;
    ``conclusions_due`` is when the last conclusion has to be there, ``recalled_until`` when goods that are called back do;
    ``held_up`` who cannot conclude before somebody has said something: the agency, and an agency or :data:`RIGHTS_HOLDER`;
    ``objection`` who has the next word on an objection that is open: the lead's superior, or the laboratory that tests again.
    """

    state: State
    lead: str
    asked: tuple[Asked, ...] = ()
    booked: Booked | None = None
    at_work: frozenset[str] = frozenset()
    concluded: frozenset[str] = frozenset()
    testing: frozenset[str] = frozenset()
    measure: str | None = None
    owing: frozenset[str] = frozenset()
    conclusions_due: datetime | None = None
    recalled_until: datetime | None = None
    held_up: frozenset[tuple[str, str]] = frozenset()
    objection: str | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The parties awaited, by code and sorted, and the first and the last of their dates; nobody when nothing is left to do."""

    awaited: tuple[str, ...] = ()
    due: datetime | None = None
    last: datetime | None = None


def kind_of(party: str, lead: str) -> Kind:
    """What sort of party a code is, in a case of this lead."""
    if party in (ENTERPRISE, PORT, LABORATORY, RIGHTS_HOLDER):
        return Kind(party)
    return Kind.LEAD if party == lead else Kind.AGENCY


def waiting(standing: Standing, now: datetime) -> Waiting:
    """Whom the case waits for at ``now``; between two events it changes at :func:`turns` only."""
    if standing.state in OVER:
        return Waiting()
    found = RULES.get(standing.state, _decision)(standing, now)
    return found if standing.recalled_until is None else _besides_the_recall(found, standing, standing.recalled_until)


def turns(standing: Standing) -> tuple[datetime, ...]:
    """The instants at which the answer of :func:`waiting` changes although nothing happens, in order."""
    if standing.state is not State.SCHEDULED or standing.booked is None or _agreement(standing):
        return ()
    starts_at = standing.booked.starts_at
    return tuple(sorted({min(standing.booked.earliest or starts_at, starts_at), starts_at}))


def _of(*parties: str, due: datetime | None = None, last: datetime | None = None) -> Waiting:
    return Waiting(awaited=tuple(sorted(parties)), due=due, last=last or due)


def _decision(standing: Standing, _now: datetime) -> Waiting:
    """The lead decides: whether to call anybody, what to propose, when a suspended case goes on.

    While an agency may dissent from a departure, too: it was the lead that departed, and a superior of the lead who decides.
    """
    return _of(standing.lead)


def _besides_the_recall(found: Waiting, standing: Standing, until: datetime) -> Waiting:
    """The enterprise brings the goods back. Where nothing else is being done with them it is awaited alone."""
    others = () if standing.state is State.FOLLOW_UP and standing.measure is None else found.awaited
    return _of(*{*others, ENTERPRISE}, due=min(found.due or until, until), last=max(found.last or until, until))


def _answers(standing: Standing, _now: datetime) -> Waiting:
    """Silence is the agency's, whatever its deadline has become; a decline or a claim nobody has decided on is the lead's."""
    undecided = {one.agency for one in standing.asked if one.unconfirmed}
    silent = [one for one in standing.asked if one.state in NOT_ANSWERED and one.agency not in undecided]
    dues = [one.due for one in silent if one.due is not None]
    awaited = {one.agency for one in silent} | ({standing.lead} if undecided else set())
    return _of(*(awaited or {standing.lead}), due=min(dues, default=None), last=max(dues, default=None))


def _window(standing: Standing, _now: datetime) -> Waiting:
    return _agreement(standing) or _of(standing.lead)


def _agreement(standing: Standing) -> Waiting | None:
    """The agencies that have to confirm the window, while it is one to be confirmed."""
    booked = standing.booked
    if booked is None or booked.state not in TO_BE_AGREED:
        return None
    coming = {one.agency for one in standing.asked if one.state == "ACCEPTED" and one.mandatory}
    missing = coming - booked.agreed
    return _of(*missing, due=booked.hold_until or booked.starts_at) if missing else None


def _appointment(standing: Standing, now: datetime) -> Waiting:
    """Until the first start that was free nobody could have come: the port. From then until the start chosen, whoever wanted it
    later: the enterprise when it had asked for such a time, else the lead. From the start on the lead, who opens the session."""
    booked, lead = standing.booked, standing.lead
    if booked is None or _agreement(standing):
        return _window(standing, now)
    if now < min(booked.earliest or booked.starts_at, booked.starts_at):
        return _of(PORT, due=booked.starts_at)
    return _of(ENTERPRISE if booked.wished and now < booked.starts_at else lead, due=booked.starts_at)


def _field(standing: Standing, _now: datetime) -> Waiting:
    return _of(*(standing.at_work or {standing.lead}), due=standing.booked.ends_at if standing.booked else None)


def _conclusions(standing: Standing, _now: datetime) -> Waiting:
    """An agency that waits for a test has done its part: the laboratory is awaited in its place. So is whoever has not yet
    answered what an agency's conclusion depends on."""
    coming = {one.agency for one in standing.asked if one.state == "ACCEPTED"} | {standing.lead}
    awaited = coming - standing.concluded - standing.testing
    held_up = {(agency, party) for agency, party in standing.held_up if agency in awaited}
    awaited = awaited - {agency for agency, _ in held_up} | {party for _, party in held_up}
    if standing.testing:
        awaited |= {LABORATORY}
    return _of(*(awaited or {standing.lead}), due=standing.conclusions_due)


def _condition(standing: Standing, now: datetime) -> Waiting:
    """What is decided but waits for a condition, a departure or an acknowledgement is not the lead's to hurry."""
    if standing.objection is not None:
        return _of(standing.objection)
    return _of(*standing.owing) if standing.owing and standing.measure else _decision(standing, now)


def _execution(standing: Standing, _now: datetime) -> Waiting:
    if standing.owing:
        return _of(*standing.owing)
    if standing.measure == Type.SAMPLE_AND_HOLD:
        return _of(LABORATORY)
    return _of(ENTERPRISE if standing.measure in ENTERPRISE_MEASURES else standing.lead)


RULES: Final[dict[State, Callable[[Standing, datetime], Waiting]]] = {
    State.INVITING: _answers,
    State.PREPARING: _window,
    State.SCHEDULED: _appointment,
    State.IN_FIELD: _field,
    State.CONCLUDING: _conclusions,
    State.DISPOSING: _condition,
    State.FOLLOW_UP: _execution,
}
"""The stages in which somebody else than the lead may have the next word."""
