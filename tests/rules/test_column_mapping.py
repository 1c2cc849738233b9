"""Mappings of columns: the shipped ones read what is there, of one's own all mistakes are named."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from declaration_rows import only_row, outcomes, told

from inspection.declaring.column_mapping import SHIPPED, MappingInvalid, Source, load_mapping, shipped_mappings
from inspection.declaring.declaration_files import Reading, read_labels, read_path
from inspection.declaring.import_rows import ImportSummary, Row, Tally

KCS_FILES = Path(__file__).parents[3] / "shared/data/declarations"
KCS_HEADER = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,Declarant ID,Importer ID,"
    "Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,Country of Origin Indicator,"
    "Net Mass,Item Price,Fraud,Critical Fraud"
)
KCS_ROW = "97061800,2020-01-01,30,B,11,21,11,10,BROKER1,TRADER1,,,071080,BE,ZZ,0.0,FEU1,G,108.0,372254.40000000002,1,2"


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


def test_the_mapping_shown_in_the_docs_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/import.md").read_text(encoding="utf-8")
    path = tmp_path / "depot.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert load_mapping(path).name == "depot"
    assert all(f"`{name}" in page for name in Source.__struct_fields__)
