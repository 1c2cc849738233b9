"""Bookings through HTTP and PostgreSQL: held, confirmed, moved, missed; nothing twice, whoever asks at the same moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from icalendar import Calendar
from make import PLAIN, Make, ok
from world import World

from inspection.server.cast import PORT

QUARTER = timedelta(minutes=15)
DISPATCHERS = ("ping", "qiu")
PLAIN_MACHINE = {"name": "精密加工设备", "description": "精密加工设备，含特种气体管路与嵌入式控制软件"}
"""In the place of the production line: the same agencies are called, and no bay needs a crane."""


def path(no: str, step: str = "") -> str:
    return f"/api/v1/cases/{no}/schedule{step}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def window(one: dict[str, Any]) -> dict[str, Any]:
    """Only what says where and when."""
    return {name: one[name] for name in ("bay", "place", "starts_at", "ends_at")}


async def prepared(make: Make, **changes: Any) -> str:
    """A case whose sheet has issued and whose goods stand in the yard."""
    no = await make.case("PREPARING", **changes)
    await make.arrived(no)
    return no


async def prepared_without_crane(make: Make) -> str:
    """Likewise, of goods that fit every bay."""
    lines = [make.declaration()["lines"][0] | PLAIN_MACHINE]
    return await prepared(make, lines=lines)


async def slots(world: World, no: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/slots"))
    return found


async def lin(world: World, no: str, step: str, **body: Any) -> httpx.Response:
    """A step of Lin's."""
    return await world.client_of("lin").post(path(no, step), json=body)


async def answer(
    world: World, no: str, login: str, booking: dict[str, Any], step: str = "/confirm", **more: Any
) -> httpx.Response:
    """An agency's answer to the booking as it was seen."""
    seen = {"booking": booking["id"], "version": booking["version"]} | more
    return await world.client_of(login).post(path(no, step), json=seen)


async def proposed(world: World, no: str, slot: dict[str, Any] | None = None) -> dict[str, Any]:
    """The hold on a window (the first on offer)."""
    booking: dict[str, Any] = ok(await lin(world, no, "", **window(slot or (await slots(world, no))[0])))
    await world.drain()
    return booking


async def confirmed(world: World, no: str, slot: dict[str, Any] | None = None) -> dict[str, Any]:
    """The booking that both agencies have confirmed."""
    booking = await proposed(world, no, slot)
    for login in DISPATCHERS:
        booking = ok(await answer(world, no, login, booking))
    await world.drain()
    return booking


async def appointment(world: World, make: Make, no: str) -> list[dict[str, Any]]:
    """What Hengtong was told, newest first."""
    number = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["declaration"]
    told: list[dict[str, Any]] = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/appointment"))
    return told


# --- proposed, confirmed --------------------------------------------------------------------------------------------------


async def test_a_window_stands_when_every_mandatory_agency_has_confirmed_it(world: World, make: Make) -> None:
    no = await prepared(make)
    offered = (await slots(world, no))[0]
    assert {"EARLIEST_COMMON_WINDOW", "ONLY_CAPABLE_BAY"} <= {reason["code"] for reason in offered["reasons"]}
    booking = await proposed(world, no, offered)
    assert booking["state"] == "PROPOSED" and booking["awaited"] == ["market_regulation"]
    assert {one["name"] for one in booking["experts"]} == {"Mei", "Qiu"}
    assert QUARTER - timedelta(minutes=1) < at(booking["hold_until"]) - world.clock.now() <= QUARTER
    assert ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["state"] == "PREPARING"
    booking = ok(await answer(world, no, "ping", booking))
    assert booking["state"] == "CONFIRMED" and booking["hold_until"] is None and booking["awaited"] == []
    await world.drain()
    assert ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["state"] == "SCHEDULED"
    assert ok(await answer(world, no, "ping", booking))["version"] == booking["version"]


async def test_the_enterprise_is_told_time_place_papers_and_cost_once_with_a_calendar_file(world: World, make: Make) -> None:
    no = await prepared(make)
    booking = await confirmed(world, no)
    await world.drain()
    (told,) = await appointment(world, make, no)
    assert told["kind"] == "APPOINTED" and told["where"]["bay"] == "A1"
    assert any("CCCX-2026-0001" in paper["zh"] for paper in told["bring"]) and "不收费" in told["cost_zh"]
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{told['declaration']}/status"))
    assert status["code"] == "SCHEDULED" and "CCCX-2026-0001" in status["next_step_zh"] and "不收费" in status["next_step_zh"]
    ics = await world.client_of("hengtong").get(f"/api/v1/declarations/{told['declaration']}/appointment.ics")
    (event,) = Calendar.from_ical(ics.content).walk("VEVENT")
    assert event.decoded("dtstart") == at(booking["starts_at"]) and str(event["location"]).endswith("A1-1")
    assert str(event["uid"]) == f"{booking['id']}@lianjian"
    members = await world.client_of("mei").get(f"/api/v1/cases/{no}/schedule.ics")
    assert members.headers["content-type"].startswith("text/calendar") and b"BEGIN:VEVENT" in members.content


async def test_an_agency_that_cannot_come_gives_the_window_back_with_its_reason(world: World, make: Make) -> None:
    no = await prepared(make)
    booking = await proposed(world, no)
    refused = ok(await answer(world, no, "qiu", booking, "/refuse", reason="专家另有任务"))
    assert refused["state"] == "CANCELLED" and refused["ended_because"] == "专家另有任务"
    assert window((await slots(world, no))[0]) == window(booking)
    with pytest.raises(AssertionError):
        await appointment(world, make, no)  # a proposal is no appointment: the enterprise heard nothing


async def test_an_agency_confirms_only_the_window_it_has_seen(world: World, make: Make) -> None:
    no = await prepared(make)
    first, second = (await slots(world, no))[:2]
    booking = await proposed(world, no, first)
    moved = ok(await lin(world, no, "/change", **window(second), reason="台位检修"))
    stale = await answer(world, no, "ping", booking)
    assert stale.status_code == 412 and stale.json()["version"] == moved["version"]
    assert ok(await answer(world, no, "ping", moved))["state"] == "CONFIRMED"


# --- nothing twice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [12, pytest.param(50, marks=pytest.mark.long)])
async def test_of_many_bookings_of_one_place_at_once_exactly_one_wins(world: World, make: Make, many: int) -> None:
    lines = b"".join(msgspec.json.encode(make.declaration()) + b"\n" for _ in range(many))
    answers = await world.client_of("hengtong").post("/api/v1/declarations/batch", content=lines)
    cases = [str(msgspec.json.decode(line)["case"]) for line in answers.content.splitlines()]
    for login, agency, expert in (("ping", "market_regulation", "mei"), ("qiu", "ip", "qiu")):
        for no in cases:
            ok(await world.client_of(login).post(f"/api/v1/cases/{no}/invitations/{agency}/accept", json={"experts": [expert]}))
    await world.drain()
    slot = (await slots(world, cases[0]))[0]
    tried = await asyncio.gather(*(lin(world, no, "", **window(slot)) for no in cases))
    assert sorted(one.status_code for one in tried) == [200] + [409] * (many - 1)
    assert {one.json()["code"] for one in tried if one.status_code == 409} == {"place_taken"}
    (held,) = await world.as_owner("SELECT count(*) FROM booking WHERE state = 'PROPOSED'")
    assert held["count"] == 1


async def test_an_expert_is_never_at_two_places_at_once_and_is_named(world: World, make: Make) -> None:
    one, other = await prepared_without_crane(make), await prepared_without_crane(make)
    taken = await confirmed(world, one)
    elsewhere = window(taken) | {"bay": "A1" if taken["bay"] != "A1" else "A2"}
    refused = await lin(world, other, "", **elsewhere)
    assert refused.status_code == 409 and refused.json()["code"] == "expert_taken"
    assert refused.json()["experts"] == ["Mei", "Qiu"]
    free = (await slots(world, other))[0]
    assert at(free["starts_at"]) >= at(taken["ends_at"])


async def test_the_database_itself_refuses_a_second_window_for_an_expert(world: World, make: Make) -> None:
    one, other = await prepared_without_crane(make), await prepared_without_crane(make)
    first, second = await confirmed(world, one), await confirmed(world, other)
    with pytest.raises(asyncpg.ExclusionViolationError, match="booking_expert_one_place_at_a_time"):
        await world.as_owner(
            "UPDATE booking SET bay = 'A1', starts_at = $1, ends_at = $2 WHERE id = $3",
            at(first["starts_at"]), at(first["ends_at"]), second["id"],
        )  # fmt: skip


# --- holds ----------------------------------------------------------------------------------------------------------------


async def test_a_hold_that_has_run_out_blocks_nobody_even_before_the_tick(world: World, make: Make) -> None:
    slow, quick = await prepared(make), await prepared(make)
    booking = await proposed(world, slow)
    blocked = await lin(world, quick, "", **window(booking))
    assert blocked.status_code == 409 and blocked.json()["code"] == "place_taken"
    await world.move_by(QUARTER)
    assert window((await slots(world, quick))[0]) == window(booking) or at(booking["starts_at"]) < world.clock.now()
    won = ok(await lin(world, quick, "", **window(booking)))
    assert won["state"] == "PROPOSED"
    late = await answer(world, slow, "ping", booking)
    assert late.status_code == 409 and late.json()["code"] == "hold_expired"


async def test_the_tick_ends_a_hold_once_and_tells_the_lead_who_was_awaited(world: World, make: Make) -> None:
    no = await prepared(make)
    booking = await proposed(world, no)
    await world.move_by(QUARTER - timedelta(seconds=1))
    await world.drain()
    assert ok(await world.client_of("lin").get(path(no)))["state"] == "PROPOSED"
    await world.move_by(timedelta(seconds=1))
    await asyncio.gather(world.worker.tick(), world.worker.tick(), world.worker.tick())
    await world.drain()
    ended = ok(await world.client_of("lin").get(path(no)))
    assert (ended["state"], ended["ended_because"]) == ("CANCELLED", "hold_expired")
    types = [frame["type"] for frame in ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/events"))]
    assert types.count("ScheduleCancelled") == 1
    told = [
        item for item in ok(await world.client_of("lin").get("/api/v1/inbox")) if item["kind"].startswith("schedule_hold_expired")
    ]
    assert [item["data"]["awaited"] for item in told] == [["market_regulation"]]
    assert ok(await lin(world, no, "", **window((await slots(world, no))[0])))["id"] != booking["id"]


# --- changed, cancelled, missed -------------------------------------------------------------------------------------------


async def test_a_changed_window_asks_everybody_again_and_each_change_reaches_the_enterprise_once(
    world: World, make: Make
) -> None:
    no = await prepared(make)
    booking = await confirmed(world, no)
    other = next(slot for slot in await slots(world, no) if slot["starts_at"] != booking["starts_at"])
    moved = ok(await lin(world, no, "/change", **window(other), reason="台位检修"))
    assert moved["state"] == "CHANGED" and moved["awaited"] == ["market_regulation"] and moved["hold_until"] is None
    assert ok(await lin(world, no, "/change", **window(other), reason="台位检修"))["version"] == moved["version"]
    await world.drain()
    await world.move_by(timedelta(hours=1))
    await world.drain()
    assert ok(await world.client_of("lin").get(path(no)))["state"] == "CHANGED"  # an appointment does not vanish by silence
    ok(await answer(world, no, "ping", moved))
    await world.drain()
    told = await appointment(world, make, no)
    assert [one["kind"] for one in told] == ["APPOINTED", "BEING_MOVED", "APPOINTED"]
    assert told[1]["reason"] == "台位检修" and told[0]["where"]["starts_at"] == told[1]["where"]["starts_at"]
    assert len({one["sequence"] for one in told}) == 3


async def test_a_cancelled_window_is_free_and_the_case_needs_another(world: World, make: Make) -> None:
    no = await prepared(make)
    booking = await confirmed(world, no)
    ok(await lin(world, no, "/cancel", reason="设备故障"))
    await world.drain()
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))
    assert case["state"] == "PREPARING" and case["bookings"][0]["ended_because"] == "设备故障"
    assert window((await slots(world, no))[0]) == window(booking)
    assert [one["kind"] for one in await appointment(world, make, no)] == ["CANCELLED", "APPOINTED"]
    assert (await lin(world, no, "/cancel", reason="设备故障")).status_code == 404


async def test_nobody_has_missed_a_window_that_has_not_begun(world: World, make: Make) -> None:
    no = await prepared(make)
    booking = await confirmed(world, no)
    early = await lin(world, no, "/no-show", party="enterprise", reason="车辆未到")
    assert early.status_code == 409 and early.json()["code"] == "too_early_for_no_show"
    await world.move_to(at(booking["starts_at"]) + timedelta(minutes=20))
    stranger = await lin(world, no, "/no-show", party="drug", reason="未到")
    assert stranger.status_code == 422 and "market_regulation" in stranger.text
    missed = ok(await lin(world, no, "/no-show", party="enterprise", reason="车辆未到"))
    assert (missed["state"], missed["absent_party"]) == ("NO_SHOW", "enterprise")
    await world.drain()
    assert ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["state"] == "PREPARING"
    assert (await appointment(world, make, no))[0]["kind"] == "MISSED"


async def test_a_cancelled_case_gives_its_window_back(world: World, make: Make) -> None:
    no = await prepared(make)
    await confirmed(world, no)
    document = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["declaration_document"]
    await make.filed(document | {"version": 2, "lines": PLAIN["lines"]})  # nobody is called for these goods
    await world.drain()
    ended = ok(await world.client_of("lin").get(path(no)))
    assert (ended["state"], ended["ended_because"]) == ("CANCELLED", "case_cancelled")


# --- wishes, off-hours, arrival -------------------------------------------------------------------------------------------


async def wish(world: World, no: str, first: str, last: str) -> dict[str, Any]:
    """Hengtong would like to come in this window."""
    number = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["declaration"]
    body = {"windows": [{"starts_at": first, "ends_at": last}]}
    stated: dict[str, Any] = ok(
        await world.client_of("hengtong").post(f"/api/v1/declarations/{number}/preferred-windows", json=body)
    )
    return stated


async def test_the_enterprises_window_comes_first_on_offer(world: World, make: Make) -> None:
    no = await prepared(make)
    stated = await wish(world, no, "2026-11-20T13:30:00+08:00", "2026-11-20T17:30:00+08:00")
    assert not stated["off_hours"]
    first = (await slots(world, no))[0]
    assert at(first["starts_at"]) == at("2026-11-20T13:30:00+08:00")
    assert "PREFERRED_WINDOW" in {reason["code"] for reason in first["reasons"]}


async def test_an_evening_is_offered_to_whom_asks_for_it_while_the_roster_has_the_people(world: World, make: Make) -> None:
    no = await prepared(make)
    assert not any(slot.get("off_hours") for slot in await slots(world, no))
    assert (await wish(world, no, "2026-11-20T19:00:00+08:00", "2026-11-20T22:00:00+08:00"))["off_hours"]
    evening = next(slot for slot in await slots(world, no) if slot.get("off_hours"))
    assert "OFF_HOURS" in {reason["code"] for reason in evening["reasons"]}
    away = {"login": "mei", "starts_at": "2026-11-20T18:00:00+08:00", "ends_at": "2026-11-21T08:00:00+08:00", "reason": "年假"}
    ok(
        await world.client_of("ping").post(
            f"/api/v1/units/{PORT}/market_regulation/absences", json=away, headers={"Idempotency-Key": "an evening off"}
        )
    )
    refused = await lin(world, no, "", **window(evening))
    assert refused.status_code == 422 and "Mei is not on duty then" in refused.text
    booked = await confirmed(world, no)
    assert not booked["off_hours"]


async def test_goods_are_not_appointed_before_they_arrive_unless_they_stand_in_the_yard(world: World, make: Make) -> None:
    no = await make.case("PREPARING")
    assert at((await slots(world, no))[0]["starts_at"]) >= at("2026-11-21T06:00:00+08:00")
    await make.arrived(no)
    assert at((await slots(world, no))[0]["starts_at"]) < at("2026-11-20T18:00:00+08:00")


async def test_a_window_at_a_bay_that_lacks_what_the_goods_need_is_refused(world: World, make: Make) -> None:
    no = await prepared(make)
    refused = await lin(world, no, "", **(window((await slots(world, no))[0]) | {"bay": "A2"}))
    assert refused.status_code == 422 and "crane" in refused.text


# --- the plan, the yard ---------------------------------------------------------------------------------------------------


async def test_a_plan_gives_every_waiting_case_a_window_and_moves_a_booking_only_when_asked(world: World, make: Make) -> None:
    booked, *waiting = [await prepared(make) for _ in range(3)]
    held = await confirmed(world, booked)
    plan = ok(await world.client_of("lin").get(f"/api/v1/ports/{PORT}/plan"))
    assert sorted(one["case"] for one in plan["assignments"]) == sorted(waiting) and plan["unplaced"] == []
    spans = sorted((at(one["starts_at"]), at(one["ends_at"])) for one in [*plan["assignments"], held])
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    again = ok(await world.client_of("lin").get(f"/api/v1/ports/{PORT}/plan", params={"movable": [booked]}))
    assert sorted(one["case"] for one in again["assignments"]) == sorted([booked, *waiting])
    assert ok(await world.client_of("lin").get(path(booked)))["state"] == "CONFIRMED"
    refused = await world.client_of("lin").get(f"/api/v1/ports/{PORT}/plan", params={"movable": [waiting[0]]})
    assert refused.status_code == 422 and refused.json()["code"] == "not_movable"


async def test_goods_stand_at_numbered_places_and_are_inspected_where_they_are_booked(world: World, make: Make) -> None:
    no = await make.case("PREPARING")
    tao = world.client_of("tao")
    moves = f"/api/v1/cases/{no}/yard-moves"
    units = [f"CONT{n}" for n in range(9)]
    moved = [await tao.post(moves, json={"to": "WAITING", "unit": unit}) for unit in units]
    assert [one.status_code for one in moved] == [200] * 8 + [409]
    assert moved[-1].json()["code"] == "no_room_in_bay"
    early = await tao.post(moves, json={"to": "INSPECTION", "unit": units[0]})
    assert early.status_code == 409 and early.json()["code"] == "not_the_booked_place"
    booking = await confirmed(world, no)
    there = ok(await tao.post(moves, json={"to": "INSPECTION", "unit": units[0]}))
    assert (there["bay"], there["place"]) == (booking["bay"], booking["place"])
    stays = await tao.post(moves, json={"to": "OUTSIDE", "unit": units[0]})
    assert stays.status_code == 409 and stays.json()["code"] == "goods_may_not_leave"
    yard = {bay["code"]: bay for bay in ok(await tao.get(f"/api/v1/ports/{PORT}/yard"))}
    assert len(yard["W1"]["standing"]) == 7 and yard["A1"]["standing"][0]["unit"] == "CONT0"
    assert [one for bay in ok(await world.client_of("hua").get(f"/api/v1/ports/{PORT}/yard")) for one in bay["standing"]] == []
