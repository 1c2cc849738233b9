"""S2's requests: asked from a finding, answered with signatures; the chain closes when every answer is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asking
import pytest
from asking import PATENT, act, answer, ask, cases, chains, found
from deciding import PASS, RECTIFY, concluded, put, read, told
from make import Make, ok, refused
from world import World

Doubt = tuple[str, str]
"""A case, and Mei's critical finding in it."""


@pytest.fixture(scope="module")
async def opened(builder: Make) -> str:
    """A case whose goods are open."""
    return await builder.case("IN_FIELD")


@pytest.fixture
async def doubtful(builder: Make, opened: str) -> Doubt:
    """A finding of its own in it."""
    return opened, await found(builder, opened)


@pytest.fixture
async def apart(builder: Make) -> Doubt:
    """A finding in a case of its own."""
    no = await builder.case("IN_FIELD")
    return no, await found(builder, no)


async def chain_of(world: World, doubt: Doubt, login: str = "lin") -> dict[str, Any]:
    """The finding's chain."""
    no, finding = doubt
    (found,) = [one for one in (await chains(world, no, login))["chains"] if one["finding"] == finding]
    chain: dict[str, Any] = found
    return chain


def minute(text: str) -> datetime:
    """To the minute: time goes on while a test runs."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(second=0, microsecond=0)


async def test_the_chain_is_closed_only_when_both_have_answered(port: World, doubtful: Doubt) -> None:
    no, finding = doubtful
    history, patent = ok(await ask(port, no, finding)), ok(await ask(port, no, finding, **PATENT))
    assert (await chain_of(port, doubtful))["closed"] is False

    answered = ok(await answer(port, no, history))
    assert answered["state"] == "ANSWERED" and answered["answer"]["late"] is False
    half = await chain_of(port, doubtful)
    assert (half["closed"], half["open"]) == (False, [patent["id"]])

    ok(await answer(port, no, patent))
    whole = await chain_of(port, doubtful, "mei")
    assert (whole["finding"], whole["closed"], whole["open"]) == (finding, True, [])
    steps = {(one["of"].split(":")[0], one["rests_on"].split(":")[0]) for one in whole["edges"]}
    assert steps == {("finding", "request"), ("request", "response"), ("response", "source")} and len(whole["edges"]) == 6


async def test_each_step_reaches_watchers_and_the_one_it_is_for(port: World, apart: Doubt) -> None:
    no, finding = apart
    request = ok(await ask(port, no, finding, blocking=True))
    await port.drain()
    inbox = ok(await port.client_of("lin").get("/api/v1/inbox"))
    assert [one["data"]["agency"] for one in inbox if (one["case"], one["kind"]) == (no, "info_request")] == ["market_regulation"]
    ok(await answer(port, no, request))
    for login in ("lin", "mei", "qiu"):
        frames = ok(await port.client_of(login).get(cases(no, "events"), params={"limit": 1000}))
        said = {one["type"]: one["data"] for one in frames}
        assert said["InfoRequestSent"]["blocking"] is True and said["InfoRequestAnswered"]["chain_closed"] is True
    back = ok(await port.client_of("ping").get("/api/v1/inbox"))
    assert any((one["case"], one["kind"]) == (no, "info_request_answered") for one in back)


async def test_an_hour_in_session_a_day_otherwise_and_what_is_late_goes_up_the_line(port: World, builder: Make) -> None:
    no = await builder.case("IN_FIELD")
    finding = await found(builder, no)
    asked_at = port.clock.now()
    request = ok(await ask(port, no, finding))
    assert minute(request["due"]) == (asked_at + timedelta(minutes=65)).replace(second=0, microsecond=0)
    longer = ok(await ask(port, no, finding, within="1wd"))
    assert minute(longer["due"]) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert refused(await ask(port, no, finding, within="40d"), "request_invalid", 422)["errors"][0]["path"] == "$.within"

    await port.move_by(timedelta(minutes=67))
    await port.drain()
    rungs = [one["data"]["rung"] for one in await read(port, no, "events?limit=1000") if one["type"] == "DeadlineReached"]
    assert 100 in rungs
    late = [one for one in ok(await port.client_of("lin").get("/api/v1/inbox")) if one["kind"] == "info_request_overdue"]
    assert [one["case"] for one in late] == [no]
    sent = "SELECT DISTINCT p.login FROM notice n JOIN person p ON p.id = n.person_id WHERE n.template = $1 AND n.case_no = $2"
    told_to = await port.as_owner(sent, "deadline_over", no)
    assert "gao" in {row["login"] for row in told_to}, "the asked agency's leader is told"
    assert ok(await answer(port, no, request))["answer"]["late"] is True
    await port.move_to(asked_at)


async def test_an_agency_waits_for_what_it_has_made_its_conclusion_depend_on(port: World, apart: Doubt) -> None:
    no, finding = apart
    request = ok(await ask(port, no, finding, blocking=True))
    problem = refused(await put(port, no, "market_regulation", RECTIFY), "requests_open")
    assert [one["id"] for one in problem["requests"]] == [request["id"]]
    ok(await put(port, no, "customs", PASS)), ok(await put(port, no, "ip", PASS))

    ok(await act(port, no, request, "decline", "rong", "无该供应商记录查询权限"))
    refused(await put(port, no, "market_regulation", RECTIFY), "requests_open")
    refused(await answer(port, no, request), "state_forbids")
    ok(await act(port, no, request, "withdraw", "mei"))
    ok(await put(port, no, "market_regulation", RECTIFY))
    assert (await chain_of(port, apart))["closed"] is False, "nothing was answered"


async def test_who_is_waited_for_is_who_has_not_answered(port: World, builder: Make) -> None:
    no = await builder.case("IN_FIELD")
    finding = await found(builder, no)
    await builder.closed(no)
    for agency in ("customs", "ip"):
        ok(await put(port, no, agency, PASS))
    request = ok(await ask(port, no, finding, **PATENT, blocking=True))
    await port.drain()
    listed = {one["no"]: one for one in ok(await port.client_of("lin").get("/api/v1/cases?limit=200"))["items"]}
    assert listed[no]["awaited"] == ["ip"]
    ok(await answer(port, no, request))
    await port.drain()
    listed = {one["no"]: one for one in ok(await port.client_of("lin").get("/api/v1/cases?limit=200"))["items"]}
    assert listed[no]["awaited"] == ["market_regulation"]


async def test_the_same_again_is_answered_again_and_anything_else_is_refused(port: World, apart: Doubt) -> None:
    no, finding = apart
    id_ = str(uuid4())
    first = ok(await ask(port, no, finding, id_=id_))
    assert ok(await ask(port, no, finding, id_=id_)) == first
    refused(await ask(port, no, finding, id_=id_, text="另一问题"), "request_differs")
    said = ok(await answer(port, no, first))
    assert ok(await answer(port, no, first)) == said
    refused(await answer(port, no, first, text="改口"), "state_forbids")
    assert (await told(port, no)).count("InfoRequestAnswered") == 1


async def test_only_the_own_finding_another_agency_of_the_case_and_a_source(port: World, builder: Make, doubtful: Doubt) -> None:
    no, finding = doubtful
    refused(await ask(port, no, finding, login="qiu"), "not_your_finding", 403)
    for nobody in ("market_regulation", "environment"):
        problem = refused(await ask(port, no, finding, asked=nobody), "request_invalid", 422)
        assert problem["errors"][0]["message"] == "another agency that takes part: customs, ip"
    secret = await found(builder, no, "qiu", agency="ip", kind="LICENCE", label="IP_SECRET")
    refused(await ask(port, no, secret, login="qiu"), "request_invalid", 422)

    request = ok(await ask(port, no, finding))
    refused(await answer(port, no, request, login="qiu"), "not_your_request", 403)
    refused(await answer(port, no, request, sources=[{"register": "无编号登记簿"}]), "request_invalid", 422)
    refused(await answer(port, no, request, sources=[{"evidence": str(uuid4())}]), "evidence_unknown", 404)
    refused(await act(port, no, request, "withdraw", "rong"), "not_your_request", 403)
    assert (await port.client_of("hua").get(cases(no, "info-requests"))).status_code == 404


async def test_an_answer_is_signed_with_a_key_of_whoever_sends_it(port: World, doubtful: Doubt) -> None:
    no, finding = doubtful
    request = ok(await ask(port, no, finding))
    refused(await answer(port, no, request, signer="mei"), "signature_invalid", 422)
    unsigned = {"answer": asking.ANSWERS["customs"]}
    path = cases(no, "info-requests", request["id"], "answer")
    refused(await port.client_of("rong").post(path, json=unsigned), "signature_invalid", 422)
    said = ok(await answer(port, no, request))["answer"]
    assert '"purpose":"lianjian.answer/1"' in said["statement"] and said["signature"]


async def test_the_report_prints_the_answered_chain_and_the_minutes_under_the_finding(port: World, apart: Doubt) -> None:
    no, finding = apart
    minutes = {
        "held_at": port.clock.now().isoformat(),
        "participants": [{"name": "Mei", "agency": "market_regulation"}, {"name": "Rong", "agency": "customs"}],
        "text": "视频会商：三方确认材质报告已过有效期",
    }
    path = cases(no, "findings", finding, "minutes", str(uuid4()))
    filed = ok(await port.client_of("mei").put(path, json=minutes))
    assert ok(await port.client_of("mei").put(path, json=minutes)) == filed
    refused(await port.client_of("mei").put(path, json=minutes | {"text": "改写"}), "minutes_differ")
    request = ok(await ask(port, no, finding, blocking=True))
    ok(await answer(port, no, request))
    builder = Make(port)
    await builder.closed(no)
    await concluded(port, no, market_regulation=RECTIFY)

    report = await read(port, no, "report.json")
    (printed,) = [one for one in report["findings"] if one["id"] == finding]
    assert printed["chain_closed"] is True and printed["minutes"][0]["text"] == minutes["text"]
    assert printed["requests"][0]["sources"][0]["reference"] == "5316-2025-0198" and printed["requests"][0]["signed_hash"]
    assert (await port.client_of("lin").get(cases(no, "report.pdf"))).content.startswith(b"%PDF")
