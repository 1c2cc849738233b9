"""The goods of the demo day: the production line of the reference case in three lines, and pictures drawn for it."""

from __future__ import annotations

import io
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

from inspection.server.cast import HENGTONG, PORT
from inspection.statuses import PORT_ZONE

LINES: list[dict[str, Any]] = [
    {
        "no": 1,
        "hs": "8479899990",
        "name": "高端智能制造生产线",
        "description": "精密加工单元与输送系统，成套设备",
        "origin": "DE",
        "quantity": "1",
        "unit": "台",
        "net_weight": "12000.000",
        "value": "1850000.00",
        "currency": "EUR",
        "model": "PL-7",
        "certificates": [{"type": "CCC_EXEMPTION", "number": "CCCX-2026-0001", "issuer": "CNCA", "expires": "2099-12-31"}],
    },
    {
        "no": 2,
        "hs": "7307290000",
        "name": "特种气体管路组件",
        "description": "特种气体管路用压力管道元件，设计压力 1.6 MPa",
        "origin": "DE",
        "quantity": "36",
        "unit": "件",
        "net_weight": "420.000",
        "value": "96000.00",
        "currency": "EUR",
        "model": "GP-16",
    },
    {
        "no": 3,
        "hs": "8523499000",
        "name": "嵌入式控制软件",
        "description": "随生产线交付的嵌入式控制软件，含授权许可文件",
        "origin": "DE",
        "quantity": "1",
        "unit": "套",
        "net_weight": "0.200",
        "value": "210000.00",
        "currency": "EUR",
        "model": "PL-7 Control 4.2",
    },
]


def reference(declared_at: datetime) -> dict[str, Any]:
    """The declaration of the reference case, declared at ``declared_at`` and arriving the next morning."""
    return {
        "number": f"{PORT}{declared_at:%Y}1{declared_at:%m%d}00001",
        "version": 1,
        "direction": "import",
        "declared_at": declared_at.isoformat(),
        "port": PORT,
        "transport_mode": "sea",
        "dispatch_country": "DE",
        "arrival": (declared_at + timedelta(days=1)).isoformat(),
        "trader": {"code": HENGTONG, "name": "Hengtong Import Co.", "credit": "ordinary"},
        "gross_weight": "18250.000",
        "lines": deepcopy(LINES),
    }


CASES = 4
"""How many the day has: S1, S2 under two policies, S3."""


def of_the_day(given: Path | None, declared_at: datetime) -> list[dict[str, Any]]:
    """A declaration for each of the day's cases: those of the file, or the reference; one alone is filed again and again.

    ``given`` holds one JSON object, an array, or one object a line.
    """
    found = [reference(declared_at)] if given is None else _read(given)
    while len(found) < CASES:
        again = deepcopy(found[0])
        again["number"] = f"{again['number'][:9]}{int(again['number'][9:]) + len(found):09d}"
        found.append(again)
    return found[:CASES]


def _read(path: Path) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    try:
        document = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        document = [msgspec.json.decode(line) for line in raw.splitlines() if line.strip()]
    return list(document) if isinstance(document, list) else [document]


def picture(title: str, detail: str, hue: tuple[int, int, int], taken_at: datetime) -> bytes:
    """A JPEG that stands for a photo: a plate with what it shows in words, the time, and 演示 across it."""
    image = Image.new("RGB", (1280, 960), hue)
    draw = ImageDraw.Draw(image)
    font = str(pylopdf_fonts_zh_cn.sans_path())
    draw.rounded_rectangle((120, 170, 1160, 790), radius=36, fill=(238, 240, 242), outline=(70, 78, 88), width=10)
    for x, y in ((170, 220), (1110, 220), (170, 740), (1110, 740)):
        draw.ellipse((x - 18, y - 18, x + 18, y + 18), fill=(120, 128, 138))
    draw.text((640, 380), title, font=ImageFont.truetype(font, 84), fill=(28, 32, 38), anchor="mm")
    draw.text((640, 540), detail, font=ImageFont.truetype(font, 46), fill=(60, 66, 74), anchor="mm")
    draw.text(
        (1250, 930),
        f"{taken_at.astimezone(PORT_ZONE):%Y-%m-%d %H:%M}  演示",
        font=ImageFont.truetype(font, 34),
        fill=(255, 224, 90),
        anchor="rs",
    )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=84)
    return out.getvalue()
