"""``lianjian import`` as a person runs it, against a platform that runs: good rows, bad rows, the past, the same file again."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from make import PLAIN, REFERENCE, ok
from world import World

MAIN = [sys.executable, "-m", "inspection.server.cli", "import"]
KCS = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,Declarant ID,Importer ID,"
    "Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,Country of Origin Indicator,"
    "Net Mass,Item Price,Fraud,Critical Fraud\n"
    "97061800,2020-01-01,30,B,11,21,11,10,BROKER1,TRADER1,,,071080,BE,ZZ,0.0,FEU1,G,108.0,372254.4,1,2\n"
    "97061801,2020-01-02,30,B,11,21,11,10,BROKER1,TRADER2,,,940540,CN,CN,8.0,FEU1,G,10.5,1000,0,0\n"
)


@dataclass(frozen=True)
class Ran:
    """How a run of the verb ended."""

    status: int
    summary: dict[str, int]
    told: list[str]


async def run_import(world: World, file: Path, *options: str) -> Ran:
    """The verb in a process of its own, with --json, on the world's database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANJIAN_")}
    environment |= {"DATABASE_URL": world.services.app_url, "LIANJIAN_DATA_DIR": str(file.parent / "data")}
    process = await asyncio.create_subprocess_exec(
        *MAIN, str(file), "--json", *options, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, told = await process.communicate()
    assert process.returncode is not None
    lines = out.decode().splitlines()
    return Ran(process.returncode, json.loads(lines[-1]) if lines else {}, told.decode().splitlines())


def numbered(serial: int, **changes: Any) -> str:
    return json.dumps(PLAIN | {"number": f"531620261{serial:09d}"} | changes, ensure_ascii=False)


async def counted(world: World, table: str) -> int:
    return int((await world.as_owner(f"SELECT count(*) FROM {table}"))[0][0])


async def test_good_rows_go_through_beside_bad_ones_each_named_by_line_and_field(world: World, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    bad = numbered(2, port=None, lines=[{"no": 1, "hs": "4819100000", "name": "x", "quantity": "-3"}])
    file.write_text("\n".join([numbered(1), bad, "{not json", "", numbered(3)]), encoding="utf-8")
    ran = await run_import(world, file)
    assert ran.status == 1
    assert ran.summary == {"rows": 4, "accepted": 2, "already": 0, "refused": 2, "flagged": 0}
    assert any(line.startswith("line 2: $.port: ") for line in ran.told)
    assert any(line.startswith("line 3: $: ") for line in ran.told)
    assert await counted(world, "declaration") == 2


async def test_the_same_file_again_changes_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "twice.json"
    file.write_text(f"[{numbered(1)}, {numbered(2)}]", encoding="utf-8")
    assert (await run_import(world, file)).summary["accepted"] == 2
    before = await world.as_owner("SELECT * FROM declaration ORDER BY id"), await counted(world, "event")
    again = await run_import(world, file)
    assert (again.status, again.summary["already"], again.summary["accepted"]) == (0, 2, 0)
    assert (await world.as_owner("SELECT * FROM declaration ORDER BY id"), await counted(world, "event")) == before


async def test_a_file_of_today_opens_cases_and_history_never_does(world: World, tmp_path: Path) -> None:
    past, today = tmp_path / "past.ndjson", tmp_path / "today.ndjson"
    past.write_text(json.dumps(REFERENCE | {"number": "531620261000000001"}), encoding="utf-8")
    today.write_text(json.dumps(REFERENCE | {"number": "531620261000000002"}), encoding="utf-8")
    assert (await run_import(world, past, "--history")).summary["accepted"] == 1
    await world.drain()
    for table in ("joint_case", "deadline", "inbox_item", "enterprise_status", "progress_key"):
        assert await counted(world, table) == 0, table
    assert await counted(world, "screening_run") == 1
    assert (await run_import(world, today)).summary["accepted"] == 1
    await world.drain()
    assert len(ok(await world.client_of("lin").get("/api/v1/cases"))["items"]) == 1


async def test_kcs_is_history_by_itself_and_its_retired_codes_are_named(world: World, tmp_path: Path) -> None:
    file = tmp_path / "kcs.csv"
    file.write_text(KCS, encoding="utf-8")
    ran = await run_import(world, file, "--mapping", "kcs")
    assert (ran.status, ran.summary) == (0, {"rows": 2, "accepted": 2, "already": 0, "refused": 0, "flagged": 1})
    assert any("HS 940540" in line and "HS 2022" in line and "line 3" in line for line in ran.told)
    assert await world.as_owner("SELECT DISTINCT state, history FROM declaration") == [("SCREENED", True)]


async def test_more_than_one_piece_keeps_the_order_of_the_file(world: World, tmp_path: Path) -> None:
    """Pieces are prepared at the same time and stored one after the other: a later version never comes before an earlier one."""
    file = tmp_path / "many.ndjson"
    versions = [numbered(serial, version=version) for version in (1, 2) for serial in range(1, 601)]
    file.write_text("\n".join(versions), encoding="utf-8")
    ran = await run_import(world, file, "--history")
    assert (ran.status, ran.summary["accepted"]) == (0, 1200), ran.told[:3]
    states = await world.as_owner("SELECT version, state, count(*) FROM declaration GROUP BY 1, 2 ORDER BY 1")
    assert [tuple(row) for row in states] == [(1, "SUPERSEDED", 600), (2, "SCREENED", 600)]


async def test_a_number_known_with_another_content_is_refused_by_its_line(world: World, tmp_path: Path) -> None:
    file = tmp_path / "other.ndjson"
    file.write_text("\n".join([numbered(1), numbered(1, gross_weight="7")]), encoding="utf-8")
    ran = await run_import(world, file)
    assert (ran.status, ran.summary["accepted"], ran.summary["refused"]) == (1, 1, 1)
    assert any(line.startswith("line 2: $.number: ") for line in ran.told)


@pytest.mark.parametrize(
    ("name", "content", "options", "says"),
    [
        ("book.xlsx", b"PK\x03\x04 and so on", (), "XLSX"),
        ("rows.csv", b"number\n1\n", ("--mapping", "nowhere"), "nowhere"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why_and_stores_nothing(
    world: World, tmp_path: Path, name: str, content: bytes, options: tuple[str, ...], says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    ran = await run_import(world, file, *options)
    assert ran.status == 2 and ran.summary == {}
    assert says in "\n".join(ran.told)
    assert await counted(world, "declaration") == 0


async def test_a_file_that_is_not_there_says_so(world: World, tmp_path: Path) -> None:
    ran = await run_import(world, tmp_path / "nothing.csv")
    assert ran.status == 2 and "nothing.csv" in "\n".join(ran.told)
