"""Cases opened: a piece of many opens what each declaration alone would, as everything that happens later expects it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from make import PLAIN, Make, ok
from sqlalchemy import select
from verified import acting as acting_as
from world import MORNING, World

from agencies.powers import PLATFORM
from inspection import cases
from inspection.case_tables import JointCase
from inspection.declaring import intake
from kit import event_log

OF_CASES = (
    *("joint_case", "case_member", "invitation", "deadline", "inbox_item", "notice", "event_stream", "event"),
    *("declaration", "declaration_line", "screening_run", "progress_key", "enterprise_status"),
)
MADE_ANEW = {"id", "deadline_id", "declaration_id", "secret", "secret_hash", "document_hash", "seed", "result", "head"} | {
    *("hash", "payload_hash", "prev_hash"),
}
"""What differs each time: ids, secrets and seeds (a screening tells its own), and the hashes over them."""


async def everything(world: World, receipt: dict[str, Any]) -> dict[str, list[str]]:
    """Every row of a declaration and its case, spelled without what tells one declaration from another."""
    no, id_ = receipt.get("case", receipt["id"]), receipt["id"]
    names = {id_: "DECLARATION", receipt["number"]: "NUMBER", no: "CASE"}
    found: dict[str, list[str]] = {}
    for table in OF_CASES:
        rows = await world.as_owner(f"SELECT to_jsonb(t) AS row FROM {table} t")
        mine = [row["row"] for row in rows if no in row["row"] or id_ in row["row"]]
        found[table] = sorted(_spelled(json.loads(row, object_hook=_lasting), names) for row in mine)
    return found


def _lasting(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in MADE_ANEW}


def _spelled(row: dict[str, Any], names: dict[str, str]) -> str:
    if row.get("template") == "inbox_item":
        row.pop("dedupe")  # the item's id
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    for name, general in names.items():
        text = text.replace(name, general)
    return text


async def filed_together(world: World, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts on one batch."""
    sent = "\n".join(map(json.dumps, bodies)).encode()
    answer = await world.client_of("hengtong").post("/api/v1/declarations/batch", content=sent)
    return [json.loads(line) for line in answer.text.splitlines()]


async def stored(world: World, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The receipts of one piece, all of it at one instant."""
    platform, acting = world.platform, await acting_as(world, "hengtong")
    raws = [json.dumps(body).encode() for body in bodies]
    prepared = [intake.prepare(raw, MORNING, platform.rulebook, platform.nomenclature) for raw in raws]
    async with platform.database.unit_of_work(acting) as session:
        return [msgspec.to_builtins(one) for one in await intake.store(session, prepared, MORNING, acting=acting)]


@pytest.fixture
def goods(make: Make) -> list[dict[str, Any]]:
    """Three declarations that agencies are called for, and one of plain goods between them."""
    plain = make.declaration(lines=PLAIN["lines"], gross_weight=PLAIN["gross_weight"])
    return [make.declaration(), plain, make.declaration(), make.declaration()]


async def test_a_piece_leaves_the_rows_that_each_declaration_alone_would_leave(
    world: World, make: Make, goods: list[dict[str, Any]]
) -> None:
    together = await stored(world, goods)
    again = [body | {"number": make.declaration()["number"]} for body in goods]
    alone = [receipt for body in again for receipt in await stored(world, [body])]
    assert [one.get("case") is None for one in together] == [False, True, False, False]
    for one, other in zip(together, alone, strict=True):
        assert await everything(world, one) == await everything(world, other)


async def test_cases_of_a_piece_are_numbered_in_its_order_without_holes_and_alone_goes_on_from_there(
    world: World, make: Make, goods: list[dict[str, Any]]
) -> None:
    together = [one["case"] for one in await filed_together(world, goods) if "case" in one]
    last = (await make.filed())["case"]
    assert [int(no.rpartition("-")[2]) for no in [*together, last]] == [1, 2, 3, 4]


async def test_a_case_just_opened_is_what_its_children_make_of_it(world: World, goods: list[dict[str, Any]]) -> None:
    """Settling is what every later event does: on a case as it was opened it finds nothing to do."""
    answered = [one for one in await filed_together(world, goods) if "case" in one]
    before = [await everything(world, one) for one in answered]
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        for one in answered:
            await cases.settle_stream(session, f"case:{one['case']}", world.clock.now() + timedelta(minutes=1))
    assert [await everything(world, one) for one in answered] == before


async def test_everything_follows_from_cases_opened_together_and_their_logs_verify(
    world: World, goods: list[dict[str, Any]]
) -> None:
    answered = await filed_together(world, goods)
    await world.drain()
    mei = {one["case"] for one in ok(await world.client_of("mei").get("/api/v1/inbox"))}
    for one in answered:
        if "case" in one:
            told = ok(await world.client_of("lin").get(f"/api/v1/cases/{one['case']}/events"))
            assert [each["type"] for each in told[:3]] == ["CaseOpened", "InvitationSent", "InvitationSent"]
            assert [each["type"] for each in told[3:]].count("DrawCommitted") == 2
            assert one["case"] in mei
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        streams = [f"case:{no}" for no in await session.scalars(select(JointCase.no))]
        streams += [f"declaration:{one['id']}" for one in answered]
        assert len(streams) == 7
        assert [await event_log.verify(session, stream) for stream in streams] == [None] * 7


async def test_a_version_that_changes_in_the_same_piece_takes_the_case_along(world: World, make: Make) -> None:
    body = make.declaration()
    changed = body | {"version": 2, "gross_weight": "18251.000"}
    first, other, second = await filed_together(world, [body, make.declaration(), changed])
    assert first["state"] == "SUPERSEDED" and "case" not in first
    assert second["case"] != other["case"]
    (row,) = await world.as_owner("SELECT declaration_id, state FROM joint_case WHERE no = $1", second["case"])
    assert (str(row["declaration_id"]), row["state"]) == (second["id"], "INVITING")
