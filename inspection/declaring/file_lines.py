"""Lines of a file that somebody else wrote: their number, their bytes, their encoding. One line in memory at a time.

A Chinese spreadsheet saves CSV as GB18030 (GBK). Read as UTF-8 such a file fails on most lines, but some lines happen to be
valid UTF-8 and would pass as gibberish. So the file is looked through once before: when most of its non-ASCII lines are not
UTF-8, none of them is believed, and only rows that are plain ASCII go through.
"""

from __future__ import annotations

import codecs
import io
import mmap
import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from kit.decoding import Problem
from kit.errors import Invalid

KIBI = 1024
GB18030 = "gb18030"
BOM_UTF8 = codecs.BOM_UTF8
Buffer = bytes | mmap.mmap
_SHOWN = 40
_CHUNK = 1024 * KIBI
_SNIFFED = 8
_NAMES = {"utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8", "gb18030": GB18030, "gbk": GB18030, "gb2312": GB18030}
_CJK = re.compile("[\u4e00-\u9fff]")
_OTHER_KINDS = {
    codecs.BOM_UTF16_LE: ("UTF-16", "CSV UTF-8"),
    codecs.BOM_UTF16_BE: ("UTF-16", "CSV UTF-8"),
    b"PK\x03\x04": ("XLSX", "CSV UTF-8"),
    b"\xd0\xcf\x11\xe0": ("XLS", "CSV UTF-8"),
    b"\x1f\x8b": ("gzip", "the unpacked file"),
}


class FileRefused(Invalid):
    """The file as a whole cannot be read; ``details`` carry ``message_zh``, ``message_en`` and, where there is one, ``line``."""

    code = "file_refused"
    title_zh = "无法读取该文件"
    title_en = "The file cannot be read"

    def __init__(self, zh: str, en: str, **details: str | int) -> None:
        super().__init__(en, message_zh=zh, message_en=en, **details)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds in bytes. A line of 500 goods lines with 10,000 Chinese characters each is 15 MB and passes."""

    file_bytes: int = 2 * KIBI**3
    line_bytes: int = 32 * KIBI**2
    json_bytes: int = 512 * KIBI**2


class FileLine(msgspec.Struct, frozen=True):
    """``raw`` without its line end. ``too_long``: cut at the limit, the rest skipped."""

    number: int
    raw: bytes
    too_long: bool = False


def canonical_encoding(name: str) -> str:
    """``utf-8`` or ``gb18030``; raises :class:`FileRefused` for any other."""
    if (known := _NAMES.get(name.lower())) is None:
        raise FileRefused(f"不支持编码 {name}，可用 utf-8、gb18030", f"encoding {name} is not supported; use utf-8 or gb18030")
    return known


def check_start(file: BinaryIO) -> None:
    """Raises :class:`FileRefused` when a seekable file begins like a spreadsheet, UTF-16 or an archive."""
    start = file.read(_SNIFFED)
    file.seek(-len(start), io.SEEK_CUR)
    for magic, (kind, instead) in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise FileRefused(
                f"这是 {kind} 文件，请另存为 {instead} 后重试", f"this is a {kind} file; save it as {instead} and try again"
            )


def first_line(file: BinaryIO) -> bytes:
    """The first line of a seekable file that is not blank, as far as it is needed to tell the format; the position stays."""
    start = file.tell()
    try:
        while (raw := without_bom(file.readline(_CHUNK))) and not raw.strip():
            pass
        return raw
    finally:
        file.seek(start)


def in_memory(file: BinaryIO, limit: int) -> Buffer:
    """The whole file as one buffer, mapped where the system can; raises :class:`FileRefused` past ``limit`` bytes."""
    try:
        content: Buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        content = file.read(limit + 1)
    if len(content) > limit:
        size = limit // KIBI**2
        raise FileRefused(f"JSON 文件超过 {size} MiB，请改用 NDJSON", f"a JSON file of more than {size} MiB: send NDJSON instead")
    return content


def without_bom(raw: bytes) -> bytes:
    """``raw`` without a UTF-8 byte order mark."""
    return raw.removeprefix(BOM_UTF8)


def lines(file: BinaryIO, limits: Limits) -> Iterator[FileLine]:
    """Every line with its number from 1; raises :class:`FileRefused` past ``limits.file_bytes``."""
    number, total = 0, 0
    while raw := file.readline(limits.line_bytes + 1):
        number += 1
        total += len(raw)
        too_long = len(raw) > limits.line_bytes
        rest = raw
        while too_long and not rest.endswith(b"\n") and (rest := file.readline(_CHUNK)):
            total += len(rest)
        if total > limits.file_bytes:
            size = limits.file_bytes // KIBI**2
            raise FileRefused(f"文件超过 {size} MiB", f"the file is larger than {size} MiB", line=number)
        yield FileLine(number, (without_bom(raw) if number == 1 else raw).rstrip(b"\r\n"), too_long)


def too_long(limits: Limits) -> Problem:
    """What is said of a line over ``limits.line_bytes``."""
    mib = limits.line_bytes // KIBI**2
    return Problem(
        path="$", code="line_too_long", message_zh=f"本行超过 {mib} MiB", message_en=f"the line is longer than {mib} MiB"
    )


def undecodable(raw: bytes, encoding: str, code: str = "encoding", path: str = "$") -> Problem:
    """What is said of bytes that are not in ``encoding``; shows them as GB18030 where that fits, and what to do."""
    zh, en = f"不是 {encoding.upper()} 编码", f"is not {encoding.upper()}"
    guess = as_gb18030(raw) if encoding != GB18030 else None
    if guess is not None:
        shown = guess.strip()[:_SHOWN]
        zh = f"{zh}，看起来是 GB18030（“{shown}”），请加 --encoding gb18030 重新导入"
        en = f"{en}; it looks like GB18030 (“{shown}”): import it again with --encoding gb18030"
    return Problem(path=path, code=code, message_zh=zh, message_en=en)


def as_gb18030(raw: bytes) -> str | None:
    """``raw`` read as GB18030, or None when it is not."""
    try:
        return raw.decode(GB18030)
    except UnicodeDecodeError:
        return None


def looks_otherwise(file: BinaryIO, encoding: str) -> bool:
    """Whether a seekable file's non-ASCII lines are mostly not in ``encoding``; the position is put back.

    Only the other of the two encodings we read is looked for. Costs one pass over the bytes, at disk speed for a sound file.
    """
    start = file.tell()
    try:
        if encoding == GB18030:
            return _is_chinese_utf8(file)
        return not _is_utf8(file) and _mostly_not_utf8(file, start)
    finally:
        file.seek(start)


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese_utf8(file: BinaryIO) -> bool:
    """Chinese characters in valid UTF-8 throughout: no GB18030 text of more than a few characters looks like that."""
    decoder, chinese = codecs.getincrementaldecoder("utf-8")(), False
    try:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            chinese = chinese or _CJK.search(text) is not None
    except UnicodeDecodeError:
        return False
    return chinese


def _mostly_not_utf8(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    sound = broken = 0
    while raw := file.readline(_CHUNK):
        if raw.isascii():
            continue
        try:
            raw.decode()
            sound += 1
        except UnicodeDecodeError:
            broken += 1
    return broken > sound
