"""Policies are published by two people, in versions; a case keeps the version it was opened with, and the report says which."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from deciding import PASS, concluded
from make import Make, ok
from world import World

from agencies.powers import PLATFORM
from inspection.policies.policy_files import document_hash, policy_from_yaml, shipped
from inspection.server.cast import PORT
from kit import event_log

GRADED_2 = (
    "# 整改时限由 7 个工作日改为 10 个\nextends: graded\nname: graded\nversion: 2\n"
    + "windows: {dissent: 4wh, rectification: 10wd}\n"
)
POLICIES = "/api/v1/policies"
NEXT = f"{POLICIES}/graded/versions/2"


async def drafted(world: World, source: str = GRADED_2, where: str = NEXT, note: str = "整改时限") -> dict[str, Any]:
    """Ruo's draft."""
    return dict(ok(await world.client_of("ruo").put(where, json={"source": source, "note": note})))


async def published(world: World, login: str = "zhao", **fields: Any) -> httpx.Response:
    """What publishing graded version 2 as it was drafted is answered."""
    sha256 = document_hash(policy_from_yaml(GRADED_2))
    body = {"sha256": sha256, "reason": "经核对", **fields}
    answer: httpx.Response = await world.client_of(login).post(f"{NEXT}/publish", json=body)
    return answer


async def test_what_ships_is_published_and_everybody_reads_it(world: World) -> None:
    for login in ("lin", "mei", "an", "ruo", "hengtong"):
        found = {(one["name"], one["version"]): one for one in ok(await world.client_of(login).get(POLICIES))}
        assert set(found) == {("graded", 1), ("veto", 1), ("veto_strict", 1)}
        assert found["graded", 1]["sha256"] == document_hash(shipped("graded"))
        assert found["graded", 1]["author"] is None
    whole = ok(await world.client_of("hengtong").get(f"{POLICIES}/veto/versions/1"))
    assert whole["document"]["veto_at"] == "REFUSE" and whole["source"].startswith("# One-vote veto")
    assert (await world.client_of("wen").get(POLICIES)).status_code == 403


async def test_a_second_person_publishes_and_new_cases_get_the_version_while_running_ones_keep_theirs(
    world: World, make: Make
) -> None:
    before = await make.case("INVITING")
    draft = await drafted(world)
    assert (draft["status"], draft["problems"]) == ("DRAFT", [])
    assert (await world.client_of("hengtong").get(NEXT)).status_code == 404
    tomorrow = (world.clock.now() + timedelta(days=1)).isoformat()
    view = ok(await published(world, effective_from=tomorrow))
    assert view["status"] == "PUBLISHED" and view["approver"] is not None
    assert ok(await published(world, effective_from=tomorrow)) == view  # sent again
    today = await make.case("INVITING")
    await world.move_to(world.clock.now() + timedelta(days=1, seconds=1))
    after = await make.case("INVITING")

    lin = world.client_of("lin")
    cases = [ok(await lin.get(f"/api/v1/cases/{no}")) for no in (before, today, after)]
    assert [(case["policy"], case["policy_version"]) for case in cases] == [("graded", 1), ("graded", 1), ("graded", 2)]
    changes = ok(await world.client_of("hengtong").get(f"{NEXT}/changes", params={"since": 1}))
    assert {"path": "windows.rectification", "before": '"7wd"', "after": '"10wd"'} in changes


async def test_the_report_names_the_version_and_the_hash_of_its_document(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    ok(await _published(world))
    await make.closed(no)
    await concluded(world, no, customs=PASS, market_regulation=PASS, ip=PASS)
    report = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/report.json"))
    assert report["policy"] == {"name": "graded", "version": 1, "sha256": document_hash(shipped("graded"))}
    issued = next(
        one for one in ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/events")) if one["type"] == "ReportIssued"
    )
    assert (issued["data"]["policy"], issued["data"]["policy_version"]) == ("graded", 1)


async def _published(world: World) -> httpx.Response:
    await drafted(world)
    return await published(world)


async def test_who_wrote_it_does_not_publish_it_and_nobody_publishes_what_he_has_not_read(world: World) -> None:
    await drafted(world)
    assert (await published(world, "ruo")).json()["code"] == "power_missing"
    assert (await published(world, "lin")).status_code == 403
    unread = await published(world, sha256="0" * 64)
    assert (unread.status_code, unread.json()["code"]) == (412, "stale_version")
    await world.as_owner("UPDATE merge_policy SET author = (SELECT id FROM person WHERE login = 'zhao') WHERE status = 'DRAFT'")
    own = await published(world)
    assert (own.status_code, own.json()["code"]) == (403, "author_publishes")


async def test_a_draft_may_be_wrong_and_says_where_but_is_not_published(world: World) -> None:
    ruo = world.client_of("ruo")
    wrong = "extends: graded\nversion: 2\nveto_at: REFUSED\nsplit_blockers: [DETAIN, ARREST]\n"
    draft = await drafted(world, wrong)
    places = [(one["path"], one["facts"]["line"], one["facts"]["column"]) for one in draft["problems"]]
    assert places == [("$.veto_at", 3, 10), ("$.split_blockers[1]", 4, 26)]
    assert draft["sha256"] is None
    refused = await published(world)
    assert (refused.status_code, refused.json()["code"]) == (422, "policy_invalid")
    checked = ok(await ruo.post(f"{POLICIES}/check", json={"source": wrong}))
    assert [one["path"] for one in checked["problems"]] == ["$.veto_at", "$.split_blockers[1]"]
    sound = ok(await ruo.post(f"{POLICIES}/check", json={"source": GRADED_2}))
    assert sound["problems"] == [] and sound["sha256"] == document_hash(policy_from_yaml(GRADED_2))
    assert [one["path"] for one in sound["changes"] if one["path"] == "windows.rectification"]
    assert len(ok(await ruo.get(POLICIES))) == 4  # a check keeps nothing


@pytest.mark.parametrize(
    ("where", "source", "code"),
    [
        (f"{POLICIES}/graded/versions/1", GRADED_2, "policy_published"),
        (f"{POLICIES}/graded/versions/4", GRADED_2, "policy_invalid"),
        (f"{POLICIES}/fresh/versions/2", GRADED_2, "policy_invalid"),
    ],
)
async def test_only_the_next_version_is_drafted_and_a_published_one_is_never_written_again(
    world: World, where: str, source: str, code: str
) -> None:
    refused = await world.client_of("ruo").put(where, json={"source": source, "note": "–"})
    assert refused.json()["code"] == code
    assert (await world.client_of("zhao").put(NEXT, json={"source": GRADED_2, "note": "–"})).status_code == 403


async def test_a_draft_that_names_another_policy_than_its_address_is_told_so(world: World) -> None:
    draft = await drafted(world, where=f"{POLICIES}/veto/versions/2")
    assert [one["code"] for one in draft["problems"]] == ["differs"]


async def test_a_port_chooses_a_version_and_a_version_in_use_is_not_retired(world: World, make: Make) -> None:
    gao, zhao = world.client_of("gao"), world.client_of("zhao")
    ok(await _published(world))
    choice = {"policy": "graded", "version": 1, "reason": "过渡期"}
    chosen = ok(await gao.put(f"/api/v1/ports/{PORT}/policy", json=choice))
    assert (chosen["version"], chosen["in_force"]) == (1, 1)
    unknown = await gao.put(f"/api/v1/ports/{PORT}/policy", json=choice | {"version": 3})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "policy_unknown")
    in_use = await zhao.post(f"{POLICIES}/graded/versions/1/retire", json={"reason": "已有新版"})
    assert (in_use.status_code, in_use.json()["code"], in_use.json()["ports"]) == (409, "policy_in_use", [PORT])
    no = await make.case("INVITING")
    ok(await gao.put(f"/api/v1/ports/{PORT}/policy", json=choice | {"version": None}))
    retired = ok(await zhao.post(f"{POLICIES}/graded/versions/1/retire", json={"reason": "已有新版"}))
    assert retired["status"] == "RETIRED"
    assert ok(await zhao.post(f"{POLICIES}/graded/versions/1/retire", json={"reason": "已有新版"})) == retired
    last = await zhao.post(f"{POLICIES}/graded/versions/2/retire", json={"reason": "误发"})
    assert last.json()["code"] == "policy_in_use"
    assert ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["policy_version"] == 1
    assert ok(await world.client_of("lin").get(f"/api/v1/cases/{await make.case('INVITING')}"))["policy_version"] == 2


async def test_another_countrys_policy_may_be_published_and_no_port_may_choose_it(world: World) -> None:
    source = "\n".join(
        (
            "name: abroad\nversion: 1\ntitle_zh: 他国口岸\ntitle_en: Abroad\nmerged_by: CHECK",
            "verdicts: [{code: C03, rank: 0}, {code: H01, rank: 1}]\nstrength: [CLEARED, HELD]",
            "releasing: [CLEARED]\nautomatic: [CLEARED]\nadvisory_cap: H01",
            "table:\n  - {id: clear, verdicts: [C03], disposition: CLEARED, text_zh: 放行, text_en: cleared}",
            "  - {id: hold, verdicts: [H01], disposition: HELD, text_zh: 待查, text_en: held}",
        )
    )
    where = f"{POLICIES}/abroad/versions/1"
    draft = await drafted(world, source, where)
    ok(await world.client_of("zhao").post(f"{where}/publish", json={"sha256": draft["sha256"], "reason": "备查"}))
    choice = {"policy": "abroad", "reason": "试用"}
    refused = await world.client_of("gao").put(f"/api/v1/ports/{PORT}/policy", json=choice)
    assert (refused.status_code, refused.json()["code"]) == (422, "policy_not_for_cases")
    assert {error["path"] for error in refused.json()["errors"]} == {"$.strength[0]", "$.strength[1]", "$.merged_by"}


async def test_each_act_is_an_event_of_the_policys_own_stream(world: World) -> None:
    await drafted(world)
    await drafted(world)  # the same again
    ok(await published(world))
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        told = await event_log.read(session, "policy:graded", after=0, limit=10)
    assert [event.type for event in told] == ["PolicyDrafted", "PolicyPublished"]
    assert told[1].data["version"] == 2 and told[1].data["sha256"] == told[0].data["sha256"]


async def test_two_approvers_at_once_publish_a_version_once(world: World) -> None:
    await drafted(world)
    await world.as_owner("UPDATE person SET powers = array_append(powers, 'approve') WHERE login = 'gao'")
    answers = await asyncio.gather(published(world, "zhao"), published(world, "gao"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(answer for answer in answers if answer.status_code == 409).json()["code"] == "state_forbids"


async def test_the_database_itself_refuses_an_author_who_publishes(world: World) -> None:
    await drafted(world)
    with pytest.raises(Exception, match="merge_policy"):
        await world.as_owner("UPDATE merge_policy SET approver = author, status = 'PUBLISHED' WHERE status = 'DRAFT'")
