"""What the platform's own past says of a draft: declarations, hits and outcomes go out as history, and a back-test reads them."""

from __future__ import annotations

from pathlib import Path

from deciding import put
from make import Make, ok
from silence import say
from world import World

from agencies.powers import PLATFORM
from inspection.declaring.history_export import past_declarations
from risk.backtests import backtest
from risk.history_files import write_history
from risk.pack_files import load_packs
from risk.past import PastDeclaration

RECTIFY = {"line": 1, "verdict": "RECTIFY", "measures": ["RECTIFY"], "basis": "DOCUMENT", "cause": "certificate_invalid"}


async def exported(world: World) -> list[PastDeclaration]:
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        return [past async for past in past_declarations(session)]


async def test_declarations_go_out_with_what_hit_and_what_was_found_and_a_back_test_reads_them(
    world: World, make: Make, tmp_path: Path
) -> None:
    found, plain = await make.case("CONCLUDING"), await make.case()
    ok(await put(world, found, "market_regulation", RECTIFY))
    ok(await say(world, "ping", plain, "market_regulation", "accept", experts=["mei"]))
    ok(await say(world, "qiu", plain, "ip", "decline", reason="OUT_OF_SCOPE", text="非登记作品"))
    await world.drain()
    ok(await say(world, "lin", plain, "ip", "confirm-decline"))
    await world.drain()
    past = await exported(world)
    assert [one.outcomes for one in past] == [{1: ("adverse", "adverse.market_regulation")}, {1: ()}]
    assert all(any(rule.startswith("mr.pressure") for rule in one.hits[1]) for one in past)

    write_history(tmp_path / "past", past)
    report = backtest(tmp_path / "past", load_packs(), processes=1)
    called = {(one.rule, 1) for one in report.rules if one.hits}
    assert called == {(rule.split("@")[0], 1) for one in past for rules in one.hits.values() for rule in rules}
    adverse = next(one for one in report.labels if one.label == "adverse")
    assert (adverse.judged, adverse.labelled, adverse.hit, adverse.precision, adverse.recall) == (2, 1, 2, "0.5000", "1.0000")
