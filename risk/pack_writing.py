"""A pack as YAML text, the way an officer would write it. Reading it again gives the same pack; comments are not part of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import yaml

from risk.rule import Pack

WIDTH = 130
LINE_ENDS = frozenset("\x85\u2028\u2029")
"""Line ends to YAML, characters like any other to us: only in double quotes they are escaped."""

FLOW_UP_TO = 110
"""Characters up to which a small part stands on one line, in brackets."""


class _Dumper(yaml.SafeDumper):
    """Never writes an alias: our packs refuse them."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def document_of(pack: Pack) -> dict[str, Any]:
    """The pack as the plain values of its file: the head's fields, then ``rules``. Days stay days, decimals become text."""
    head: dict[str, Any] = msgspec.to_builtins(pack.head, builtin_types=(date,))
    return head | {"rules": [msgspec.to_builtins(rule, builtin_types=(date,)) for rule in pack.rules]}


def written(pack: Pack) -> str:
    """The YAML text of a pack."""
    return yaml.dump(
        document_of(pack), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=_is_small(value))


def _sequence(dumper: _Dumper, value: Sequence[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=_is_small(value))


def _is_small(value: dict[str, Any] | Sequence[Any]) -> bool:
    """Whether it fits on one line; text with line breaks never does."""
    shown = str(value)
    return len(shown) <= FLOW_UP_TO and "\\n" not in shown


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if LINE_ENDS.intersection(value) else None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)
_Dumper.add_representer(tuple, _sequence)
