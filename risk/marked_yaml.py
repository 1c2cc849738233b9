"""YAML with a memory of places: plain values, and for each of them the line and column it was written at.

Scalars stay text as written (``0101`` is not octal, ``NO`` is Norway and not false); whoever converts knows the type wanted.
Refused: keys twice in one mapping, aliases (they make small files huge), several documents, keys that are not text.

Values are built straight from the parser's events, without nodes between: a rulebook of ten thousand rules is read in a second.
Places are worked out by reading again, and only when somebody asks: a file without problems never pays for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import msgspec
import yaml
from yaml import AliasEvent, MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent, StreamEndEvent

from risk.collecting import collecting_later
from risk.problem import Fault, fault
from risk.problem_kinds import Kind

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 40

NextEvent = Callable[[], Any]


class Place(msgspec.Struct, frozen=True):
    """Line and column, both from 1."""

    line: int
    column: int


class NotReadable(Exception):
    """The text is not YAML as we take it: the place, and what is wrong there."""

    def __init__(self, place: Place, wrong: Fault) -> None:
        super().__init__(wrong.kind.value)
        self.place = place
        self.fault = wrong


class Marked:
    """The values of a text, and the places they were written at."""

    def __init__(self, value: Any, text: str) -> None:
        self.value = value
        self._text = text

    @cached_property
    def places(self) -> dict[str, Place]:
        """By path (``$.rules[2].scope``) the places. A mapping's key has its own place under ``path~key``."""
        places: dict[str, Place] = {}
        _read(self._text, lambda event, next_event: _note_places(event, next_event, "$", places))
        return places

    def place(self, path: str) -> Place:
        """The place of ``path``, or of the nearest part around it that was written."""
        while path not in self.places:
            cut = max(path.rfind("."), path.rfind("["))
            if cut <= 0:
                return self.places.get("$", Place(1, 1))
            path = path[:cut]
        return self.places[path]

    def place_inside(self, path: str, row: int, column: int) -> Place:
        """The place of a row and column (from 1) of the text written at ``path``; its beginning where YAML folded the lines."""
        place = self.place(path)
        lines = self._text.split("\n")
        first = lines[place.line - 1][place.column - 1 :] if place.line <= len(lines) else ""
        if first.startswith("|"):
            below = lines[place.line :]
            indent = next((len(line) - len(line.lstrip(" ")) for line in below if line.strip()), 0)
            return Place(place.line + row, indent + column)
        if row > 1 or first.startswith(">"):
            return place
        return Place(place.line, place.column + column - 1 + (first[:1] in {"'", '"'}))

    def key_place(self, path: str, key: str) -> Place:
        """The place where ``key`` of the mapping at ``path`` is written."""
        return self.places.get(f"{path}~{key}") or self.place(path)


def read(text: str) -> Marked:
    """Reads one YAML document. Raises :class:`NotReadable`."""
    with collecting_later():
        return Marked(_read(text, lambda event, next_event: _value(event, next_event, 0)), text)


def _read(text: str, take: Callable[[Any, NextEvent], Any]) -> Any:
    """What ``take`` makes of the one document of the text."""
    try:
        next_event = LOADER(text).get_event
        next_event()  # the stream begins
        if isinstance(next_event(), StreamEndEvent):
            raise NotReadable(Place(1, 1), fault(Kind.EMPTY_FILE))
        taken = take(next_event(), next_event)
        next_event()  # the document ends
        if not isinstance(after := next_event(), StreamEndEvent):
            raise NotReadable(_place(after.start_mark), fault(Kind.SECOND_DOCUMENT))
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        raise NotReadable(place, fault(Kind.NOT_YAML, reason=str(error.problem or error.context))) from error
    except yaml.YAMLError as error:
        raise NotReadable(Place(1, 1), fault(Kind.NOT_TEXT, reason=str(error))) from error
    return taken


def _value(event: Any, next_event: NextEvent, depth: int) -> Any:
    """The value that begins with ``event``."""
    kind = type(event)
    if kind is ScalarEvent:
        return event.value
    _check_collection(event, kind, depth)
    if kind is SequenceStartEvent:
        values = []
        while type(event := next_event()) is not SequenceEndEvent:
            values.append(event.value if type(event) is ScalarEvent else _value(event, next_event, depth + 1))
        return values
    pairs: dict[str, Any] = {}
    while type(key_event := next_event()) is not MappingEndEvent:
        key = _key(key_event)
        if key in pairs:
            raise NotReadable(_place(key_event.start_mark), fault(Kind.KEY_TWICE, key=key))
        event = next_event()
        pairs[key] = event.value if type(event) is ScalarEvent else _value(event, next_event, depth + 1)
    return pairs


def _note_places(event: Any, next_event: NextEvent, path: str, places: dict[str, Place]) -> None:
    """Notes the place of everything in the value that begins with ``event``, which was read before."""
    places[path] = _place(event.start_mark)
    if type(event) is SequenceStartEvent:
        at = 0
        while type(event := next_event()) is not SequenceEndEvent:
            _note_places(event, next_event, f"{path}[{at}]", places)
            at += 1
    elif type(event) is not ScalarEvent:
        while type(event := next_event()) is not MappingEndEvent:
            places[f"{path}~{event.value}"] = _place(event.start_mark)
            _note_places(next_event(), next_event, f"{path}.{event.value}", places)


def _check_collection(event: Any, kind: type, depth: int) -> None:
    if kind is AliasEvent:
        raise NotReadable(_place(event.start_mark), fault(Kind.ALIAS))
    if depth > DEEPEST:
        raise NotReadable(_place(event.start_mark), fault(Kind.NESTED_TOO_DEEP, most=DEEPEST))


def _key(event: Any) -> str:
    if type(event) is not ScalarEvent:
        raise NotReadable(_place(event.start_mark), fault(Kind.KEY_NO_WORD))
    key: str = event.value
    return key


def _place(mark: yaml.Mark | None) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
