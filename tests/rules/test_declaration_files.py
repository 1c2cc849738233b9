"""Files that somebody else wrote: good rows go through beside bad ones, and each bad one is named by line and field."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from inspection.declaring.column_mapping import SHIPPED, ColumnMapping, MappingInvalid, Source, load_mapping, shipped_mappings
from inspection.declaring.declaration_files import Format, Reading, read, read_labels, read_path
from inspection.declaring.declaration_schema import EXAMPLE
from inspection.declaring.file_lines import FileRefused, Limits
from inspection.declaring.import_rows import ImportSummary, Row, RowError, Tally
from risk.declaration import Declaration

KCS_FILES = Path(__file__).parents[3] / "shared/data/declarations"
KCS_HEADER = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,Declarant ID,Importer ID,"
    "Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,Country of Origin Indicator,"
    "Net Mass,Item Price,Fraud,Critical Fraud"
)
KCS_ROW = "97061800,2020-01-01,30,B,11,21,11,10,BROKER1,TRADER1,,,071080,BE,ZZ,0.0,FEU1,G,108.0,372254.40000000002,1,2"
PLAIN_HEADER = (
    "number,direction,declared_at,port,transport_mode,trader.code,trader.name,line.no,line.hs,line.name,line.value,line.currency"
)
PLAIN_ROW = "531620261160000001,import,2026-11-20T09:12:00+08:00,5316,sea,91440300000000000E,Hengtong,1,847989,生产线,10.5,EUR"


def numbered(serial: int) -> dict[str, Any]:
    return {**EXAMPLE, "number": f"531620261{serial:09d}"}


def ndjson(*documents: Any) -> bytes:
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def outcomes(content: bytes | str, kind: Format | None = None, **how: Any) -> list[Row | RowError]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read(io.BytesIO(raw), kind, Reading(**how)))


def only_row(found: list[Row | RowError]) -> Row:
    (row,) = found
    assert isinstance(row, Row), row
    return row


def told(found: list[Row | RowError]) -> list[tuple[int, str]]:
    """(line, number) of what went through, (line, "path code …") of what did not."""
    return [
        (
            one.line_number,
            one.declaration.number if isinstance(one, Row) else " ".join(f"{p.path} {p.code}" for p in one.problems),
        )
        for one in found
    ]


# ── NDJSON and JSON ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_with_our_field_names_needs_no_mapping() -> None:
    row = only_row(outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW}\n"))
    assert row.declaration.lines[0].value == Decimal("10.5")
    assert row.declaration.trader.name == "Hengtong"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_tabs_and_windows_line_ends_are_understood(separator: str) -> None:
    content = f"\ufeff{PLAIN_HEADER}\n{PLAIN_ROW}\n\n".replace(",", separator).replace("\n", "\r\n")
    assert only_row(outcomes(content)).line_number == 2


def test_rows_under_one_number_are_lines_of_one_declaration() -> None:
    second = "531620261160000001,import,2026-11-20T09:12:00+08:00,,,,,2,847989,备件,,"
    other = PLAIN_ROW.replace("0001,", "0002,")
    found = outcomes("\n".join((PLAIN_HEADER, PLAIN_ROW, second, other)))
    assert [(row.line_number, len(row.declaration.lines)) for row in found if isinstance(row, Row)] == [(2, 2), (4, 1)]


def test_rows_of_one_declaration_that_contradict_each_other_refuse_it() -> None:
    second = PLAIN_ROW.replace(",sea,", ",air,").replace(",1,847989", ",2,847989")
    (error,) = outcomes("\n".join((PLAIN_HEADER, PLAIN_ROW, second)))
    assert isinstance(error, RowError)
    assert (error.field, error.problems[0].facts["line"]) == ("transport_mode", 3)


def test_a_broken_row_takes_the_declarations_it_may_belong_to_with_it() -> None:
    rows = [PLAIN_ROW.replace("0001,", f"000{serial},") for serial in (1, 2, 3, 4)]
    content = "\n".join((PLAIN_HEADER, rows[0], rows[1], "a,b", rows[2], rows[3]))
    found = outcomes(content)
    assert [isinstance(one, Row) for one in found] == [True, False, False, True]
    assert told(found)[1:3] == [(3, "$ cells"), (5, "$ neighbour_broken")]


def test_a_bad_cell_is_named_by_its_column_and_every_other_bad_cell_too() -> None:
    bad = PLAIN_ROW.replace(",5316,", ",shenzhen,").replace("847989", "84798").replace(",10.5,", ",-1,")
    (error,) = outcomes(f"{PLAIN_HEADER}\n{bad}\n")
    assert isinstance(error, RowError)
    assert [problem.path for problem in error.problems] == ["port", "line.hs"]
    assert error.problems[1].facts == {"field": "$.lines[0].hs", "line": 2}
    assert "84798" in error.excerpt
    (negative,) = outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW.replace(',10.5,', ',-1,')}\n")
    assert isinstance(negative, RowError)
    assert (negative.field, negative.message_zh) == ("line.value", "line.value：不得为负数：-1")


def test_a_quote_that_is_never_closed_names_the_line_where_it_opens() -> None:
    found = outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW}\n{PLAIN_ROW.replace('生产线', chr(34) + '生产线')}\n", mapping=ungrouped())
    assert [line for line, _ in told(found)] == [2, 3]
    assert told(found)[1] == (3, "$ csv")


def ungrouped() -> ColumnMapping:
    return msgspec.structs.replace(load_mapping("plain"), group_rows=False)


def test_a_file_in_gbk_is_refused_row_by_row_with_what_to_do_and_plain_rows_go_through() -> None:
    plain = PLAIN_ROW.replace("生产线", "line").replace("0001,", "0002,")
    found = outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW}\n{plain}\n".encode("gbk"))
    assert told(found) == [(2, "line.name encoding"), (3, "531620261160000002")]
    assert isinstance(found[0], RowError)
    assert "--encoding gb18030" in found[0].message_zh
    assert "生产线" in found[0].excerpt


def test_a_gbk_row_that_happens_to_be_valid_utf_8_is_not_read_as_gibberish() -> None:
    assert "台".encode("gbk").decode() == "̨"
    happens = PLAIN_ROW.replace("生产线", "台").replace("0001,", "0002,")
    others = [PLAIN_ROW.replace("0001,", f"000{serial},") for serial in (3, 4)]
    found = outcomes("\n".join((PLAIN_HEADER, happens, *others)).encode("gbk"))
    assert not [one for one in found if isinstance(one, Row)]


@pytest.mark.parametrize("encoding", ["gb18030", "GBK", "gb2312"])
def test_with_its_encoding_named_a_gbk_file_reads_right(encoding: str) -> None:
    row = only_row(outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW}\n".encode("gbk"), encoding=encoding))
    assert row.declaration.lines[0].name == "生产线"


def test_naming_the_wrong_encoding_is_refused() -> None:
    with pytest.raises(FileRefused, match="UTF-8"):
        outcomes(f"{PLAIN_HEADER}\n{PLAIN_ROW}\n", encoding="gb18030")
    with pytest.raises(FileRefused, match="latin-1"):
        outcomes(PLAIN_HEADER, encoding="latin-1")


def test_one_damaged_row_in_a_sound_file_costs_only_itself() -> None:
    rows = [PLAIN_ROW.replace("0001,", f"000{serial},").encode() for serial in (1, 2, 3)]
    rows[1] = rows[1].replace("生".encode(), b"\xe7\x94")
    assert [isinstance(one, Row) for one in outcomes(b"\n".join((PLAIN_HEADER.encode(), *rows)))] == [True, False, True]


def test_ndjson_in_gbk_says_what_to_do_and_reads_right_with_its_encoding_named() -> None:
    content = ndjson(numbered(1)).decode().encode("gbk")
    (error,) = outcomes(content)
    assert isinstance(error, RowError)
    assert "--encoding gb18030" in error.message_en
    assert only_row(outcomes(content, encoding="gb18030")).declaration.lines[0].name == EXAMPLE["lines"][0]["name"]


@pytest.mark.parametrize("content", [b"", b"\n", b"number,number\n1,2\n", "列,数\n".encode("gbk")])
def test_a_header_that_names_no_columns_refuses_the_file(content: bytes) -> None:
    with pytest.raises(FileRefused):
        outcomes(content, "csv")


def test_absent_columns_are_all_named_at_once() -> None:
    with pytest.raises(MappingInvalid) as refused:
        outcomes("number,direction\n1,2\n", "csv")
    assert {error["path"] for error in refused.value.details["errors"]} >= {"declared_at", "port", "line.no", "trader.code"}


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(["utf-8", "gb18030"]))
def test_whatever_bytes_follow_the_header_there_is_an_outcome_never_a_crash(rows: list[bytes], encoding: str) -> None:
    content = b"\n".join((PLAIN_HEADER.encode(), *rows))
    try:
        found = outcomes(content, "csv", encoding=encoding)
    except FileRefused:
        return
    assert all(isinstance(one, RowError) and one.problems for one in found)


# ── kcs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_kcs_row_becomes_one_declaration_with_one_line() -> None:
    declaration = only_row(outcomes(f"{KCS_HEADER}\n{KCS_ROW}\n", mapping=load_mapping("kcs"))).declaration
    line = declaration.lines[0]
    assert (declaration.number, declaration.port, declaration.transport_mode) == ("003020201097061800", "KR030", "sea")
    assert declaration.declared_at.isoformat() == "2020-01-01T00:00:00+09:00"
    assert (declaration.trader.code, declaration.broker and declaration.broker.code) == ("TRADER1", "BROKER1")
    assert (line.hs, line.origin, declaration.dispatch_country) == ("071080", None, "BE")
    assert line.name.startswith("Vegetables; uncooked or cooked by steaming")
    assert (line.net_weight, line.value, line.currency) == (Decimal("108.0"), Decimal("372254.40000000002"), "KRW")


def test_kcs_is_history_and_keeps_what_became_of_the_goods_out_of_the_declaration(tmp_path: Path) -> None:
    mapping = load_mapping("kcs")
    assert mapping.history
    assert mapping.outcomes is not None
    spoken_for = {mapping.outcomes.fraud.column, mapping.outcomes.critical.column}
    assert spoken_for.isdisjoint(json.dumps(yaml.safe_load((SHIPPED / "kcs.yaml").read_text("utf-8"))["declaration"]))
    innocent = KCS_ROW.removesuffix("1,2") + "0,0"
    guilty_row, innocent_row = (only_row(outcomes(f"{KCS_HEADER}\n{row}\n", mapping=mapping)) for row in (KCS_ROW, innocent))
    assert guilty_row.declaration == innocent_row.declaration
    path = tmp_path / "kcs.csv"
    path.write_text(f"{KCS_HEADER}\n{KCS_ROW}\n", encoding="utf-8")
    assert read_labels(path, mapping) == {guilty_row.declaration.number: (True, True)}


def test_every_kcs_column_is_used_kept_apart_or_left_out_for_a_reason() -> None:
    mapping = load_mapping("kcs")
    text = (SHIPPED / "kcs.yaml").read_text(encoding="utf-8").partition("unused:")[0]
    assert all((f"column: {column}" in text) != (column in mapping.unused) for column in KCS_HEADER.split(","))


def test_a_kcs_code_outside_its_table_and_a_date_that_is_none_are_named_together() -> None:
    bad = KCS_ROW.replace(",11,10,", ",11,15,").replace("2020-01-01", "01/02/2020")
    found = outcomes(f"{KCS_HEADER}\n{bad}\n", mapping=load_mapping("kcs"))
    assert told(found) == [(2, "Date format Mode of Transport not_in_table Office ID + Date + Declaration ID format")]


@pytest.mark.skipif(not KCS_FILES.is_dir(), reason="the real declarations are not beside this checkout (../shared/data)")
@pytest.mark.parametrize(
    ("file", "rows", "retired_codes", "flagged"),
    [pytest.param("kcs_2020.csv", 37_385, 75, 1_555, marks=pytest.mark.long), ("kcs_2021q1.csv", 8_134, 53, 349)],
)
def test_every_real_line_goes_through_and_retired_codes_are_named(file: str, rows: int, retired_codes: int, flagged: int) -> None:
    tally, numbers = Tally(), set()
    for found in read_path(KCS_FILES / file, Reading(mapping=load_mapping("kcs"))):
        assert isinstance(found, Row), found
        tally.accepted(found)
        numbers.add(found.declaration.number)
    assert tally.summary() == ImportSummary(rows=rows, accepted=rows, flagged=flagged)
    assert (len(numbers), len(tally.hs_codes["hs_retired"]), tally.hs_codes["hs_unknown"]) == (rows, retired_codes, Counter())


# ── mappings and counts ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_shipped_mapping_loads() -> None:
    assert [load_mapping(name).name for name in shipped_mappings()] == shipped_mappings() == ["kcs", "plain"]


def test_a_mapping_of_ones_own_is_a_file_and_all_its_mistakes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "name: own\ndeclaration:\n  number: {column: a, value: b}\n  colour: {column: c}\n  port: {column: p, table: t}\n"
        "  declared_at: {column: d, time_zone: Mars/Base}\nline:\n  no: {value: 1}\n",
        encoding="utf-8",
    )
    with pytest.raises(MappingInvalid) as refused:
        load_mapping(path)
    assert {error["path"]: error["code"] for error in refused.value.details["errors"]} == {
        "$.declaration.number": "source",
        "$.declaration.colour": "unknown_field",
        "$.declaration.port.table": "unknown_table",
        "$.declaration.declared_at.time_zone": "unknown_zone",
    }


@pytest.mark.parametrize("text", ["name: [", "- a\n", "name: x\nsurprise: 1\n", "\xff"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(MappingInvalid):
        load_mapping(path)
    with pytest.raises(MappingInvalid, match="kcs"):
        load_mapping("nobody")


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


def test_the_mapping_shown_in_the_docs_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/import.md").read_text(encoding="utf-8")
    path = tmp_path / "depot.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert load_mapping(path).name == "depot"
    assert all(f"`{name}" in page for name in Source.__struct_fields__)
