"""R4-12: the same goods at two ports are judged alike, whatever the calendar, the roster and the people there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deciding import RECTIFY, approve, concluded, read
from make import Make, ok
from world import TOKENS, World

from inspection.server.cast import OTHER_PORT, PORT
from inspection.server.client_keys import ClientKeys
from kit.canonical import canonical_bytes

OTHERS = {"lin": "zhao", "zhao": "lin"}
"""Who does at the other port what the first one does here: Zhao leads and Lin approves."""
TO_THE_OTHER_PORT = (
    "INSERT INTO unit SELECT (jsonb_populate_record(u, jsonb_build_object('port', $1::text))).* FROM unit u WHERE port = $2",
    "INSERT INTO bay SELECT (jsonb_populate_record(b, jsonb_build_object('port', $1::text))).* FROM bay b WHERE port = $2",
    "UPDATE roster_shift SET port = $1 WHERE port = $2",
    "UPDATE certificate SET port = $1 WHERE port = $2",
    "UPDATE mandate SET port = $1 WHERE port = $2",
    "UPDATE person SET port = $1 WHERE port = $2 AND kind IN ('customs', 'agency', 'CUSTOMS', 'AGENCY')",
)


async def judged(world: World, make: Make, **changes: Any) -> tuple[str, bytes, dict[str, Any]]:
    """The number of the case of the reference goods, the bytes of its merge, and what was decided."""
    no = await make.case("CONCLUDING", **changes)
    await concluded(world, no, market_regulation=RECTIFY)
    report = await read(world, no, "report.json")
    ok(await approve(world, no))
    return no, canonical_bytes(report["merged"]), await read(world, no, "disposition")


async def test_the_same_goods_at_two_ports_get_the_same_disposition_and_the_same_merge(world: World, make: Make) -> None:
    here, merged_here, decided_here = await judged(world, make)

    for move in TO_THE_OTHER_PORT:
        await world.as_owner(move, OTHER_PORT, PORT)
    await world.as_owner("UPDATE unit SET duty_24h = false WHERE port = $1", OTHER_PORT)
    for one, other in OTHERS.items():
        powers = "UPDATE person SET powers = (SELECT array_agg(DISTINCT p) FROM unnest(powers || $1::text[]) p) WHERE login = $2"
        held = await world.as_owner("SELECT powers FROM person WHERE login = $1", one)
        await world.as_owner(powers, list(held[0]["powers"]), other)
    notice = {"source": "临时停工通知", "years": [2026], "holidays": ["2026-11-23", "2026-11-24"]}
    ok(await world.client_of("wen").put(f"/api/v1/calendars/{OTHER_PORT}", json=notice, headers={"If-Match": '"v0"'}))

    tokens = TOKENS | {one: TOKENS[other] for one, other in OTHERS.items()}
    elsewhere = replace(world, tokens=tokens, keys=ClientKeys(), _clients={})
    number = f"{OTHER_PORT}{make.declaration()['number'][4:]}"
    there, merged_there, decided_there = await judged(elsewhere, Make(elsewhere), port=OTHER_PORT, number=number)
    await elsewhere.close()

    assert here != there and there.startswith(f"JC-{OTHER_PORT}")
    assert merged_here == merged_there
    alike = ("type", "state", "automatic", "outcome", "lines")
    assert {name: decided_here[name] for name in alike} == {name: decided_there[name] for name in alike}
    assert decided_here["approved_by"] != decided_there["approved_by"]
