"""History as columns: one row for everything a rule looks at, in tables by month and HS chapter.

A row is a goods line, a component (in the chapter of its own HS code), or the header of a declaration (chapter ``header``). It
carries its header along, so that one table and the rules are all that an evaluation needs. Texts stand in their normal form;
``document`` is the declaration as it was sent, with this line alone, for what columns cannot say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from risk.declaration import Component, Declaration, Line
from risk.derived_numbers import exists
from risk.goods_text import normal_form, normalised
from risk.past import PastDeclaration
from risk.requirements import judged_on, port_day

HEADER, NO_CODE = "header", "none"
"""Chapters of what has no HS code: declarations as a whole, and components without one."""

SEPARATOR = "\n"
"""Between texts of one row: stands in no normal form and ends every word."""

WHOLE = 0
"""Number of the line in rows and hits of the declaration as a whole."""

FORMAT = {b"lianjian": b"history/1", b"unicode": unicodedata.unidata_version.encode()}

_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("declaration", pa.int32()),  # position among the declarations of its part of the month
        ("position", pa.int32()),  # of the line in the declaration, -1 for the header
        ("subject", pa.int32()),  # 0 the line itself, i its i-th component
        ("no", pa.int32()),
        ("hs", _WORDS),
        ("name", _WORDS),
        ("texts", pa.string()),  # description, brand, model
        ("origin", _WORDS),
        ("brand", _WORDS),
        ("currency", _WORDS),
        ("value", pa.float64()),
        ("quantity", pa.float64()),
        ("net_weight", pa.float64()),
        ("gross_weight", pa.float64()),
        ("component_count", pa.int32()),
        ("line_count", pa.int32()),
        ("certificate_types", pa.list_(pa.string())),
        ("certificate_expires", pa.list_(pa.date32())),
        ("direction", _WORDS),
        ("transport_mode", _WORDS),
        ("credit", _WORDS),
        ("port", _WORDS),
        ("trader", _WORDS),
        ("dispatch", _WORDS),
        ("declared", pa.date32()),  # the day at the port
        ("judged", pa.date32()),  # the day certificates are judged on
        ("labels", pa.list_(pa.string())),  # null: never judged
        ("hits", pa.list_(pa.string())),
        ("document", pa.binary()),
    ],
    metadata=FORMAT,
)
DICTIONARIES = tuple(field.name for field in SCHEMA if field.type == _WORDS)
PLAIN = pa.schema([pa.field(field.name, pa.string() if field.type == _WORDS else field.type) for field in SCHEMA])
"""The same while rows are gathered."""

PACKED_TOGETHER = 50_000


class Partition(NamedTuple):
    """A month (``2026-11``, by the day of declaration at the port) and an HS chapter, ``none`` or ``header``."""

    month: str
    chapter: str


Rows = list[tuple[Any, ...]]

_encode = msgspec.json.Encoder().encode


class Gathered:
    """Rows of declarations, gathered in memory until they are taken as tables."""

    def __init__(self) -> None:
        self._rows: dict[Partition, Rows] = {}
        self._packed: dict[Partition, list[pa.Table]] = {}
        self._declarations: dict[str, int] = {}
        self._loose = 0
        self.size = 0

    def add(self, past: PastDeclaration) -> None:
        """Takes one declaration of the past."""
        day = port_day(past.declaration.declared_at)
        month = f"{day:%Y-%m}"
        at = self._declarations.get(month, 0)
        self._declarations[month] = at + 1
        for chapter, row in _rows_of(past, at, day):
            self._rows.setdefault(Partition(month, chapter), []).append(row)
            self._loose += 1
            self.size += 1
        if self._loose >= PACKED_TOGETHER:
            self._pack()

    def tables(self) -> Iterator[tuple[Partition, pa.Table]]:
        """The tables, by month and chapter, each sorted by HS code; what was gathered is given away."""
        self._pack()
        for partition in sorted(self._packed):
            together = pa.concat_tables(self._packed.pop(partition)).combine_chunks()
            order = pc.sort_indices(together.column("hs"))
            ordered = together.take(order)
            columns = [
                column.dictionary_encode() if field.type == _WORDS else column
                for column, field in zip(ordered.columns, SCHEMA, strict=True)
            ]
            yield partition, pa.Table.from_arrays([column.combine_chunks() for column in columns], schema=SCHEMA)
        self._declarations, self.size = {}, 0

    def _pack(self) -> None:
        """Rows as tuples take several times the memory of rows as columns."""
        for partition, rows in self._rows.items():
            arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), PLAIN, strict=True)]
            self._packed.setdefault(partition, []).append(pa.Table.from_arrays(arrays, schema=PLAIN))
        self._rows, self._loose = {}, 0


def tables_of(history: Iterable[PastDeclaration]) -> dict[Partition, pa.Table]:
    """All tables of a small history."""
    gathered = Gathered()
    for past in history:
        gathered.add(past)
    return dict(gathered.tables())


def _rows_of(past: PastDeclaration, at: int, day: date) -> Iterator[tuple[str, tuple[Any, ...]]]:
    declaration = past.declaration
    header = (
        declaration.direction,
        declaration.transport_mode,
        declaration.trader.credit,
        declaration.port,
        declaration.trader.code,
        declaration.dispatch_country,
        day,
        judged_on(declaration),
    )
    counts, weight = len(declaration.lines), _amount(declaration.gross_weight)
    first = _document(declaration, declaration.lines[0])
    nothing: tuple[Any, ...] = (None, "", "", None, None, None, None, None, None, weight, 0, counts, [], [])
    yield HEADER, (at, -1, 0, WHOLE, *nothing, *header, _all(past.outcomes), _labels(past.hits, WHOLE), first)
    for position, line in enumerate(declaration.lines):
        ending = (*header, _labels(past.outcomes, line.no), _labels(past.hits, line.no), _document(declaration, line))
        numbers = (*map(_amount, (line.value, line.quantity, line.net_weight)), weight, len(line.components), counts)
        for subject, component in enumerate((None, *line.components)):
            goods = _goods(line, component)
            chapter = goods[0][:2] if goods[0] else NO_CODE
            papers = (*(() if component is None else component.certificates), *line.certificates)
            certificates = ([one.type for one in papers], [one.expires for one in papers])
            yield chapter, (at, position, subject, line.no, *goods, line.currency, *numbers, *certificates, *ending)


def _goods(line: Line, component: Component | None) -> tuple[str | None, str, str, str | None, str | None]:
    """HS code, name, other texts, origin and brand: a component inherits the last two where it has none of its own."""
    goods = component or line
    others = [normal_form(text) for text in (goods.description, goods.brand, goods.model) if text]
    brand = (component.brand if component is not None else "") or line.brand
    origin = (component.origin if component is not None else None) or line.origin
    return goods.hs, normalised(goods.name), SEPARATOR.join(others), origin, normalised(brand) if brand else None


def _amount(amount: Decimal | None) -> float | None:
    """To sixteen digits; null for what does not exist as a number."""
    return float(amount) if exists(amount) and amount is not None else None


def _labels(said: Mapping[int, tuple[str, ...]], no: int) -> list[str] | None:
    labels = said.get(no)
    return None if labels is None else sorted(labels)


def _all(outcomes: Mapping[int, tuple[str, ...]]) -> list[str] | None:
    """What was found on any line, null where none was judged."""
    return sorted({label for labels in outcomes.values() for label in labels}) if outcomes else None


def _document(declaration: Declaration, line: Line) -> bytes:
    """The declaration with this line alone."""
    return _encode(msgspec.structs.replace(declaration, lines=(line,)))
