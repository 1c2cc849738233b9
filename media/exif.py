"""Time, place and orientation from the EXIF block of a photo: a parser of bytes that never fails, whatever it is given.

Source: CIPA DC-008 (Exif 3.0); the block is a TIFF structure. Positions and counts in it are the sender's, so every one is
checked against the bytes there are, directories are read once each, and what does not fit is left out.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import msgspec

ORIENTATION, EXIF_IFD, GPS_IFD = 0x0112, 0x8769, 0x8825
TAKEN, TAKEN_OFFSET = 0x9003, 0x9011
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, GPS_TIME, GPS_DATE = 1, 2, 3, 4, 7, 29

_ASCII, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5
_WIDTH: Final = {_ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8}
# Other types carry nothing that is read here.
_MOST_ENTRIES: Final = 512
_LONGEST_VALUE: Final = 4096
_TAKEN_TEXT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET_TEXT = re.compile(r"([+-])(\d\d):(\d\d)")
_DATE_TEXT = re.compile(r"(\d{4}):(\d\d):(\d\d)")
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_DEGREE = Decimal("0.0000001")


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees as decimal text, seven places (about a centimetre), north and east positive."""

    lat: str
    lon: str


class PhotoFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the camera says. ``taken_at``: RFC 3339, without offset when the camera named none; ``gps_at``: UTC of the satellites.

    ``orientation``: 1 to 8 as in the specification, 1 is upright.
    """

    taken_at: str = ""
    gps_at: str = ""
    orientation: int = 0
    position: Position | None = None


# --- where the block lies -------------------------------------------------------------------------------------------------


def in_jpeg(head: bytes) -> bytes | None:
    """The TIFF bytes of the first ``Exif`` segment before the picture data."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF or marker in _STANDALONE:  # fill byte, or a marker without length
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if marker in (0xDA, 0xD9) or length < 2:
            return None
        body = head[at + 4 : at + 2 + length]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            return body[6:]
        at += 2 + length
    return None


def in_png(head: bytes) -> bytes | None:
    """The body of the ``eXIf`` chunk: length, name, body, checksum."""
    at = 8
    while at + 8 <= len(head):
        length, name = struct.unpack_from(">I4s", head, at)
        if name == b"eXIf":
            return head[at + 8 : at + 8 + length]
        at += 12 + length
    return None


def in_webp(head: bytes) -> bytes | None:
    """The body of the ``EXIF`` chunk (name, length, body, padded to even); some writers keep JPEG's six bytes before it."""
    at = 12
    while at + 8 <= len(head):
        name, length = struct.unpack_from("<4sI", head, at)
        if name == b"EXIF":
            return head[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    return None


# --- what it says ---------------------------------------------------------------------------------------------------------


def read(tiff: bytes) -> PhotoFacts:
    """The facts in a TIFF block; what is missing, out of range or cut off is left out."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return PhotoFacts()
    block = _Block(tiff, order)
    main = block.directory(block.long_at(4))
    camera = block.directory(_first(main.get(EXIF_IFD)))
    satellites = block.directory(_first(main.get(GPS_IFD)))
    orientation = _first(main.get(ORIENTATION))
    return PhotoFacts(
        taken_at=_taken(_text(camera.get(TAKEN)), _text(camera.get(TAKEN_OFFSET))),
        gps_at=_satellite_time(satellites),
        orientation=orientation if 1 <= orientation <= 8 else 0,
        position=_position(satellites),
    )


_Value = bytes | tuple[int, ...]
_Directory = dict[int, _Value]


@dataclass(frozen=True)
class _Block:
    """TIFF bytes with their byte order (``<`` or ``>``). Reading past the end gives nothing."""

    data: bytes
    order: str

    def long_at(self, at: int) -> int:
        """An unsigned 32-bit number, 0 past the end."""
        return int(struct.unpack_from(self.order + "I", self.data, at)[0]) if 0 <= at <= len(self.data) - 4 else 0

    def directory(self, at: int) -> _Directory:
        """Values by tag: text as bytes, numbers as a tuple, a rational as two numbers. The first of a repeated tag counts."""
        found: _Directory = {}
        for tag, value in self._entries(at):
            found.setdefault(tag, value)
        return found

    def _entries(self, at: int) -> Iterator[tuple[int, _Value]]:
        if not 8 <= at <= len(self.data) - 2:
            return
        (count,) = struct.unpack_from(self.order + "H", self.data, at)
        for number in range(min(count, _MOST_ENTRIES)):
            entry = at + 2 + 12 * number
            if entry + 12 > len(self.data):
                return
            tag, kind, many = struct.unpack_from(self.order + "HHI", self.data, entry)
            raw = self._raw(entry + 8, _WIDTH.get(kind, 0) * many)
            if raw is not None:
                yield tag, self._numbers(kind, raw)

    def _raw(self, at: int, size: int) -> bytes | None:
        """Up to four bytes stand in the entry itself, more of them where it points to."""
        if not 0 < size <= _LONGEST_VALUE:
            return None
        start = at if size <= 4 else self.long_at(at)
        return self.data[start : start + size] if start + size <= len(self.data) else None

    def _numbers(self, kind: int, raw: bytes) -> _Value:
        if kind == _SHORT:
            return struct.unpack(f"{self.order}{len(raw) // 2}H", raw)
        if kind in (_LONG, _RATIONAL):
            return struct.unpack(f"{self.order}{len(raw) // 4}I", raw)
        return raw


def _first(value: _Value | None) -> int:
    return value[0] if isinstance(value, tuple) and value else 0


def _text(value: _Value | None) -> str:
    return value.split(b"\0")[0].decode("ascii", "replace").strip() if isinstance(value, bytes) else ""


def _taken(text: str, offset: str) -> str:
    found = _TAKEN_TEXT.fullmatch(text)
    if found is None:
        return ""
    try:  # a camera without offset names no zone, and none is made up for it
        taken = datetime(*map(int, found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return ""
    zone = offset if _OFFSET_TEXT.fullmatch(offset) else ""
    return taken.isoformat() + zone


def _satellite_time(gps: _Directory) -> str:
    day, clock = _DATE_TEXT.fullmatch(_text(gps.get(GPS_DATE))), _rationals(gps.get(GPS_TIME))
    if day is None or len(clock) != 3:
        return ""
    seconds = clock[0] * 3600 + clock[1] * 60 + clock[2]
    try:
        midnight = datetime.combine(date(*map(int, day.groups())), time(), UTC)
    except ValueError:
        return ""
    return (midnight + timedelta(seconds=int(seconds))).isoformat() if 0 <= seconds < 86_400 else ""


def _position(gps: _Directory) -> Position | None:
    lat = _degrees(gps.get(LATITUDE), _text(gps.get(LATITUDE_REF)), "NS", 90)
    lon = _degrees(gps.get(LONGITUDE), _text(gps.get(LONGITUDE_REF)), "EW", 180)
    return Position(lat=lat, lon=lon) if lat and lon else None


def _degrees(value: _Value | None, half: str, halves: str, most: int) -> str:
    parts = _rationals(value)
    if len(parts) != 3 or half not in tuple(halves):
        return ""
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if degrees > most:
        return ""
    return f"{(degrees if half == halves[0] else -degrees).quantize(_DEGREE):f}"


def _rationals(value: _Value | None) -> list[Decimal]:
    """Numerators over denominators; nothing when one of them divides by zero."""
    if not isinstance(value, tuple) or len(value) % 2:
        return []
    pairs = list(zip(value[::2], value[1::2], strict=True))
    return [Decimal(over) / under for over, under in pairs] if all(under for _, under in pairs) else []
