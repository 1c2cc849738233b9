"""Recognised results: under a mandate and an equivalence, cited by conclusions and declines, printed with their source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from asking import cases, hold_equivalent, may_recognise, recognise
from deciding import PASS, concluded, put, read
from make import Make, ok, refused
from world import World

from inspection.server.cast import PORT


def errors_of(response: httpx.Response, code: str) -> list[dict[str, str]]:
    """What is wrong with it, which has to be this."""
    errors: list[dict[str, str]] = refused(response, code, 422).get("errors", [])
    return errors


def by_record(*records: str, **other: Any) -> dict[str, Any]:
    """Market regulation passes line 1 on what it has recognised."""
    return {"line": 1, "verdict": "PASS", "basis": "RECOGNISED", "cites": list(records)} | other


@pytest.fixture(scope="module")
async def port(port: World) -> World:
    """The platform of this file, where market regulation may recognise."""
    await may_recognise(port)
    return port


async def test_a_recent_valid_result_stands_for_a_repeat_test_and_is_printed_with_its_source(port: World, builder: Make) -> None:
    no = await builder.case("CONCLUDING")
    record = ok(await recognise(port, no))
    assert record["usable"] is True and record["reusable_until"] == "2027-03-01" and record["mandates"]
    await concluded(port, no, market_regulation=by_record(record["id"]))

    report = await read(port, no, "report.json")
    (said,) = [one for one in report["conclusions"] if one["agency"] == "market_regulation"]
    (cited,) = said["cites"]
    assert (said["basis"], cited["reference"], cited["issuer"]) == ("RECOGNISED", "CCCX-2026-0001", "TUV")
    assert cited["under"] == record["mandates"] and cited["source"] == "CCCX-2026-0001"
    assert (await port.client_of("lin").get(cases(no, "report.pdf"))).content.startswith(b"%PDF")


async def test_a_conclusion_by_recognition_cites_a_record_that_covers_line_and_checks_that_day(
    port: World, builder: Make
) -> None:
    no = await builder.case("CONCLUDING")
    assert errors_of(await put(port, no, "market_regulation", by_record()), "conclusion_invalid")[0]["path"] == "$.lines[0].cites"
    errors_of(await put(port, no, "market_regulation", by_record(str(uuid4()))), "conclusion_invalid")
    narrow = ok(await recognise(port, no, check_kinds=["SAMPLE"]))
    (error,) = errors_of(await put(port, no, "market_regulation", by_record(narrow["id"])), "conclusion_invalid")
    assert "CCCX-2026-0001 covers SAMPLE, not" in error["message"]
    whole = ok(await recognise(port, no))
    errors_of(await put(port, no, "customs", by_record(whole["id"])), "conclusion_invalid")
    errors_of(await put(port, no, "market_regulation", PASS | {"cites": [whole["id"]]}), "conclusion_invalid")
    strict = ok(await recognise(port, no, verdict="RECTIFY"))
    (error,) = errors_of(await put(port, no, "market_regulation", by_record(strict["id"])), "conclusion_invalid")
    assert error["path"] == "$.lines[0].verdict"

    ok(await port.client_of("ping").post(cases(no, "recognitions", whole["id"], "revoke"), json={"reason": "机构资质存疑"}))
    (error,) = errors_of(await put(port, no, "market_regulation", by_record(whole["id"])), "conclusion_invalid")
    assert "revoked" in error["message"]


async def test_what_has_expired_serves_nobody(port: World, builder: Make) -> None:
    no = await builder.case("CONCLUDING")
    (error,) = errors_of(await recognise(port, no, valid_until="2026-11-19"), "recognition_invalid")
    assert error == {"path": "$.valid_until", "message": "expired on 2026-11-19: a result that is valid on 2026-11-20"}
    short = ok(await recognise(port, no, valid_until="2026-11-20"))
    now = port.clock.now()
    await port.move_by(timedelta(days=1))
    (error,) = errors_of(await put(port, no, "market_regulation", by_record(short["id"])), "conclusion_invalid")
    assert "could be relied on until 2026-11-20" in error["message"]
    await port.move_to(now)
    ok(await put(port, no, "market_regulation", by_record(short["id"])))


async def test_the_refusal_says_what_would_be_right(port: World, builder: Make) -> None:
    no = await builder.case("INVITING")
    for wrong, path in (
        ({"issuer": "某检测公司"}, "$.issuer"),
        ({"standard": "ASME B31.3"}, "$.standard"),
        ({"issued_on": "2024-01-01"}, "$.issued_on"),
        ({"lines": [7]}, "$.lines"),
        ({"declared": "CCC-0000"}, "$.declared"),
        ({"declared": None}, "$.evidence"),
    ):
        assert path in {one["path"] for one in errors_of(await recognise(port, no, **wrong), "recognition_invalid")}
    assert errors_of(await recognise(port, no, login="qiu"), "recognition_invalid")[0]["message"].startswith("your agency has no")
    assert (await recognise(port, no, login="hua")).status_code == 404


async def test_out_of_mandate_is_refused_and_stays_on_record(port: World, builder: Make) -> None:
    no = await builder.case("INVITING")
    await hold_equivalent(port, login="qiu", agency="ip")
    refused(await recognise(port, no, login="qiu"), "outside_mandate", 403)
    refusals = await port.as_owner("SELECT data FROM event WHERE stream = 'agency:5316/ip' AND type = 'ActRefused'")
    assert len(refusals) == 1


async def test_the_same_again_is_answered_again_and_an_ended_equivalence_serves_no_new_record(port: World, builder: Make) -> None:
    no, id_ = await builder.case("INVITING"), str(uuid4())
    other = await hold_equivalent(port, standard="EN 13480", issuer="")
    first = ok(await recognise(port, no, id_=id_, standard="EN 13480"))
    assert ok(await recognise(port, no, id_=id_, standard="EN 13480")) == first
    refused(await recognise(port, no, id_=id_), "recognition_differs")
    path = f"/api/v1/units/{PORT}/market_regulation/equivalences/{other['id']}"
    assert ok(await port.client_of("ping").post(path + "/end", json={"reason": "公告废止"}))["ended_at"]
    errors_of(await recognise(port, no, standard="EN 13480"), "recognition_invalid")
    assert [one["usable"] for one in ok(await port.client_of("mei").get(cases(no, "recognitions")))] == [True]
    assert (await port.client_of("qiu").post(path + "/end", json={"reason": "x"})).status_code == 404


async def test_a_mandatory_agency_that_is_covered_already_cites_a_record_that_exists(port: World, builder: Make) -> None:
    no = await builder.case("INVITING")
    decline = cases(no, "invitations", "market_regulation", "decline")
    covered = {"reason": "ALREADY_COVERED", "text": "同批元件已经检验"}
    ping = port.client_of("ping")
    errors_of(await ping.post(decline, json=covered), "decline_incomplete")
    errors_of(await ping.post(decline, json=covered | {"recognition": str(uuid4())}), "recognition_invalid")
    narrow = ok(await recognise(port, no, check_kinds=["SAMPLE"]))
    errors_of(await ping.post(decline, json=covered | {"recognition": narrow["id"]}), "recognition_invalid")

    record = ok(await recognise(port, no))
    assert ok(await ping.post(decline, json=covered | {"recognition": record["id"]}))["state"] == "DECLINED"
    ok(await port.client_of("lin").post(cases(no, "invitations", "market_regulation", "confirm-decline")))
    ok(await port.client_of("qiu").post(cases(no, "invitations", "ip", "accept"), json={"experts": ["qiu"]}))
    await port.drain()
    await builder.arrived(no)
    lin, qiu = port.client_of("lin"), port.client_of("qiu")
    booking = ok(await lin.post(cases(no, "schedule"), json=ok(await lin.get(cases(no, "slots")))[0]))
    ok(await qiu.post(cases(no, "schedule", "confirm"), json={"booking": booking["id"], "version": booking["version"]}))
    await port.drain()
    session = await builder.opened(no)
    for login, agency in (("qiu", "ip"), ("rong", "customs")):
        ok(await port.client_of(login).post(cases(no, "sessions", session, "workstreams", agency, "complete")))
    ok(await port.client_of("tao").post(cases(no, "sessions", session, "close"), json={"seals_after": ["S-2001"]}))
    await port.drain()
    for agency in ("customs", "ip"):
        ok(await put(port, no, agency, PASS))
    await port.drain()
    report = await read(port, no, "report.json")
    assert report["merged"]["outcome"] == "AUTOMATIC", "the recognised result stands in for the agency"
    (gap,) = report["gaps"]
    assert (gap["agency"], gap["kind"]) == ("market_regulation", "DECLINED") and "TUV（CCCX-2026-0001）" in gap["reason"]
