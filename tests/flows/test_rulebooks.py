"""A rule officer's path: draft, check, examples, shadow, put in force by another, retire; every result names what decided."""

from __future__ import annotations

from datetime import timedelta

from make import PLAIN, Make, ok
from rulebooks import FIRST, RULEBOOKS, drafted, published, season, shadowed
from world import World

from agencies.powers import PLATFORM
from kit import event_log


async def agencies_called(world: World, make: Make) -> tuple[str, set[str]]:
    """Of cardboard boxes declared now: the name of the rules that decided, and whom its screening calls."""
    body = make.declaration(lines=PLAIN["lines"])
    receipt = ok(await world.client_of("hengtong").post("/api/v1/declarations", json=body))
    (run,) = await world.as_owner("SELECT packs, agencies FROM screening_run WHERE declaration_id = $1::uuid", receipt["id"])
    return run["packs"], set(run["agencies"])


async def test_what_ships_is_in_force_and_results_name_the_versions_behind_them(world: World, make: Make) -> None:
    found = ok(await world.client_of("ruo").get(RULEBOOKS))
    assert {(one["name"], one["status"], one["in_force"], one["author"]) for one in found} >= {
        ("market_regulation", "ACTIVE", True, None),
        ("ip", "ACTIVE", True, None),
    }
    deciding = ok(await world.client_of("zhao").get(f"{RULEBOOKS}/in-force"))
    ruleset, _ = await agencies_called(world, make)
    assert deciding["ruleset"] == ruleset
    behind = ok(await world.client_of("an").get(f"{RULEBOOKS}/sets/{ruleset}"))
    assert {(one["name"], one["version"], one["sha256"]) for one in behind["members"]} == {
        (one["name"], one["version"], one["sha256"]) for one in found if one["in_force"]
    }
    assert (await world.client_of("hengtong").get(RULEBOOKS)).status_code == 403
    own = ok(await world.client_of("qiu").get(RULEBOOKS))
    assert {one["name"] for one in own} == {"ip"}  # an agency reads the rules that call it


async def test_an_officers_path_from_draft_to_retirement(world: World, make: Make) -> None:
    ruo = world.client_of("ruo")
    checked = ok(await ruo.post(f"{RULEBOOKS}/check", json={"source": season()}))
    assert (checked["problems"], checked["name"], checked["rules"]) == ([], "season", 1)
    tried = ok(await ruo.post(f"{RULEBOOKS}/examples", json={"source": season()}))
    assert [(one["promised"], one["hit"], one["kept"]) for one in tried["outcomes"]] == [
        ("must_hit", True, True),
        ("must_not_hit", False, True),
    ]
    assert "4819100000" in tried["outcomes"][0]["reason_zh"]
    draft = await drafted(world)
    assert (draft["status"], draft["problems"], draft["sha256"]) == ("DRAFT", [], checked["sha256"])
    assert await drafted(world) == draft  # sent again
    before, called = await agencies_called(world, make)
    assert called == set()

    shadow = await shadowed(world)
    assert shadow["status"] == "SHADOW"
    assert not await world.platform.following.look()
    assert await agencies_called(world, make) == (before, called)  # nobody acts on it
    assert await world.worker.shadow() == 1 and await world.worker.shadow() == 0
    compared = ok(await ruo.get(f"{FIRST}/shadow"))
    assert (compared["screenings"], compared["kept"], compared["gained"], compared["lost"]) == (1, 0, 1, 0)
    (rule,) = compared["rules"]
    assert (rule["rule"], rule["agency"], rule["gained"], rule["headings"]) == ("season.packaging", "environment", 1, ["4819"])
    assert compared["workload"] == [{"port": "5316", "agency": "environment", "more": 1, "fewer": 0}]

    early = await published(world, draft["sha256"])
    assert (early.status_code, early.json()["code"]) == (409, "shadow_too_short")
    await world.move_by(timedelta(days=7))
    tomorrow = world.clock.now() + timedelta(days=1)
    active = ok(await published(world, draft["sha256"], effective_from=tomorrow.isoformat()))
    assert (active["status"], active["in_force"]) == ("ACTIVE", False)
    assert not await world.platform.following.look()
    await world.move_to(tomorrow)
    assert await world.platform.following.look()
    after, called = await agencies_called(world, make)
    assert after != before and "environment" in called
    behind = ok(await world.client_of("lin").get(f"{RULEBOOKS}/sets/{after}"))
    assert ("season", 1) in {(one["name"], one["version"]) for one in behind["members"]}

    retired = ok(await world.client_of("zhao").post(f"{FIRST}/retire", json={"reason": "专项行动结束"}))
    assert retired["status"] == "RETIRED"
    assert await world.platform.following.look()
    ruleset, called = await agencies_called(world, make)
    assert ruleset == before and "environment" not in called
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        told = await event_log.read(session, "rulebook:season")
    assert [event.type.removeprefix("Rulebook") for event in told] == ["Drafted", "ShadowBegun", "Published", "Retired"]


async def test_retiring_the_newest_version_brings_the_one_before_it_back(world: World, make: Make) -> None:
    first = await shadowed(world)
    ok(await published(world, first["sha256"], hastened="紧急风险预警"))
    second = await shadowed(world, version=2)
    ok(await published(world, second["sha256"], version=2, hastened="紧急风险预警"))
    await world.platform.following.look()
    with_second, _ = await agencies_called(world, make)
    ok(await world.client_of("zhao").post(f"{RULEBOOKS}/season/versions/2/retire", json={"reason": "误报过多"}))
    await world.platform.following.look()
    ruleset, called = await agencies_called(world, make)
    assert ruleset != with_second and "environment" in called
    running = {
        one["version"]: one["in_force"] for one in ok(await world.client_of("ruo").get(RULEBOOKS)) if one["name"] == "season"
    }
    assert running == {1: True, 2: False}


async def test_nobody_puts_the_own_rules_in_force_or_rules_that_were_not_read(world: World) -> None:
    shadow = await shadowed(world)
    await world.move_by(timedelta(days=8))
    assert (await published(world, shadow["sha256"], "ruo")).json()["code"] == "power_missing"
    unread = await published(world, "0" * 64)
    assert (unread.status_code, unread.json()["code"]) == (412, "stale_version")
    await world.as_owner(
        "UPDATE rulebook_version SET author = (SELECT id FROM person WHERE login = 'zhao') WHERE name = 'season'"
    )
    own = await published(world, shadow["sha256"])
    assert (own.status_code, own.json()["code"]) == (403, "rulebook_author_publishes")


async def test_a_draft_may_be_wrong_and_says_where_but_does_not_run(world: World) -> None:
    ruo = world.client_of("ruo")
    draft = await drafted(world, season().replace("name: 改良种用马", "nome: 改良种用马"))
    (problem,) = draft["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("season.yaml", 17, 50) and problem["code"] == "unknown_field"
    assert (problem["message_zh"], problem["advice_zh"]) == ("没有 `nome` 这个字段", "是否应为 `name`？")
    assert (problem["message_en"], problem["advice_en"]) == ("unknown field `nome`", "did you mean `name`?")
    assert draft["sha256"] is None
    refused = await ruo.post(f"{FIRST}/shadow")
    assert (refused.status_code, refused.json()["code"]) == (422, "pack_refused")
    broken_promise = season(prefix="47")
    (problem,) = (await drafted(world, broken_promise))["problems"]
    assert (problem["code"], problem["line"]) == ("example_not_hit", 16)
    in_draft = await published(world, "0" * 64)
    assert (in_draft.status_code, in_draft.json()["code"]) == (409, "rulebook_state_forbids")


async def test_a_rule_belongs_to_one_rulebook_and_a_version_of_it_says_the_same_for_ever(world: World) -> None:
    taken = season().replace("season.packaging", "drug.medicines.clearance")
    (problem,) = (await drafted(world, taken))["problems"]
    assert (problem["line"], problem["code"], "规则集 drug" in problem["message_zh"]) == (9, "rule_of_another", True)
    first = await shadowed(world)
    ok(await published(world, first["sha256"], hastened="紧急风险预警"))
    changed = season(2).replace("version: 2\n      title", "version: 1\n      title").replace("['48']", "['48', '47']")
    (problem,) = (await drafted(world, changed, version=2))["problems"]
    assert (problem["line"], problem["advice_en"]) == (10, "write 2")
    sound = ok(await world.client_of("ruo").post(f"{RULEBOOKS}/check", json={"source": season(2, "4819")}))
    assert [(one["rule"], one["what"], one["parts"]) for one in sound["changes"]] == [("season.packaging", "changed", ["scope"])]


async def test_what_runs_does_not_change_and_a_shadow_is_stopped_by_its_author(world: World) -> None:
    await shadowed(world)
    ruo = world.client_of("ruo")
    fixed = await ruo.put(FIRST, json={"source": season(prefix="4819"), "note": "缩小范围"})
    assert (fixed.status_code, fixed.json()["code"]) == (409, "rulebook_fixed")
    stopped = ok(await ruo.post(f"{FIRST}/shadow/stop"))
    assert stopped["status"] == "DRAFT"
    again = ok(await ruo.put(FIRST, json={"source": season(prefix="4819"), "note": "缩小范围"}))
    assert again["sha256"] != stopped["sha256"] and again["problems"] == []
    skipped = await ruo.put(f"{RULEBOOKS}/season/versions/3", json={"source": season(3)})
    assert (skipped.status_code, skipped.json()["next"]) == (409, 1)
