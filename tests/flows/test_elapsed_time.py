"""Where the time of a case went: who is charged with which wait, what the three views say, what a port's figures add up to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from deciding import concluded
from make import Make, ok
from verified import verify_action
from world import MORNING, World, new_world

from agencies.powers import PLATFORM
from inspection.server.embedded import EmbeddedPostgres
from inspection.timekeeping import elapsed_time

HOUR = 3600


async def elapsed(world: World, no: str, login: str = "lin") -> dict[str, Any]:
    """Where the case's time went, as one of the cast reads it."""
    answer: dict[str, Any] = ok(await world.client_of(login).get(f"/api/v1/cases/{no}/elapsed"))
    return answer


def waits(view: dict[str, Any]) -> list[tuple[int, tuple[str, ...]]]:
    """Minutes and parties of the segments, in order; the seconds in which the test itself works are passed over."""
    minutes = [(round(one["lasted"]["clock_seconds"] / 60), one["awaited"]) for one in view["segments"]]
    return [(lasted, tuple(party["code"] for party in awaited)) for lasted, awaited in minutes if lasted]


def about(seconds: float) -> Any:
    """So long, give or take the minute in which the test itself works."""
    return pytest.approx(seconds, abs=60)


async def accept(world: World, no: str, login: str, agency: str, expert: str) -> None:
    """An agency's dispatcher accepts."""
    path = f"/api/v1/cases/{no}/invitations/{agency}/accept"
    ok(await world.client_of(login).post(path, json={"experts": [expert]}))
    await world.drain()


async def test_the_wait_for_a_silent_agency_is_charged_to_it_and_both_clocks_say_so(world: World, make: Make) -> None:
    """S4: nobody answers in time; the key figures charge the waiting to that agency, lapse or no lapse."""
    await world.move_to(datetime(2026, 2, 13, 8, 45, tzinfo=UTC))  # Friday 16:45; Saturday is a make-up day
    no = str((await make.filed(make.declaration(declared_at="2026-02-13T16:00:00+08:00")))["case"])
    await accept(world, no, "qiu", "ip", "qiu")
    await world.move_to(datetime(2026, 2, 14, 3, 15, tzinfo=UTC))  # Saturday 11:15, after the lapse of whatever was due
    await world.drain()
    await accept(world, no, "ping", "market_regulation", "mei")
    view = await elapsed(world, no)
    assert waits(view) == [(18 * 60 + 30, ("market_regulation",))]
    silent = next(one for one in view["parties"] if one["party"] == {"kind": "agency", "code": "market_regulation"})
    assert silent["total"] == {"clock_seconds": about(18.5 * HOUR), "working_seconds": about(3 * HOUR)}
    assert sum(one["lasted"]["clock_seconds"] for one in view["segments"]) == view["total"]["clock_seconds"]
    own = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{(await _declaration(world, no))}/elapsed"))
    assert {one["name_zh"]: one["total"]["working_seconds"] for one in own["parties"]}["市场监管部门"] == about(3 * HOUR)


async def _declaration(world: World, no: str) -> str:
    return str(ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["declaration"])


async def agree(world: World, no: str) -> tuple[str, ...]:
    """Whom the list waits for, after seeing that the elapsed time of the next minute and the enterprise's status say the same."""
    listed = next(one for one in ok(await world.client_of("lin").get("/api/v1/cases"))["items"] if one["no"] == no)
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{listed['declaration']}/status"))
    await world.move_by(timedelta(minutes=1))
    for login in ("lin", "mei"):
        last = (await elapsed(world, no, login))["segments"][-1]
        assert [party["code"] for party in last["awaited"]] == listed["awaited"] and last["stage"] == listed["state"]
    names = {"customs": "海关", "market_regulation": "市场监管部门", "ip": "知识产权部门"}
    if listed["state"] != "SCHEDULED":  # there the enterprise has to come, and its status says that
        assert status["holder_zh"] == "、".join(names[code] for code in listed["awaited"])
    return tuple(listed["awaited"])


async def test_the_list_the_status_and_the_elapsed_time_wait_for_the_same_people_at_every_stage(world: World, make: Make) -> None:
    no = await make.case()
    assert await agree(world, no) == ("ip", "market_regulation")
    await accept(world, no, "ping", "market_regulation", "mei")
    assert await agree(world, no) == ("ip",)
    await accept(world, no, "qiu", "ip", "qiu")
    assert await agree(world, no) == ("customs",)
    await make.scheduled(no)
    assert await agree(world, no) == ("port",)
    await make.opened(no)
    assert await agree(world, no) == ("customs", "ip", "market_regulation")
    await make.closed(no)
    assert await agree(world, no) == ("customs", "ip", "market_regulation")
    await concluded(world, no, market_regulation={"line": None, "verdict": "PENDING_TEST", "basis": "TESTED"})
    listed = next(one for one in ok(await world.client_of("lin").get("/api/v1/cases"))["items"] if one["no"] == no)
    assert listed["awaited"] == ["laboratory"]


async def test_while_a_clock_stands_for_the_laboratory_the_case_waits_for_it_and_not_for_the_agency(
    world: World, make: Make
) -> None:
    no = await make.case("CONCLUDING")
    lin, here = world.client_of("lin"), f"/api/v1/cases/{no}/deadlines"
    mine = next(one for one in ok(await lin.get(here)) if one["subject"] == f"conclusion/{no}/market_regulation")

    async def pause() -> None:
        ok(await lin.post(f"{here}/{mine['id']}/pause", json={"reason": "laboratory", "why": "样品已送检"}))

    async def resume() -> None:
        ok(await lin.post(f"{here}/{mine['id']}/resume"))

    await verify_action(world, no, pause)
    await world.move_by(timedelta(hours=2))
    assert waits(await elapsed(world, no))[-1] == (120, ("customs", "ip", "laboratory"))
    await verify_action(world, no, resume)
    await world.move_by(timedelta(hours=1))
    assert waits(await elapsed(world, no))[-1] == (60, ("customs", "ip", "market_regulation"))


async def test_a_window_the_enterprise_wished_later_is_its_wait_and_one_it_missed_as_well(world: World, make: Make) -> None:
    no = await make.case("PREPARING")
    await make.arrived(no)
    lin, number = world.client_of("lin"), await _declaration(world, no)
    afternoon = {"starts_at": "2026-11-20T14:00:00+08:00", "ends_at": "2026-11-20T17:30:00+08:00"}
    earliest = min(slot["starts_at"] for slot in ok(await lin.get(f"/api/v1/cases/{no}/slots")))
    ok(await world.client_of("hengtong").post(f"/api/v1/declarations/{number}/preferred-windows", json={"windows": [afternoon]}))
    slot = next(
        one for one in ok(await lin.get(f"/api/v1/cases/{no}/slots")) if datetime.fromisoformat(one["starts_at"]).hour in (6, 14)
    )
    await make.agreed(no, ok(await lin.post(f"/api/v1/cases/{no}/schedule", json=slot)))
    await world.drain()
    starts = datetime.fromisoformat(slot["starts_at"])
    assert datetime.fromisoformat(earliest) < starts
    await world.move_to(starts + timedelta(minutes=40))
    missed = {"party": "enterprise", "reason": "车辆未到"}
    assert waits(await elapsed(world, no))[-1] == (40, ("customs",))  # nobody has said yet why nothing begins
    ok(await lin.post(f"/api/v1/cases/{no}/schedule/no-show", json=missed))
    await world.drain()
    view = await elapsed(world, no)
    waited = {one["party"]["code"]: one["total"]["clock_seconds"] for one in view["parties"]}
    first = datetime.fromisoformat(earliest)
    assert waited["port"] == about((first - MORNING).total_seconds())
    assert waited["enterprise"] == about((starts - first).total_seconds() + 40 * 60)
    assert max(waited.values()) <= view["total"]["clock_seconds"]


@dataclass
class Month:
    """A platform with two cases that were released, in the order of their ends, and one that runs. Nobody changes anything."""

    world: World
    ended: tuple[str, ...]

    async def figures(self, login: str, port: str = "5316", **period: str) -> httpx.Response:
        """The figures of a port as one of the cast reads them."""
        return await self.world.client_of(login).get(f"/api/v1/ports/{port}/elapsed", params=period)


@pytest.fixture(scope="module")
async def month(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Month]:
    """The answers of one case took an hour, those of the other nearly two; both were inspected for an hour and a half."""
    async with new_world(postgres, tmp_path_factory.mktemp("month")) as world:
        make, numbers = Make(world), []
        for minutes in (60, 115):
            no = await make.case()
            await world.move_by(timedelta(minutes=minutes))
            await make.accepted(no)
            await make.scheduled(no)
            window = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/schedule"))
            await world.move_to(datetime.fromisoformat(window["starts_at"]))
            await make.opened(no)
            await world.move_by(timedelta(minutes=90))
            await make.closed(no)
            await concluded(world, no)
            numbers.append(no)
        await make.case()
        yield Month(world, tuple(numbers))


async def test_figures_of_a_port_are_those_of_its_ended_cases_and_add_up(month: Month) -> None:
    views = [await elapsed(month.world, no) for no in month.ended]
    assert all(view["ended_at"] for view in views)
    found = ok(await month.figures("lin"))
    assert found["cases"] == 2 and found["running"] == 1
    assert found["clock"]["total"] == sum(view["total"]["clock_seconds"] for view in views)
    assert found["working"]["total"] == sum(view["total"]["working_seconds"] for view in views)
    parties = {one["party"]["code"]: one for one in found["parties"]}
    for code, one in parties.items():
        spent = [party["total"] for view in views for party in view["parties"] if party["party"]["code"] == code]
        assert one["cases"] == len(spent) and one["clock"]["total"] == sum(each["clock_seconds"] for each in spent)
        assert one["clock"]["p90"] == max(each["clock_seconds"] for each in spent)
        assert one["clock"]["median"] in {each["clock_seconds"] for each in spent}
    assert parties["ip"]["clock"]["total"] >= (60 + 115) * 60 and 0 < parties["ip"]["share_clock"] < 1
    assert {one["party"]["code"]: one["cases"] for one in found["awaited_now"]} == {"ip": 1, "market_regulation": 1}


async def test_targets_are_shown_as_met_or_not(month: Month) -> None:
    targets = {one["code"]: one for one in ok(await month.figures("lin"))["targets"]}
    assert targets["inspection"]["met"] == targets["inspection"]["cases"] == 2
    assert targets["inspection"]["clock"]["median"] == about(90 * 60) and targets["inspection"]["limit_seconds"] == 4 * HOUR
    of_one = {one["code"]: one for one in (await elapsed(month.world, month.ended[0]))["targets"]}
    assert of_one["inspection"]["met"] is True and of_one["determination_to_inspection"]["met"] is True


async def test_an_agency_reads_its_own_line_another_port_nothing_and_the_enterprise_none_of_it(month: Month) -> None:
    everything = {one["party"]["code"]: one for one in ok(await month.figures("an"))["parties"]}
    own = ok(await month.figures("mei"))
    assert own["parties"] == [everything["market_regulation"]] and own["cases"] == 2
    foreign = ok(await month.figures("hua"))
    assert foreign["cases"] == 0 and foreign["parties"] == [] and foreign["awaited_now"] == []
    assert (await month.figures("ou")).status_code == 404 and ok(await month.figures("ou", "2248"))["cases"] == 0
    assert (await month.figures("hengtong")).status_code == 403
    path = f"/api/v1/declarations/{await _declaration(month.world, month.ended[0])}/elapsed"
    assert (await month.world.client_of("xinda").get(path)).status_code == 404
    assert ok(await month.world.client_of("hengtong").get(path))["ended_at"]


async def test_a_period_counts_the_cases_that_ended_in_it_and_must_be_one(month: Month) -> None:
    at = datetime.fromisoformat((await elapsed(month.world, month.ended[0]))["ended_at"])
    exactly = {"since": at.isoformat(), "until": (at + timedelta(seconds=1)).isoformat()}
    assert ok(await month.figures("lin", **exactly))["cases"] == 1
    turned = await month.figures("lin", since=at.isoformat(), until=(at - timedelta(hours=1)).isoformat())
    assert turned.status_code == 422 and turned.json()["code"] == "figures_period_invalid"


async def test_keeping_a_case_twice_keeps_it_once(month: Month) -> None:
    everything = "SELECT * FROM party_time ORDER BY case_no, agency"
    before = await month.world.as_owner(everything)
    async with month.world.platform.database.unit_of_work(PLATFORM) as session:
        await elapsed_time.keep(session, f"case:{month.ended[0]}")
    assert before and await month.world.as_owner(everything) == before
