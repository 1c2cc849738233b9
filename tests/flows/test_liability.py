"""Who answers for what: kept with every version of a report, read by whom it concerns, taken along as CSV and on paper."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pikepdf
from deciding import PASS, concluded, put, read, refusing
from make import Make, ok
from world import World

from kit.canonical import canonical_bytes


def by_agency(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The first entry of each agency."""
    found: dict[str, dict[str, Any]] = {}
    for one in record["entries"]:
        found.setdefault(one["entry"]["check"].get("agency", ""), one["entry"])
    return found


def borne(entry: dict[str, Any]) -> set[str]:
    return {office for one in entry["attributions"] for office, _ in one["borne_by"]}


async def test_for_a_released_case_one_query_names_who_answers_for_each_check(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    evidence = await make.photo(no)
    found = {"session": await make.session_of(no), "line": 1, "captured_at": world.clock.now().isoformat()}
    said = {"grade": "CONFORMS", "observation": "铭牌与证书一致", "kind": "MARKING", "agency": "market_regulation"}
    ok(await world.client_of("mei").put(f"/field/v1/cases/{no}/findings/{uuid4()}", json=found | said | {"evidence": [evidence]}))
    await make.closed(no)
    await concluded(world, no)

    query = "SELECT line, check_code, agency, responsible FROM liability_record WHERE case_no = $1"
    rows = await world.as_owner(query, no)
    assert {row["agency"] for row in rows} == {"customs", "market_regulation", "ip"}
    assert all(row["responsible"] == [row["agency"]] for row in rows)

    record = await read(world, no, "liability")
    mine = by_agency(record)["market_regulation"]["check"]
    assert mine["invited_at"] and mine["answered_at"] and mine["answered_by"] == "Ping" and mine["rules"]
    assert (mine["word"]["signer"], mine["word"]["basis"]) == ("Mei", "TESTED") and mine["word"]["key_id"]
    assert len(mine["evidence"]) == 1 and len(mine["word"]["signed_hash"]) == 64
    (procedure,) = record["procedures"]
    assert procedure["lead_agency"] == "customs" and procedure["automatic"] and len(procedure["policy"]["sha256"]) == 64


async def test_what_was_known_then_stays_beside_what_is_known_now(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    before = await read(world, no, "liability?version=1")
    ok(await put(world, no, "market_regulation", refusing("DESTROY"), version=1))
    await world.drain()
    then, now = await read(world, no, "liability?version=1"), await read(world, no, "liability")
    assert then["entries"] == before["entries"] and len(then["procedures"]) == 1
    assert by_agency(then)["market_regulation"]["check"]["word"]["verdict"] == "PASS"
    assert by_agency(now)["market_regulation"]["check"]["word"]["verdict"] == "REFUSE" and len(now["procedures"]) == 2
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/liability?version=7")).status_code == 404


async def test_a_lapse_names_the_silent_agency_and_the_lead(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    silent = "UPDATE invitation SET state = 'WAIVED', on_missing = 'BLOCK', experts = '[]' WHERE case_no = $1 AND agency = 'ip'"
    await world.as_owner(silent, no)
    for agency in ("customs", "market_regulation"):
        ok(await put(world, no, agency, PASS))
    await world.drain()
    entry = by_agency(await read(world, no, "liability"))["ip"]
    assert entry["attributions"][0]["matter"] == "LAPSE" and borne(entry) == {"ip", "customs"}


async def test_an_agency_reads_its_own_part_and_nobody_else_does(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    own = await read(world, no, "liability", login="ping")
    assert {one["entry"]["check"]["agency"] for one in own["entries"]} == {"market_regulation"}
    for login, status in (("mei", 403), ("tao", 403), ("ou", 404), ("hengtong", 403), ("an", 200), ("zhao", 200), ("lin", 200)):
        assert (await world.client_of(login).get(f"/api/v1/cases/{no}/liability")).status_code == status, login


async def test_it_is_taken_along_as_a_table_and_on_paper_and_an_approver_notes_the_insurance(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    where, tag = f"/api/v1/cases/{no}/liability", {"agency": "ip", "line": 1, "tag": "=检验责任险"}
    assert (await world.client_of("lin").put(f"{where}/insurance", json=tag)).status_code == 403
    tagged = ok(await world.client_of("zhao").put(f"{where}/insurance", json=tag))
    assert ok(await world.client_of("zhao").put(f"{where}/insurance", json=tag))["entries"] == tagged["entries"]
    assert (await world.client_of("zhao").put(f"{where}/insurance", json=tag | {"line": 9})).status_code == 404

    an = world.client_of("an")
    table = list(csv.DictReader(StringIO((await an.get(f"{where}.csv")).text.removeprefix("\ufeff"))))
    assert {row["agency"] for row in table} == {"customs", "market_regulation", "ip"} and all(row["responsible"] for row in table)
    assert {row["insurance"] for row in table if row["agency"] == "ip"} == {"'=检验责任险"}, "a cell is never a formula"

    span = {
        "from": (world.clock.now() - timedelta(days=1)).isoformat(),
        "to": (world.clock.now() + timedelta(days=1)).isoformat(),
    }
    whole = await an.get("/api/v1/ports/5316/liability.csv", params=span)
    assert len(whole.text.splitlines()) == len(table) + 1 and "key_id" in whole.text.splitlines()[0]
    assert (await an.get("/api/v1/ports/2248/liability.csv", params=span)).status_code == 404

    paper = await world.client_of("lin").get(f"{where}.pdf")
    with pikepdf.open(BytesIO(paper.content)) as opened:
        attached = opened.attachments["liability.json"].get_file().read_bytes()
        assert canonical_bytes(ok(await world.client_of("lin").get(where))["entries"]) in attached


async def test_what_an_auditor_reads_of_it_is_written_down_and_what_others_read_is_not(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    where = f"/api/v1/cases/{no}/liability"
    for login, path in (("an", f"{where}.csv?version=1"), ("an", where), ("lin", where), ("ping", f"{where}.csv")):
        assert (await world.client_of(login).get(path)).is_success
    assert (await world.client_of("an").get(f"{where}?version=7")).status_code == 404
    assert (await world.client_of("an").get("/api/v1/ports/5316/liability.csv")).is_success

    query = "SELECT e.stream, e.data, p.login FROM event e JOIN person p ON p.id::text = e.actor WHERE e.type = 'LiabilityRead'"
    rows = await world.as_owner(query + " AND e.stream = ANY($1) ORDER BY e.at, e.seq", [f"case:{no}", "port:5316"])
    noted = [(row["stream"], row["login"], json.loads(row["data"])) for row in rows]
    assert [one for one in noted if one[0] != "port:5316"] == [
        (f"case:{no}", "an", {"form": "csv", "version": 1}),
        (f"case:{no}", "an", {"form": "json", "version": 0}),
    ]
    assert noted[-1][2].keys() == {"form", "from", "to", "records"}
