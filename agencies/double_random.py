"""The double-random draw 双随机: who or what is inspected is drawn, and anybody can draw again and get the same.

A draw has two moments. *Before* anything is known, a secret seed of 256 bits is committed to: only its commitment is published.
*Later* the pool is drawn from, and the record reveals the seed with the pool, whoever was left out and why, and the result.
Whoever drew could not choose the seed to suit the pool, and nobody can change the pool afterwards without being found out.

The algorithm, so that it can be written again in any language (``‖`` joins bytes; JSON is RFC 8785; texts are UTF-8):

- commitment = SHA-256(``lianjian/draw/commitment/1`` ‖ 0x00 ‖ JSON of ``{committed_at, purpose, seed, subject}``);
- eligible = the pool without the excluded, each once, in the order of their code points;
- context = SHA-256(``lianjian/draw/context/1`` ‖ 0x00 ‖ JSON of ``{count, exclusions, pool, purpose, subject}``);
- block *i* = HMAC-SHA256(key = the seed's 32 bytes, ``lianjian/draw/stream/1`` ‖ 0x00 ‖ context ‖ *i* as 8 bytes, big-endian);
- the blocks in a row are read as words of 8 bytes, big-endian; a number below *n* is a word modulo *n*, words of
  floor(2**64 / n) * n and above being thrown away, so that every number is equally likely;
- the first ``count`` steps of a Fisher-Yates shuffle: at step *i* the *i*-th entry changes places with the one at
  *i* + (a number below len(eligible) - *i*). The first ``count`` entries are the result, in the order drawn.

The record also holds SHA-256 of the JSON of its pool and of its exclusions, so that a changed one is named, and a digest:
SHA-256(``lianjian/draw/record/1`` ‖ 0x00 ‖ JSON of the record without its digest).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from kit.canonical import canonical_bytes, canonical_hash
from kit.errors import Invalid

FORMAT: Final = "lianjian-draw/1"
NO_SEED: Final = "64 lower-case hex digits"
_COMMITMENT: Final = b"lianjian/draw/commitment/1\x00"
_CONTEXT: Final = b"lianjian/draw/context/1\x00"
_STREAM: Final = b"lianjian/draw/stream/1\x00"
_RECORD: Final = b"lianjian/draw/record/1\x00"
_SEED = re.compile(r"[0-9a-f]{64}")
_WORD_BYTES = 8
_WORDS = 1 << (8 * _WORD_BYTES)


class DrawInvalid(Invalid):
    """Nothing can be drawn like this; ``details['errors']`` names the fields."""

    code = "draw_invalid"
    title_zh = "无法按此抽取"
    title_en = "Nothing can be drawn like this"
    advice_zh = "种子为 64 位十六进制数；抽取数量不得超过符合条件者。"
    advice_en = "A seed is 64 hex digits; no more can be drawn than are eligible."


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody or something in the pool that may not be drawn, with the codes of the reasons (sorted)."""

    who: str
    reasons: tuple[str, ...]


class DrawRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draw as anybody can replay it. ``pool`` sorted, each once; ``exclusions`` sorted; ``drawn`` in the order drawn.

    ``only_one`` says that there was nothing to draw: one was eligible. ``digest`` is over everything else, and stands in the
    event log as well: a record whose parts were all changed to fit each other no longer has that one.
    """

    format: str
    purpose: str
    subject: str
    committed_at: datetime | None
    commitment: str
    drawn_at: datetime | None
    seed: str
    pool: tuple[str, ...]
    pool_hash: str
    exclusions: tuple[Exclusion, ...]
    exclusions_hash: str
    count: int
    only_one: bool
    drawn: tuple[str, ...]
    digest: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a record that is not what it has to be. ``found`` is what follows from the rest of the record."""

    what: str
    recorded: str
    found: str


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What drawing again shows: verified, or what differs."""

    verified: bool
    differences: tuple[Difference, ...]


def commitment(seed: str, purpose: str, subject: str, committed_at: datetime | None) -> str:
    """What is published before the draw: 64 hex digits that say nothing of ``seed`` and fit no other."""
    if not _SEED.fullmatch(seed):
        raise DrawInvalid(errors=[{"path": "$.seed", "message": NO_SEED}])
    return _commitment(seed, purpose, subject, committed_at)


def draw(
    *,
    seed: str,
    purpose: str,
    subject: str,
    pool: Collection[str],
    exclusions: Mapping[str, Collection[str]],
    count: int,
    committed_at: datetime | None = None,
    drawn_at: datetime | None = None,
) -> DrawRecord:
    """Draws ``count`` of ``pool`` without those in ``exclusions`` (who → reason codes). The order of arguments changes nothing.

    Raises :class:`DrawInvalid` for a seed that is none, an exclusion of somebody who is not in the pool or without a reason,
    and for fewer eligible than ``count``.
    """
    named = tuple(sorted(set(pool)))
    left_out = tuple(Exclusion(who=who, reasons=tuple(sorted(set(why)))) for who, why in sorted(exclusions.items()))
    problems = _problems(seed, named, left_out, count)
    if problems:
        raise DrawInvalid(errors=[{"path": f"$.{path}", "message": message} for path, message in problems])
    eligible = _eligible(named, left_out)
    record = DrawRecord(
        format=FORMAT,
        purpose=purpose,
        subject=subject,
        committed_at=_utc(committed_at),
        commitment=_commitment(seed, purpose, subject, committed_at),
        drawn_at=_utc(drawn_at),
        seed=seed,
        pool=named,
        pool_hash=canonical_hash(named),
        exclusions=left_out,
        exclusions_hash=canonical_hash(left_out),
        count=count,
        only_one=len(eligible) == 1,
        drawn=_shuffled(seed, _context(purpose, subject, named, left_out, count), eligible, count),
        digest="",
    )
    return msgspec.structs.replace(record, digest=_digest(record))


def replay(record: DrawRecord, *, commitment_published: str | None = None, digest_published: str | None = None) -> Replay:
    """Draws again from what the record says and names what is not as it has to be, the cause before what follows from it.

    The published values are those of the event log; with them a record whose parts were all changed to fit is found out too.
    """
    found = [
        Difference(what=what, recorded=_text(recorded), found=_text(expected))
        for what, recorded, expected in _compared(record)
        if recorded != expected
    ]
    published = (("commitment", commitment_published), ("digest", digest_published))
    found += [
        Difference(what=f"published {name}", recorded=getattr(record, name), found=value)
        for name, value in published
        if value is not None and value != getattr(record, name)
    ]
    return Replay(verified=not found, differences=tuple(found))


def _compared(record: DrawRecord) -> list[tuple[str, object, object]]:
    """(what, as recorded, as it has to be), for everything that is checked."""
    compared: list[tuple[str, object, object]] = [
        ("format", record.format, FORMAT),
        ("pool", record.pool_hash, canonical_hash(record.pool)),
        ("exclusions", record.exclusions_hash, canonical_hash(record.exclusions)),
    ]
    problems = _problems(record.seed, record.pool, record.exclusions, record.count)
    if problems:
        compared += [(path, getattr(record, path), message) for path, message in problems]
    else:
        committed = _commitment(record.seed, record.purpose, record.subject, record.committed_at)
        eligible = _eligible(record.pool, record.exclusions)
        context = _context(record.purpose, record.subject, record.pool, record.exclusions, record.count)
        compared += [
            ("seed", record.commitment, committed),
            ("only_one", record.only_one, len(eligible) == 1),
            ("drawn", record.drawn, _shuffled(record.seed, context, eligible, record.count)),
        ]
    return [*compared, ("digest", record.digest, _digest(record))]


def numbers_below(key: bytes, context: bytes, bounds: Sequence[int]) -> Iterator[int]:
    """One number below each of ``bounds``, every value equally likely; deterministic in ``key`` and ``context``."""
    words = _words(key, context)
    for bound in bounds:
        fair = _WORDS // bound * bound
        yield next(word for word in words if word < fair) % bound


def _words(key: bytes, context: bytes) -> Iterator[int]:
    block = 0
    while True:
        stream = hmac.digest(key, _STREAM + context + block.to_bytes(_WORD_BYTES, "big"), "sha256")
        for place in range(0, len(stream), _WORD_BYTES):
            yield int.from_bytes(stream[place : place + _WORD_BYTES], "big")
        block += 1


def _shuffled(seed: str, context: bytes, eligible: tuple[str, ...], count: int) -> tuple[str, ...]:
    entries = list(eligible)
    bounds = range(len(entries), len(entries) - count, -1)
    for place, ahead in enumerate(numbers_below(bytes.fromhex(seed), context, bounds)):
        entries[place], entries[place + ahead] = entries[place + ahead], entries[place]
    return tuple(entries[:count])


def _commitment(seed: str, purpose: str, subject: str, committed_at: datetime | None) -> str:
    said = {"seed": seed, "purpose": purpose, "subject": subject, "committed_at": _utc(committed_at)}
    return hashlib.sha256(_COMMITMENT + canonical_bytes(said)).hexdigest()


def _context(purpose: str, subject: str, pool: tuple[str, ...], exclusions: tuple[Exclusion, ...], count: int) -> bytes:
    said = {"purpose": purpose, "subject": subject, "pool": pool, "exclusions": exclusions, "count": count}
    return hashlib.sha256(_CONTEXT + canonical_bytes(said)).digest()


def _digest(record: DrawRecord) -> str:
    body: dict[str, Any] = msgspec.to_builtins(record)
    del body["digest"]
    return hashlib.sha256(_RECORD + canonical_bytes(body)).hexdigest()


def _eligible(pool: tuple[str, ...], exclusions: tuple[Exclusion, ...]) -> tuple[str, ...]:
    out = {one.who for one in exclusions}
    return tuple(one for one in pool if one not in out)


def _problems(seed: str, pool: tuple[str, ...], exclusions: tuple[Exclusion, ...], count: int) -> list[tuple[str, str]]:
    found = [] if _SEED.fullmatch(seed) else [("seed", NO_SEED)]
    strangers = [one.who for one in exclusions if one.who not in pool]
    found += [("exclusions", f"{who} is not in the pool") for who in strangers]
    found += [("exclusions", f"{one.who} is excluded without a reason") for one in exclusions if not one.reasons]
    eligible = len(_eligible(pool, exclusions))
    if not 1 <= count <= eligible:
        found.append(("count", f"between 1 and the {eligible} eligible"))
    return found


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def _text(value: object) -> str:
    return value if isinstance(value, str) else canonical_bytes(value).decode()
