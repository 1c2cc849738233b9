"""Evidence from the terminal: declared by hash, its bytes once, seen by whom it may concern, run by no browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import yard as in_the_yard
from make import Make
from world import World
from yard import Yard, close, declared, finding, opened, photo, send

from kit.ids import uuid7
from media.tables import Evidence

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n<script>alert(1)</script>\n%%EOF\n"


@pytest.fixture
async def yard(world: World, make: Make) -> Yard:
    """A case that is ready for the yard, with market regulation and IP on its sheet."""
    return await in_the_yard.in_state(world, make, "SCHEDULED")


async def test_a_photo_is_declared_stored_and_read_back_with_what_the_camera_wrote(yard: Yard) -> None:
    mei, content, now = yard.client_of("mei"), photo("读回"), yard.now
    geo = {"lat": "22.4826", "lon": "113.8789", "accuracy": "8"}
    evidence_id = await send(yard, content, geo=geo)

    read = await yard.client_of("lin").get(f"{yard.office}/evidence/{evidence_id}/bytes")
    assert (read.status_code, read.content) == (200, content)
    (listed,) = (await yard.client_of("lin").get(f"{yard.office}/evidence")).json()
    assert listed["facts"] == {"taken_at": "2026-11-20T09:30:00", "orientation": 6}
    assert (listed["state"], listed["admission"], listed["geo"], listed["owner"]) == (
        "STORED",
        "admitted",
        geo,
        "market_regulation",
    )
    assert [event.type for event in await yard.events("EvidenceDeclared", "EvidenceStored")] == [
        "EvidenceDeclared",
        "EvidenceStored",
    ]

    session_id = await opened(yard)
    body = finding(session_id, now, evidence=[evidence_id])
    assert (await mei.put(f"{yard.field}/findings/{uuid7()}", json=body)).json()["evidence"] == [evidence_id]


async def test_the_same_photo_ten_times_in_parallel_is_one_row_and_one_event(yard: Yard) -> None:
    mei, content, evidence_id = yard.client_of("mei"), photo("十次"), uuid7()
    body = declared(content, yard.now)
    where = f"{yard.field}/evidence/{evidence_id}"

    declarations = await asyncio.gather(*(mei.put(where, json=body) for _ in range(10)))
    assert {answer.status_code for answer in declarations} == {200}
    assert len({answer.text for answer in declarations}) == 1
    uploads = await asyncio.gather(*(mei.put(f"{where}/bytes", content=content) for _ in range(10)))
    assert {answer.status_code for answer in uploads} == {200}
    assert len({answer.text for answer in uploads}) == 1

    assert await yard.count(Evidence, Evidence.scope == f"case:{yard.no}") == 1
    assert len(await yard.events("EvidenceDeclared")) == 1
    assert len(await yard.events("EvidenceStored")) == 1


async def test_an_id_carries_one_declaration_for_ever(yard: Yard) -> None:
    mei, now = yard.client_of("mei"), yard.now
    evidence_id = await send(yard, photo("一"))
    for client, other in ((mei, photo("二")), (yard.client_of("qiu"), photo("一"))):
        answer = await client.put(f"{yard.field}/evidence/{evidence_id}", json=declared(other, now))
        assert (answer.status_code, answer.json()["code"]) == (409, "evidence_declaration_differs")


@pytest.mark.parametrize("damage", ["flipped", "cut", "longer"])
async def test_bytes_other_than_the_declared_ones_are_refused_and_leave_nothing(yard: Yard, damage: str) -> None:
    mei, content = yard.client_of("mei"), photo(f"损坏 {damage}")
    where = f"{yard.field}/evidence/{uuid7()}"
    body = declared(content, yard.now)
    assert (await mei.put(where, json=body)).status_code == 200
    wrong = {"flipped": content[:-3] + b"\x01" + content[-2:], "cut": content[:-2], "longer": content + b"!"}[damage]

    async def in_pieces() -> AsyncIterator[bytes]:  # no length announced: only the hash can tell
        for at in range(0, len(wrong), 50):
            yield wrong[at : at + 50]

    for sent in (wrong, in_pieces()):
        refused = await mei.put(f"{where}/bytes", content=sent)
        assert (refused.status_code, refused.json()["code"]) == (422, "evidence_differs")
    assert not await yard.world.platform.store.exists(body["sha256"])
    assert not await yard.events("EvidenceStored")
    assert (await mei.put(f"{where}/bytes", content=content)).json()["state"] == "STORED"


async def test_what_is_not_of_the_declared_type_is_refused_before_it_is_kept(yard: Yard) -> None:
    mei, page, now = yard.client_of("mei"), b"<html><script>alert(1)</script>" + bytes(200), yard.now
    where = f"{yard.field}/evidence/{uuid7()}"
    assert (await mei.put(where, json=declared(page, now))).status_code == 200
    refused = await mei.put(f"{where}/bytes", content=page)
    assert (refused.status_code, refused.json()["code"], refused.json()["found"]) == (422, "media_type_differs", None)
    assert not await yard.world.platform.store.exists(declared(page, now)["sha256"])

    html = declared(page, now, media_type="text/html")
    refused = await mei.put(f"{yard.field}/evidence/{uuid7()}", json=html)
    assert (refused.status_code, refused.json()["code"]) == (422, "media_type_refused")


async def test_a_browser_neither_guesses_nor_runs_evidence(yard: Yard) -> None:
    lin = yard.client_of("lin")
    picture = await send(yard, photo("内联"))
    paper = await send(yard, PDF, media_type="application/pdf", file_name='合格证 "1".pdf')
    shown = {one: (await lin.get(f"{yard.office}/evidence/{one}/bytes")).headers for one in (picture, paper)}
    assert shown[picture]["content-disposition"].startswith("inline;")
    assert shown[picture]["content-type"] == "image/jpeg"
    assert shown[paper]["content-disposition"] == ("attachment; filename*=UTF-8''%E5%90%88%E6%A0%BC%E8%AF%81%20%221%22.pdf")
    for headers in shown.values():
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox;")


async def test_a_player_reads_the_range_it_asks_for(yard: Yard) -> None:
    content = photo("分段")
    where = f"{yard.office}/evidence/{await send(yard, content)}/bytes"
    part = await yard.client_of("lin").get(where, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"


async def test_only_the_agency_that_declared_it_sends_the_bytes(yard: Yard) -> None:
    content, evidence_id = photo("他人"), uuid7()
    where = f"{yard.field}/evidence/{evidence_id}"
    assert (await yard.client_of("mei").put(where, json=declared(content, yard.now))).status_code == 200
    for stranger in ("qiu", "rong", "hua"):
        assert (await yard.client_of(stranger).put(f"{where}/bytes", content=content)).status_code == 404, stranger
    # a colleague with another terminal may: the finding is the agency's
    assert (await yard.client_of("bo").put(f"{where}/bytes", content=content)).status_code == 200


async def test_a_secret_photo_does_not_exist_for_anybody_else(yard: Yard) -> None:
    mei = yard.client_of("mei")
    evidence_id = await send(yard, photo("机密"), label="IP_SECRET")
    assert (await mei.get(f"{yard.office}/evidence/{evidence_id}/bytes")).status_code == 200
    for other in ("qiu", "lin", "tao", "an", "ou"):
        assert (await yard.client_of(other).get(f"{yard.office}/evidence/{evidence_id}/bytes")).status_code == 404, other
    assert (await yard.client_of("lin").get(f"{yard.office}/evidence")).json() == []
    labels = {(event.owner, event.label) for event in await yard.events("EvidenceDeclared", "EvidenceStored")}
    assert labels == {("market_regulation", "IP_SECRET")}


async def test_a_finding_refers_to_its_own_agencys_evidence_of_this_case(yard: Yard) -> None:
    now, session_id = yard.now, await opened(yard)
    elsewhere = await in_the_yard.in_state(yard.world, yard.make, "PREPARING")
    of_ip = await send(yard, photo("知识产权"), "qiu")
    of_another_case = await send(elsewhere, photo("另案"))
    own = await send(yard, photo("本案"))
    body = finding(session_id, now, evidence=[own, of_ip, of_another_case])
    refused = await yard.client_of("mei").put(f"{yard.field}/findings/{uuid7()}", json=body)
    assert (refused.status_code, refused.json()["evidence"]) == (404, [of_ip, of_another_case])


async def test_what_comes_after_the_close_is_late_or_quarantined_but_never_lost(yard: Yard) -> None:
    mei, session_id = yard.client_of("mei"), await opened(yard)
    during, secret = yard.now, photo("在途")
    waiting = f"{yard.field}/evidence/{uuid7()}"
    body = declared(secret, during, label="LAW_ENFORCEMENT")
    assert (await mei.put(waiting, json=body)).json()["admission"] == "admitted"
    await in_the_yard.all_done(yard, session_id)
    assert (await close(yard, session_id)).status_code == 200
    (closed,) = await yard.events("SessionClosed")
    assert closed.data["pending_uploads"] == {"market_regulation": 1}  # counted, though the lead may not see it

    # what a photo is worth is decided when its bytes come, not when they were announced
    assert (await mei.put(f"{waiting}/bytes", content=secret)).json()["admission"] == "late_sync"
    after = yard.now + timedelta(minutes=1)
    fresh = await mei.put(f"{yard.field}/evidence/{uuid7()}", json=declared(photo("会后"), after))
    assert fresh.json()["admission"] == "quarantined"
    await yard.world.move_to(during + timedelta(hours=25))
    tardy = await mei.put(f"{yard.field}/evidence/{uuid7()}", json=declared(photo("次日"), during))
    assert tardy.json()["admission"] == "quarantined"


async def test_no_transaction_is_open_while_bytes_flow(yard: Yard) -> None:
    content = photo("慢")
    where = f"{yard.field}/evidence/{uuid7()}"
    mei = yard.client_of("mei")
    assert (await mei.put(where, json=declared(content, yard.now))).status_code == 200
    seen: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 40):
            yield content[at : at + 40]
            (row,) = await yard.world.as_owner(  # nobody but the owner sees what other connections are at
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'idle in transaction' AND query LIKE '%FROM evidence%'"
            )
            seen.append(row["count"])

    assert (await mei.put(f"{where}/bytes", content=slowly())).status_code == 200
    assert set(seen) == {0}
