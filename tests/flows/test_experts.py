"""Who is sent: certified, on the roster, tied to nobody; waived in the open; and who is called at three in the morning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from dispatching import MARKET, TODAY, YESTERDAY, accept, codes, draw_for, eligible, events_of, recertified, send
from make import Make, ok
from world import World

from inspection.server.cast import HENGTONG, PORT

# --- certificates ---------------------------------------------------------------------------------------------------------


async def test_an_expert_whose_certificate_expired_yesterday_is_not_assignable(world: World, make: Make) -> None:
    no = await make.case()
    await recertified(world, "mei", YESTERDAY)
    assert codes((await eligible(world, no))["mei"]) >= {"CERTIFICATE_EXPIRED"}
    refused = await accept(world, no, "mei")
    assert refused.status_code == 422 and refused.json()["code"] == "expert_not_eligible"
    assert "CERTIFICATE_EXPIRED" in refused.json()["errors"][0]["codes"]
    ok(await accept(world, no, "bo"))


async def test_a_certificate_counts_on_its_last_day_and_only_for_its_domains(world: World, make: Make) -> None:
    no = await make.case()
    domains = ok(await world.client_of("ping").get(f"/api/v1/cases/{no}/invitations/market_regulation/eligible"))["domains"]
    await recertified(world, "mei", TODAY, domains=domains)
    await recertified(world, "bo", TODAY, domains=["TOYS"])
    people = await eligible(world, no)
    assert people["mei"]["eligible"] and not people["bo"]["eligible"]
    assert (await accept(world, no, "mei", "bo")).status_code == 422
    ok(await accept(world, no, "mei"))


async def test_an_approver_waives_the_certificate_for_one_case_and_it_is_on_record(world: World, make: Make) -> None:
    no, other = await make.case(), await make.case()
    await recertified(world, "mei", YESTERDAY)
    domains = (await eligible(world, no))["bo"]["domains"]
    body = {"login": "mei", "domains": domains, "reason": "设备专家唯一，证书换发中"}
    path = f"/api/v1/cases/{no}/certificate-waivers"
    assert (await world.client_of("lin").post(path, json=body)).status_code == 403
    ok(await world.client_of("zhao").post(path, json=body))
    ok(await world.client_of("zhao").post(path, json=body))
    assert (await world.client_of("zhao").post(path, json=body | {"reason": "另一理由"})).status_code == 409
    ok(await accept(world, no, "mei"))
    assert (await accept(world, other, "mei")).status_code == 422
    told = await events_of(world, no, "CertificateWaived")
    assert len(told) == 1 and told[0]["data"]["reason"] == body["reason"]


async def test_a_unit_keeps_its_own_papers_and_nobody_else_s(world: World) -> None:
    body = {"login": "mei", "number": "XC-1", "issuer": "x", "valid_from": TODAY, "valid_until": TODAY}
    assert (await send(world, "qiu", f"{MARKET}/certificates", body)).status_code == 404
    assert (await send(world, "ping", f"{MARKET}/certificates", body | {"login": "qiu"})).status_code == 422
    assert (await send(world, "mei", f"{MARKET}/certificates", body)).status_code == 403
    ok(await send(world, "wen", f"{MARKET}/certificates", body))
    assert (await world.client_of("ou").get("/api/v1/units/5316/customs/roster")).status_code == 404


# --- rosters, ties, previous inspectors -----------------------------------------------------------------------------------


async def test_somebody_away_all_week_is_not_sent_and_the_substitute_is_on_duty(world: World, make: Make) -> None:
    no = await make.case()
    away = {"login": "mei", "reason": "年假", "substitute": "bo"}
    away |= {"starts_at": "2026-11-19T00:00:00+08:00", "ends_at": "2026-11-29T00:00:00+08:00"}
    absence = ok(await send(world, "ping", f"{MARKET}/absences", away))
    people = await eligible(world, no)
    assert codes(people["mei"]) == {"NOT_ON_THE_ROSTER"} and people["bo"]["eligible"]
    roster = ok(await world.client_of("ping").get(f"{MARKET}/roster?at=2026-11-21T03:00:00%2B08:00"))
    assert [(one["login"], one["instead_of"]) for one in roster["on_duty"] if one["role"] == "EXPERT"] == [("bo", "mei")]
    ok(await world.client_of("ping").post(f"{MARKET}/absences/{absence['id']}/withdraw"))
    assert (await eligible(world, no))["mei"]["eligible"]


async def test_who_is_tied_to_the_enterprise_is_neither_named_nor_drawn(world: World, make: Make) -> None:
    no = await make.case()
    tie = {"login": "mei", "party": HENGTONG, "reason": "亲属任职", "valid_from": "2026-01-01"}
    ok(await send(world, "ping", f"{MARKET}/conflicts", tie))
    assert (await accept(world, no, "mei")).status_code == 422
    drawn = ok(await draw_for(world, no))
    assert drawn["standing"] == ["bo"] and drawn["record"]["only_one"]
    assert drawn["record"]["exclusions"] == [{"who": "mei", "reasons": ["CONFLICT_OF_INTEREST"]}]


async def test_who_inspected_these_goods_before_does_not_inspect_them_again(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    session = await make.session_of(no)
    await world.as_owner(
        "UPDATE field_session SET officers = officers || jsonb_build_array(jsonb_build_object('person', p.id::text,"
        " 'login', 'mei', 'name', 'Mei', 'agency', 'market_regulation')) FROM person p WHERE p.login = 'mei'"
        " AND field_session.id = $1::uuid",
        session,
    )
    await make.closed(no)
    people = await eligible(world, no)
    assert "PREVIOUS_INSPECTOR" in codes(people["mei"]) and "PREVIOUS_INSPECTOR" not in codes(people["bo"])


async def test_a_roster_with_a_hole_shows_it(world: World) -> None:
    shifts = ok(await world.client_of("qiu").get(f"/api/v1/units/{PORT}/ip/roster"))["shifts"]
    for one in shifts:
        if one["role"] == "EXPERT":
            ok(await world.client_of("qiu").post(f"/api/v1/units/{PORT}/ip/shifts/{one['id']}/withdraw"))
    day = {"login": "qiu", "role": "EXPERT", "starts": "08:00:00", "ends": "20:00:00", "valid_from": "2026-01-01"}
    ok(await send(world, "qiu", f"/api/v1/units/{PORT}/ip/shifts", day))
    roster = ok(await world.client_of("qiu").get(f"/api/v1/units/{PORT}/ip/roster"))
    assert {gap["role"] for gap in roster["gaps"]} == {"EXPERT"} and len(roster["gaps"]) == 7


# --- mandates, hand-overs, who is called ----------------------------------------------------------------------------------


async def test_an_act_outside_the_mandate_is_refused_and_stays_on_record(world: World, make: Make) -> None:
    no = await make.case()
    body = {"number": "LM-2025-7", "acts": ["PARTICIPATE"], "signatories": ["Gao", "Ping"]}
    body |= {"valid_from": "2025-01-01", "valid_until": "2025-12-31"}
    assert (await send(world, "ping", f"{MARKET}/mandates", body)).status_code == 403
    ok(await send(world, "wen", f"{MARKET}/mandates", body))
    refused = await accept(world, no, "mei")
    assert refused.status_code == 403 and refused.json()["code"] == "outside_mandate"
    logged = await world.as_owner("SELECT data FROM event WHERE type = 'ActRefused'")
    assert len(logged) == 1 and json.loads(logged[0]["data"])["act"] == "PARTICIPATE"
    ok(await send(world, "wen", f"{MARKET}/mandates", body | {"number": "LM-2026-1", "valid_until": "2026-12-31"}))
    ok(await accept(world, no, "mei"))
    assert len(ok(await world.client_of("lin").get(f"{MARKET}/mandates"))) == 2


async def test_a_case_is_handed_over_at_the_change_of_shifts(world: World, make: Make) -> None:
    no = await make.case()
    path = f"/api/v1/cases/{no}/hand-over"
    body = {"to": "zhao", "note": "市场监管专家 11 点到"}
    taken = ok(await world.client_of("lin").post(path, json=body))
    assert ok(await world.client_of("lin").post(path, json=body)) == taken
    assert [(one["agency"], one["login"]) for one in ok(await world.client_of("mei").get(f"/api/v1/cases/{no}/holders"))] == [
        ("customs", "zhao")
    ]
    (told,) = await events_of(world, no, "CaseHandedOver")
    assert (told["data"]["from"], told["data"]["to"]) == ("Lin", "Zhao")
    assert (await world.client_of("tao").post(path, json=body | {"to": "rong"})).status_code == 403
    assert (await world.client_of("lin").post(path, json=body | {"to": "mei"})).status_code == 422
    ok(await world.client_of("zhao").post(path, json={"to": "lin", "note": "夜班无事"}))


async def test_each_of_the_six_roles_reaches_somebody_at_three_in_the_morning(world: World) -> None:
    night = ok(await world.client_of("mei").get("/api/v1/on-call?at=2026-11-22T03:00:00%2B08:00"))
    assert len(night) == 6 and all(one["name"] and one["contact"] for one in night)
    by_role = {one["role"]: one for one in night}
    assert by_role["DECLARATION"]["watch"] == "GENERAL_COORDINATION" and by_role["DECLARATION"]["name"] == "Zhao"
    assert by_role["IMPORT_INSPECTION"]["name"] == "Rong"
    assert (await world.client_of("ou").get(f"/api/v1/on-call?port={PORT}")).status_code == 404


async def test_the_enterprise_always_sees_a_coordinator_it_can_reach(world: World) -> None:
    hengtong = world.client_of("hengtong")

    async def general() -> dict[str, Any]:
        return {one["topic"]: one for one in ok(await hengtong.get("/api/v1/coordinator"))}["GENERAL"]

    found = await general()
    assert (found["coordinator"], found["now"]) == ("Lin", "Lin")
    away = {"login": "lin", "reason": "出差", "substitute": None}
    away |= {"starts_at": "2026-11-20T00:00:00+08:00", "ends_at": "2026-11-21T00:00:00+08:00"}
    ok(await send(world, "lin", f"/api/v1/units/{PORT}/customs/absences", away))
    found = await general()
    assert (found["coordinator"], found["instead_of"]) == ("Zhao", "Lin") and found["now"] and found["now_contact"]
    await world.move_to(datetime(2026, 11, 20, 19, tzinfo=UTC))
    assert (await general())["now"] == "Zhao"
    assert ok(await world.client_of("xinda").get("/api/v1/coordinator"))[0]["now"]
    body = {"enterprise": HENGTONG, "topic": "GENERAL", "login": "rong", "contact": "综合窗口", "valid_from": "2026-11-20"}
    ok(await send(world, "lin", f"/api/v1/ports/{PORT}/coordinators", body))
    assert (await general())["coordinator"] == "Rong"
