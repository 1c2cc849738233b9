"""S13: a suspected trademark is put to its rights holder, who answers without signing in; silence is never an answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from asking import authorised, cases, confirm, holder
from deciding import PASS, put, read, told
from make import Make, ok, refused
from world import World

from inspection.server.cast import PORT

GENUINE = {"outcome": "GENUINE", "name": "Lumen SA brand protection", "text": "Serial numbers are ours."}
FAKE = {"line": 1, "verdict": "REFUSE", "measures": ["DESTROY"], "basis": "CONFIRMED_BY_RIGHTS_HOLDER"}


def by_word(confirmation: str, **other: Any) -> dict[str, Any]:
    """IP passes line 1 on the rights holder's word."""
    return {"line": 1, "verdict": "PASS", "basis": "CONFIRMED_BY_RIGHTS_HOLDER", "cites": [confirmation]} | other


async def link_of(world: World, id_: str) -> tuple[str, dict[str, str]]:
    """Where the letter leads: the path of the confirmation, and the header with the secret that only the letter carries."""
    (letter,) = await world.as_owner(
        "SELECT address, texts->'en'->>'body' AS body, data::text AS data FROM notice WHERE dedupe = $1",
        f"rights_confirmation {id_}",
    )
    found = re.search(r"/#/rights/([0-9a-f-]{36})\?secret=(\S+)", letter["body"])
    assert found is not None and letter["address"] == "rights@lumen.example" and found[2] not in letter["data"]
    assert len(found[2]) >= 43, "256 bit"
    return f"/public/v1/rights-confirmations/{found[1]}", {"X-Confirmation-Secret": found[2]}


async def reply(world: World, id_: str, **other: Any) -> httpx.Response:
    """Lumen SA answers, without signing in."""
    path, secret = await link_of(world, id_)
    return await world.client_of(None).post(path + "/reply", json=GENUINE | other, headers=secret)


async def test_genuine_is_what_the_holder_says_and_the_pass_cites_it(port: World, builder: Make) -> None:
    no = await builder.case("CONCLUDING")
    asked = ok(await confirm(port, no, await holder(port)))
    due = datetime.fromisoformat(asked["due"]).astimezone(UTC)
    assert (asked["state"], due) == ("OPEN", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)), "three working days, to the close"
    refused(await put(port, no, "ip", by_word(asked["id"])), "conclusion_invalid", 422)

    path, secret = await link_of(port, asked["id"])
    seen = ok(await port.client_of(None).get(path, headers=secret))
    assert (seen["brand"], seen["state"], seen["agency_en"]) == ("LUMEN", "OPEN", "Intellectual Property")
    assert "Hengtong" not in str(seen) and no not in str(seen), "nothing of the trader"
    said = ok(await reply(port, asked["id"]))
    assert said["reply"]["late"] is False and ok(await reply(port, asked["id"])) == said
    refused(await reply(port, asked["id"], outcome="COUNTERFEIT"), "reply_differs")

    refused(await put(port, no, "ip", FAKE | {"cites": [asked["id"]]}), "conclusion_invalid", 422)
    for agency, line in (("customs", PASS), ("market_regulation", PASS), ("ip", by_word(asked["id"]))):
        ok(await put(port, no, agency, line))
    await port.drain()
    report = await read(port, no, "report.json")
    (cited,) = next(one for one in report["conclusions"] if one["agency"] == "ip")["cites"]
    assert (cited["kind"], cited["issuer"], cited["said"]) == ("RIGHTS_HOLDER", "Lumen SA", "GENUINE")
    assert report["merged"]["outcome"] == "AUTOMATIC"
    assert (await port.client_of("lin").get(cases(no, "report.pdf"))).content.startswith(b"%PDF")


async def test_an_authorisation_on_file_answers_at_once_and_writes_to_nobody(port: World, builder: Make) -> None:
    no, lumen = await builder.case("CONCLUDING"), await holder(port)
    id_ = await authorised(port, lumen)
    asked = ok(await confirm(port, no, lumen))
    assert (asked["outcome"], asked["authorisation"], asked["due"]) == ("GENUINE", "LA-2026-7", None)
    assert not await port.as_owner("SELECT 1 FROM notice WHERE dedupe = $1", f"rights_confirmation {asked['id']}")
    ok(await put(port, no, "ip", by_word(asked["id"])))

    path = f"/api/v1/units/{PORT}/ip/rights-holders/{lumen}/authorisations/{id_}/revoke"
    ok(await port.client_of("qiu").post(path, json={"reason": "授权到期不续"}))
    assert ok(await confirm(port, no, lumen))["state"] == "OPEN", "a revoked one settles nothing"


@pytest.mark.parametrize("wrong", [{"trader": "91440300000000001X"}, {"brand": "LUX"}, {"valid_until": "2026-11-19"}])
async def test_an_authorisation_of_another_trader_brand_or_time_settles_nothing(
    wrong: dict[str, str], port: World, builder: Make
) -> None:
    no, lumen = await builder.case("PREPARING"), await holder(port, brands=["LUMEN", "LUX"])
    await authorised(port, lumen, **wrong)
    assert ok(await confirm(port, no, lumen))["outcome"] is None


async def test_silence_is_not_genuine_and_releases_nothing(port: World, builder: Make) -> None:
    no = await builder.case("CONCLUDING")
    asked = ok(await confirm(port, no, await holder(port)))
    for agency in ("customs", "market_regulation"):
        ok(await put(port, no, agency, PASS))
    waiting = refused(await put(port, no, "ip", PASS), "conclusion_invalid", 422)["errors"]
    assert waiting[0]["path"] == "$.lines[0].basis", "the holder may still reply"
    await port.drain()
    listed = {one["no"]: one for one in ok(await port.client_of("lin").get("/api/v1/cases?limit=200"))["items"]}
    assert listed[no]["awaited"] == ["rights_holder"]

    now = port.clock.now()
    await port.move_to(datetime(2026, 11, 25, 9, 31, tzinfo=UTC))
    await port.drain()
    (seen,) = ok(await port.client_of("qiu").get(cases(no, "rights-confirmations")))
    assert (seen["state"], seen["outcome"], seen["silence"]) == ("LAPSED", None, "AGENCY_DECIDES")
    assert (await told(port, no)).count("RightsConfirmationLapsed") == 1 and "ReportIssued" not in await told(port, no)
    assert any(one["kind"] == "rights_holder_silent" for one in ok(await port.client_of("qiu").get("/api/v1/inbox")))
    refused(await put(port, no, "ip", by_word(asked["id"])), "conclusion_invalid", 422)
    late = ok(await reply(port, asked["id"], outcome="COUNTERFEIT"))
    assert late["reply"]["late"] is True
    ok(await put(port, no, "ip", FAKE | {"cites": [asked["id"]]}))
    await port.move_to(now)


async def test_an_agency_may_have_its_determination_begin_with_the_silence(port: World, builder: Make) -> None:
    path = f"/api/v1/units/{PORT}/ip/rights-silence"
    body = {"rule": "DETERMINATION", "reason": "按海关法规定的认定期限办理"}
    assert ok(await port.client_of("qiu").put(path, json=body))["silence"] == "DETERMINATION"
    no = await builder.case("CONCLUDING")
    ok(await confirm(port, no, await holder(port)))
    now = port.clock.now()
    await port.move_to(datetime(2026, 11, 25, 9, 31, tzinfo=UTC))
    await port.drain()

    def running(deadlines: list[dict[str, Any]]) -> list[str]:
        return [one["state"] for one in deadlines if one["type"] == "ip_determination"]

    assert running(ok(await port.client_of("qiu").get(cases(no, "deadlines")))) == ["RUNNING"]
    ok(await put(port, no, "ip", PASS))
    await port.drain()
    assert running(ok(await port.client_of("qiu").get(cases(no, "deadlines")))) == ["MET"]
    ok(await port.client_of("qiu").put(path, json=body | {"rule": "AGENCY_DECIDES"}))
    await port.move_to(now)


async def test_a_wrong_secret_finds_nothing_and_a_question_taken_back_is_gone(port: World, builder: Make) -> None:
    no, lumen = await builder.case("PREPARING"), await holder(port)
    asked, other = ok(await confirm(port, no, lumen)), ok(await confirm(port, no, lumen))
    path, secret = await link_of(port, asked["id"])
    nobody = port.client_of(None)
    assert (await nobody.get(path, headers={"X-Confirmation-Secret": "x" * 43})).status_code == 404
    assert (await nobody.get((await link_of(port, other["id"]))[0], headers=secret)).status_code == 404

    withdrawn = ok(
        await port.client_of("qiu").post(cases(no, "rights-confirmations", asked["id"], "withdraw"), json={"reason": "误发"})
    )
    assert withdrawn["state"] == "WITHDRAWN"
    assert (await nobody.get(path, headers=secret)).status_code == 404
    assert (await nobody.post(path + "/reply", json=GENUINE, headers=secret)).status_code == 404


async def test_who_asks_what_of_whom(port: World, builder: Make) -> None:
    no, lumen, id_ = await builder.case("PREPARING"), await holder(port), str(uuid4())
    assert ok(await confirm(port, no, lumen, id_=id_)) == ok(await confirm(port, no, lumen, id_=id_)), "one letter"
    refused(await confirm(port, no, lumen, id_=id_, text="另一问题"), "confirmation_differs")
    assert refused(await confirm(port, no, lumen, brand="ACME"), "confirmation_invalid", 422)["errors"][0]["path"] == "$.brand"
    assert refused(await confirm(port, no, lumen, line=9), "confirmation_invalid", 422)["errors"][0]["path"] == "$.line"
    assert (await confirm(port, no, lumen, login="ping")).status_code == 404, "another unit's contact"
    assert (await port.client_of("ping").get(f"/api/v1/units/{PORT}/ip/rights-holders")).status_code == 404
    assert (await port.client_of("mei").get(cases(no, "rights-confirmations"))).is_success
