"""What is wrong with a rulebook before it may run: form, meaning, examples, and how it stands beside what is published.

Every problem has line, column and what to write instead, so that an officer mends it without a programmer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from risk.pack_files import PackProblem, located, of_examples, taken_apart
from risk.problem import Problem, fault
from risk.problem_kinds import Kind
from risk.rule import Pack
from risk.rulebook_changes import meaning


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a rulebook stands beside: its own published versions, and whose the rules of the other rulebooks are (id → name)."""

    own: tuple[Pack, ...] = ()
    taken: Mapping[str, str] = {}

    @property
    def next(self) -> int:
        """The version to be drafted now."""
        return max((pack.head.version for pack in self.own), default=0) + 1


def file_of(name: str) -> str:
    """The name that problems of a rulebook sent over the wire carry as their file."""
    return f"{name}.yaml"


def name_in(source: str) -> str | None:
    """The rulebook a file is about, where that much can be read of it."""
    pack, _, marked = taken_apart(source, "rulebook.yaml")
    if pack is not None:
        return pack.head.pack
    named = marked.value.get("pack") if marked is not None and isinstance(marked.value, dict) else None
    return named if isinstance(named, str) else None


def check(name: str, version: int | None, source: str, beside: Beside) -> tuple[Pack | None, list[PackProblem]]:
    """The pack and every problem of it; no pack where it cannot be read. ``version`` null: the next one."""
    file = file_of(name)
    pack, problems, marked = taken_apart(source, file)
    if pack is None or marked is None:
        return None, problems
    wanted = beside.next if version is None else version
    found = [*_named(pack, name, wanted), *_of_the_rules(pack, beside), *of_examples(pack)]
    return pack, [*problems, *located(found, marked, file)]


def _named(pack: Pack, name: str, version: int) -> Iterator[Problem]:
    if pack.head.pack != name:
        yield Problem("$.pack", fault(Kind.OTHER_RULEBOOK, name=name, written=pack.head.pack))
    if pack.head.version != version:
        yield Problem("$.version", fault(Kind.OTHER_VERSION, version=version, written=pack.head.version))


def _of_the_rules(pack: Pack, beside: Beside) -> Iterator[Problem]:
    """A rule belongs to one rulebook, and a version of it says the same for ever: else nobody could tell what decided."""
    said = _said(beside.own)
    for at, rule in enumerate(pack.rules):
        meta = rule.meta
        if (other := beside.taken.get(meta.id)) is not None:
            yield Problem(f"$.rules[{at}].meta.id", fault(Kind.RULE_OF_ANOTHER, rule=meta.id, rulebook=other))
        known = said.get((meta.id, meta.version))
        if known is not None and known[1] != meaning(rule):
            free = 1 + max(version for id_, version in said if id_ == meta.id)
            wrong = fault(Kind.VERSION_SAYS_OTHERWISE, rule=meta.id, version=meta.version, published=known[0], next=free)
            yield Problem(f"$.rules[{at}].meta.version", wrong)


def _said(packs: Sequence[Pack]) -> dict[tuple[str, int], tuple[int, object]]:
    """What each version of each rule was published as, and in which version of the rulebook."""
    return {
        (rule.meta.id, rule.meta.version): (pack.head.version, meaning(rule))
        for pack in sorted(packs, key=lambda one: one.head.version)
        for rule in pack.rules
    }
