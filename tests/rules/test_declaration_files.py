"""Files of declarations as JSON: good rows go through beside bad ones, and each bad one is named by line and field."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from declaration_rows import PLAIN_HEADER, PLAIN_ROW, ndjson, numbered, only_row, outcomes, told

from inspection.declaring.declaration_files import Format, Reading, read, read_path
from inspection.declaring.declaration_schema import EXAMPLE
from inspection.declaring.file_lines import FileRefused, Limits
from inspection.declaring.import_rows import ImportSummary, Row, RowError, Tally
from risk.declaration import Declaration


def test_good_lines_go_through_beside_bad_ones_and_each_bad_one_is_named() -> None:
    content = ndjson(numbered(1)) + b'{"number": \n\n' + ndjson({**numbered(2), "surprise": 1}, numbered(3) | {"port": 5})
    assert told(outcomes(b"\xef\xbb\xbf" + content + ndjson(numbered(4)).strip())) == [
        (1, "531620261000000001"),
        (2, "$ malformed_json"),
        (4, "$.surprise unknown_field"),
        (5, "$.port type"),
        (6, "531620261000000004"),
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_and_an_array_read_alike_whatever_their_layout(indent: int | None) -> None:
    one, array = json.dumps(numbered(1), indent=indent), json.dumps([numbered(1), {}, numbered(2)], indent=indent)
    assert only_row(outcomes(one, "json")).declaration.number == numbered(1)["number"]
    good = [found.declaration.number for found in outcomes(array, "json") if isinstance(found, Row)]
    assert good == [numbered(1)["number"], numbered(2)["number"]]


def test_an_element_of_an_array_is_named_by_the_line_where_it_begins() -> None:
    content = f"[\n{json.dumps(numbered(1))},\n\n  {{}}\n]"
    assert [line for line, _ in told(outcomes(content, "json"))] == [2, 4]


def test_an_array_that_is_no_json_is_refused_whole_with_its_place() -> None:
    with pytest.raises(FileRefused) as refused:
        outcomes(b'[{"number": "1"},\n {number: 2}]', "json")
    assert (refused.value.details["line"], refused.value.details["column"]) == (2, 3)


def test_a_file_called_json_with_one_object_a_line_is_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "declarations.json"
    path.write_bytes(ndjson(numbered(1), numbered(2)))
    assert len(list(read_path(path))) == 2


def test_a_line_over_the_limit_is_refused_and_the_next_one_read() -> None:
    content = ndjson(numbered(1) | {"trader": {"code": "C" * 5_000}}, numbered(2))
    found = outcomes(content, limits=Limits(line_bytes=2_000))
    assert told(found) == [(1, "$ line_too_long"), (2, "531620261000000002")]


@pytest.mark.parametrize("start", [b"PK\x03\x04....", b"\xd0\xcf\x11\xe0....", b"\xff\xfen\x00", b"\x1f\x8b\x08\x00"])
def test_a_spreadsheet_or_an_archive_is_refused_with_what_to_save_instead(start: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        outcomes(start + b"\n" * 100)
    assert "另存为" in str(refused.value.details["message_zh"])


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(FileRefused):
        outcomes(ndjson(*map(numbered, range(9))), limits=Limits(file_bytes=1_000))
    with pytest.raises(FileRefused):
        outcomes(json.dumps([EXAMPLE]), limits=Limits(json_bytes=100))


class Endless(io.RawIOBase):
    """The same line over and over, made as it is read; cannot seek."""

    def __init__(self, line: bytes, times: int) -> None:
        self._line, self._left = line, times

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            return 0
        self._left -= 1
        buffer[: len(self._line)] = self._line
        return len(self._line)


def peak_memory(file: BinaryIO, kind: Format, **how: Any) -> int:
    tracemalloc.start()
    try:
        for _ in read(file, kind, Reading(**how)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    line = ndjson(numbered(1))
    list(outcomes(line))  # the lists are loaded before anything is measured
    few, many = (peak_memory(io.BufferedReader(Endless(line, times)), "ndjson") for times in (10, 1_000))
    assert many < few + 100_000


def test_the_summary_adds_up() -> None:
    retired = {**numbered(1), "lines": [{**EXAMPLE["lines"][0], "hs": "880330"}]}
    tally = Tally()
    for found, already in zip(outcomes(ndjson(numbered(1), retired, retired, {})), (False, False, True, False), strict=True):
        if isinstance(found, RowError):
            tally.refused()
        elif already:
            tally.already(found)
        else:
            tally.accepted(found)
    assert tally.summary() == ImportSummary(rows=4, accepted=2, already=1, refused=1, flagged=2)
    assert tally.hs_codes["hs_retired"] == {"880330": 2}


def test_a_declaration_read_from_any_format_is_the_same_declaration() -> None:
    document = {
        "number": "531620261160000001",
        "direction": "import",
        "declared_at": "2026-11-20T09:12:00+08:00",
        "port": "5316",
        "transport_mode": "sea",
        "trader": {"code": "91440300000000000E", "name": "Hengtong"},
        "lines": [{"no": 1, "hs": "847989", "name": "生产线", "value": "10.5", "currency": "EUR"}],
    }
    contents: list[tuple[str | bytes, Format]] = [
        (ndjson(document), "ndjson"),
        (json.dumps([document]), "json"),
        (f"{PLAIN_HEADER}\n{PLAIN_ROW}", "csv"),
    ]
    read_as: list[Declaration] = [only_row(outcomes(content, kind)).declaration for content, kind in contents]
    assert read_as[0] == read_as[1] == read_as[2]
