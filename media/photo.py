"""What a photo, video or document must be before its bytes are kept: an accepted type, and bytes that begin like that type.

Pure: looks at declared values and at the first bytes only. Nothing here decodes a picture; whoever does, does it in a process of
its own. Signatures: the file formats' own specifications (ITU-T T.81, PNG 3rd edition, RIFF/WebP, ISO/IEC 14496-12, RFC 8081).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from kit.errors import Invalid
from media import exif
from media.exif import PhotoFacts

HEAD: Final = 256 * 1024
"""How many bytes from the beginning are looked at: cameras write their facts into the first segments."""

LARGEST: Final = 2 * 1024**3
"""Bytes of the largest file taken when the platform sets no other limit."""

ACCEPTED: Final = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "application/pdf",
)

SHOWN_INLINE: Final = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4"})
"""Types a browser may show in a page, once the bytes were seen to be of them. Everything else is only ever downloaded."""

_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_QUICKTIME_BRANDS: Final = frozenset({b"qt  "})
_MP4_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"mp4v"}
)
_PREFIXES: Final[Mapping[bytes, str]] = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


class MediaTypeRefused(Invalid):
    """No evidence of this type is taken; ``details``: media_type, accepted."""

    code = "media_type_refused"
    title_zh = "不接受该类型的文件作为证据"
    title_en = "Files of this type are not taken as evidence"
    advice_zh = "请改用所列类型之一（照片、视频或 PDF）。"
    advice_en = "Send one of the types listed: a photo, a video or a PDF."


class TooLarge(Invalid):
    """The announced size is beyond what the platform takes; ``details``: size, largest (bytes)."""

    code = "evidence_too_large"
    title_zh = "证据文件过大"
    title_en = "The evidence file is too large"
    advice_zh = "请分段拍摄，或由管理员调整上限。"
    advice_en = "Record shorter pieces, or ask the administrator to raise the limit."


class MediaTypeDiffers(Invalid):
    """The bytes do not begin like the declared type; ``details``: declared, found (null when it is no accepted type at all)."""

    code = "media_type_differs"
    title_zh = "文件内容与声明的类型不符"
    title_en = "The file is not of the declared type"
    advice_zh = "请按文件的实际类型以新编号重新声明；原文件保留在终端。"
    advice_en = "Declare it again under a new id with its true type; the terminal keeps the original."


def check_acceptable(media_type: str, size: int, *, largest: int = LARGEST) -> None:
    """Raises :class:`MediaTypeRefused` or :class:`TooLarge` for what is announced (``size`` in bytes)."""
    if media_type not in ACCEPTED:
        raise MediaTypeRefused(media_type=media_type, accepted=list(ACCEPTED))
    if size > largest:
        raise TooLarge(size=size, largest=largest)


def found_type(head: bytes) -> str | None:
    """The accepted type that ``head`` (the first bytes, 64 suffice) begins like, or None."""
    for prefix, media_type in _PREFIXES.items():
        if head.startswith(prefix):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    return None


def _by_brands(head: bytes) -> str | None:
    """ISO base media: the major brand decides, then the compatible ones that the first box lists."""
    length = min(int.from_bytes(head[:4], "big"), len(head), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    for brand in brands:
        if brand in _QUICKTIME_BRANDS:
            return "video/quicktime"
        if brand in _HEIC_BRANDS:
            return "image/heic"
        if brand in _MP4_BRANDS:
            return "video/mp4"
    return None


def check_magic(media_type: str, head: bytes) -> None:
    """Raises :class:`MediaTypeDiffers` unless ``head`` begins like ``media_type``."""
    found = found_type(head)
    if found != media_type:
        raise MediaTypeDiffers(declared=media_type, found=found)


def facts(media_type: str, head: bytes) -> PhotoFacts:
    """What the camera wrote into the file: never an error, because what a camera says is a hint and not the evidence."""
    block = {
        "image/jpeg": exif.in_jpeg,
        "image/png": exif.in_png,
        "image/webp": exif.in_webp,
    }.get(media_type)
    if block is None:
        return PhotoFacts()
    tiff = block(head)
    return PhotoFacts() if tiff is None else exif.read(tiff)


def plain(found: PhotoFacts) -> dict[str, str | int | dict[str, str]]:
    """``found`` as JSON values without floats, absent ones left out."""
    values: dict[str, str | int | dict[str, str]] = msgspec.to_builtins(found)
    return values
