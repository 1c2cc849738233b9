"""How the columns of somebody's table become our declaration: a mapping is a YAML document, data and not code.

docs/import.md describes it for people. Loading names every mistake in the mapping; ``mapped_rows.py`` applies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from kit.decoding import Problem, problems
from kit.errors import Invalid
from risk.declaration import Declaration, Line, Party, Trader

SHIPPED = Path(__file__).with_name("mappings")
_NESTED: dict[str, type[msgspec.Struct]] = {"trader": Trader, "broker": Party}
_LISTS = frozenset({"lines", "certificates", "components"})


class _Yaml12(yaml.SafeLoader):
    """YAML as people read it: only true and false are booleans (``no`` is a field of ours, NO a country), dates stay text."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class MappingInvalid(Invalid):
    """A mapping that is not one; ``details["errors"]`` names every mistake with its path in the YAML."""

    code = "mapping_invalid"
    title_zh = "列映射文件不正确"
    title_en = "The column mapping is not valid"
    advice_zh = "请对照 docs/import.md 更正所列各处。"
    advice_en = "Correct the places listed; docs/import.md describes the format."


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one field comes from: exactly one of ``column``, ``value`` or ``join``, then the steps below in this order.

    A blank cell leaves the field out, and so does one of ``blank`` (codes for "not stated"). ``slice`` [from, to) characters ·
    ``pad`` with leading zeros to this many characters · ``table`` a table of the mapping that turns codes into ours ·
    ``hs_text`` the nomenclature's text of the HS code · ``time_zone`` makes a date (midnight) or local time an instant ·
    ``optional`` the column itself may be absent.
    """

    column: str | None = None
    value: str | int | None = None
    join: tuple[Source, ...] = ()
    blank: tuple[str, ...] = ()
    slice: tuple[int, int] | None = None
    pad: int | None = None
    table: str | None = None
    hs_text: bool = False
    time_zone: str | None = None
    optional: bool = False


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """True where ``column`` holds exactly ``equals``."""

    column: str
    equals: str


class Outcomes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What later became known of the goods. Never part of a declaration: only benches read it."""

    fraud: Match
    critical: Match


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping document. ``declaration`` and ``line`` are keyed by our field names (``trader.code`` for a nested one).

    ``history``: what it maps is past, so nothing is opened for it. ``group_rows``: rows that follow one another under one
    number are lines of one declaration. ``unused`` gives each column left out the reason why.
    """

    name: str
    declaration: dict[str, Source]
    line: dict[str, Source]
    title_zh: str = ""
    title_en: str = ""
    source: str = ""
    licence: str = ""
    history: bool = False
    group_rows: bool = False
    tables: dict[str, dict[str, str]] = {}
    outcomes: Outcomes | None = None
    unused: dict[str, str] = {}


def shipped_mappings() -> list[str]:
    """Names that ``--mapping`` takes without a file."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def load_mapping(name_or_file: str | Path) -> ColumnMapping:
    """The shipped mapping of that name, or the YAML file at that path. Raises :class:`MappingInvalid`."""
    if isinstance(name_or_file, str) and name_or_file in shipped_mappings():
        return _shipped(name_or_file)
    return _loaded(Path(name_or_file))


@cache
def _shipped(name: str) -> ColumnMapping:
    return _loaded(SHIPPED / f"{name}.yaml")


def _loaded(path: Path) -> ColumnMapping:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Yaml12)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        zh = f"没有名为 {path} 的映射或文件；自带的有：{'、'.join(shipped_mappings())}"
        en = f"no mapping or file {path}; shipped: {', '.join(shipped_mappings())}"
        raise MappingInvalid(en, errors=[mistake("$", "not_found", zh, en)]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as refused:
        raise MappingInvalid(str(refused), errors=[mistake("$", "yaml", f"不是有效的 YAML：{refused}", str(refused))]) from None
    if found := problems(document, ColumnMapping):
        raise MappingInvalid(errors=msgspec.to_builtins(found))
    mapping = msgspec.convert(document, ColumnMapping)
    if mistakes := list(_mistakes(mapping)):
        raise MappingInvalid(errors=mistakes)
    return mapping


def columns_of(source: Source) -> Iterable[str]:
    """The columns a source reads, in reading order."""
    if source.column is not None:
        yield source.column
    for part in source.join:
        yield from columns_of(part)


def mistake(path: str, code: str, zh: str, en: str) -> dict[str, Any]:
    """One entry of ``details["errors"]``."""
    plain: dict[str, Any] = msgspec.to_builtins(Problem(path=path, code=code, message_zh=zh, message_en=en))
    return plain


def _fields(kind: type[msgspec.Struct]) -> set[str]:
    plain = {field.name for field in msgspec.structs.fields(kind)} - _LISTS - set(_NESTED)
    nested = {f"{name}.{field.name}" for name, inner in _NESTED.items() for field in msgspec.structs.fields(inner)}
    return plain | nested if kind is Declaration else plain


def _mistakes(mapping: ColumnMapping) -> Iterable[dict[str, Any]]:
    for part, sources, kind in (("declaration", mapping.declaration, Declaration), ("line", mapping.line, Line)):
        for field, source in sources.items():
            path = f"$.{part}.{field}"
            if field not in _fields(kind):
                yield mistake(path, "unknown_field", f"没有名为 {field} 的字段", f"there is no field {field}")
            yield from _source_mistakes(source, path, mapping)


def _source_mistakes(source: Source, path: str, mapping: ColumnMapping) -> Iterable[dict[str, Any]]:
    if sum((source.column is not None, source.value is not None, bool(source.join))) != 1:
        yield mistake(path, "source", "column、value、join 三者须且仅须其一", "exactly one of column, value and join")
    if source.table is not None and source.table not in mapping.tables:
        yield mistake(f"{path}.table", "unknown_table", f"没有代码表 {source.table}", f"there is no table {source.table}")
    if source.time_zone is not None:
        try:
            ZoneInfo(source.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zh, en = f"没有时区 {source.time_zone}", f"there is no time zone {source.time_zone}"
            yield mistake(f"{path}.time_zone", "unknown_zone", zh, en)
    for index, part in enumerate(source.join):
        yield from _source_mistakes(part, f"{path}.join[{index}]", mapping)
