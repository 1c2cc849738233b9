"""Draws 双随机: committed to before, drawn from the pool, replayed by anybody; nobody draws until the result pleases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from dispatching import accept, draw_for, events_of, key, send
from make import Make, ok
from world import World

from agencies.double_random import DrawRecord, draw, replay
from inspection.server.cast import PORT
from inspection.server.cli import main


async def test_a_draw_is_committed_to_before_and_replayed_by_anybody_after(
    world: World, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no = await make.case()
    (committed,) = [one for one in await events_of(world, no, "DrawCommitted") if one["data"]["agency"] == "market_regulation"]
    await world.move_by(timedelta(minutes=10))
    drawn = ok(await draw_for(world, no))
    (held,) = await events_of(world, no, "DrawHeld")
    record = msgspec.convert(drawn["record"], DrawRecord)
    assert record.commitment == committed["data"]["commitment"] and committed["seq"] < held["seq"]
    assert record.committed_at and record.drawn_at and record.drawn_at - record.committed_at >= timedelta(minutes=10)
    assert replay(record, commitment_published=committed["data"]["commitment"], digest_published=held["data"]["digest"]).verified
    assert set(record.pool) == {"bo", "mei"} and not record.only_one

    path = tmp_path / "draw.json"
    path.write_bytes((await world.client_of("an").get(f"/api/v1/cases/{no}/draws/{drawn['id']}")).content)
    assert main(["draw", "--record", str(path), "--digest", held["data"]["digest"]]) == 0
    changed = json.loads(path.read_text()) | {"pool": ["bo", "mei", "qiu"]}
    path.write_text(json.dumps(changed))
    assert main(["draw", "--record", str(path)]) == 1
    assert "pool: recorded" in capsys.readouterr().err


async def test_a_draw_made_anew_with_another_pool_does_not_carry_the_published_digest(world: World, make: Make) -> None:
    no = await make.case()
    real = msgspec.convert(ok(await draw_for(world, no))["record"], DrawRecord)
    forged = draw(
        seed=real.seed, purpose=real.purpose, subject=real.subject, pool=["mei"], exclusions={}, count=1,
        committed_at=real.committed_at, drawn_at=real.drawn_at,
    )  # fmt: skip
    (held,) = await events_of(world, no, "DrawHeld")
    assert replay(forged).verified
    found = replay(forged, digest_published=held["data"]["digest"])
    assert [one.what for one in found.differences] == ["published digest"]


async def test_who_was_drawn_is_who_is_named(world: World, make: Make) -> None:
    no = await make.case()
    drawn = ok(await draw_for(world, no))["standing"][0]
    other = {"mei": "bo", "bo": "mei"}[drawn]
    refused = await accept(world, no, other)
    assert refused.status_code == 422 and refused.json()["code"] == "not_the_drawn"
    ok(await accept(world, no, drawn))
    (accepted,) = await events_of(world, no, "InvitationAccepted")
    assert accepted["data"]["drawn"] is True


async def test_nobody_draws_again_until_the_result_pleases(world: World, make: Make) -> None:
    no = await make.case()
    first = ok(await draw_for(world, no))["standing"][0]
    again = await draw_for(world, no)
    assert again.status_code == 409 and again.json()["standing"] == [first]
    assert (await draw_for(world, no, instead_of=[first])).status_code == 422
    assert (await draw_for(world, no, instead_of=["hua"], reason="不在场")).status_code == 422
    second = ok(await draw_for(world, no, instead_of=[first], reason="设备抢修，不能到场"))
    assert first not in second["standing"] and len(second["standing"]) == 1
    assert {"who": first, "reasons": ["STOOD_DOWN"]} in second["record"]["exclusions"]
    nobody = await draw_for(world, no, instead_of=second["standing"], reason="同上")
    assert nobody.status_code == 409 and nobody.json()["code"] == "too_few_eligible"
    draws = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/draws"))
    assert [replay(msgspec.convert(one["record"], DrawRecord)).verified for one in draws] == [True, True]


async def test_the_same_request_sent_twice_is_one_draw(world: World, make: Make) -> None:
    no = await make.case()
    path, once = f"/api/v1/cases/{no}/invitations/market_regulation/draw-experts", key()
    ping = world.client_of("ping")
    first = ok(await ping.post(path, json={"count": 1}, headers=once))
    assert ok(await ping.post(path, json={"count": 1}, headers=once)) == first
    assert len(await events_of(world, no, "DrawHeld")) == 1


async def test_of_many_draws_at_once_one_is_held(world: World, make: Make) -> None:
    no = await make.case()
    answers = await asyncio.gather(*(draw_for(world, no) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409, 409]
    assert len(await events_of(world, no, "DrawHeld")) == 1


async def test_a_seed_that_waits_is_nobody_s_to_read(world: World, make: Make) -> None:
    no = await make.case()
    seeds = [row["seed"] for row in await world.as_owner("SELECT seed FROM draw_seed")]
    assert seeds
    for login in ("lin", "ping", "an", "wen"):
        for path in (f"/api/v1/cases/{no}/events?limit=1000", f"/api/v1/cases/{no}/draws", f"/api/v1/cases/{no}"):
            text = (await world.client_of(login).get(path)).text
            assert not any(seed in text for seed in seeds)


async def test_key_points_are_drawn_from_the_task_sheet_once(world: World, make: Make) -> None:
    no = await make.case("PREPARING")
    drawn = ok(await send(world, "lin", f"/api/v1/cases/{no}/draw-key-points", {"count": 2}))
    sheet = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet"))["document"]
    assert len(drawn["standing"]) == 2 and len(drawn["record"]["pool"]) == len(sheet["focus_points"])
    assert replay(msgspec.convert(drawn["record"], DrawRecord)).verified
    assert (await send(world, "lin", f"/api/v1/cases/{no}/draw-key-points", {"count": 1})).status_code == 409
    assert (await send(world, "ping", f"/api/v1/cases/{no}/draw-key-points", {"count": 1})).status_code == 403


async def test_the_public_figures_count_draws_and_name_nobody(world: World, make: Make) -> None:
    no = await make.case()
    ok(await send(world, "qiu", f"/api/v1/cases/{no}/invitations/ip/draw-experts", {}))
    drawn = ok(await draw_for(world, no))
    answer = await world.client_of(None).get(f"/public/v1/draws?port={PORT}")
    figures = ok(answer)
    assert figures["total"]["draws"] == 2 and figures["total"]["only_one"] == 1
    assert figures["agencies"]["market_regulation"]["eligible"] == 2
    assert drawn["record"]["digest"] in {one["digest"] for one in figures["draws"]}
    assert not any(name in answer.text for name in ("mei", "bo", "qiu", "Mei", no))
    assert ok(await world.client_of(None).get("/public/v1/draws?port=2248"))["total"]["draws"] == 0
    assert (await world.client_of(None).get("/public/v1/draws?first=2026-12-01&last=2026-11-01")).status_code == 422
