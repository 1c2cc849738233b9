"""Signing keys at the edge."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies import signing_keys
from agencies.act import Act
from agencies.signing_keys import Enrolment, KeyView, Said


class Revocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the key ends: lost device, new device, suspicion."""

    reason: Said


@get("/api/v1/me/keys")
async def my_keys(act: NamedDependency[Act]) -> list[KeyView]:
    """My keys, newest first, the revoked ones too."""
    return await signing_keys.of_person(act.session, act.principal)


@post("/api/v1/me/keys")
async def enrol_key(data: JSONBody[Enrolment], act: NamedDependency[Act]) -> KeyView:
    """Enrols the public part of a key the client made. Repeatable by its content: the id follows from the key."""
    return await signing_keys.enrol(act.session, act.principal, data, act.now)


@post("/api/v1/me/keys/{key_id:str}/revoke", status_code=200)
async def revoke_key(key_id: FromPath[str], data: JSONBody[Revocation], act: NamedDependency[Act]) -> KeyView:
    """Ends one of my keys."""
    return await signing_keys.revoke(act.session, act.principal, key_id, data.reason, act.now)


@get("/api/v1/keys/{key_id:str}")
async def read_key(key_id: FromPath[str], act: NamedDependency[Act]) -> KeyView:
    """A key by its id, to verify what it signed."""
    return await signing_keys.one(act.session, act.principal, key_id)


HANDLERS = [my_keys, enrol_key, revoke_key, read_key]
