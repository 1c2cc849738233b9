"""CSV into documents: one record, or one group of records, through a column mapping. Nothing is judged here but the table itself.

Separator: comma, semicolon or tab, whichever the header has most of. Quotes per RFC 4180. The header names the columns once.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from inspection.declaring.column_mapping import ColumnMapping, MappingInvalid, mistake
from inspection.declaring.file_lines import GB18030, FileRefused, Limits, as_gb18030, lines, too_long, undecodable
from inspection.declaring.mapped_rows import Cells, CompiledMapping
from inspection.declaring.nomenclature import Nomenclature
from kit.decoding import Problem
from risk.declaration import MAX_LINES


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A CSV file and how to take it. ``doubtful``: its non-ASCII rows are not in ``encoding`` (file_lines.looks_otherwise)."""

    file: BinaryIO
    mapping: ColumnMapping
    nomenclature: Nomenclature
    encoding: str = "utf-8"
    doubtful: bool = False
    limits: Limits = Limits()


class Record(msgspec.Struct):
    """One record: where it starts, its cells, and what is wrong with the record itself."""

    line_number: int
    cells: Cells
    problems: list[Problem]


class MappedDocument(msgspec.Struct):
    """A document ready for validation: the lines of the file its goods lines stood on, and the cells refused on the way."""

    line_numbers: list[int]
    document: dict[str, Any]
    problems: list[Problem]
    excerpt: str


class TableRows:
    """The header read and the mapping bound; iterate once. Raises :class:`FileRefused`, :class:`MappingInvalid` at once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._unreadable: dict[int, Problem] = {}
        self._texts = self._decoded_lines()
        first = next(self._texts, "")
        if 1 in self._unreadable:
            problem = self._unreadable[1]
            raise FileRefused(f"第 1 行（列名）{problem.message_zh}", f"line 1 (the header) {problem.message_en}", line=1)
        self._delimiter = max(",;\t", key=first.count)
        self.header = [name.strip() for name in next(csv.reader([first], delimiter=self._delimiter), [])]
        self._check_header()
        self.mapping = CompiledMapping(table.mapping, self.header, table.nomenclature)

    def __iter__(self) -> Iterator[MappedDocument]:
        group: MappedDocument | None = None
        orphans: list[Problem] = []
        for record in self.records():
            mapped = self._mapped(record)
            if group is not None and self._belongs(mapped, group):
                _append(group, mapped)
                orphans = self._orphans(mapped)
                continue
            if group is not None:
                yield group
            # A broken row hides which declaration it belongs to: neither neighbour may go through without a line.
            mapped.problems.extend(orphans)
            orphans = self._orphans(mapped)
            group = mapped
        if group is not None:
            yield group

    def records(self) -> Iterator[Record]:
        """Every record below the header; blank ones are passed over."""
        reader = csv.reader(self._texts, delimiter=self._delimiter, strict=True)
        while True:
            start = reader.line_num + 2
            try:
                cells, broken = next(reader), None
            except StopIteration:
                return
            except csv.Error as refused:
                cells, broken = [], refused
            end = reader.line_num + 1
            unreadable = [problem for number in range(start, end + 1) if (problem := self._unreadable.pop(number, None))]
            if broken is not None:
                zh = f"CSV 格式错误（第 {start} 至 {end} 行）：{broken}；请检查引号是否成对"
                en = f"not CSV (lines {start} to {end}): {broken}; check that quotes are closed"
                yield Record(start, cells, [Problem(path="$", code="csv", message_zh=zh, message_en=en), *unreadable])
            elif cells or unreadable:
                yield self._record(start, cells, unreadable)

    def _record(self, start: int, cells: Cells, unreadable: list[Problem]) -> Record:
        while len(cells) > len(self.header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(self.header) and cells:
            zh = f"本行有 {len(cells)} 个单元格，列名有 {len(self.header)} 个"
            en = f"the row has {len(cells)} cells, the header {len(self.header)}"
            return Record(start, cells, [Problem(path="$", code="cells", message_zh=zh, message_en=en), *unreadable])
        if unreadable and cells:
            unreadable = [
                undecodable(_bytes(cell), self._table.encoding, path=name)
                for name, cell in zip(self.header, cells, strict=True)
                if _escaped(cell)
            ] or unreadable
        return Record(start, cells, unreadable)

    def _mapped(self, record: Record) -> MappedDocument:
        excerpt = _readable(self._delimiter.join(record.cells))
        if len(record.cells) != len(self.header) or any(problem.path == "$" for problem in record.problems):
            return MappedDocument([record.line_number], {}, record.problems, excerpt)
        document, refused = self.mapping.declaration(record.cells)
        line, also = self.mapping.line(record.cells)
        document["lines"] = [line]
        return MappedDocument([record.line_number], document, [*record.problems, *refused, *also], excerpt)

    def _belongs(self, mapped: MappedDocument, group: MappedDocument) -> bool:
        if not self._table.mapping.group_rows:
            return False
        return not mapped.document or mapped.document.get("number") == group.document.get("number")

    def _orphans(self, mapped: MappedDocument) -> list[Problem]:
        if mapped.document or not self._table.mapping.group_rows:
            return []
        number = mapped.line_numbers[0]
        zh, en = f"第 {number} 行残缺，可能属于本报关单", f"line {number} is broken and may belong to this declaration"
        return [Problem(path="$", code="neighbour_broken", message_zh=zh, message_en=en, facts={"line": number})]

    def _decoded_lines(self) -> Iterator[str]:
        encoding = self._table.encoding
        for line in lines(self._table.file, self._table.limits):
            if line.too_long:
                self._unreadable[line.number] = too_long(self._table.limits)
                yield "\n"
                continue
            try:
                text = line.raw.decode("ascii" if self._table.doubtful else encoding)
            except UnicodeDecodeError:
                # Bytes kept as lone surrogates: the record still splits into its cells, so the bad one can be named.
                text = line.raw.decode("ascii" if self._table.doubtful or encoding == GB18030 else encoding, "surrogateescape")
                self._unreadable[line.number] = undecodable(line.raw, encoding)
            if "\x00" in text:
                zh, en = "含有空字符（U+0000）", "contains a NUL character"
                self._unreadable[line.number] = Problem(path="$", code="nul_character", message_zh=zh, message_en=en)
            yield text + "\n"

    def _check_header(self) -> None:
        named = [name for name in self.header if name]
        if not named:
            raise FileRefused("文件没有列名行", "the file has no header", line=1)
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise FileRefused(f"列名重复：{'、'.join(twice)}", f"columns named twice: {', '.join(twice)}", line=1)


def read_outcomes(table: Table) -> dict[str, tuple[bool, bool]]:
    """Declaration number → (fraud, critical), as the mapping's ``outcomes`` tell. For benches: no declaration holds these."""
    outcomes = table.mapping.outcomes
    if outcomes is None:
        zh, en = "该映射没有 outcomes", "the mapping has no outcomes"
        raise MappingInvalid(en, errors=[mistake("$.outcomes", "missing", zh, en)])
    rows = TableRows(table)
    if absent := {outcomes.fraud.column, outcomes.critical.column} - set(rows.header):
        zh, en = f"文件缺少列：{'、'.join(sorted(absent))}", f"the file lacks the columns {', '.join(sorted(absent))}"
        raise MappingInvalid(en, errors=[mistake("$.outcomes", "column_absent", zh, en)])
    fraud, critical = (rows.header.index(match.column) for match in (outcomes.fraud, outcomes.critical))
    return {
        str(rows.mapping.declaration(record.cells)[0]["number"]): (
            record.cells[fraud].strip() == outcomes.fraud.equals,
            record.cells[critical].strip() == outcomes.critical.equals,
        )
        for record in rows.records()
        if not record.problems
    }


def _append(group: MappedDocument, mapped: MappedDocument) -> None:
    """One more row of the group. What it says of the declaration itself may be blank, but not differ from the first row."""
    if len(group.line_numbers) > MAX_LINES:
        return
    at, (line_number,) = len(group.line_numbers), mapped.line_numbers
    group.problems.extend(_moved(problem, at, line_number) for problem in mapped.problems)
    if not mapped.document:
        return
    group.line_numbers.append(line_number)
    group.document["lines"].extend(mapped.document.pop("lines"))
    first = dict(_flat(group.document))
    for field, value in _flat(mapped.document):
        if field != "lines" and first.get(field) != value:
            zh = f"第 {line_number} 行的 {field} 与同一报关单第 {group.line_numbers[0]} 行不同"
            en = f"{field} on line {line_number} differs from line {group.line_numbers[0]} of the same declaration"
            facts: dict[str, str | int] = {"field": f"$.{field}", "line": line_number}
            group.problems.append(Problem(path=field, code="differs", message_zh=zh, message_en=en, facts=facts))


def _moved(problem: Problem, at: int, line_number: int) -> Problem:
    facts = {**problem.facts, "line": line_number}
    if "field" in facts:
        facts["field"] = str(facts["field"]).replace("$.lines[0]", f"$.lines[{at}]")
    return msgspec.structs.replace(problem, facts=facts)


def _flat(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", item) for inner, item in value.items())
        else:
            yield name, value


def _escaped(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def _readable(text: str) -> str:
    if text.isascii() or not _escaped(text):
        return text
    raw = _bytes(text)
    return as_gb18030(raw) or raw.decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    """The bytes of the file behind a text with escaped ones."""
    return text.encode("utf-8", "surrogateescape")
