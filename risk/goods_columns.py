"""One table of history as arrays: what rules over columns ask of it, each worked out once and only when asked.

Rows are sorted by HS code, so that an HS scope is a few slices. Values are small whole numbers (codes of this table); -1 stands
for what is not stated. Nothing here decides: what a value means stays with the modules that say it for all evaluators.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from typing import Protocol

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from risk.declaration import Component, Declaration, Line
from risk.goods_text import normal_form
from risk.history_tables import DICTIONARIES, HEADER, SEPARATOR, Partition
from risk.matching import admits_hs
from risk.rule import Scope

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

Span = tuple[int, int]
"""Rows from, and up to but without."""

LINE_BITS = 17
"""Line numbers have at most five digits."""

LINE_MASK = (1 << LINE_BITS) - 1

NORMAL = frozenset({"name", "texts", "brand"})
"""Columns that hold normal forms."""

NO_END = np.iinfo(np.int32).max
"""The last day of a certificate without an end."""

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""Columns count days from here."""
LETTER_BEHIND = ":"
"""Comes after every digit: ``7307:`` ends what begins with 7307."""

_document = msgspec.json.Decoder(Declaration).decode


class Texts:
    """Texts of rows one behind the other as UTF-8: ``starts[i]`` to ``starts[i + 1]`` are text ``i`` and one separator."""

    def __init__(self, array: pa.Array) -> None:
        ended = pc.binary_join_element_wise(array, "", SEPARATOR)
        ended = ended.combine_chunks() if isinstance(ended, pa.ChunkedArray) else ended
        _, offsets, data = ended.buffers()
        starts = np.frombuffer(offsets, dtype=np.int32)[ended.offset : ended.offset + len(ended) + 1]
        self.starts: Ints = starts.astype(np.int64)
        self.data = memoryview(data).cast("B") if data is not None else memoryview(b"")


class Table(Protocol):
    """A table of ``history_tables.SCHEMA``: in memory, or read from its file column by column."""

    num_rows: int
    schema: pa.Schema

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""


class GoodsColumns:
    """The arrays of one table."""

    def __init__(self, partition: Partition, table: Table) -> None:
        self.partition = partition
        self.size = table.num_rows
        self._table = table
        self._as_written = (table.schema.metadata or {}).get(b"unicode") == unicodedata.unidata_version.encode()
        self._codes: dict[str, tuple[Codes, dict[str, int]]] = {}
        self._floats: dict[str, Floats] = {}
        self._ints: dict[str, Codes] = {}
        self._hs = self._code_starts()
        self._papers: tuple[Codes, Codes, dict[str, int], Codes] | None = None
        self._documents: pa.Array | None = None
        self._places: Ints | None = None

    @property
    def of_headers(self) -> bool:
        """Whether the rows are declarations as a whole."""
        return self.partition.chapter == HEADER

    def codes(self, name: str) -> tuple[Codes, dict[str, int]]:
        """A column of words as numbers, and the number of each word."""
        if name not in self._codes:
            array = self._column(name)
            indices = np.asarray(pc.fill_null(array.indices, -1), dtype=np.int32)
            self._codes[name] = indices, {word: at for at, word in enumerate(array.dictionary.to_pylist())}
        return self._codes[name]

    def ints(self, name: str) -> Codes:
        """A column of whole numbers or days."""
        if name not in self._ints:
            self._ints[name] = np.asarray(self._column(name).cast(pa.int32()), dtype=np.int32)
        return self._ints[name]

    def floats(self, name: str) -> Floats:
        """A derived number to about sixteen digits; NaN where it does not exist."""
        if name not in self._floats:
            self._floats[name] = self._number(name)
        return self._floats[name]

    def texts(self) -> tuple[tuple[Texts, Codes | None], ...]:
        """The goods texts: the distinct names with the name of every row, and the other texts row by row."""
        names = self._column("name")
        return (Texts(names.dictionary), self.codes("name")[0]), (Texts(self._column("texts")), None)

    def spans(self, scope: Scope) -> tuple[Span, ...]:
        """Rows whose HS code the scope admits; all rows where it asks for none."""
        if scope.hs is None:
            return ((0, self.size),) if self.size else ()
        codes, starts = self._hs
        admitted: set[int] = set()
        plain = not scope.hs.exclusions
        for prefix in scope.hs.prefixes:
            under = range(bisect_left(codes, prefix), bisect_left(codes, prefix + LETTER_BEHIND))
            admitted.update(under if plain else (at for at in under if admits_hs(scope, codes[at])))
        for span in scope.hs.ranges:
            within = range(bisect_left(codes, span.first), bisect_left(codes, span.last + LETTER_BEHIND))
            admitted.update(at for at in within if admits_hs(scope, codes[at]))
        return tuple(_joined((starts[at], starts[at + 1]) for at in sorted(admitted)))

    def papers(self) -> tuple[Codes, Codes, dict[str, int], Codes]:
        """Certificates one by one: row, type, the number of each type, last day."""
        if self._papers is None:
            types = self._column("certificate_types")
            counts = np.asarray(pc.list_value_length(types), dtype=np.int32)
            flat = types.flatten().dictionary_encode()
            ends = self._column("certificate_expires").flatten()
            self._papers = (
                np.repeat(np.arange(self.size, dtype=np.int32), counts),
                np.asarray(flat.indices, dtype=np.int32),
                {name: at for at, name in enumerate(flat.dictionary.to_pylist())},
                np.asarray(pc.fill_null(ends.cast(pa.int32()), NO_END), dtype=np.int32),
            )
        return self._papers

    def look(self, row: int) -> tuple[Declaration, Line | None, Component | None]:
        """What stands at a row, from the document itself; the other lines of the declaration are there in number only."""
        if self._documents is None:
            self._documents = self._column("document")
        declaration = _document(self._documents[row].as_py())
        line, count = declaration.lines[0], int(self.ints("line_count")[row])
        if count > 1:
            declaration = msgspec.structs.replace(declaration, lines=(line,) * count)
        if self.of_headers:
            return declaration, None, None
        subject = int(self.ints("subject")[row])
        return declaration, line, line.components[subject - 1] if subject else None

    def places(self) -> Ints:
        """Declaration and line number of each row in one whole number; line 0 is the declaration as a whole."""
        if self._places is None:
            self._places = (self.ints("declaration").astype(np.int64) << LINE_BITS) | self.ints("no")
        return self._places

    def judged_rows(self) -> Ints:
        """The rows whose outcome is known."""
        known = pc.is_valid(self._column("labels"))
        return np.flatnonzero(np.asarray(known, dtype=bool))

    def labels(self, rows: Ints) -> list[list[str]]:
        """What was found at rows whose outcome is known."""
        said: list[list[str]] = self._column("labels").take(pa.array(rows)).to_pylist()
        return said

    def _column(self, name: str) -> pa.Array:
        column = _in_one_piece(self._table.column(name))
        return column if self._as_written or name not in NORMAL else _renormalised(name, column)

    def _number(self, name: str) -> Floats:
        if name in {"unit_price", "price_per_kg", "weight_per_unit"}:
            above, under = {
                "unit_price": ("value", "quantity"),
                "price_per_kg": ("value", "net_weight"),
                "weight_per_unit": ("net_weight", "quantity"),
            }[name]
            divisor = self.floats(under)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(divisor == 0.0, np.nan, self.floats(above) / divisor)
        column = self._column(name).cast(pa.float64())
        return np.asarray(pc.fill_null(column, float("nan")), dtype=np.float64)

    def _code_starts(self) -> tuple[list[str], list[int]]:
        """The distinct HS codes in order, and the first row of each."""
        codes, numbers = self.codes("hs")
        if not numbers:
            return [], [self.size]
        words = list(numbers)
        firsts = np.flatnonzero(np.diff(codes, prepend=-2))
        pairs = [(words[codes[at]], int(at)) for at in firsts if codes[at] >= 0]
        return [word for word, _ in pairs], [*(at for _, at in pairs), self.size]


def _joined(spans: Iterable[Span]) -> Iterable[Span]:
    """Neighbours as one."""
    begun: Span | None = None
    for first, end in spans:
        if begun is not None and begun[1] == first:
            begun = begun[0], end
            continue
        if begun is not None:
            yield begun
        begun = first, end
    if begun is not None:
        yield begun


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def _renormalised(name: str, array: pa.Array) -> pa.Array:
    """Texts written under another version of Unicode are brought into today's normal form."""
    again = [None if text is None else SEPARATOR.join(map(normal_form, text.split(SEPARATOR))) for text in array.to_pylist()]
    return pa.array(again, pa.string()).dictionary_encode() if name in DICTIONARIES else pa.array(again, pa.string())
