"""A photo made small enough for paper, in a process of its own: nobody knows what a file that a stranger sent does to a decoder.

Run as a program: the original on standard input, the small one on standard output, :data:`UNREADABLE` as its status for what is
no photo. Memory and processor time of that process are limited. What comes out is upright sRGB without any metadata.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
from io import BytesIO
from typing import Final, NamedTuple

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""What can be scaled, by media type."""

PIXELS: Final = 1100
"""The longer side: 170 mm at 165 dpi."""
QUALITY: Final = 80
MOST_PIXELS: Final = 120_000_000
"""A 108-megapixel phone camera fits, a decompression bomb does not."""
LARGEST: Final = 64 * 1024**2
"""Bytes of the largest original that is scaled."""
MEMORY: Final = 2 * 1024**3
PROCESSOR_SECONDS: Final = 30
PATIENCE_SECONDS: Final = 120.0
UNREADABLE: Final = 3
_SIZE: Final = struct.Struct(">II")


class Scaled(NamedTuple):
    """A JPEG for paper, with its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def scaled(original: bytes) -> Scaled | None:
    """The photo for paper; None when the bytes are no photo, or one that does not fit the limits. Blocks: call it in a thread.

    Raises TimeoutExpired when the machine gave that process no time; trying again may help.
    """
    # The file itself, isolated: the child sees installed packages and none of our settings.
    program = [sys.executable, "-I", __file__]
    done = subprocess.run(program, input=original, capture_output=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603 - our own file
    if done.returncode != 0 or len(done.stdout) <= _SIZE.size:
        return None
    return Scaled(done.stdout[_SIZE.size :], *_SIZE.unpack_from(done.stdout))


def shrunk(original: bytes) -> Scaled | None:
    """The same in this process, for bytes one trusts."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(original), formats=tuple(FORMATS.values())) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (PIXELS, PIXELS))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
    # A third faster than the default, and as good on paper.
    upright.thumbnail((PIXELS, PIXELS), Image.Resampling.BILINEAR)
    small = BytesIO()
    upright.save(small, "JPEG", quality=QUALITY)
    return Scaled(small.getvalue(), upright.width, upright.height)


def main() -> int:
    """The program."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = shrunk(sys.stdin.buffer.read(LARGEST + 1))
    if found is None:
        return UNREADABLE
    sys.stdout.buffer.write(_SIZE.pack(found.width, found.height) + found.jpeg)
    return 0


if __name__ == "__main__":
    sys.exit(main())
