"""Declarations out of files: NDJSON, JSON (one object or an array) and CSV through a column mapping.

Each declaration comes out checked, as a :class:`Row`, or not at all, as a :class:`RowError` that names line, field and what to
do; good rows go through beside bad ones. Memory stays constant: one row (one group of rows) is held at a time; a JSON array is
mapped into memory by the operating system. Nothing here knows the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from inspection.declaring import validation
from inspection.declaring.column_mapping import ColumnMapping, load_mapping
from inspection.declaring.file_lines import (
    BOM_UTF8,
    GB18030,
    Buffer,
    FileRefused,
    Limits,
    canonical_encoding,
    check_start,
    first_line,
    in_memory,
    lines,
    looks_otherwise,
    too_long,
    undecodable,
)
from inspection.declaring.import_rows import EXCERPT, Row, RowError
from inspection.declaring.mapped_rows import CompiledMapping
from inspection.declaring.nomenclature import Nomenclature, nomenclature
from inspection.declaring.table_rows import MappedDocument, Table, TableRows, read_outcomes
from kit.decoding import MalformedJson, Problem, parse
from kit.errors import Invalid

Format = Literal["ndjson", "json", "csv"]
_SUFFIXES: dict[str, Format] = {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json", ".csv": "csv", ".tsv": "csv"}
_LINE_INDEX = re.compile(r"\$\.lines\[(\d+)\]")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How to read: a ``mapping`` for CSV (``plain`` when absent); ``encoding`` utf-8 or gb18030; ``received_at`` bounds dates of
    declaration (None for history); ``lists`` in place of the shipped nomenclature."""

    mapping: ColumnMapping | None = None
    encoding: str = "utf-8"
    received_at: datetime | None = None
    limits: Limits = Limits()
    lists: Nomenclature | None = None

    @property
    def nomenclature(self) -> Nomenclature:
        return self.lists or nomenclature()


_AS_SHIPPED = Reading()


def read_path(path: Path, how: Reading = _AS_SHIPPED) -> Iterator[Row | RowError]:
    """Every declaration of the file at ``path``; the format by its suffix, else by its first character.

    Raises :class:`FileRefused` (a spreadsheet, another encoding than named, too large) and :class:`MappingInvalid`.
    """
    with path.open("rb") as file:
        yield from read(file, _SUFFIXES.get(path.suffix.lower()), how)


def read(file: BinaryIO, kind: Format | None = None, how: Reading = _AS_SHIPPED) -> Iterator[Row | RowError]:
    """Every declaration of an open binary file. One that cannot seek needs ``kind`` (NDJSON when absent)."""
    encoding, doubtful = canonical_encoding(how.encoding), False
    if file.seekable():
        check_start(file)
        kind = "csv" if how.mapping else _kind(file, kind)
        doubtful = kind == "csv" and looks_otherwise(file, encoding)
    if doubtful and encoding == GB18030:
        raise FileRefused("该文件是 UTF-8 编码，请去掉 --encoding", "the file is UTF-8: import it without --encoding")
    if kind == "csv":
        mapping = how.mapping or load_mapping("plain")
        lists, limits = how.nomenclature, how.limits
        table = Table(file=file, mapping=mapping, nomenclature=lists, encoding=encoding, doubtful=doubtful, limits=limits)
        yield from _read_table(table, how)
    elif kind == "json":
        yield from _read_json(file, how, encoding)
    else:
        yield from _read_ndjson(file, how, encoding)


def read_line(raw: bytes, line_number: int, how: Reading = _AS_SHIPPED) -> Row | RowError:
    """One line of NDJSON: also what the batch route does with each line it receives."""
    try:
        declaration = validation.decode(raw)
        return Row(line_number, declaration, validation.accept(declaration, how.nomenclature, received_at=how.received_at))
    except MalformedJson as refused:
        line_number += int(refused.details["line"]) - 1  # more than 0 only for an object written over several lines
        return RowError(line_number, (_malformed(refused, raw),), _excerpt(raw))
    except validation.DeclarationInvalid as refused:
        return RowError(line_number, _problems(refused), _excerpt(raw))


def read_labels(path: Path, mapping: ColumnMapping) -> dict[str, tuple[bool, bool]]:
    """Declaration number → (fraud, critical) of a mapped file. For benches only: a declaration never carries its outcome."""
    with path.open("rb") as file:
        return read_outcomes(Table(file=file, mapping=mapping, nomenclature=nomenclature()))


def _read_ndjson(file: BinaryIO, how: Reading, encoding: str) -> Iterator[Row | RowError]:
    for line in lines(file, how.limits):
        if line.too_long:
            yield RowError(line.number, (too_long(how.limits),), _excerpt(line.raw))
        elif line.raw.strip():
            yield read_line(_as_utf8(line.raw, encoding), line.number, how)


def _read_json(file: BinaryIO, how: Reading, encoding: str) -> Iterator[Row | RowError]:
    content: Buffer = in_memory(file, how.limits.json_bytes)
    if encoding == GB18030:
        content = _as_utf8(content[:], encoding)
    line_number, at = 1, 0
    for raw in _elements(content):
        # Between two elements stands nothing but white space and a comma: the next occurrence is the element itself.
        here = content.find(raw, at)
        line_number, at = line_number + content[at:here].count(b"\n"), here
        yield read_line(raw, line_number, how)


def _elements(content: Buffer) -> Iterator[bytes]:
    text = memoryview(content)[len(BOM_UTF8) :] if content[: len(BOM_UTF8)] == BOM_UTF8 else memoryview(content)
    try:
        # Raw values are slices of the buffer: only their positions are held, however large the array is.
        found = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        yield bytes(text)
        return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_json(bytes(text)) from None
    yield from map(bytes, found)


def _not_json(text: bytes) -> FileRefused:
    try:
        parse(text)
    except MalformedJson as refused:
        line, column, reason = (refused.details[name] for name in ("line", "column", "reason"))
        zh, en = (
            f"第 {line} 行第 {column} 列起不是有效的 JSON（{reason}）",
            f"line {line}, column {column}: not valid JSON ({reason})",
        )
        return FileRefused(zh, en, line=line, column=column)
    return FileRefused("不是有效的 JSON", "not valid JSON")


def _read_table(table: Table, how: Reading) -> Iterator[Row | RowError]:
    rows = TableRows(table)
    for mapped in rows:
        yield _judged(mapped, rows.mapping, how)


def _judged(mapped: MappedDocument, columns: CompiledMapping, how: Reading) -> Row | RowError:
    line_number, refused = mapped.line_numbers[0], list(mapped.problems)
    if mapped.document:
        try:
            declaration = validation.convert(mapped.document)
            flags = validation.accept(declaration, how.nomenclature, received_at=how.received_at)
            if not refused:
                return Row(line_number, declaration, flags)
        except validation.DeclarationInvalid as invalid:
            named = {problem.facts.get("field") for problem in refused}
            found = (problem for problem in _problems(invalid) if problem.path not in named)
            refused.extend(_by_column(problem, mapped, columns) for problem in found)
    return RowError(line_number, tuple(refused), mapped.excerpt[:EXCERPT])


def _by_column(problem: Problem, mapped: MappedDocument, columns: CompiledMapping) -> Problem:
    """The same problem under the name of the column that people see, with its path and line of the file as facts."""
    facts: dict[str, str | int] = {**problem.facts, "field": problem.path}
    if (index := _LINE_INDEX.match(problem.path)) and int(index[1]) < len(mapped.line_numbers):
        facts["line"] = mapped.line_numbers[int(index[1])]
    return msgspec.structs.replace(problem, path=columns.column_of(problem.path) or problem.path, facts=facts)


def _problems(refused: Invalid) -> tuple[Problem, ...]:
    return msgspec.convert(refused.details["errors"], tuple[Problem, ...])


def _malformed(refused: MalformedJson, raw: bytes) -> Problem:
    if refused.details["reason"] == "not UTF-8":
        return undecodable(raw, "utf-8", MalformedJson.code)
    column, reason = int(refused.details["column"]), str(refused.details["reason"])
    zh, en = f"第 {column} 列起不是有效的 JSON（{reason}）", f"not valid JSON from column {column}: {reason}"
    return Problem(path="$", code=MalformedJson.code, message_zh=zh, message_en=en, facts={"column": column})


def _excerpt(raw: bytes) -> str:
    return raw[: EXCERPT * 4].decode("utf-8", "replace")[:EXCERPT]


def _as_utf8(raw: bytes, encoding: str) -> bytes:
    if encoding != GB18030:
        return raw
    try:
        return raw.decode(GB18030).encode()
    except UnicodeDecodeError:
        return raw  # then it is refused as what it is


def _kind(file: BinaryIO, named: Format | None) -> Format:
    """By the first character; a JSON file of one object a line is NDJSON whatever it is called."""
    if named == "csv":
        return "csv"
    first = first_line(file).lstrip()
    if first.startswith(b"["):
        return "json"
    if not first.startswith(b"{"):
        return named or "csv"
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return named or "json"
    return "ndjson"
