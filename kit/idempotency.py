"""Repeatable POSTs: the answer to an ``Idempotency-Key`` is stored with the change it answers, in the same transaction.

Same principal, key and body: the stored answer. Other body: refused. Still in flight: a conflict, never a second run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.canonical import sha256_hex
from kit.errors import Conflict, Invalid
from kit.tables import StoredAnswer

LONGEST_KEY = 200


class KeyMissing(Invalid):
    """This POST creates something and needs an ``Idempotency-Key``."""

    code = "idempotency_key_missing"
    title_zh = "缺少 Idempotency-Key"
    title_en = "Idempotency-Key is missing"
    advice_zh = "请以客户端生成的 UUID 作为 Idempotency-Key 重新发送；重试时沿用同一值。"
    advice_en = "Send a UUID of your own as Idempotency-Key, and the same one when you retry."


class KeyReused(Invalid):
    """The key was used for another body."""

    code = "idempotency_key_reused"
    title_zh = "同一 Idempotency-Key 的内容不一致"
    title_en = "The key was used for another body"
    advice_zh = "不同的请求请使用新的 Idempotency-Key。"
    advice_en = "Use a new key for another request."


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "idempotency_in_flight"
    title_zh = "相同请求正在处理中"
    title_en = "The same request is still being worked on"
    advice_zh = "请稍候以同一 Idempotency-Key 重试。"
    advice_en = "Try again in a moment with the same key."


@dataclass
class Once:
    """One request's key. ``principal`` is the acting person's id as text, ``request`` method, path and body."""

    session: AsyncSession
    principal: str
    key: str | None
    request: bytes
    now: datetime

    async def __call__(self, operation: Callable[[], Awaitable[Any]], *, required: bool = True) -> msgspec.Raw:
        """Runs ``operation`` once per key and returns its answer as JSON; without a key only when it is not ``required``."""
        if self.key is None and not required:
            return msgspec.Raw(msgspec.json.encode(await operation()))
        if not self.key or len(self.key) > LONGEST_KEY:
            raise KeyMissing()
        stored = await self._stored(self.key)
        if stored is not None:
            return stored
        body = msgspec.json.encode(await operation())
        self.session.add(
            StoredAnswer(
                principal=self.principal,
                key=self.key,
                request_hash=sha256_hex(self.request),
                status=200,
                body=body,
                at=self.now,
            )
        )
        await self.session.flush()
        return msgspec.Raw(body)

    async def _stored(self, key: str) -> msgspec.Raw | None:
        lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 7))")
        if not await self.session.scalar(lock, {"name": f"{self.principal} {key}"}):
            raise StillRunning()
        row = await self.session.get(StoredAnswer, (self.principal, key))
        if row is None:
            return None
        if row.request_hash != sha256_hex(self.request):
            raise KeyReused()
        return msgspec.Raw(row.body)
