"""Where evidence bytes lie: objects named by the SHA-256 of their content, so the same bytes are one object, however often sent.

Two stores keep this contract, a folder (file_store.py) and any S3 (s3_store.py); tests/contracts runs the same suite on both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from kit.errors import Invalid, LianjianError, NotFound

CHUNK = 1024 * 1024
"""Bytes handed on at a time, in and out."""

_DIGEST = re.compile(r"[0-9a-f]{64}")

Source = Path | bytes | AsyncIterator[bytes]


class EvidenceDiffers(Invalid):
    """The bytes are not the ones announced; ``details`` carry ``expected`` and ``received`` (sha256 hex or size in bytes)."""

    code = "evidence_differs"
    title_zh = "证据内容与声明不符"
    title_en = "The evidence is not what was announced"
    advice_zh = "请核对原文件，按其实际哈希和大小重新声明后再上传。"
    advice_en = "Check the original file, announce its true hash and size, and send it again."


class DigestInvalid(Invalid):
    """A content address is 64 lower-case hex digits of SHA-256."""

    code = "digest_invalid"
    title_zh = "内容哈希格式有误"
    title_en = "The content hash is malformed"
    advice_zh = "请提供 64 位小写十六进制的 SHA-256。"
    advice_en = "Give SHA-256 as 64 lower-case hex digits."


class ObjectMissing(NotFound):
    """The store holds no object of this content address."""

    code = "object_missing"
    title_zh = "存储中没有该内容"
    title_en = "The store does not hold this content"
    advice_zh = "请确认上传已完成；若已完成，请联系管理员核查存储。"
    advice_en = "Check that the upload was completed; if it was, ask the administrator to check the store."


class StoreUnavailable(LianjianError):
    """The store cannot be used now; the message says why, in Chinese and in English. ``details['reason']`` is for operators."""

    code = "object_store_unavailable"
    title_zh = "证据存储暂不可用"
    title_en = "The evidence store is unavailable"
    advice_zh = "内容未丢失的一方请稍后重发；管理员请运行 lianjian doctor。"
    advice_en = "Send it again later; administrators run `lianjian doctor`."

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}", zh=zh, en=en)


class StoreFull(StoreUnavailable):
    """The store has no room left."""

    code = "object_store_full"
    title_zh = "证据存储空间不足"
    title_en = "The evidence store is full"
    advice_zh = "请管理员扩充存储空间后重发。"
    advice_en = "Send it again when the administrator has made room."


@runtime_checkable  # handlers take it as a dependency, which is checked
class ObjectStore(Protocol):
    """What media asks of a store. ``sha256`` is 64 lower-case hex digits (else :class:`DigestInvalid`); sizes are bytes."""

    async def put(self, sha256: str, source: Source, size: int, media_type: str = "application/octet-stream") -> None:
        """Keeps the bytes durably before it returns; a file given as ``source`` is left as it is.

        Bytes of another hash or size are refused with :class:`EvidenceDiffers` and leave nothing visible, also when the
        object is there already. Putting what is there is a no-op.
        """

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes ``start`` up to but not including ``end`` (a slice: past the end is empty). Missing: :class:`ObjectMissing`."""

    async def size(self, sha256: str) -> int:
        """Size in bytes; missing: :class:`ObjectMissing`."""

    async def exists(self, sha256: str) -> bool:
        """True once a put of it has returned."""

    async def delete(self, sha256: str) -> None:
        """Removes it; what is not there stays away."""

    async def check(self) -> None:
        """Writes, reads and removes a probe and clears what killed writers left; :class:`StoreUnavailable` in plain words."""

    async def close(self) -> None:
        """Frees threads and connections."""


class Tally:
    """Counts and hashes bytes on their way and says at the end whether they were the announced ones."""

    def __init__(self, sha256: str, size: int) -> None:
        self._sha256 = sha256
        self._size = size
        self._hash = hashlib.sha256()
        self.seen = 0

    def add(self, chunk: bytes) -> None:
        """Takes the next bytes; stops at the first byte too many."""
        self._hash.update(chunk)
        self.seen += len(chunk)
        if self.seen > self._size:
            raise EvidenceDiffers(f"more than the {self._size} bytes announced", expected=self._size, received=self.seen)

    def check(self) -> None:
        """Raises :class:`EvidenceDiffers` unless size and hash are the announced ones."""
        if self.seen != self._size:
            raise EvidenceDiffers(f"{self.seen} bytes instead of {self._size}", expected=self._size, received=self.seen)
        received = self._hash.hexdigest()
        if received != self._sha256:
            raise EvidenceDiffers(f"sha256 {received} instead of {self._sha256}", expected=self._sha256, received=received)


def object_path(sha256: str) -> str:
    """``ab/cd/abcd…``: two levels, so that no folder grows beyond what file systems like. Refuses what is no digest."""
    if not _DIGEST.fullmatch(sha256):
        raise DigestInvalid(f"{sha256[:80]!r} is not a SHA-256", expected="64 lower-case hex digits")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def check_range(start: int, end: int | None) -> None:
    """A range counts from the beginning: negative positions are a mistake of the caller."""
    if start < 0 or (end is not None and end < 0):
        raise ValueError(f"range {start}..{end} counts from the beginning")
