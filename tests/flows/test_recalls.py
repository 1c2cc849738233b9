"""After issue: a late word makes the next version of the report, calls back what was let go, and edits nothing."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from cryptography import x509
from deciding import PASS, RECTIFY, approve, concluded, put, read, refusing, told
from make import REFERENCE, Make, ok
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from world import World

from agencies.powers import PLATFORM
from inspection.events import case_stream
from inspection.reaction import Parts
from inspection.reactions import REACTIONS
from inspection.reporting import seal_check
from inspection.reporting.report_decisions import decide_when_complete
from kit import event_log

AEO = REFERENCE["trader"] | {"credit": "aeo"}
PENDING = {"line": 1, "verdict": "PENDING_TEST"}
FAILED = refusing("DESTROY") | {"cause": "laboratory_failed", "note": "实验室检测：爆破压力不合格"}


async def released_before_the_test(world: World, make: Make) -> str:
    """A case of an AEO whose goods went under the condition that nothing is sold before the laboratory speaks."""
    no = await make.case("CONCLUDING", trader=AEO)
    await concluded(world, no, market_regulation=PENDING)
    ok(await approve(world, no))
    await world.drain()
    return no


async def failed(world: World, no: str) -> None:
    """The laboratory fails the sample: market regulation amends."""
    ok(await put(world, no, "market_regulation", FAILED, version=1))
    await world.drain()


async def status_of(world: World, no: str) -> dict[str, Any]:
    number = (await read(world, no, "case"))["declaration"]
    return dict(ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/status")))


async def close(world: World, no: str, outcome: str, *, login: str = "lin", reason: str = "货物已退回监管场所") -> httpx.Response:
    body = {"outcome": outcome, "reason": reason}
    return await world.client_of(login).post(f"/api/v1/cases/{no}/recalls/1/close", json=body)


async def inbox_of(world: World, login: str, no: str) -> list[str]:
    return [item["kind"] for item in ok(await world.client_of(login).get("/api/v1/inbox")) if item["case"] == no]


async def test_a_late_adverse_laboratory_result_after_release(world: World, make: Make) -> None:
    """S10 as a whole."""
    no = await released_before_the_test(world, make)
    assert (await read(world, no, "disposition"))["type"] == "CONDITIONAL_RELEASE"
    lin, hengtong = world.client_of("lin"), world.client_of("hengtong")
    first, paper = await lin.get(f"/api/v1/cases/{no}/report.json"), await lin.get(f"/api/v1/cases/{no}/report.pdf")
    stored = await world.as_owner("SELECT document::text, document_hash, inputs_hash FROM report WHERE case_no = $1", no)

    await failed(world, no)

    second = await read(world, no, "report.json")
    assert second["number"].endswith("/v2") and second["previous"]["sha256"] == hashlib.sha256(first.content).hexdigest()
    (changed,) = second["previous"]["conclusions"]
    assert (changed["agency"], changed["line"], changed["before"], changed["after"]) == (
        "market_regulation", 1, "PENDING_TEST", "REFUSE",
    )  # fmt: skip
    assert changed["basis"] == "TESTED" and changed["added"] == ["DESTROY"] and "爆破压力" in changed["reason"]

    # what was issued stays, byte for byte, and its seal holds
    again = await lin.get(f"/api/v1/cases/{no}/report.json?version=1")
    assert again.content == first.content and again.headers["etag"] == first.headers["etag"]
    old_paper = (await lin.get(f"/api/v1/cases/{no}/report.pdf?version=1")).content
    root = x509.load_pem_x509_certificate((await lin.get("/public/v1/seal.pem")).content)
    assert old_paper == paper.content and (await asyncio.to_thread(seal_check.check, old_paper, (root,))).holds
    now = await world.as_owner(
        "SELECT document::text, document_hash, inputs_hash FROM report WHERE case_no = $1 AND version = 1", no
    )
    assert [*map(tuple, now)] == [*map(tuple, stored)]

    # the release is recalled, by a date of the policy (seven working days after Friday 2026-11-20)
    (recalled,) = await read(world, no, "recalls")
    assert (recalled["state"], recalled["lines"], recalled["released_as"], recalled["now_asked"]) == (
        "OPEN", [1], "CONDITIONAL_RELEASE", "DESTROY",
    )  # fmt: skip
    assert recalled["due"].startswith("2026-12-01T09:30:00")
    assert (await read(world, no, "disposition?version=1"))["state"] == "RECALLED"
    assert (await read(world, no, "disposition"))["type"] == "DESTROY"
    status = await status_of(world, no)
    assert (status["status_zh"], status["holder_zh"], status["due"][:10]) == ("已召回", "企业", "2026-12-01")
    assert "召回通知" in status["next_step_zh"]
    for login in ("lin", "ping", "qiu"):
        assert "recall" in await inbox_of(world, login, no)
    notices = await world.as_owner("SELECT channel FROM notice WHERE template = 'recalled' AND enterprise IS NOT NULL")
    assert notices, "the enterprise is told through its own channels"

    number = (await read(world, no, "case"))["declaration"]
    said = {"text": "三箱在宝安仓库未售出，12 月 1 日前交回"}
    answered = ok(await hengtong.post(f"/api/v1/declarations/{number}/recall/answer", json=said))
    assert answered["state"] == "ANSWERED"
    assert ok(await hengtong.post(f"/api/v1/declarations/{number}/recall/answer", json=said)) == answered
    assert (await told(world, no)).count("RecallAnswered") == 1
    assert (await world.client_of("xinda").get(f"/api/v1/declarations/{number}/recall")).status_code == 404

    ok(await approve(world, no))
    await world.drain()
    assert (await status_of(world, no))["code"] == "RECALLED", "what is done with the goods waits for the goods"
    closed = ok(await close(world, no, "RETURNED"))
    assert (closed["state"], closed["outcome"]) == ("CLOSED", "RETURNED") and ok(await close(world, no, "RETURNED")) == closed
    await world.drain()
    assert (await status_of(world, no))["code"] == "NOT_RELEASED"
    assert (await close(world, no, "DESTROYED")).json()["code"] == "state_forbids"


async def test_a_recall_that_is_not_answered_in_time_goes_up(world: World, make: Make) -> None:
    no = await released_before_the_test(world, make)
    await failed(world, no)
    await world.move_by(timedelta(days=12))
    await world.drain()
    assert (await told(world, no)).count("RecallEscalated") == 1
    (recalled,) = await read(world, no, "recalls")
    assert recalled["overdue"] and recalled["state"] == "OPEN"
    assert "recall_overdue" in await inbox_of(world, "lin", no)
    told_to = await world.as_owner("SELECT DISTINCT person_id::text, enterprise FROM notice WHERE template = 'recall_overdue'")
    assert any(row["enterprise"] for row in told_to) and any(row["person_id"] for row in told_to)
    await world.move_by(timedelta(days=2))
    await world.drain()
    assert (await told(world, no)).count("RecallEscalated") == 1


async def test_a_recall_is_lifted_by_an_approver_and_only_when_its_reason_has_gone(world: World, make: Make) -> None:
    no = await released_before_the_test(world, make)
    await failed(world, no)
    refused = await close(world, no, "LIFTED")
    assert refused.status_code == 403
    still = await close(world, no, "LIFTED", login="zhao")
    assert (still.status_code, still.json()["code"], still.json()["lines"]) == (409, "recall_still_stricter", [1])
    ok(await put(world, no, "market_regulation", PASS, version=2))
    await world.drain()
    lifted = ok(await close(world, no, "LIFTED", login="zhao", reason="复检合格"))
    assert lifted["state"] == "LIFTED"
    proposed = await read(world, no, "disposition")
    assert (proposed["type"], proposed["state"], proposed["automatic"]) == ("RELEASE", "PROPOSED", False)
    ok(await approve(world, no))
    await world.drain()
    assert (await status_of(world, no))["code"] == "RELEASED"
    assert len(await read(world, no, "report/versions")) == 3


async def test_the_versions_say_what_changed_and_any_two_can_be_compared(world: World, make: Make) -> None:
    no = await released_before_the_test(world, make)
    await failed(world, no)
    ok(await put(world, no, "ip", RECTIFY | {"basis": "DOCUMENT"}, version=1))
    await world.drain()
    versions = await read(world, no, "report/versions")
    assert [(one["version"], one["state"]) for one in versions] == [(1, "SUPERSEDED"), (2, "SUPERSEDED"), (3, "ISSUED")]
    assert all(one["reason"] for one in versions[1:]) and versions[0]["reason"] == ""
    diff = await read(world, no, "report/diff?from=1&to=3")
    assert [(one["agency"], one.get("before"), one["after"]) for one in diff["conclusions"]] == [
        ("ip", "PASS", "RECTIFY"), ("market_regulation", "PENDING_TEST", "REFUSE"),
    ]  # fmt: skip
    assert len(diff["reasons"]) == 2 and {one["what"] for one in diff["results"]} >= {"verdict", "disposition"}
    back = await read(world, no, "report/diff?from=3&to=1")
    assert [(one["before"], one["after"]) for one in back["conclusions"]] == [("RECTIFY", "PASS"), ("REFUSE", "PENDING_TEST")]
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/report/diff?from=1&to=9")).status_code == 404
    for login in ("ou", "hua"):
        assert (await world.client_of(login).get(f"/api/v1/cases/{no}/report/versions")).status_code == 404


async def follow_backwards(world: World, no: str, after: int) -> None:
    """What a worker does after the events above ``after``, the last of them first: nobody promised it an order."""
    database, parts = world.platform.database, Parts(store=world.platform.store)
    async with database.unit_of_work(PLATFORM) as session:
        events = await event_log.read(session, case_stream(no), after=after)
    for event in reversed(events):
        for reaction in REACTIONS.get(event.type, ()):
            async with database.unit_of_work(PLATFORM) as session:
                await reaction(session, event, world.clock.now(), parts)


async def test_a_recall_given_more_time_is_told_although_what_came_later_was_followed_first(world: World, make: Make) -> None:
    no = await released_before_the_test(world, make)
    await failed(world, no)
    lin, before = world.client_of("lin"), await status_of(world, no)
    (running,) = [one for one in ok(await lin.get(f"/api/v1/cases/{no}/deadlines")) if one["type"] == "recall"]
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        seen = await event_log.head(session, case_stream(no))
    body, key = {"amount": 2, "reason": "货物在途，台风封航"}, {"Idempotency-Key": str(uuid4())}
    due = ok(await lin.post(f"/api/v1/cases/{no}/deadlines/{running['id']}/extend", json=body, headers=key))["due"]
    answer = {"text": "三箱在宝安仓库未售出"}
    number = (await read(world, no, "case"))["declaration"]
    ok(await world.client_of("hengtong").post(f"/api/v1/declarations/{number}/recall/answer", json=answer))
    await follow_backwards(world, no, seen)
    assert (before["due"][:10], (await status_of(world, no))["due"][:10], due[:10]) == ("2026-12-01", "2026-12-03", "2026-12-03")


async def test_two_issues_at_once_make_one_version(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    for agency in ("customs", "market_regulation", "ip"):
        ok(await put(world, no, agency, PASS))
    parts = Parts(store=world.platform.store)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        (event, *_) = [one for one in await event_log.read(session, case_stream(no)) if one.type == "ConclusionSubmitted"]

    async def issue() -> None:
        async with world.platform.database.unit_of_work(PLATFORM) as session:
            await decide_when_complete(session, event, world.clock.now(), parts)

    await asyncio.gather(*(issue() for _ in range(6)))
    await world.drain()
    assert [one["version"] for one in await read(world, no, "report/versions")] == [1]
    assert (await told(world, no)).count("ReportIssued") == 1
    sent_again = await put(world, no, "ip", PASS)
    assert sent_again.is_success, "the same content under the same version is a resend"
    await world.drain()
    assert len(await read(world, no, "report/versions")) == 1


EDITS = (
    'UPDATE report SET document = document || \'{"case": "other"}\'',
    "UPDATE report SET document_hash = 'other'",
    "UPDATE report SET merge = '{}', inputs_hash = 'other'",
    "UPDATE report SET issued_at = now()",
    "UPDATE report SET pdf_sha256 = 'other'",
    "UPDATE report SET seal = NULL",
    "DELETE FROM report",
    "TRUNCATE report CASCADE",
    "UPDATE enterprise_report SET document = '{}'",
    "DELETE FROM enterprise_report",
)


async def test_nobody_edits_what_has_issued_not_even_the_platform(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    for edit in EDITS:
        with pytest.raises(DBAPIError, match=r"never|once|permission denied"):
            async with world.platform.database.unit_of_work(PLATFORM) as session:
                await session.execute(text(edit))
        with pytest.raises(asyncpg.RestrictViolationError):
            await world.as_owner(edit)
    assert (await read(world, no, "report.json"))["case"] == no


async def test_an_approver_declares_a_report_void_and_the_next_version_says_why(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    zhao = world.client_of("zhao")
    where, body = f"/api/v1/cases/{no}/report/versions/1/void", {"reason": "附图与商品项不符"}
    assert (await world.client_of("lin").post(where, json=body)).status_code == 403
    assert (await zhao.post(where, json={"reason": " "})).status_code == 422
    void = ok(await zhao.post(where, json=body))
    assert (void["state"], void["void_reason"]) == ("VOID", "附图与商品项不符") and ok(await zhao.post(where, json=body)) == void
    await world.drain()
    report = await read(world, no, "report.json")
    assert report["version"] == 2 and "附图与商品项不符" in report["previous"]["reason"]
    assert (await read(world, no, "disposition"))["report_version"] == 2
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/report.json?version=1")).is_success, "void, and still readable"
    older = await zhao.post(where, json={"reason": "别的原因"})
    assert (older.status_code, older.json()["code"]) == (409, "report_not_the_newest")
    ok(await approve(world, no))
    acted = await zhao.post(f"/api/v1/cases/{no}/report/versions/2/void", json=body)
    assert (acted.status_code, acted.json()["code"]) == (409, "report_acted_on")
