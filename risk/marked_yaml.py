"""YAML with a memory of places: plain values, and for each of them the line and column it was written at.

Scalars stay text as written (``0101`` is not octal, ``NO`` is Norway and not false); whoever converts knows the type wanted.
Refused: keys twice in one mapping, aliases (they make small files huge), several documents, keys that are not text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
DEEPEST = 40


class Place(msgspec.Struct, frozen=True):
    """Line and column, both from 1."""

    line: int
    column: int


class NotReadable(Exception):
    """The text is not YAML as we take it: place, message, advice."""

    def __init__(self, place: Place, message: str, advice: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.advice = advice


class Marked(msgspec.Struct, frozen=True):
    """The values and, by path (``$.rules[2].scope``), their places. A mapping's key has its own place under ``path~key``."""

    value: Any
    places: dict[str, Place]
    text: str = ""

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
        lines = self.text.split("\n")
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
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        message = f"not YAML: {error.problem or error.context}"
        raise NotReadable(place, message, "check indentation, colons and quotes on this line") from error
    except yaml.YAMLError as error:
        raise NotReadable(Place(1, 1), f"not YAML: {error}", "save the file as UTF-8 text without control characters") from error
    if root is None:
        raise NotReadable(Place(1, 1), "the file is empty", "begin with `pack:`, `version:`, `title:`")
    places: dict[str, Place] = {}
    return Marked(_value(root, "$", places, set(), 0), places, text)


def _value(node: yaml.Node, path: str, places: dict[str, Place], seen: set[int], depth: int) -> Any:
    place = _place(node.start_mark)
    if id(node) in seen:
        raise NotReadable(place, "an alias (`*name`) is not allowed", "write the content out")
    if depth > DEEPEST:
        raise NotReadable(place, f"nested deeper than {DEEPEST} levels", "a rule needs far fewer levels")
    seen.add(id(node))
    places[path] = place
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and node.value in NULLS else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}[{i}]", places, seen, depth + 1) for i, item in enumerate(node.value)]
    return dict(_pairs(node, path, places, seen, depth))


def _pairs(node: yaml.Node, path: str, places: dict[str, Place], seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    keys: set[str] = set()
    for key_node, value_node in node.value:
        key, place = key_node.value, _place(key_node.start_mark)
        if not isinstance(key, str):
            raise NotReadable(place, "a key that is not a word", "write `name: value`")
        if key in keys:
            raise NotReadable(place, f"`{key}` stands twice in the same place", "keep one of them")
        keys.add(key)
        places[f"{path}~{key}"] = place
        yield key, _value(value_node, f"{path}.{key}", places, seen, depth + 1)


def _place(mark: yaml.Mark | None) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
