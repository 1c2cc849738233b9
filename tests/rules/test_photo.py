"""What is taken as evidence, what the camera wrote into it, and the part of it that a player asks for."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from inspection.fieldwork.session import closing_of
from media import byte_range, custody, exif, photo
from media.custody import DeclarationDiffers, EvidenceDeclaration, State
from media.exif import PhotoFacts, Position

ID = UUID("0195d0a0-0000-7000-8000-000000000001")
BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm",
    "application/pdf": b"%PDF-1.7\n",
}


def picture(form: str, order: str = "<") -> bytes:
    """An 8 × 8 picture as Pillow writes it, taken at the yard, upright when turned by 90 degrees."""
    image = Image.new("RGB", (8, 8), "white")
    written = Image.Exif()
    written.endian = order
    written[exif.ORIENTATION] = 6
    written.get_ifd(exif.EXIF_IFD).update({exif.TAKEN: "2026:11:20 09:30:00", exif.TAKEN_OFFSET: "+08:00"})
    written.get_ifd(exif.GPS_IFD).update(
        {
            exif.LATITUDE_REF: "N",
            exif.LATITUDE: (IFDRational(22), IFDRational(28), IFDRational(573, 10)),
            exif.LONGITUDE_REF: "E",
            exif.LONGITUDE: (IFDRational(113), IFDRational(52), IFDRational(44)),
            exif.GPS_DATE: "2026:11:20",
            exif.GPS_TIME: (IFDRational(1), IFDRational(30), IFDRational(2)),
        }
    )
    out = io.BytesIO()
    image.save(out, form, exif=written)
    return out.getvalue()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_the_camera_wrote_is_read_from_every_picture_type(form: str, order: str) -> None:
    assert photo.facts(f"image/{form.lower()}", picture(form, order)) == PhotoFacts(
        taken_at="2026-11-20T09:30:00+08:00",
        gps_at="2026-11-20T01:30:02+00:00",
        orientation=6,
        position=Position(lat="22.4825833", lon="113.8788889"),
    )


def test_south_and_west_are_negative() -> None:
    south = picture("JPEG").replace(b"N\0\0\0", b"S\0\0\0").replace(b"E\0\0\0", b"W\0\0\0")
    assert photo.facts("image/jpeg", south).position == Position(lat="-22.4825833", lon="-113.8788889")


def test_facts_are_json_without_floats() -> None:
    assert photo.plain(PhotoFacts(orientation=1)) == {"orientation": 1}
    assert photo.plain(photo.facts("image/jpeg", picture("JPEG")))["position"] == {"lat": "22.4825833", "lon": "113.8788889"}


WHOLE = {form: picture(form) for form in ("JPEG", "PNG", "WEBP")}


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_damaged_or_hostile_picture_is_read_without_an_error(form: str, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[form])
    # the block with the facts lies near the beginning (JPEG, PNG) or at the end (WebP)
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=12)):
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    photo.facts(f"image/{form.lower()}", bytes(damaged[:cut]))


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*"]))
def test_any_bytes_may_claim_to_be_what_a_camera_wrote(rest: bytes, start: bytes) -> None:
    facts = exif.read(start + rest)
    assert 0 <= facts.orientation <= 8


def test_a_directory_that_points_to_itself_ends() -> None:
    loop = struct.pack("<4sIHHHII", b"II*\0", 8, 1, exif.EXIF_IFD, 4, 1, 8) + bytes(4)
    assert exif.read(loop) == PhotoFacts()


@pytest.mark.parametrize("declared", photo.ACCEPTED)
def test_bytes_are_of_the_type_they_begin_like_and_of_no_other(declared: str) -> None:
    assert photo.found_type(BEGINNINGS[declared]) == declared
    for found, head in BEGINNINGS.items():
        if found != declared:
            with pytest.raises(photo.MediaTypeDiffers) as refused:
                photo.check_magic(declared, head)
            assert refused.value.details == {"declared": declared, "found": found}


@pytest.mark.parametrize("head", [b"", b"<!doctype html>", b"MZ\x90\0", b"\0\0\0\x18ftypevil\0\0\0\0", b"GIF89a", b"<svg"])
def test_what_begins_like_nothing_accepted_is_of_no_type(head: bytes) -> None:
    assert photo.found_type(head) is None


@given(st.binary(max_size=300))
def test_every_beginning_has_one_type_or_none(head: bytes) -> None:
    assert photo.found_type(head) in {None, *photo.ACCEPTED}


def test_programs_pages_and_giants_are_not_taken() -> None:
    for media_type in ("text/html", "image/svg+xml", "application/zip", ""):
        with pytest.raises(photo.MediaTypeRefused):
            photo.check_acceptable(media_type, 1)
    photo.check_acceptable("video/mp4", photo.LARGEST)
    with pytest.raises(photo.TooLarge):
        photo.check_acceptable("video/mp4", photo.LARGEST + 1)


# --- the declaration ------------------------------------------------------------------------------------------------------

DECLARED = {
    "sha256": "0" * 64,
    "size": 3,
    "media_type": "image/jpeg",
    "file_name": "铭牌.jpg",
    "captured_at": "2026-11-20T09:30:00+08:00",
    "device_id": "PDA-07",
    "device_seq": 1,
}


def declaration(**other: object) -> EvidenceDeclaration:
    """Mei's terminal declares a photo of a marking."""
    return msgspec.convert(DECLARED | other, EvidenceDeclaration)


@pytest.mark.parametrize(
    "other",
    [
        {"sha256": "0" * 64 + "\n"},
        {"sha256": "A" * 64},
        {"size": 0},
        {"file_name": "../铭牌.jpg"},
        {"file_name": "铭牌.jpg\r\nX-Evil: 1"},
        {"captured_at": "2026-11-20T09:30:00"},
        {"geo": {"lat": "90.1", "lon": "0"}},
        {"geo": {"lat": "NaN", "lon": "0"}},
        {"geo": {"lat": "1", "lon": "1", "accuracy": "-1"}},
        {"device": "unknown field"},
    ],
)
def test_a_declaration_that_cannot_be_true_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        declaration(**other)


def test_the_same_instant_in_another_offset_is_the_same_declaration() -> None:
    here, there = declaration(), declaration(captured_at="2026-11-20T01:30:00Z")
    assert custody.content_hash(here) == custody.content_hash(there)


@given(st.sampled_from([{"size": 4}, {"label": "IP_SECRET"}, {"device_seq": 2}, {"geo": {"lat": "1", "lon": "1"}}]))
def test_another_declaration_under_the_same_id_is_refused(other: dict[str, object]) -> None:
    first, second = custody.content_hash(declaration()), custody.content_hash(declaration(**other))
    assert not custody.is_resend(ID, None, first)
    assert custody.is_resend(ID, first, first)
    with pytest.raises(DeclarationDiffers):
        custody.is_resend(ID, first, second)


def test_stored_evidence_stays_stored() -> None:
    assert custody.advance(State.DECLARED, custody.Action.STORE) is State.STORED
    assert custody.advance(State.STORED, custody.Action.STORE) is State.STORED


def test_places_are_kept_as_decimals() -> None:
    geo = declaration(geo={"lat": "22.4826", "lon": "113.8789"}).geo
    assert geo is not None
    assert geo.lat == Decimal("22.4826")
    assert msgspec.to_builtins(geo) == {"lat": "22.4826", "lon": "113.8789"}


# --- ranges ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", None),
        ("bytes=5-4", None),
        ("bytes=-0", None),
        ("bytes=0-1,3-4", None),
        ("lines=1-2", None),
        ("bytes=٣-", None),
    ],
)
def test_a_range_is_a_slice_of_the_file_or_the_whole_of_it(header: str | None, part: tuple[int, int] | None) -> None:
    assert byte_range.asked(header, 100) == part


@given(st.text(max_size=30), st.integers(0, 1000))
def test_no_header_asks_for_bytes_that_are_not_there(header: str, size: int) -> None:
    part = byte_range.asked(header, size)
    assert part is None or 0 <= part[0] < part[1] <= size


# --- what a piece is worth ------------------------------------------------------------------------------------------------


def test_a_capture_belongs_to_the_session_that_had_begun_last() -> None:
    nine = datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=8))).astimezone(UTC)
    at = [nine + timedelta(hours=hour) for hour in range(6)]
    openings = [(at[1], at[2]), (at[4], None)]
    assert closing_of(at[0], []) is None
    assert [closing_of(one, openings) for one in at] == [at[2], at[2], at[2], at[2], None, None]
