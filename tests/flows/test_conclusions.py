"""Conclusions: each agency's own word, repeatable, amended by a next version, never taken back."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from deciding import PASS, RECTIFY, concluded, put, read, refusing, told
from make import Make, ok
from world import World


async def test_a_conclusion_sent_again_is_answered_again_and_told_once(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    first = await put(world, no, "ip", PASS)
    assert first.headers["etag"] == '"v1"'
    again = await asyncio.gather(*(put(world, no, "ip", PASS, version=version) for version in (0, 0, 1, 1)))
    assert {answer.text for answer in again} == {first.text}
    assert (await told(world, no)).count("ConclusionSubmitted") == 1


async def test_ten_at_once_make_one_version(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    answers = await asyncio.gather(*(put(world, no, "ip", PASS) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200} and len({answer.text for answer in answers}) == 1
    assert [one["version"] for one in await read(world, no, "conclusions")] == [1]
    assert (await told(world, no)).count("ConclusionSubmitted") == 1


async def test_a_change_names_the_version_it_was_made_from(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    missing = await put(world, no, "ip", PASS, version=None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    ahead = await put(world, no, "ip", PASS, version=1)
    assert (ahead.status_code, ahead.json()["code"], ahead.json()["version"]) == (412, "stale_version", 0)
    ok(await put(world, no, "ip", PASS))
    behind = await put(world, no, "ip", refusing("RETURN"))
    assert (behind.status_code, behind.json()["version"]) == (412, 1)
    amended = ok(await put(world, no, "ip", refusing("RETURN"), version=1))
    assert amended["version"] == 2
    said = await read(world, no, "conclusions")
    assert [(one["version"], one["superseded"]) for one in said] == [(1, True), (2, False)]
    assert (await told(world, no))[-1] == "ConclusionAmended"


async def test_a_header_that_names_no_version_is_no_precondition(world: World, make: Make) -> None:
    no = await make.case("SCHEDULED")
    path = f"/api/v1/cases/{no}/conclusions/ip"
    for header in ("v1", '"1"', 'W/"v1"', "*", '"v01"', ""):
        answer = await world.client_of("qiu").put(path, json={"lines": [PASS]}, headers={"If-Match": header})
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required"), header


async def test_only_a_person_whom_the_agency_has_named_concludes_for_it(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    for login, agency, status, code in (
        ("bo", "market_regulation", 403, "not_your_conclusion"),  # an expert, but not named when Ping accepted
        ("mei", "ip", 403, "not_your_conclusion"),
        ("rong", "ip", 403, "not_your_conclusion"),
        ("mei", "customs", 403, "not_your_conclusion"),
        ("lin", "customs", 403, "power_missing"),
        ("hua", "environment", 404, "not_found"),
        ("ou", "customs", 403, "power_missing"),
        ("hengtong", "customs", 403, "power_missing"),
    ):
        refused = await put(world, no, agency, PASS, login=login)
        assert (refused.status_code, refused.json()["code"]) == (status, code), login
    assert (await read(world, no, "conclusions")) == []


async def test_before_the_goods_are_opened_there_is_nothing_to_conclude(world: World, make: Make) -> None:
    no = await make.case("SCHEDULED")
    refused = await put(world, no, "ip", PASS)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_opened_yet")


CANNOT_STAND: list[tuple[list[dict[str, Any]], str]] = [
    ([RECTIFY | {"verdict": "PASS"}], "$.lines[0].measures[0]"),
    ([PASS, PASS | {"line": 7}], "$.lines[1].line"),
    ([PASS | {"line": None}, PASS], "$.lines[1].line"),
    ([PASS, RECTIFY], "$.lines[1].line"),
    ([PASS | {"verdict": "FINE"}], "$.lines[0].verdict"),
    ([PASS | {"check": "pressure"}], "$.lines[0].check"),
    ([PASS | {"basis": "DEEMED"}], "$.lines[0].basis"),
    ([{"line": 1, "verdict": "PASS"}], "$.lines[0].basis"),
    ([RECTIFY | {"measures": ["DESTROY"]}], "$.lines[0].measures[0]"),
    ([{"line": 1, "verdict": "REFUSE", "basis": "TESTED"}], "$.lines[0].measures"),
    ([PASS | {"note": "a\u0000b"}], "$.lines[0].note"),
    ([PASS | {"fee": 1}], "$.lines[0].fee"),
    ([], "$.lines"),
]


async def test_what_cannot_stand_is_refused_where_it_was_written(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    for lines, path in CANNOT_STAND:
        refused = await put(world, no, "ip", *lines)
        assert refused.status_code == 422, refused.text
        assert path in [one["path"] for one in refused.json()["errors"]], refused.text
    assert await read(world, no, "conclusions") == []


async def test_a_conclusion_is_signed_with_the_signers_own_key_and_anybody_can_verify_it(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    view = ok(await put(world, no, "ip", PASS))
    key = ok(await world.client_of("an").get(f"/api/v1/keys/{view['key_id']}"))
    public, signature = (b64decode(text + "==", altchars=b"-_") for text in (key["public_key"], view["signature"]))
    Ed25519PublicKey.from_public_bytes(public).verify(signature, view["statement"].encode())
    said = json.loads(view["statement"])
    assert rfc8785.dumps(said) == view["statement"].encode()
    assert said == {"purpose": "lianjian.conclusion/1", "case": no, "agency": "ip", "version": 1, "lines": [PASS]}
    assert (key["holder"], key["agency"]) == ("Qiu", "ip")


async def test_what_was_not_signed_by_the_sender_over_just_this_is_refused_at_its_field(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    qiu = await world.keys.of("qiu", world.client_of("qiu"))
    mei = await world.keys.of("mei", world.client_of("mei"))
    other = qiu.conclusion(no, "ip", 1, [PASS | {"note": "另一结论"}])["signature"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"signature": None}, "$.signature"),
        ({"key_id": None}, "$.key_id"),
        ({"signature": "c2lnbmVk"}, "$.signature"),
        ({"signature": other}, "$.signature"),
        ({"signature": qiu.conclusion(no, "ip", 2, [PASS])["signature"]}, "$.signature"),
        ({"signature": mei.conclusion(no, "ip", 1, [PASS])["signature"]}, "$.signature"),
        ({"key_id": mei.id, "signature": mei.conclusion(no, "ip", 1, [PASS])["signature"]}, "$.key_id"),
        ({"key_id": "unknown"}, "$.key_id"),
    ]
    for change, path in wrong:
        refused = await put(world, no, "ip", PASS, **change)
        assert (refused.status_code, refused.json()["code"]) == (422, "signature_invalid"), refused.text
        assert [one["path"] for one in refused.json()["errors"]] == [path]
    assert await read(world, no, "conclusions") == []


async def test_null_speaks_on_every_line_and_an_amendment_leaves_none_out(world: World, make: Make) -> None:
    lines = make.declaration()["lines"]
    two = [*lines, lines[0] | {"no": 2, "components": [], "net_weight": "1000.000"}]
    no = await make.case("CONCLUDING", lines=two)
    assert ok(await put(world, no, "customs", PASS | {"line": None}))["lines"] == [
        {"line": None, "verdict": "PASS", "basis": "TESTED"}
    ]
    lost = await put(world, no, "customs", PASS, version=1)
    assert (lost.status_code, lost.json()["code"]) == (409, "conclusion_taken_back")
    assert ok(await put(world, no, "customs", PASS, PASS | {"line": 2}, version=1))["version"] == 2


async def test_once_the_report_has_issued_nobody_turns_back_to_undecided(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    refused = await put(world, no, "ip", {"line": 1, "verdict": "INCONCLUSIVE"}, version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "conclusion_taken_back")
    ok(await put(world, no, "ip", PASS | {"note": "补充授权书编号"}, version=1))
    await world.drain()
    assert (await read(world, no, "disposition"))["report_version"] == 2
    assert "Recalled" not in await told(world, no)


async def test_a_conclusion_after_its_four_working_hours_is_late_and_says_so(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    assert ok(await put(world, no, "ip", PASS))["late"] is False
    await world.move_by(timedelta(hours=8))
    assert ok(await put(world, no, "customs", PASS))["late"] is True
