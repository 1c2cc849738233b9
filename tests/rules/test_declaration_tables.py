"""Tables of declarations in the encodings people have: each bad row and cell is named, and costs only what it belongs to."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from declaration_rows import PLAIN_HEADER, PLAIN_ROW, ndjson, numbered, only_row, outcomes, told
from hypothesis import given
from hypothesis import strategies as st

from inspection.declaring.column_mapping import ColumnMapping, MappingInvalid, load_mapping
from inspection.declaring.declaration_schema import EXAMPLE
from inspection.declaring.file_lines import FileRefused
from inspection.declaring.import_rows import Row, RowError


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
