"""Keys people sign with 签名密钥: enrolled by the client that made them, revoked by their owner, asked when somebody signs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import signature as rules
from agencies.key_tables import SigningKey
from agencies.powers import PLATFORM, Principal
from agencies.signature import SIGNATURE_BYTES, KeyInvalid
from agencies.tables import Person
from kit import event_log
from kit.database import elevated
from kit.errors import Conflict, Invalid, NotFound

ENROLLED = "KeyEnrolled"
REVOKED = "KeyRevoked"
MOST_KEYS = 20

Said = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]


class KeyTaken(Conflict):
    """The key is enrolled for another person, or was revoked: a key is nobody else's and never comes back."""

    code = "key_taken"
    title_zh = "该密钥已被登记或已吊销"
    title_en = "The key is enrolled already or was revoked"
    advice_zh = "请在终端上另行生成一把新密钥。"
    advice_en = "Make a new key on the client."


class TooManyKeys(Conflict):
    """One person holds at most twenty keys that are not revoked."""

    code = "too_many_keys"
    title_zh = "有效密钥数量已达上限"
    title_en = "There are too many keys in force"
    advice_zh = "请先吊销不再使用的密钥。"
    advice_en = "Revoke the ones no longer in use."


class SignatureInvalid(Invalid):
    """What was sent is not signed by a key in force of the sender; ``details['errors']`` names the field."""

    code = "signature_invalid"
    title_zh = "签名无效"
    title_en = "The signature does not hold"
    advice_zh = "请用本人已登记且未吊销的密钥，对所提交内容的规范化字节（RFC 8785）重新签名。"
    advice_en = "Sign the canonical bytes (RFC 8785) of what you send with a key of your own that is enrolled and not revoked."


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public key and the proof of holding its private part, both base64url; ``name`` says on which device it lives."""

    public_key: str
    proof: str
    name: Said


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as everybody who may verify reads it."""

    id: str
    public_key: str
    person: UUID
    holder: str
    agency: str | None
    name: str
    enrolled_at: datetime
    revoked_at: datetime | None
    revoked_because: str | None


async def enrol(session: AsyncSession, principal: Principal, enrolment: Enrolment, now: datetime) -> KeyView:
    """Enrols a key for whoever is signed in; the same key again answers the same. Raises KeyInvalid, KeyTaken, TooManyKeys."""
    key = rules.check_enrolment(principal.login, enrolment.public_key, enrolment.proof)
    key_id = rules.key_id_of(key)
    own = await _own(session, principal)
    if (known := next((row for row in own if row.id == key_id), None)) is not None and known.revoked_at is None:
        return _view(known, principal.name, principal.agency)

    if known is None and sum(row.revoked_at is None for row in own) >= MOST_KEYS:
        raise TooManyKeys(most=MOST_KEYS)
    row = {
        "id": key_id,
        "person_id": principal.id,
        "port": principal.port,
        "public_key": key,
        "name": enrolment.name,
        "enrolled_at": now,
    }
    written = insert(SigningKey).values(row).on_conflict_do_nothing().returning(SigningKey.id)
    if await session.scalar(written) is None:
        raise KeyTaken(key_id=key_id)
    stored = await session.get_one(SigningKey, key_id)
    await _record(session, principal, ENROLLED, {"key_id": key_id, "name": enrolment.name}, now)
    return _view(stored, principal.name, principal.agency)


async def revoke(session: AsyncSession, principal: Principal, key_id: str, reason: str, now: datetime) -> KeyView:
    """Ends one of the own keys; what it signed before stays valid. Again changes nothing. Raises NotFound."""
    row = await session.scalar(
        select(SigningKey).where(SigningKey.id == key_id, SigningKey.person_id == principal.id).with_for_update()
    )
    if row is None:
        raise NotFound(key=key_id)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_because = now, reason
        await session.flush()
        await _record(session, principal, REVOKED, {"key_id": key_id, "reason": reason}, now)
    return _view(row, principal.name, principal.agency)


async def of_person(session: AsyncSession, principal: Principal) -> list[KeyView]:
    """The own keys, newest first."""
    return [_view(row, principal.name, principal.agency) for row in await _own(session, principal)]


async def one(session: AsyncSession, principal: Principal, key_id: str) -> KeyView:
    """A key of the own port by its id, for whoever wants to verify a signature. Raises NotFound."""
    found = (
        await session.execute(
            select(SigningKey, Person.name, Person.agency)
            .join(Person, Person.id == SigningKey.person_id)
            .where(SigningKey.id == key_id, SigningKey.port == principal.port)
        )
    ).one_or_none()
    if found is None:
        raise NotFound(key=key_id)
    return _view(*found)


async def check_signed(
    session: AsyncSession, principal: Principal, key_id: str | None, signature: str | None, signed: bytes
) -> bytes:
    """The signature's bytes, once it holds over ``signed`` by a key in force of ``principal``. Raises :class:`SignatureInvalid`.

    The key's row is locked until the transaction ends: a revocation comes before or after, never in between.
    """
    if not key_id or not signature:
        raise _refused("$.signature" if key_id else "$.key_id", "sign what you send: a key_id of yours and a signature")
    row = await session.scalar(
        select(SigningKey).where(SigningKey.id == key_id, SigningKey.person_id == principal.id).with_for_update(read=True)
    )
    if row is None:
        raise _refused("$.key_id", "a key that you have enrolled")
    if row.revoked_at is not None:
        raise _refused("$.key_id", f"a key in force; this one was revoked at {row.revoked_at.isoformat()}")
    try:
        given = rules.decoded(signature, SIGNATURE_BYTES, "$.signature")
    except KeyInvalid as wrong:
        raise SignatureInvalid(errors=wrong.details["errors"]) from None
    if not rules.holds(row.public_key, given, signed):
        raise _refused("$.signature", "an Ed25519 signature over the statement's canonical bytes; these were not what was signed")
    return given


def _refused(path: str, message: str) -> SignatureInvalid:
    return SignatureInvalid(errors=[{"path": path, "message": message}])


async def _own(session: AsyncSession, principal: Principal) -> list[SigningKey]:
    query = select(SigningKey).where(SigningKey.person_id == principal.id)
    return list(await session.scalars(query.order_by(SigningKey.enrolled_at.desc(), SigningKey.id)))


async def _record(session: AsyncSession, principal: Principal, type: str, data: dict[str, str], now: datetime) -> None:
    async with elevated(session, PLATFORM, principal.acting):
        stream = f"person:{principal.id}"
        tenant = principal.port or ""
        await event_log.append(session, stream, type, data, by=str(principal.id), at=now, tenant=tenant, owner=principal.agency)


def _view(row: SigningKey, holder: str, agency: str | None) -> KeyView:
    return KeyView(
        id=row.id,
        public_key=rules.encoded(row.public_key),
        person=row.person_id,
        holder=holder,
        agency=agency,
        name=row.name,
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )
