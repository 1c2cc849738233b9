"""A new version of a declaration during its case: who is let go, asked again, invited; what carries over and what reopens."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import yard
from deciding import put
from make import Make, ok
from world import World

PIPES: dict[str, Any] = {
    "hs": "7307290000", "name": "特种气体管路组件", "description": "特种气体管路用压力管道元件", "origin": "DE",
    "quantity": "48", "unit": "套",
}  # fmt: skip
CABINET: dict[str, Any] = {
    "hs": "8537101190", "name": "控制柜", "description": "含随机交付的嵌入式控制软件", "origin": "DE",
    "quantity": "1", "unit": "台",
}  # fmt: skip
BOXES: dict[str, Any] = {"hs": "4819100000", "name": "瓦楞纸箱", "origin": "DE", "quantity": "100", "unit": "个"}
ISOTOPE: dict[str, Any] = {
    "hs": "2844430000", "name": "放射性同位素 钴-60", "description": "放射性同位素", "origin": "DE",
    "quantity": "1", "unit": "个",
}  # fmt: skip
OTHER_PIPES = PIPES | {"quantity": "60"}
THREE = (PIPES, CABINET, BOXES)


def numbered(*goods: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"no": no} | one for no, one in enumerate(goods, start=1)]


def passing(*numbers: int, **other: Any) -> list[dict[str, Any]]:
    return [{"line": no, "verdict": "PASS", "basis": "TESTED"} | other for no in numbers]


class Story:
    """One declaration, its versions and its case."""

    def __init__(self, world: World, make: Make) -> None:
        self.world, self.make, self.version, self.no = world, make, 0, ""
        self.body = make.declaration()

    async def files(self, *goods: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The next version; returns its receipt."""
        self.version += 1
        self.body = self.body | {"version": self.version, "lines": numbered(*goods)} | changes
        receipt = await self.make.filed(self.body)
        self.no = self.no or str(receipt.get("case", ""))
        return receipt

    async def read(self, what: str = "", login: str = "lin") -> Any:
        return ok(await self.world.client_of(login).get(f"/api/v1/cases/{self.no}{what}"))

    async def invited(self) -> dict[str, tuple[int, str]]:
        """Round and state of each agency's latest invitation."""
        return {one["agency"]: (one["round"], one["state"]) for one in (await self.read())["invitations"]}

    async def told(self, type_: str) -> list[dict[str, Any]]:
        return [one["data"] for one in await self.read("/events?limit=500") if one["type"] == type_]

    async def status(self) -> dict[str, Any]:
        answer = await self.world.client_of("hengtong").get(f"/api/v1/declarations/{self.body['number']}/status")
        found: dict[str, Any] = ok(answer)
        return found

    async def sheet(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.read("/task-sheet"))["document"]
        return found

    async def concludes(self, agency: str, *lines: dict[str, Any], version: int = 0) -> None:
        ok(await put(self.world, self.no, agency, *lines, version=version))
        await self.world.drain()

    async def inbox(self, login: str) -> set[str]:
        return {one["kind"] for one in ok(await self.world.client_of(login).get("/api/v1/inbox"))}


@pytest.fixture
def story(world: World, make: Make) -> Story:
    return Story(world, make)


async def inspected(story: Story) -> None:
    """Both agencies come, the goods are opened and the session is closed again."""
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    await story.make.opened(story.no)
    await story.make.closed(story.no)


async def test_only_the_line_that_changed_is_concluded_again_and_the_report_says_what_carried_over(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    await story.concludes("customs", *passing(1, 2, 3))
    await story.concludes("ip", *passing(2))
    await story.files(OTHER_PIPES, BOXES, CABINET)

    said = [one for one in await story.read("/conclusions") if not one["superseded"]]
    lines = {one["agency"]: {line["line"]: (line["verdict"], line["basis"]) for line in one["lines"]} for one in said}
    carried = ("PASS", "CARRIED_OVER")
    assert lines == {"customs": {2: carried, 3: carried}, "ip": {3: carried}}
    (pointer,) = next(one["carried"] for one in said if one["agency"] == "ip")
    assert (pointer["from_line"], pointer["declaration_version"], pointer["conclusion_version"]) == (2, 1, 1)
    assert pointer["basis"] == "TESTED" and pointer["content_hash"]
    assert (await story.sheet())["version"] == 2

    await story.concludes("market_regulation", *passing(1))
    assert (await story.read())["state"] == "CONCLUDING"  # customs has yet to look at the other pipes
    kept = [{"line": no, "verdict": "PASS", "basis": "CARRIED_OVER"} for no in (2, 3)]
    await story.concludes("customs", *passing(1), *kept, version=2)
    report = await story.read("/report.json")
    assert report["version"] == 1 and report["declaration"]["version"] == 2
    printed = {(one["agency"], one["line"]): (one["basis"], one.get("reason")) for one in report["conclusions"]}
    assert printed["ip", 3] == ("CARRIED_OVER", "沿用对第 1 版申报第 2 项的第 1 版结论（依据 TESTED）")
    assert printed["customs", 1][0] == "TESTED" and printed["customs", 2][0] == "CARRIED_OVER"
    assert (await story.read())["state"] == "CLOSED"


async def test_nothing_issues_before_the_changed_line_is_concluded_again(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    for agency, numbers in (("customs", (1, 2, 3)), ("market_regulation", (1,))):
        await story.concludes(agency, *passing(*numbers))
    await story.files(OTHER_PIPES, CABINET, BOXES)
    await story.concludes("ip", *passing(2))
    assert not await story.told("ReportIssued")
    (followed,) = await story.told("CaseFollowedDeclaration")
    assert (followed["from_version"], followed["to_version"], followed["changed"]) == (1, 2, [1])
    assert {(one["agency"], one["line"]) for one in followed["reopened"]} == {("customs", 1), ("market_regulation", 1)}


async def test_a_word_on_every_line_carries_over_line_by_line_and_not_to_the_new_one(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    await story.concludes("customs", {"line": None, "verdict": "PASS", "basis": "TESTED"})
    await story.files(OTHER_PIPES, CABINET, BOXES)
    (customs,) = [one for one in await story.read("/conclusions") if not one["superseded"]]
    assert [line["line"] for line in customs["lines"]] == [2, 3]


async def test_nobody_may_call_a_line_carried_over_that_was_not(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    refused = await put(story.world, story.no, "market_regulation", *passing(1, basis="CARRIED_OVER"))
    assert refused.status_code == 422 and refused.json()["errors"][0]["path"] == "$.lines[0].basis"
    await story.concludes("customs", *passing(1, 2, 3))
    await story.files(OTHER_PIPES, CABINET, BOXES)
    kept = [{"line": no, "verdict": "PASS", "basis": "CARRIED_OVER"} for no in (2, 3)]
    refused = await put(story.world, story.no, "customs", *passing(1, basis="CARRIED_OVER"), *kept, version=2)
    assert refused.status_code == 422 and [one["path"] for one in refused.json()["errors"]] == ["$.lines[0].basis"]


async def test_an_agency_not_called_any_more_is_let_go_and_one_called_now_is_invited(story: Story) -> None:
    await story.files(PIPES, CABINET)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    receipt = await story.files(CABINET, ISOTOPE)
    assert receipt["case"] == story.no
    assert await story.invited() == {"environment": (1, "PENDING"), "ip": (1, "ACCEPTED"), "market_regulation": (1, "WITHDRAWN")}
    held = await story.world.as_owner("SELECT agency FROM booking_expert WHERE case_no = $1", story.no)
    assert {row["agency"] for row in held} == {"ip"}
    deadlines = await story.world.as_owner(
        "SELECT state FROM deadline WHERE subject = $1", f"invitation/{story.no}/environment/1"
    )
    assert [row["state"] for row in deadlines] == ["RUNNING"]
    assert "invitation_withdrawn" in await story.inbox("ping") and "case_followed" in await story.inbox("lin")
    assert "invitation" in await story.inbox("hua")
    cases = await story.world.as_owner("SELECT count(*) AS n FROM joint_case WHERE declaration_number = $1", story.body["number"])
    assert cases[0]["n"] == 1


async def test_an_acceptance_stands_for_other_goods_and_a_silent_agency_is_asked_again(story: Story) -> None:
    await story.files(PIPES, CABINET)
    first = (await story.read())["invitations"]
    ok(
        await story.world.client_of("ping").post(
            f"/api/v1/cases/{story.no}/invitations/market_regulation/accept", json={"experts": ["mei"]}
        )
    )
    await story.world.move_by(timedelta(hours=1))
    await story.files(OTHER_PIPES, CABINET | {"quantity": "2"})
    assert await story.invited() == {"ip": (2, "PENDING"), "market_regulation": (1, "ACCEPTED")}
    due = {(one["agency"], one["round"]): one["due"] for one in (await story.read())["invitations"]}
    assert due["ip", 2] > next(one["due"] for one in first if one["agency"] == "ip")
    (told,) = await story.told("CaseFollowedDeclaration")
    assert told["steps"] == {"ip": "ask_again", "market_regulation": "amend"}


async def test_a_sheet_follows_and_only_those_it_asks_something_else_read_it_again(story: Story) -> None:
    await story.files(*THREE)
    await story.make.accepted(story.no)
    before = await story.sheet()
    await story.files(CABINET, OTHER_PIPES, BOXES)
    after = await story.sheet()
    assert (before["version"], after["version"], after["declaration"]["version"]) == (1, 2, 2)
    points = {(one["agency"], one.get("line")) for one in after["focus_points"]}
    assert points == {("customs", None), ("ip", 1), ("market_regulation", 2)}
    (amended,) = await story.told("TaskSheetAmended")
    assert amended["changed"] == ["customs", "market_regulation"] and amended["state"] == "AMENDED"


async def test_the_sheet_waits_for_an_agency_that_has_to_come_now_and_nobody_works_by_the_old_one(
    story: Story,
) -> None:
    await story.files(PIPES, CABINET)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    await story.files(PIPES, CABINET, ISOTOPE)
    assert (await story.sheet())["version"] == 1
    refused = await story.world.client_of("tao").post(
        f"/api/v1/cases/{story.no}/sessions",
        json={"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": []},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert refused.status_code == 409 and refused.json()["missing"] == ["task_sheet"]
    path = f"/api/v1/cases/{story.no}/invitations/environment/accept"
    ok(await story.world.client_of("hua").post(path, json={"experts": ["hua"]}))
    await story.world.drain()
    assert (await story.sheet())["version"] == 2


async def test_when_nobody_is_called_any_more_the_case_is_cancelled(story: Story) -> None:
    await story.files(PIPES, CABINET)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    receipt = await story.files(BOXES)
    assert (receipt["state"], "case" in receipt) == ("NO_INTERVENTION", False)
    assert (await story.read())["state"] == "CANCELLED"
    assert set((await story.invited()).values()) == {(1, "WITHDRAWN")}
    running = await story.world.as_owner("SELECT 1 FROM deadline WHERE stream = $1 AND state = 'RUNNING'", f"case:{story.no}")
    held = await story.world.as_owner("SELECT 1 FROM booking WHERE case_no = $1 AND state IN ('PROPOSED', 'CONFIRMED')", story.no)
    assert not running and not held
    assert (await story.status())["code"] == "CLOSED"


async def test_once_the_goods_were_opened_the_doubtful_line_cannot_be_declared_away(story: Story) -> None:
    """However harmless the new version reads, market regulation still has to say what becomes of what it saw."""
    await story.files(PIPES, BOXES)
    ok(
        await story.world.client_of("ping").post(
            f"/api/v1/cases/{story.no}/invitations/market_regulation/accept", json={"experts": ["mei"]}
        )
    )
    await story.world.drain()
    await story.make.arrived(story.no)
    lin = story.world.client_of("lin")
    slot = ok(await lin.get(f"/api/v1/cases/{story.no}/slots"))[0]
    booking = ok(await lin.post(f"/api/v1/cases/{story.no}/schedule", json=slot))
    seen = {"booking": booking["id"], "version": booking["version"]}
    ok(await story.world.client_of("ping").post(f"/api/v1/cases/{story.no}/schedule/confirm", json=seen))
    await story.world.drain()
    session = await story.make.opened(story.no)
    receipt = await story.files(BOXES)
    assert receipt["state"] == "UNDER_JOINT_CASE"
    for login, agency in (("mei", "market_regulation"), ("rong", "customs")):
        path = f"/api/v1/cases/{story.no}/sessions/{session}/workstreams/{agency}/complete"
        ok(await story.world.client_of(login).post(path))
    closing = await story.world.client_of("tao").post(f"/api/v1/cases/{story.no}/sessions/{session}/close", json={})
    ok(closing)
    await story.world.drain()
    assert await story.invited() == {"market_regulation": (1, "ACCEPTED")}
    (followed,) = await story.told("CaseFollowedDeclaration")
    assert {(one["agency"], one["line"]) for one in followed["reopened"]} == {("market_regulation", 1)}
    await story.concludes("customs", *passing(1))
    assert not await story.told("Released")


async def test_a_version_filed_while_somebody_is_at_the_goods_waits_for_the_session_to_close(
    story: Story,
) -> None:
    await story.files(*THREE)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    await story.make.opened(story.no)
    receipt = await story.files(OTHER_PIPES, CABINET, BOXES)
    assert (receipt["verdict"], receipt["state"]) == ("accepted", "UNDER_JOINT_CASE")
    assert not await story.told("CaseFollowedDeclaration") and "declaration_waits" in await story.inbox("lin")
    waiting = await story.status()
    assert waiting["code"] == "IN_INSPECTION" and "第 2 版" in waiting["next_step_zh"]
    await story.concludes("customs", *passing(1, 2, 3))  # still of the version that is on the table
    await story.make.closed(story.no)
    (followed,) = await story.told("CaseFollowedDeclaration")
    assert followed["changed"] == [1]
    (customs,) = [one for one in await story.read("/conclusions") if not one["superseded"]]
    assert [line["line"] for line in customs["lines"]] == [2, 3]
    states = await story.world.as_owner("SELECT version, state FROM declaration ORDER BY version")
    assert [tuple(row) for row in states] == [(1, "SUPERSEDED"), (2, "UNDER_JOINT_CASE")]


async def test_what_terminals_send_late_is_about_the_lines_as_the_session_knew_them(story: Story) -> None:
    """Line 2 was the cabinet while they were at the goods; the report says where it stands now, and where it stood."""
    await story.files(*THREE)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    session = await story.make.opened(story.no)
    captured_at = story.world.clock.now()
    await story.files(PIPES, BOXES, CABINET)
    await story.world.move_by(timedelta(minutes=5))
    await story.make.closed(story.no)
    body = yard.finding(session, captured_at, agency="ip", kind="LICENCE", line=2)
    ok(await story.world.client_of("qiu").put(f"/field/v1/cases/{story.no}/findings/{uuid4()}", json=body))
    for agency, numbers in (("customs", (1, 2, 3)), ("market_regulation", (1,)), ("ip", (3,))):
        await story.concludes(agency, *passing(*numbers))
    (found,) = (await story.read("/report.json"))["findings"]
    assert (found["line"], found["declared_as"]) == (3, "第 1 版申报第 2 项")


async def test_everybody_done_before_the_close_does_not_release_what_was_declared_otherwise_since(story: Story) -> None:
    await story.files(*THREE)
    await story.make.accepted(story.no)
    await story.make.scheduled(story.no)
    await story.make.opened(story.no)
    for agency, numbers in (("customs", (1, 2, 3)), ("market_regulation", (1,)), ("ip", (2,))):
        await story.concludes(agency, *passing(*numbers))
    await story.files(OTHER_PIPES, CABINET, BOXES)
    await story.make.closed(story.no)
    assert not await story.told("ReportIssued") and not await story.told("Released")


async def test_the_enterprise_reads_in_one_sentence_what_its_new_version_did(story: Story) -> None:
    await story.files(*THREE)
    await story.files(OTHER_PIPES, CABINET, BOXES)
    status = await story.status()
    assert status["next_step_zh"].startswith("已按第 2 版申报办理：2 项不变，1 项重新查验；")
    assert "version 2" in status["next_step_en"]


async def test_an_issued_report_stays_as_it_is_and_the_next_version_has_one_of_its_own(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    rectify = {"line": 1, "verdict": "RECTIFY", "measures": ["RECTIFY"], "basis": "DOCUMENT", "cause": "certificate_invalid"}
    for agency, lines in (("customs", passing(1, 2, 3)), ("market_regulation", [rectify]), ("ip", passing(2))):
        await story.concludes(agency, *lines)
    issued = await story.read("/report.json")
    await story.files(OTHER_PIPES, CABINET, BOXES)
    approved = await story.world.client_of("zhao").post(f"/api/v1/cases/{story.no}/disposition/approve", json={})
    assert approved.status_code == 409 and approved.json()["code"] == "report_outdated"
    await story.concludes("market_regulation", *passing(1), version=1)
    carried = [{"line": no, "verdict": "PASS", "basis": "CARRIED_OVER"} for no in (2, 3)]
    await story.concludes("customs", *passing(1), *carried, version=2)
    assert await story.read("/report.json?version=1") == issued
    second = await story.read("/report.json")
    assert (second["version"], second["declaration"]["version"]) == (2, 2)


async def test_the_same_goods_under_a_new_number_of_the_version_change_nothing(story: Story) -> None:
    await story.files(*THREE)
    await inspected(story)
    for agency, numbers in (("customs", (1, 2, 3)), ("market_regulation", (1,))):
        await story.concludes(agency, *passing(*numbers))
    await story.files(*THREE, gross_weight="18251.000")
    (followed,) = await story.told("CaseFollowedDeclaration")
    assert followed["reopened"] == [] and set(followed["steps"].values()) == {"keep"}
    await story.concludes("ip", *passing(2))
    assert (await story.read())["state"] == "CLOSED"


async def test_an_opening_and_a_new_version_at_the_same_moment_have_one_order(world: World, make: Make) -> None:
    """Either the goods are opened and the version waits, or the case is on the new version and its sheet is what is opened."""
    orders = set()
    for _ in range(6):
        story = Story(world, make)
        await story.files(*THREE)
        await make.accepted(story.no)
        await make.scheduled(story.no)
        tao, hengtong = world.client_of("tao"), world.client_of("hengtong")
        arrived = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": []}
        once = {"Idempotency-Key": str(uuid4())}
        session = ok(await tao.post(f"/api/v1/cases/{story.no}/sessions", json=arrived, headers=once))
        body = story.body | {"version": 2, "lines": numbered(OTHER_PIPES, CABINET, BOXES)}
        opening = tao.post(f"/api/v1/cases/{story.no}/sessions/{session['id']}/open")
        filing = hengtong.post("/api/v1/declarations", json=body)
        racers = (opening, filing) if len(orders) % 2 == 0 else (filing, opening)
        answers = await asyncio.gather(*racers)
        opened, filed = answers if racers[0] is opening else reversed(answers)
        ok(filed)
        await world.drain()
        followed = bool(await story.told("CaseFollowedDeclaration"))
        assert opened.is_success != followed, "both, or neither"
        if not opened.is_success:
            assert (opened.status_code, opened.json()["missing"]) == (409, ["task_sheet"])
            ok(await tao.post(f"/api/v1/cases/{story.no}/sessions/{session['id']}/open"))
        (sheet,) = await world.as_owner("SELECT sheet_version FROM field_session WHERE case_no = $1", story.no)
        assert sheet["sheet_version"] == (2 if followed else 1)
        orders.add(followed)
