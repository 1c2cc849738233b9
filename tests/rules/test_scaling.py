"""A photo for paper: upright, small, without metadata; and whatever else a stranger sends is left alone."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from media import scaling
from media.scaling import Scaled, scaled, shrunk

ORIENTATION, DESCRIPTION = 0x0112, 0x010E
RED, TEAL = (200, 20, 20), (20, 120, 120)


def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 800), orientation: int = 1) -> bytes:
    """Its left half red, its right half teal, as the sensor saw it."""
    image = Image.new("RGB", size, TEAL)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = orientation, "canary-position"
    out = BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def opened(small: Scaled | None) -> Image.Image:
    assert small is not None and b"canary" not in small.jpeg
    image = Image.open(BytesIO(small.jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (small.width, small.height))
    assert not image.getexif()
    return image


def like(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", sorted(scaling.FORMATS.values()))
def test_it_is_small_and_carries_no_metadata(kind: str) -> None:
    image = opened(shrunk(photo(kind)))
    assert image.size == (scaling.PIXELS, scaling.PIXELS // 2)
    assert like(image, (50, 250), RED) and like(image, (1050, 250), TEAL)


def test_it_stands_upright_however_the_camera_was_held() -> None:
    # 6: the camera was turned; what the sensor saw on the left is the top.
    image = opened(scaled(photo(orientation=6)))
    assert image.size == (scaling.PIXELS // 2, scaling.PIXELS)
    assert like(image, (250, 50), RED) and like(image, (250, 1050), TEAL)
    assert opened(shrunk(photo(orientation=3))).getpixel((50, 250)) != opened(shrunk(photo())).getpixel((50, 250))


def test_a_small_one_is_not_made_larger_and_the_other_process_gives_the_same_bytes() -> None:
    small = photo("PNG", (64, 32))
    assert opened(shrunk(small)).size == (64, 32)
    assert scaled(small) == shrunk(small)


def test_what_is_no_photo_or_a_bomb_gives_nothing() -> None:
    assert scaled(b"not a photo") is None
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + photo("PNG")[33:]
    for bad in (b"", bomb, photo()[:2000], b"GIF89a" + bytes(100)):
        assert shrunk(bad) is None
