"""Technical validation: every bad field is named, and flags never refuse."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from inspection.declaring import validation
from inspection.declaring.declaration_schema import EXAMPLE, declaration_schema, declaration_schema_text
from inspection.declaring.nomenclature import hs_text, known, nomenclature, retired_in
from inspection.declaring.validation import DeclarationInvalid
from kit.decoding import MalformedJson, problems
from risk.declaration import Declaration

ROOT = Path(__file__).parents[2]
CODES = nomenclature()


def example(**changes: Any) -> dict[str, Any]:
    """The declaration of the documents, with fields of its own changed or (None) left out."""
    document = {**copy.deepcopy(EXAMPLE), **changes}
    return {name: value for name, value in document.items() if value is not None}


def with_line(**changes: Any) -> dict[str, Any]:
    """The same with fields of its only line changed."""
    document = example()
    document["lines"][0].update(changes)
    return document


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def decoded(document: Any) -> Declaration:
    return validation.decode(encoded(document))


def refusals(document: Any) -> dict[str, str]:
    """Path → code of every error that decoding or checking finds."""
    try:
        validation.accept(decoded(document), CODES)
    except DeclarationInvalid as refused:
        return {error["path"]: error["code"] for error in refused.details["errors"]}
    return {}


def flags(document: Any) -> dict[str, str]:
    return {flag.path: flag.code for flag in validation.accept(decoded(document), CODES)}


def test_the_declaration_of_the_documents_passes_without_a_flag() -> None:
    assert flags(example()) == {}


def test_every_bad_field_is_named_not_only_the_first() -> None:
    document = example(number="12", direction="sideways", declared_at="2026-11-20T09:12:00", surprise=1)
    document["trader"]["credit"] = "golden"
    document["lines"][0] |= {"hs": "84", "quantity": "many", "orgin": "DE"}
    document["lines"].append({"no": 0, "hs": "847989"})
    assert refusals(document) == {
        "$.number": "format",
        "$.direction": "not_allowed",
        "$.declared_at": "no_offset",
        "$.trader.credit": "not_allowed",
        "$.lines[0].hs": "format",
        "$.lines[0].quantity": "format",
        "$.lines[0].orgin": "unknown_field",
        "$.lines[1].no": "range",
        "$.lines[1].name": "missing",
        "$.surprise": "unknown_field",
    }


def test_a_refusal_speaks_chinese_and_english_and_suggests_the_field_meant() -> None:
    with pytest.raises(DeclarationInvalid) as refused:
        decoded(with_line(orgin="DE"))
    (error,) = refused.value.details["errors"]
    assert error["message_zh"] == "没有名为 orgin 的字段，是否应为 origin？"
    assert error["message_en"] == "there is no field orgin; did you mean origin?"


def test_json_that_does_not_decode_is_named_by_line_and_column() -> None:
    with pytest.raises(MalformedJson) as refused:
        validation.decode('{"number": "中文",\n "注": "中文", port: 1}'.encode())
    assert (refused.value.details["line"], refused.value.details["column"]) == (2, 13)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[" * 100_000, b'{"number": "\xd6\xd0"}', b"\xff\xfe", b'"\\ud800"', b"{} {}", b"nul", b"\x00"]
)
def test_bytes_that_are_no_json_are_malformed_never_a_crash(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        validation.decode(raw)


@pytest.mark.parametrize("document", [[], {}, None, 1, "text", {"lines": {}}, {"lines": [None, [], 1]}])
def test_json_of_another_shape_is_refused_with_its_paths(document: Any) -> None:
    assert refusals(document)


def test_a_nul_character_is_refused_since_no_database_holds_it() -> None:
    assert refusals(with_line(brand="a\x00b")) == {"$.lines[0].brand": "nul_character"}
    assert refusals(with_line(brand="a\\u0000b")) == {}


def test_a_line_feed_after_the_last_digit_is_not_overlooked() -> None:
    assert refusals(with_line(hs="84798999\n")) == {"$.lines[0].hs": "format"}


def test_500_lines_and_texts_of_10_000_characters_pass() -> None:
    line = {**EXAMPLE["lines"][0], "description": "管" * 10_000, "name": "件" * 10_000}
    document = example(lines=[{**line, "no": number} for number in range(1, 501)], gross_weight="99999999")
    assert refusals(document) == {}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"quantity": "-1"}, "$.lines[0].quantity", "negative"),
        ({"value": -0.5}, "$.lines[0].value", "negative"),
        ({"net_weight": "NaN"}, "$.lines[0].net_weight", "not_a_number"),
        ({"value": "Infinity"}, "$.lines[0].value", "not_a_number"),
        ({"value": "1e999999"}, "$.lines[0].value", "too_many_digits"),
        ({"net_weight": "18250.001"}, "$.gross_weight", "net_exceeds_gross"),
        ({"origin": "XX"}, "$.lines[0].origin", "unknown_country"),
        ({"currency": "ABC"}, "$.lines[0].currency", "unknown_currency"),
        ({"certificates": [{"type": "CCC", "expires": "2026-02-30"}]}, "$.lines[0].certificates[0].expires", "format"),
    ],
)
def test_what_no_line_can_mean_refuses(changes: dict[str, Any], path: str, code: str) -> None:
    assert refusals(with_line(**changes)) == {path: code}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"number": "531602261160000001"}, "$.number", "number_year"),
        ({"number": "531620267160000001"}, "$.number", "number_direction"),
        ({"dispatch_country": "ZZ"}, "$.dispatch_country", "unknown_country"),
        ({"declared_at": "1026-11-20T09:12:00+08:00"}, "$.declared_at", "impossible_date"),
        ({"arrival": "2029-11-21T06:00:00+08:00"}, "$.arrival", "impossible_date"),
        ({"arrival": "2026-11-21"}, "$.arrival", "format"),
    ],
)
def test_what_no_declaration_can_mean_refuses(changes: dict[str, Any], path: str, code: str) -> None:
    assert refusals(example(**changes))[path] == code


def test_a_line_number_used_twice_is_named_where_it_stands_the_second_time() -> None:
    line = EXAMPLE["lines"][0]
    assert refusals(example(lines=[line, {**line, "no": 2}, line], gross_weight=None)) == {"$.lines[2].no": "duplicate_line"}


def test_a_declaration_from_the_day_after_tomorrow_is_refused_when_it_is_received() -> None:
    declaration = decoded(example())
    received = declaration.declared_at - timedelta(days=1)
    assert not validation.check(declaration, CODES, received_at=received).errors
    (error,) = validation.check(declaration, CODES, received_at=received - timedelta(seconds=1)).errors
    assert error.code == "declared_in_future"


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"hs": "940540"}, "$.lines[0].hs", "hs_retired"),
        ({"hs": "8517120000"}, "$.lines[0].hs", "hs_retired"),
        ({"hs": "99999999"}, "$.lines[0].hs", "hs_unknown"),
        ({"components": [{"name": "件", "hs": "000000"}]}, "$.lines[0].components[0].hs", "hs_unknown"),
        ({"currency": None}, "$.lines[0].currency", "currency_absent"),
        (
            {"certificates": [{"type": "CCC", "expires": "2026-11-19"}]},
            "$.lines[0].certificates[0].expires",
            "certificate_expired",
        ),
    ],
)
def test_what_happens_to_honest_traders_is_flagged_and_kept(changes: dict[str, Any], path: str, code: str) -> None:
    assert flags(with_line(**changes)) == {path: code}


def test_a_number_that_contradicts_its_declaration_is_flagged() -> None:
    assert flags(example(number="531620201160000001")) == {"$.number": "number_year_differs"}
    assert flags(example(direction="export")) == {"$.number": "number_direction_differs"}
    assert flags(example(direction="transit")) == {}


def test_a_wrong_check_digit_is_flagged_with_the_digit_expected() -> None:
    declaration = decoded(example(trader={"code": "914403000000000007"}))
    (flag,) = validation.accept(declaration, CODES)
    assert (flag.path, flag.code, flag.facts) == ("$.trader.code", "credit_code_check_digit", {"expected": "E"})


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 30))
def test_of_all_last_characters_only_the_check_digit_passes(organisation: str, choice: int) -> None:
    body = f"91440300{organisation}"
    last = "0123456789ABCDEFGHJKLMNPQRTUWXY"[choice]
    found = flags(example(trader={"code": body + last}))
    assert (found == {}) == (last == uscc.calc_check_digit(body))


@pytest.mark.parametrize("code", ["QLRUBN9", "DE123456789", "9144030000000000OE", "FOREIGN-ID-18-CHAR", "914403000000"])
def test_only_what_has_the_shape_of_a_chinese_code_is_held_to_gb_32100(code: str) -> None:
    expected = {"$.trader.code": "credit_code_format"} if code.startswith("9144030000000000O") else {}
    assert flags(example(trader={"code": code})) == expected


def test_retired_codes_keep_the_text_they_last_had() -> None:
    assert (known("880330"), retired_in("880330")) == (False, "HS 2022")
    assert hs_text("88033000") == "Aircraft and spacecraft; parts of aeroplanes or helicopters n.e.c. in heading no. 8803"
    assert (known("8479899990"), retired_in("8479899990"), hs_text("000000")) == (True, None, None)


def test_the_parents_of_a_code_lead_from_its_chapter_down_to_it() -> None:
    assert [code for code, _ in CODES.chain("8479899990")] == ["84", "8479", "847989"]
    assert [code for code, _ in CODES.chain("880330")] == ["88", "880330"]
    assert CODES.chain("000000") == ()


texts = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def bad_paths(document: Any) -> set[str]:
    return {problem.path for problem in problems(document, Declaration)}


@given(st.sampled_from(sorted({*EXAMPLE} - {"lines"})), json_values, st.sampled_from(sorted(EXAMPLE["lines"][0])), json_values)
def test_no_bad_field_hides_another(outer: str, one: Any, inner: str, other: Any) -> None:
    first, second, both = example() | {outer: one}, with_line(**{inner: other}), with_line(**{inner: other}) | {outer: one}
    assert bad_paths(both) == bad_paths(first) | bad_paths(second)
    assert bool(bad_paths(both)) <= bool(refusals(both))


def test_the_schema_stands_in_the_docs_as_generated_and_takes_the_example() -> None:
    assert (ROOT / "docs/schemas/declaration.schema.json").read_text(encoding="utf-8") == declaration_schema_text()
    jsonschema.Draft202012Validator.check_schema(declaration_schema())
    jsonschema.validate(EXAMPLE, declaration_schema())
    jsonschema.validate(with_line(value=12.5, quantity=3), declaration_schema())


@pytest.mark.parametrize(
    "document", [example(number="1"), example(surprise=1), with_line(hs="84"), with_line(value="-1"), example(lines=[])]
)
def test_the_schema_refuses_what_validation_refuses(document: dict[str, Any]) -> None:
    assert refusals(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, declaration_schema())


def test_checks_take_the_instants_they_are_given() -> None:
    late = decoded(example(declared_at="2026-11-20T23:59:59-11:00"))
    assert not validation.check(late, CODES, received_at=datetime(2026, 11, 21, tzinfo=UTC)).errors
