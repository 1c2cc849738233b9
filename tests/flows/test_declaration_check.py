"""An enterprise checks a declaration before it files it: the same validation, the certificates it needs, and no risk rule."""

from __future__ import annotations

import json

from make import REFERENCE, Make, ok
from world import World

CHECK = "/api/v1/declarations/check"


async def test_what_would_be_refused_and_what_would_be_flagged_is_told_as_at_the_filing(world: World, make: Make) -> None:
    enterprise = world.client_of("hengtong")
    line = REFERENCE["lines"][0]
    for wrong in (
        make.declaration(lines=[line, line]),  # a line number twice
        make.declaration(direction="sideways"),
        make.declaration(lines=[line | {"origin": "XX", "hs": "9999999999"}]),
    ):
        told = ok(await enterprise.post(CHECK, json=wrong))
        refused = await enterprise.post("/api/v1/declarations", json=wrong)
        assert refused.status_code == 422 and not told["acceptable"]
        assert told["errors"] == refused.json()["errors"] and told["flags"] == refused.json().get("flags", [])
    flagged = make.declaration(lines=[line | {"hs": "9999999999"}])
    told = ok(await enterprise.post(CHECK, json=flagged))
    assert told["acceptable"] and [one["code"] for one in told["flags"]] == ["hs_unknown"]
    assert told["flags"] == ok(await enterprise.post("/api/v1/declarations", json=flagged))["flags"]


async def test_missing_certificates_are_named_with_their_article_and_no_rule_is_revealed(world: World, make: Make) -> None:
    enterprise = world.client_of("hengtong")
    toy = {"no": 1, "hs": "9503008900", "name": "电动玩具汽车", "origin": "DE", "quantity": "100", "unit": "个"}
    bare = ok(await enterprise.post(CHECK, json=make.declaration(lines=[toy])))
    (missing,) = [one for one in bare["requirements"] if "CCC" in one["types"]]
    assert (missing["line"], missing["state"], missing["certificate"]) == (1, "MISSING", "")
    assert all(basis["title"]["zh"] and basis["article"] for basis in missing["legal_basis"]) and missing["legal_basis"]
    certified = toy | {"certificates": [{"type": "CCC", "number": "C-1", "issuer": "CQC"}]}
    held = ok(await enterprise.post(CHECK, json=make.declaration(lines=[certified])))
    assert {(one["state"], one["certificate"]) for one in held["requirements"] if "CCC" in one["types"]} == {("PRESENTED", "C-1")}

    rules = [
        rule["id"]
        for rule in await world.as_owner(
            "SELECT r -> 'meta' ->> 'id' AS id FROM rulebook_version, jsonb_array_elements(document -> 'rules') AS r"
        )
    ]
    everything = json.dumps(ok(await enterprise.post(CHECK, json=REFERENCE)), ensure_ascii=False)
    assert len(rules) > 50 and not [rule for rule in rules if rule in everything]
    assert not {"lane", "score", "agencies", "hits"} & set(bare)


async def test_a_check_keeps_nothing_and_is_for_ones_own_declarations(world: World, make: Make) -> None:
    assert (await world.client_of("xinda").post(CHECK, json=REFERENCE)).status_code in {403, 404}
    assert (await world.client_of("lin").post(CHECK, json=REFERENCE)).status_code == 403
    broken = await world.client_of("hengtong").post(CHECK, content=b'{"number": ')
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_json")
    ok(await world.client_of("hengtong").post(CHECK, json=REFERENCE))
    assert (await world.as_owner("SELECT count(*) AS kept FROM declaration"))[0]["kept"] == 0
