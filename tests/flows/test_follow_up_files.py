"""Files that go with a proof: nobody's but the enterprise's until a proof names them, then every member's of the case."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from deciding import RECTIFY, read
from following_up import act, decided, follow_ups
from make import Make, ok
from world import World

CERTIFICATE = b"%PDF-1.7\nTS-2026-118"
TAKEN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def declared(content: bytes = CERTIFICATE, **other: Any) -> dict[str, Any]:
    """What is declared of a file."""
    said = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "media_type": "application/pdf"}
    said |= {"file_name": "型式试验证书.pdf", "captured_at": TAKEN.isoformat(), "device_id": "browser", "device_seq": 0}
    return said | other


async def hand_in(world: World, path: str, *files: str, login: str = "hengtong", **other: Any) -> httpx.Response:
    """A proof that names files by their ids."""
    documents = [{"name": "型式试验证书", "file": one, **other} for one in files]
    headers = {"Idempotency-Key": str(uuid4())}
    return await world.client_of(login).post(path + "/proof", json={"text": "已更换", "documents": documents}, headers=headers)


async def test_a_file_is_declared_sent_named_in_the_proof_and_read_by_the_agencies_of_the_case(world: World, make: Make) -> None:
    no, number = await decided(world, make, market_regulation=RECTIFY)
    item = (await follow_ups(world, no))["RECTIFY/market_regulation"]
    path, id_ = f"/api/v1/declarations/{number}/follow-ups/{item['id']}", str(uuid4())
    hengtong, mine, theirs = world.client_of("hengtong"), f"{path}/files/{id_}", f"/api/v1/cases/{no}/follow-ups/{item['id']}"

    assert (await world.client_of("xinda").put(mine, json=declared())).status_code == 404
    labelled = await hengtong.put(mine, json=declared(label="ENTERPRISE_SECRET"))
    assert (labelled.status_code, labelled.json()["code"]) == (422, "proof_file_invalid")
    for _ in range(2):
        assert ok(await hengtong.put(mine, json=declared()))["state"] == "DECLARED"
    assert (await hengtong.put(mine, json=declared(b"%PDF-other"))).status_code == 409
    early = await hand_in(world, path, id_)
    assert early.json()["errors"][0]["path"] == "$.documents[0].file", "its bytes have not come"
    assert (await hengtong.put(mine + "/bytes", content=b"%PDF-1.7\nTS-2026-119")).status_code == 422
    for _ in range(2):
        assert ok(await hengtong.put(mine + "/bytes", content=CERTIFICATE))["state"] == "STORED"
    assert (await world.client_of("mei").get(f"{theirs}/files/{id_}/bytes")).status_code == 404, "no proof has named it yet"

    for wrong in ({"file": str(uuid4())}, {"sha256": "0" * 64}):
        assert (await hand_in(world, path, id_, **wrong)).json()["code"] == "proof_file_invalid"
    proved = ok(await hand_in(world, path, id_))
    (document,) = proved["entries"][-1]["documents"]
    assert document == {"name": "型式试验证书", "sha256": declared()["sha256"], "file": id_}
    moved = [one for one in await read(world, no, "events") if one["type"] == "FollowUpMoved"]
    assert moved[-1]["data"]["documents"] == [document], "the case's log fixes what was handed in"

    for login in ("mei", "lin", "an"):
        shown = await world.client_of(login).get(f"{theirs}/files/{id_}/bytes")
        assert (shown.status_code, shown.content) == (200, CERTIFICATE)
        assert shown.headers["content-disposition"].startswith("attachment")
    assert (await hengtong.get(mine + "/bytes")).content == CERTIFICATE
    assert (await world.client_of("hua").get(f"{theirs}/files/{id_}/bytes")).status_code == 404, "not of the case"
    assert (await world.client_of("xinda").get(mine + "/bytes")).status_code == 404

    ok(await act(world, no, item, "verify", login="mei", passed=True, reason="已核对"))
    late = await hengtong.put(f"{path}/files/{uuid4()}", json=declared())
    assert (late.status_code, late.json()["code"]) == (409, "state_forbids")
    assert ok(await hengtong.put(mine, json=declared()))["state"] == "STORED", "the same again is answered again"
