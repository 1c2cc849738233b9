"""Coordinators 业务协调员 of enterprises: who answers for a topic, and whom the enterprise reaches right now.

The enterprise always sees somebody it can reach: its coordinator; on leave, the substitute; at night or when both are away,
whoever holds the port's watch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from agencies.roster import Absence, OnDuty, Role, Roster, on_call, on_duty, stands_in


class Topic(StrEnum):
    """What an enterprise asks about."""

    GENERAL = "GENERAL"
    DECLARATION = "DECLARATION"
    INSPECTION = "INSPECTION"
    DISPOSAL = "DISPOSAL"


WATCH: Final[dict[Topic, Role]] = {
    Topic.GENERAL: Role.GENERAL_COORDINATION,
    Topic.DECLARATION: Role.DECLARATION,
    Topic.INSPECTION: Role.IMPORT_INSPECTION,
    Topic.DISPOSAL: Role.DISPOSAL,
}
"""Whose watch answers for a topic when nobody assigned is there."""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A coordinator of one enterprise for one topic, from and until (both included)."""

    topic: Topic
    person: str
    substitute: str | None = None
    contact: str
    valid_from: date
    valid_until: date | None = None


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers. ``coordinator`` is who is responsible, ``now`` who can be reached at this instant, by whose watch."""

    topic: Topic
    coordinator: str | None
    instead_of: str | None
    contact: str | None
    now: OnDuty | None


def reached(assignments: Iterable[Assignment], roster: Roster, topic: Topic, at: datetime) -> Reached:
    """Who answers the enterprise for ``topic`` at ``at``. ``roster`` is the port's: watches and absences.

    A topic without an assignment of its own is answered by the enterprise's general coordinator.
    """
    held = _held(assignments, topic, at.astimezone(roster.zone).date())
    present = None if held is None else _present(held, roster.absences, at)
    return Reached(
        topic=topic,
        coordinator=present or (held.person if held else None),
        instead_of=held.person if held and present not in (None, held.person) else None,
        contact=held.contact if held else None,
        now=_now(present, roster, topic, at),
    )


def _held(assignments: Iterable[Assignment], topic: Topic, day: date) -> Assignment | None:
    """The assignment in force; the latest begun of several, the topic's own before the general one."""
    in_force = [
        one
        for one in assignments
        if one.topic in (topic, Topic.GENERAL) and one.valid_from <= day and (one.valid_until is None or day <= one.valid_until)
    ]
    return max(in_force, key=lambda one: (one.topic is topic, one.valid_from), default=None)


def _present(held: Assignment, absences: Sequence[Absence], at: datetime) -> str | None:
    found = stands_in(held.person, absences, at)
    if found is None and held.substitute is not None:
        found = stands_in(held.substitute, absences, at)
    return found


def _now(present: str | None, roster: Roster, topic: Topic, at: datetime) -> OnDuty | None:
    """The coordinator when on any watch right now, else the watch of the topic."""
    for role in Role:
        for one in on_duty(roster, role, at):
            if one.person == present:
                return one
    return on_call(roster, WATCH[topic], at)
