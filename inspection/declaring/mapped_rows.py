"""A column mapping at work: bound to the header of one file, applied to its rows.

Binding names every column that is absent; applying names every cell that cannot be what its field asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from inspection.declaring.column_mapping import ColumnMapping, MappingInvalid, Source, columns_of, mistake
from inspection.declaring.nomenclature import Nomenclature
from kit.decoding import Problem

_INTEGERS = frozenset({"version", "no"})


class CellRefused(Exception):
    """A cell that a step of its source cannot take; becomes a :class:`Problem` of its row."""

    def __init__(self, column: str, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.column, self.code, self.zh, self.en = column, code, zh, en


Cells = list[str]
_Value = str | int | datetime | None
_Step = Callable[[Cells], _Value]


class CompiledMapping:
    """A mapping bound to the header of one file. Raises :class:`MappingInvalid` for columns that are absent."""

    def __init__(self, mapping: ColumnMapping, header: list[str], nomenclature: Nomenclature) -> None:
        self._mapping, self._nomenclature = mapping, nomenclature
        self._index = {name: position for position, name in enumerate(header)}
        sources = [*mapping.declaration.values(), *mapping.line.values()]
        needed = {column for source in sources if not source.optional for column in columns_of(source)}
        absent = sorted(needed - set(header))
        if absent:
            zh, en = f"文件缺少列：{'、'.join(absent)}", f"the file lacks the columns {', '.join(absent)}"
            raise MappingInvalid(en, errors=[mistake(column, "column_absent", zh, en) for column in absent])
        self._declaration = self._compiled(mapping.declaration)
        self._line = self._compiled(mapping.line)

    def declaration(self, row: Cells) -> tuple[dict[str, Any], list[Problem]]:
        """The fields of the declaration itself (without lines) and the cells that were refused."""
        flat, refused = self._applied(self._declaration, row, "$")
        document: dict[str, Any] = {}
        for name, value in flat.items():
            outer, _, inner = name.partition(".")
            if inner:
                document.setdefault(outer, {})[inner] = value
            else:
                document[name] = value
        return document, refused

    def line(self, row: Cells) -> tuple[dict[str, Any], list[Problem]]:
        """The fields of the line that the row describes and the cells that were refused."""
        return self._applied(self._line, row, "$.lines[0]")

    def column_of(self, path: str) -> str | None:
        """The columns behind a path of the document (``$.lines[3].hs`` → ``HS6 Code``); None when no column feeds it."""
        if path.startswith("$.lines["):
            source = self._mapping.line.get(path.partition("].")[2])
        else:
            source = self._mapping.declaration.get(path.removeprefix("$."))
        return " + ".join(columns_of(source)) or None if source else None

    def _compiled(self, sources: dict[str, Source]) -> list[tuple[str, _Step]]:
        return [
            (field, _integer(step) if field in _INTEGERS else step)
            for field, source in sources.items()
            if (step := self._step(source)) is not None
        ]

    def _applied(self, steps: list[tuple[str, _Step]], row: Cells, path: str) -> tuple[dict[str, Any], list[Problem]]:
        values: dict[str, Any] = {}
        refused: list[Problem] = []
        for field, step in steps:
            try:
                if (value := step(row)) is not None:
                    values[field] = value
            except CellRefused as cell:
                field_path: dict[str, str | int] = {"field": f"{path}.{field}"}
                refused.append(
                    Problem(path=cell.column, code=cell.code, message_zh=cell.zh, message_en=cell.en, facts=field_path)
                )
        return values, refused

    def _step(self, source: Source) -> _Step | None:
        """One source as a function of the row; None when its optional column is absent."""
        origin = self._origin(source)
        if origin is None:
            return None
        column = next(iter(columns_of(source)), "")
        steps = list(self._transformations(source, column))

        def apply(row: Cells) -> _Value:
            value = origin(row)
            for step in steps:
                if value is None:
                    return None
                value = step(str(value))
            return value

        return apply if steps else origin

    def _origin(self, source: Source) -> _Step | None:
        if source.column is not None:
            position = self._index.get(source.column)
            return None if position is None else lambda row: row[position].strip() or None
        if source.join:
            parts = [step for part in source.join if (step := self._step(part)) is not None]

            def joined(row: Cells) -> _Value:
                values = [part(row) for part in parts]
                return None if None in values else "".join(map(str, values))

            return joined
        return lambda _: source.value

    def _transformations(self, source: Source, column: str) -> Iterable[Callable[[str], _Value]]:
        if source.blank:
            yield lambda text: None if text in source.blank else text
        if source.slice is not None:
            first, last = source.slice
            yield lambda text: text[first:last]
        if source.pad is not None:
            yield _padded(source.pad, column)
        if source.table is not None:
            yield _looked_up(source.table, self._mapping.tables[source.table], column)
        if source.hs_text:
            yield lambda text: self._nomenclature.hs_text(text) or f"HS {text}"
        if source.time_zone is not None:
            yield _zoned(ZoneInfo(source.time_zone), column)


def _integer(step: _Step) -> _Step:
    def apply(row: Cells) -> _Value:
        value = step(row)
        # Left as text when it is no whole number: the struct then names the field and what it asks for.
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value

    return apply


def _padded(width: int, column: str) -> Callable[[str], str]:
    def apply(text: str) -> str:
        if len(text) > width:
            raise CellRefused(
                column, "too_long", f"不得超过 {width} 个字符：{text[:60]}", f"at most {width} characters: {text[:60]}"
            )
        return text.zfill(width)

    return apply


def _looked_up(name: str, table: dict[str, str], column: str) -> Callable[[str], str]:
    def apply(text: str) -> str:
        if text not in table:
            zh, en = f"代码表 {name} 中没有代码 {text[:60]}", f"the table {name} has no code {text[:60]}"
            raise CellRefused(column, "not_in_table", zh, en)
        return table[text]

    return apply


def _zoned(zone: ZoneInfo, column: str) -> Callable[[str], datetime]:
    @lru_cache(maxsize=4_096)
    def apply(text: str) -> datetime:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            zh, en = f"应为日期或时间，如 2026-11-20：{text[:60]}", f"must be a date or time such as 2026-11-20: {text[:60]}"
            raise CellRefused(column, "format", zh, en) from None
        return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant

    return apply
