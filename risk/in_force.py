"""Which rules are in force on a day: of every rule the highest version whose days hold it.

Between two days on which some rule begins or ends nothing changes: such a stretch is an epoch, and what is worked out for one of
its days holds for all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from risk.rule import Rule

REMEMBERED_EPOCHS = 400


def in_force(rules: Sequence[Rule], day: date) -> tuple[int, ...]:
    """Positions in ``rules`` (sorted by id and version) of the highest version in force of every rule."""
    return tuple({rule.meta.id: at for at, rule in enumerate(rules) if rule.in_force(day)}.values())


class Epochs:
    """The stretches of days between changes, each with one byte a rule: 1 in force, 0 not."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._changes = sorted({day for rule in rules for day in _changes(rule)})
        self._flags: dict[int, bytes] = {}

    def of(self, day: date) -> int:
        """The number of the epoch that holds ``day``."""
        return bisect_right(self._changes, day)

    def flags(self, epoch: int) -> bytes:
        """For every rule, by its position, whether it is in force in ``epoch``."""
        known = self._flags.get(epoch)
        if known is None:
            day = self._changes[epoch - 1] if epoch else date.min
            flags = bytearray(len(self._rules))
            for at in in_force(self._rules, day):
                flags[at] = 1
            known = bytes(flags)
            if len(self._flags) >= REMEMBERED_EPOCHS:
                self._flags.clear()
            self._flags[epoch] = known
        return known


def _changes(rule: Rule) -> tuple[date, ...]:
    effective = rule.meta.effective
    if effective.until is None or effective.until == date.max:
        return (effective.since,)
    return effective.since, effective.until + timedelta(days=1)
