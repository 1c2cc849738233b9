"""Intake: one declaration or a piece of many is validated, screened and stored, and a case opened where an agency is called.

The single request and the batch share this path, so they cannot differ. Rows are written with few statements whatever their
number: array parameters instead of COPY, because COPY does not pass row-level security.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import case_openings
from inspection.carrying_over import following
from inspection.case_tables import JointCase
from inspection.declaring import declaration_hashes, declaration_state, intake_rows, validation
from inspection.declaring.declaration_state import State
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.declaring.nomenclature import Nomenclature
from inspection.declaring.prepared import Prepared
from inspection.following_up import filing
from inspection.following_up.filing import Stored, Verdict
from kit.acting import Acting
from kit.database import elevated
from kit.errors import LianjianError
from kit.ids import uuid7
from risk.declaration import Declaration
from risk.screening import Screens


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the sender gets at once. ``case`` when a joint inspection is needed; the progress secret opens the public page.

    Which rules hit stays with the officers: the enterprise learns that an inspection is required.
    """

    verdict: Verdict
    id: UUID
    number: str
    version: int
    state: str
    received_at: datetime
    flags: list[dict[str, Any]] = []
    inspection_required: bool = False
    case: str | None = None
    progress_secret: str | None = None


def prepare(
    raw: bytes | Declaration, now: datetime, screener: Screens, nomenclature: Nomenclature, *, history: bool = False
) -> Prepared:
    """Decodes, validates and screens. Pure but for ids and the seed. Raises the validation's refusals."""
    declaration = raw if isinstance(raw, Declaration) else validation.decode(raw)
    flags = validation.accept(declaration, nomenclature, received_at=None if history else now)
    document_hash, line_hashes = declaration_hashes.hashes(declaration)
    seed = new_seed()
    return Prepared(
        id=uuid7(),
        declaration=declaration,
        document_hash=document_hash,
        line_hashes=line_hashes,
        flags=flags,
        seed=seed,
        screened=screener.screen(declaration, seed=seed),
        history=history,
        progress_secret=None if history else secrets.token_urlsafe(32),
    )


def new_seed() -> int:
    """The seed of one declaration's random floor: nobody can foresee whom it takes."""
    return secrets.randbits(62)


async def receive(session: AsyncSession, principal: Principal, prepared: Prepared, now: datetime) -> Receipt:
    """Stores one declaration as its enterprise and opens what follows from it."""
    filing.check_filer(prepared.declaration, principal)
    answers = await store(session, [prepared], now, acting=principal.acting)
    answer = answers[0]
    if isinstance(answer, LianjianError):
        raise answer
    return answer


async def store(
    session: AsyncSession, piece: Sequence[Prepared], now: datetime, *, acting: Acting
) -> list[Receipt | LianjianError]:
    """Stores a piece in the caller's transaction: a receipt or a refusal for each, in order.

    ``acting`` is in force before and after. Senders of the same trader queue, so that nobody judges a version twice.
    """
    await intake_rows.queue_up(session, {(one.declaration.port, one.declaration.trader.code) for one in piece})
    known = await _known(session, piece)
    judged: list[Verdict | LianjianError] = []
    for one in piece:
        judged.append(_judge(one, known))
    fresh = [one for one, verdict in zip(piece, judged, strict=True) if verdict is Verdict.ACCEPTED]
    fresh = await _with_the_goods_opened(session, fresh, acting)

    await intake_rows.insert_declarations(session, fresh, now)
    # Whatever follows is the platform's: an enterprise may file, but neither see the screening nor open a case.
    async with elevated(session, PLATFORM, acting):
        await intake_rows.insert_what_follows(session, fresh, now)
        await case_openings.open_all(session, [one for one in fresh if one.declaration.version == 1 and _calls(one)], now)
        for one in fresh:
            if one.declaration.version > 1:
                await _go_on(session, one, now)
        quiet = _quiet(piece, fresh)
        receipts = {_version_of(one): _receipt(one, now) for one in quiet}
        receipts |= await _receipts(session, [one for one in piece if _version_of(one) not in receipts])
    return [
        msgspec.structs.replace(receipts[_version_of(one)], verdict=verdict) if isinstance(verdict, Verdict) else verdict
        for one, verdict in zip(piece, judged, strict=True)
    ]


Known = dict[tuple[str, str, str], list[Stored]]


def _key(one: Prepared) -> tuple[str, str, str]:
    return one.declaration.port, one.declaration.trader.code, one.declaration.number


def _version_of(one: Prepared) -> tuple[str, str, str, int]:
    return (*_key(one), one.declaration.version)


_KEY = (DeclarationRow.port, DeclarationRow.trader, DeclarationRow.number)


async def _known(session: AsyncSession, piece: Sequence[Prepared]) -> Known:
    """Versions already here of the numbers in the piece."""
    found: Known = {}
    for port, trader, number, version, document_hash in await intake_rows.versions_of(session, {_key(one) for one in piece}):
        found.setdefault((port, trader, number), []).append(Stored(version=version, document_hash=document_hash))
    return found


def _judge(one: Prepared, known: Known) -> Verdict | LianjianError:
    """The verdict on one, with those before it in the piece already counted as known."""
    versions = known.setdefault(_key(one), [])
    try:
        verdict = filing.judge(one.declaration.version, one.document_hash, versions)
    except (filing.DeclarationDiffers, filing.VersionTooLow) as refused:
        return refused
    if verdict is Verdict.ACCEPTED:
        versions.append(Stored(version=one.declaration.version, document_hash=one.document_hash))
    return verdict


def _earlier(one: Prepared) -> Any:
    return and_(tuple_(*_KEY) == _key(one), DeclarationRow.version < one.declaration.version)


async def _running_case(session: AsyncSession, one: Prepared) -> JointCase | None:
    """The case an earlier version is under, locked: it follows. Where that declaration is over, the new one stands by itself."""
    if one.declaration.version == 1 or one.history:
        return None
    ended = [state.value for state in declaration_state.FINAL]
    return await session.scalar(
        select(JointCase)
        .join(DeclarationRow, DeclarationRow.id == JointCase.declaration_id)
        .where(_earlier(one), DeclarationRow.state.not_in(ended), JointCase.cancelled.is_(False))
        .with_for_update(of=JointCase)
    )


async def _with_the_goods_opened(session: AsyncSession, fresh: Sequence[Prepared], acting: Acting) -> list[Prepared]:
    """The same, each saying whether its goods were opened under an earlier version already. From here on that case is locked."""
    if all(one.declaration.version == 1 for one in fresh):
        return list(fresh)
    async with elevated(session, PLATFORM, acting):
        running = [await _running_case(session, one) for one in fresh]
    return [replace(one, opened=case is not None and case.openings > 0) for one, case in zip(fresh, running, strict=True)]


async def _supersede(session: AsyncSession, one: Prepared, case: JointCase | None, now: datetime) -> None:
    """Earlier versions that are still open end here, but for the one a case is on: that ends when the case leaves it."""
    for row in await session.scalars(select(DeclarationRow).where(_earlier(one)).with_for_update()):
        imported_after = one.history and not row.history  # history is silent: it ends nothing that is going on
        if not imported_after and (case is None or row.id != case.declaration_id):
            await following.supersede(session, row, one.declaration.version, now)


def _calls(one: Prepared) -> bool:
    """Whether the version has a case, its own or the one it takes over."""
    return one.state is State.UNDER_JOINT_CASE


async def _go_on(session: AsyncSession, one: Prepared, now: datetime) -> None:
    """What a later version leads to: the case of an earlier one follows; without one, a case is opened as for a first."""
    case = await _running_case(session, one)
    await _supersede(session, one, case, now)
    if case is not None:
        await following.take_up(session, case, await session.get_one(DeclarationRow, one.id), now)
    elif _calls(one):
        await case_openings.open_all(session, [one], now)


def _quiet(piece: Sequence[Prepared], fresh: Sequence[Prepared]) -> list[Prepared]:
    """Those just stored that nothing more has happened to: no case, no other version in the piece."""
    versions = Counter(map(_key, piece))
    return [one for one in fresh if not _calls(one) and versions[_key(one)] == 1]


def _receipt(one: Prepared, now: datetime) -> Receipt:
    return Receipt(
        verdict=Verdict.ACCEPTED,
        id=one.id,
        number=one.declaration.number,
        version=one.declaration.version,
        state=one.state.value,
        received_at=now,
        flags=[msgspec.to_builtins(flag) for flag in one.flags],
        progress_secret=one.progress_secret,
    )


async def _receipts(session: AsyncSession, piece: Sequence[Prepared]) -> dict[tuple[str, str, str, int], Receipt]:
    """What is stored of every version in the piece."""
    if not piece:
        return {}
    await session.flush()
    stored = await intake_rows.stored_of(session, {_key(one) for one in piece})
    return {
        (port, trader, number, version): Receipt(
            verdict=Verdict.ALREADY,
            id=declaration_id,
            number=number,
            version=version,
            state=state,
            received_at=received_at,
            flags=msgspec.json.decode(flags),
            inspection_required=case is not None,
            case=case,
            progress_secret=secret,
        )
        for declaration_id, port, trader, number, version, state, received_at, flags, case, secret in stored
    }
