"""The field session: who opens and closes it, what holds it, and what terminals may send before and after."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import yard as in_the_yard
from make import Make
from world import World
from yard import Yard, check_in, close, finding, opened

from inspection.case_tables import JointCase, TaskSheetRow
from inspection.fieldwork.field_tables import FindingRow
from inspection.planning.schedule_tables import Booking
from kit.ids import uuid7


@pytest.fixture
async def yard(world: World, make: Make) -> Yard:
    """A case that is ready for the yard, with market regulation and IP on its sheet."""
    return await in_the_yard.in_state(world, make, "SCHEDULED")


async def test_tao_opens_and_closes_a_session_and_the_task_sheet_freezes(yard: Yard) -> None:
    session_id = await opened(yard)
    assert (await yard.one(TaskSheetRow, ("5316", yard.no, 1))).state == "FROZEN"
    case = await yard.one(JointCase, ("5316", yard.no))
    assert case.openings == 1
    assert case.lead_inspector is not None
    assert await yard.count(Booking, Booking.case_no == yard.no, Booking.state == "IN_PROGRESS") == 1

    await in_the_yard.all_done(yard, session_id)
    closed = await close(yard, session_id)
    assert closed.status_code == 200, closed.text
    assert closed.json()["state"] == "CLOSED"
    assert closed.json()["seals_after"] == ["HT-0002"]
    assert [one["agency"] for one in closed.json()["workstreams"]] == ["customs", "ip", "market_regulation"]
    assert await yard.count(Booking, Booking.case_no == yard.no, Booking.state == "DONE") == 1
    types = ("SessionCheckedIn", "SessionOpened", "WorkstreamCompleted", "SessionClosed")
    assert [event.type for event in await yard.events(*types)] == [*types[:2], *[types[2]] * 3, types[3]]


async def test_a_session_needs_a_second_customs_officer(yard: Yard) -> None:
    alone = await check_in(yard, officers=["tao", "mei"])
    assert (alone.status_code, alone.json()["code"]) == (409, "opening_not_staffed")
    assert alone.json()["missing"] == ["second_officer"]


async def test_a_person_of_another_port_cannot_check_in(yard: Yard) -> None:
    answer = await check_in(yard, officers=["rong", "ou"])
    assert (answer.status_code, answer.json()["code"]) == (422, "officer_unknown")
    assert [error["path"] for error in answer.json()["errors"]] == ["$.officers[1]"]


async def test_checking_in_again_with_the_same_key_gives_the_same_session(yard: Yard) -> None:
    tao, key = yard.client_of("tao"), in_the_yard.once()
    body = {"officers": ["rong"], "attendance": "WAIVED"}
    first = await tao.post(f"{yard.office}/sessions", json=body, headers=key)
    again = await tao.post(f"{yard.office}/sessions", json=body, headers=key)
    assert first.json() == again.json()
    other = await check_in(yard)
    assert (other.status_code, other.json()["code"]) == (409, "session_running")


@pytest.mark.parametrize(("state", "missing"), [("INVITING", ["task_sheet", "window"]), ("PREPARING", ["window"])])
async def test_nobody_goes_to_the_goods_before_sheet_and_window(world: World, make: Make, state: str, missing: list[str]) -> None:
    early = await in_the_yard.in_state(world, make, state)
    answer = await check_in(early)
    assert (answer.status_code, answer.json()["missing"]) == (409, missing)


async def test_only_the_lead_inspector_opens_pauses_and_closes(yard: Yard) -> None:
    rong = yard.client_of("rong")
    await yard.world.as_owner("UPDATE person SET powers = powers || '{lead_inspect}' WHERE login = 'rong'")
    session_id = (await check_in(yard)).json()["id"]
    where = f"{yard.office}/sessions/{session_id}"
    for step, body in (("open", None), ("pause", {"reason": "等待叉车"}), ("close", {"seals_after": []})):
        answer = await rong.post(f"{where}/{step}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_the_lead_inspector"), step


async def test_work_stands_still_and_goes_on(yard: Yard) -> None:
    tao = yard.client_of("tao")
    where = f"{yard.office}/sessions/{await opened(yard)}"
    assert (await tao.post(f"{where}/pause", json={"reason": " "})).status_code == 422
    assert (await tao.post(f"{where}/pause", json={"reason": "暴雨"})).json()["state"] == "PAUSED"
    held = await tao.post(f"{where}/close", json={})
    assert (held.status_code, held.json()["state"], held.json()["allowed"]) == (409, "PAUSED", ["resume"])
    assert (await tao.post(f"{where}/resume")).json()["state"] == "OPEN"


async def test_a_close_is_held_by_mandatory_workstreams_until_they_are_excused(yard: Yard) -> None:
    tao, qiu, session_id = yard.client_of("tao"), yard.client_of("qiu"), await opened(yard)
    await in_the_yard.all_done(yard, session_id, "customs")

    held = await close(yard, session_id)
    assert (held.status_code, held.json()["code"]) == (409, "close_held")
    # the rules that called market regulation make it mandatory; IP is still running too, and does not hold
    assert [blocker["agency"] for blocker in held.json()["blockers"]] == ["market_regulation"]

    excuse = f"{yard.office}/sessions/{session_id}/workstreams/market_regulation/excuse"
    assert (await tao.post(excuse, json={"reason": ""})).status_code == 422
    assert (await qiu.post(excuse, json={"reason": "专家未到"})).status_code == 403
    assert (await tao.post(excuse, json={"reason": "专家未到，改为书面审核"})).json()["state"] == "EXCUSED"
    assert (await close(yard, session_id)).status_code == 200


async def test_a_workstream_is_completed_by_its_own_agency_alone(yard: Yard) -> None:
    session_id = await opened(yard)
    where = f"{yard.office}/sessions/{session_id}/workstreams/ip/complete"
    assert (await yard.client_of("mei").post(where)).json()["code"] == "not_your_workstream"
    first, again = [await yard.client_of("qiu").post(where) for _ in range(2)]
    assert first.json() == again.json()
    assert len(await yard.events("WorkstreamCompleted")) == 1


async def test_another_opening_needs_a_reason_and_is_counted(yard: Yard) -> None:
    session_id = await opened(yard)
    await in_the_yard.all_done(yard, session_id)
    assert (await close(yard, session_id)).status_code == 200

    assert (await check_in(yard, reason="复验")).json()["missing"] == ["window"]
    await yard.make.scheduled(yard.no)
    refused = await check_in(yard)
    assert (refused.status_code, refused.json()["code"]) == (422, "reopening_reason_missing")
    await opened(yard, reason="企业异议，复验")
    assert (await yard.one(JointCase, ("5316", yard.no))).openings == 2
    assert len((await yard.client_of("tao").get(f"{yard.office}/sessions")).json()) == 2


# --- findings -------------------------------------------------------------------------------------------------------------


async def test_a_finding_sent_twice_is_recorded_once(yard: Yard) -> None:
    mei, now = yard.client_of("mei"), yard.now
    session_id = await opened(yard)
    where = f"{yard.field}/findings/{uuid7()}"

    first = await mei.put(where, json=finding(session_id, now))
    assert first.status_code == 200, first.text
    # the same instant in another offset is the same finding
    again = await mei.put(where, json=finding(session_id, now.astimezone(in_the_yard.SHANGHAI)))
    assert again.json() == first.json()
    other = await mei.put(where, json=finding(session_id, now, grade="MAJOR"))
    assert (other.status_code, other.json()["code"]) == (409, "finding_differs")
    assert len(await yard.events("FindingRecorded")) == 1


async def test_a_finding_is_answered_again_even_after_the_session_is_over(yard: Yard) -> None:
    tao, now = yard.client_of("tao"), yard.now
    session_id = await opened(yard)
    where = f"{yard.field}/findings/{uuid7()}"
    counted = finding(session_id, now, agency="customs", kind="PHYSICAL", observation="数量相符")
    first = await tao.put(where, json=counted)
    await in_the_yard.all_done(yard, session_id)
    assert (await close(yard, session_id)).status_code == 200
    assert (await tao.put(where, json=counted)).json() == first.json()


async def test_the_same_finding_ten_times_in_parallel_is_one_row_and_one_event(yard: Yard) -> None:
    mei, finding_id = yard.client_of("mei"), uuid7()
    body = finding(await opened(yard), yard.now)
    answers = await asyncio.gather(*(mei.put(f"{yard.field}/findings/{finding_id}", json=body) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await yard.count(FindingRow, FindingRow.id == finding_id) == 1
    assert len(await yard.events("FindingRecorded")) == 1


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"kind": "LICENCE"}, 403, "not_competent"),
        ({"agency": "ip", "kind": "LICENCE"}, 403, "not_your_finding"),
        ({"line": 2}, 422, "finding_invalid"),
        ({"component": "控制柜"}, 422, "finding_invalid"),
        ({"label": "TOP_SECRET"}, 422, "finding_invalid"),
        ({"observation": "铭\u0000牌"}, 422, "finding_invalid"),
        ({"evidence": ["0195d0a0-0000-7000-8000-000000000001"]}, 404, "evidence_unknown"),
        ({"session": "0195d0a0-0000-7000-8000-000000000002"}, 404, "not_found"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(yard: Yard, other: dict[str, Any], status: int, code: str) -> None:
    session_id = await opened(yard)
    body = finding(session_id, yard.now, **other)
    answer = await yard.client_of("mei").put(f"{yard.field}/findings/{uuid7()}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not await yard.events("FindingRecorded")


async def test_every_bad_field_of_a_finding_is_named(yard: Yard) -> None:
    body = finding(await opened(yard), yard.now, grade="TERRIBLE", line=0, colour="red")
    answer = await yard.client_of("mei").put(f"{yard.field}/findings/{uuid7()}", json=body)
    assert answer.status_code == 422, answer.text
    assert {error["path"] for error in answer.json()["errors"]} >= {"$.grade", "$.line", "$.colour"}
    broken = await yard.client_of("mei").put(
        f"{yard.field}/findings/{uuid7()}", content=b'{"line": 1,', headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400


async def test_the_task_sheet_widens_what_an_agency_may_check(yard: Yard) -> None:
    mei, session_id = yard.client_of("mei"), await opened(yard)
    # opening and counting is customs' business, but the sheet asks market regulation to look at the pressure parts
    asked = finding(session_id, yard.now, kind="PHYSICAL", component="特种气体管路组件")
    assert (await mei.put(f"{yard.field}/findings/{uuid7()}", json=asked)).status_code == 200


async def test_findings_wait_for_the_opening(yard: Yard) -> None:
    session_id = (await check_in(yard)).json()["id"]
    early = await yard.client_of("mei").put(f"{yard.field}/findings/{uuid7()}", json=finding(session_id, yard.now))
    assert (early.status_code, early.json()["state"]) == (409, "CHECK_IN")


async def test_a_secret_finding_is_withheld_from_everybody_but_its_agency(yard: Yard) -> None:
    session_id = await opened(yard)
    secret = finding(session_id, yard.now, label="LAW_ENFORCEMENT")
    assert (await yard.client_of("mei").put(f"{yard.field}/findings/{uuid7()}", json=secret)).status_code == 200
    seen = {
        who: len((await yard.client_of(who).get(f"{yard.office}/findings")).json()) for who in ("mei", "bo", "qiu", "lin", "an")
    }
    assert seen == {"mei": 1, "bo": 1, "qiu": 0, "lin": 0, "an": 0}
    (event,) = await yard.events("FindingRecorded")
    assert (event.owner, event.label) == ("market_regulation", "LAW_ENFORCEMENT")


async def test_people_outside_the_case_do_not_learn_that_it_exists(yard: Yard) -> None:
    body = finding(str(uuid7()), yard.now, agency="environment", kind="DOC")
    assert (await yard.client_of("hua").put(f"{yard.field}/findings/{uuid7()}", json=body)).status_code == 404
    for path in ("sessions", "findings", "evidence"):
        assert (await yard.client_of("ou").get(f"{yard.office}/{path}")).status_code == 404


async def test_after_the_close_findings_are_late_or_quarantined_but_never_lost(yard: Yard) -> None:
    mei, session_id = yard.client_of("mei"), await opened(yard)
    during = yard.now
    await in_the_yard.all_done(yard, session_id)
    await close(yard, session_id)
    after = yard.now + timedelta(minutes=1)

    async def sent(captured: Any) -> str:
        answer = await mei.put(f"{yard.field}/findings/{uuid7()}", json=finding(session_id, captured))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["admission"])

    assert await sent(during) == "late_sync"
    assert await sent(after) == "quarantined"
    await yard.world.move_to(during + timedelta(hours=25))
    assert await sent(during) == "quarantined"
