"""Signing keys: made by the client, enrolled with a proof, revoked for good; the platform never holds a private part."""

from __future__ import annotations

import asyncio

from deciding import PASS, put, read
from make import Make, ok
from world import World

from inspection.server.client_keys import ClientKey

KEYS = "/api/v1/me/keys"


async def test_a_key_is_enrolled_by_whoever_can_sign_with_it(world: World) -> None:
    key, mei = ClientKey(), world.client_of("mei")
    body = key.enrolment("mei", "手持终端 07")
    enrolled = ok(await mei.post(KEYS, json=body))
    assert (enrolled["id"], enrolled["public_key"], enrolled["revoked_at"]) == (key.id, key.public_key, None)
    assert ok(await mei.post(KEYS, json=body)) == enrolled, "the same key again is the same answer"
    assert [one["id"] for one in ok(await mei.get(KEYS))] == [key.id]
    assert ok(await world.client_of("lin").get(f"/api/v1/keys/{key.id}")) == enrolled
    for field in ("private_key", "d"):
        refused = await mei.post(KEYS, json=body | {field: "c2VjcmV0"})
        assert refused.status_code in (400, 422) and field in refused.text, "a private part is nothing the platform takes"


async def test_a_proof_made_for_another_person_or_by_another_key_is_refused(world: World) -> None:
    key, mei = ClientKey(), world.client_of("mei")
    for body in (
        key.enrolment("qiu", "终端"),
        key.enrolment("mei", "终端") | {"proof": ClientKey().enrolment("mei", "终端")["proof"]},
        key.enrolment("mei", "终端") | {"public_key": key.public_key[:-2]},
        key.enrolment("mei", "终端") | {"proof": "not base64url!"},
    ):
        refused = await mei.post(KEYS, json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "key_invalid"), refused.text
    assert ok(await mei.get(KEYS)) == []


async def test_two_people_never_share_a_key(world: World) -> None:
    key = ClientKey()
    ok(await world.client_of("mei").post(KEYS, json=key.enrolment("mei", "终端")))
    refused = await world.client_of("qiu").post(KEYS, json=key.enrolment("qiu", "终端"))
    assert (refused.status_code, refused.json()["code"]) == (409, "key_taken")


async def test_a_revoked_key_signs_nothing_more_and_what_it_signed_stands(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    qiu = world.client_of("qiu")
    first = ok(await put(world, no, "ip", PASS))
    revoked = ok(await qiu.post(f"{KEYS}/{first['key_id']}/revoke", json={"reason": "终端遗失"}))
    assert revoked["revoked_because"] == "终端遗失"
    again = ok(await qiu.post(f"{KEYS}/{first['key_id']}/revoke", json={"reason": "第二次"}))
    assert again == revoked, "the first reason stays"

    refused = await put(world, no, "ip", PASS | {"note": "补充说明"}, version=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "signature_invalid")
    assert "revoked" in refused.json()["errors"][0]["message"]
    assert [one["version"] for one in await read(world, no, "conclusions")] == [1]
    back = await qiu.post(KEYS, json=(await world.keys.of("qiu", qiu)).enrolment("qiu", "终端"))
    assert (back.status_code, back.json()["code"]) == (409, "key_taken")


async def test_a_signature_and_a_revocation_at_once_have_one_order(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    key = await world.keys.of("qiu", world.client_of("qiu"))
    revocation = world.client_of("qiu").post(f"{KEYS}/{key.id}/revoke", json={"reason": "终端遗失"})
    concluded, revoked = await asyncio.gather(put(world, no, "ip", PASS), revocation)
    assert ok(revoked)["revoked_at"] is not None
    recorded = await read(world, no, "conclusions")
    assert len(recorded) == (1 if concluded.is_success else 0)


async def test_nobody_revokes_for_another_and_keys_are_known_at_their_port_only(world: World) -> None:
    key = ClientKey()
    ok(await world.client_of("mei").post(KEYS, json=key.enrolment("mei", "终端")))
    assert (await world.client_of("hua").post(f"{KEYS}/{key.id}/revoke", json={"reason": "误"})).status_code == 404
    assert (await world.client_of("ou").get(f"/api/v1/keys/{key.id}")).status_code == 404


async def test_enrolling_and_revoking_stand_in_the_persons_own_log(world: World) -> None:
    key, mei = ClientKey(), world.client_of("mei")
    ok(await mei.post(KEYS, json=key.enrolment("mei", "终端")))
    ok(await mei.post(f"{KEYS}/{key.id}/revoke", json={"reason": "换机"}))
    of_the_key = "SELECT type FROM event WHERE stream LIKE 'person:%' AND data->>'key_id' = $1 ORDER BY seq"
    rows = await world.as_owner(of_the_key, key.id)
    assert [row["type"] for row in rows] == ["KeyEnrolled", "KeyRevoked"]
