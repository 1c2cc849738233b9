"""A problem of a rule pack before it is put into words: where, what kind, and the facts its texts name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from risk.problem_kinds import Kind, Piece


class Words(msgspec.Struct, frozen=True):
    """Words that stand elsewhere in both languages: the headings of a column, the form of a code."""

    zh: str
    en: str


class Phrase(msgspec.Struct, frozen=True):
    """A piece of text, with what it names."""

    piece: Piece
    facts: Mapping[str, Fact] = {}


Fact: TypeAlias = str | int | tuple[str, ...] | Words | Phrase
"""What a text names. Several texts are listed, each language in its own way."""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, wherever it stands."""

    kind: Kind
    facts: Mapping[str, Fact] = {}


class Problem(msgspec.Struct, frozen=True):
    """A fault at ``path`` (``scope.hs.prefixes[0]``)."""

    path: str
    fault: Fault
    inside: tuple[int, int] | None = None
    """Row and column within the text at ``path``, from 1, where the problem lies inside it."""


def fault(kind: Kind, /, **facts: Fact) -> Fault:
    """A fault with the facts that the texts of its kind name."""
    return Fault(kind, facts)


def phrase(piece: Piece, /, **facts: Fact) -> Phrase:
    """A piece with the facts that it names."""
    return Phrase(piece, facts)
