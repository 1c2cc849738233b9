"""Declarations for the benches: drawn from a seed, a mean of five lines, from a small catalogue of plain and of called goods."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from inspection.server.cast import HENGTONG, PORT

PLAIN = (
    ("4819100000", "瓦楞纸箱", "双瓦楞，印有图案", "个"),
    ("7318159001", "六角螺栓", "M8×40，镀锌", "千克"),
    ("8481804090", "工业用阀门手柄", "铝合金，配件", "个"),
    ("6109100021", "棉制针织T恤衫", "男式，短袖", "件"),
    ("9403200000", "金属货架", "仓储用，未装配", "件"),
    ("8483409000", "减速箱齿轮", "合金钢，模数 3", "个"),
    ("3926909090", "塑料托盘", "聚丙烯，1200×1000", "个"),
)
CALLED = (
    ("7307290000", "特种气体管路组件", "特种气体管路用压力管道元件", "套"),
    ("8479899990", "高端智能制造生产线", "含特种气体管路与嵌入式控制软件", "台"),
)


def declarations(count: int, called: float, seed: int = 1, serial: int = 0) -> list[bytes]:
    """``count`` declarations as JSON; a share ``called`` of them holds goods that agencies are called for."""
    draw = random.Random(seed)
    every = round(1 / called) if called else count + 1
    return [msgspec.json.encode(_declaration(draw, serial + at, at % every == every - 1)) for at in range(count)]


def _declaration(draw: random.Random, serial: int, called: bool) -> dict[str, Any]:
    lines = [_line(draw, no, PLAIN) for no in range(1, draw.randint(1, 9) + 1)]
    if called:
        lines[0] = _line(draw, 1, CALLED)
    return {
        "number": f"53162026116{serial:07d}",
        "version": 1,
        "direction": "import",
        "declared_at": "2026-11-20T09:12:00+08:00",
        "port": PORT,
        "transport_mode": "sea",
        "dispatch_country": "DE",
        "arrival": "2026-11-21T06:00:00+08:00",
        "trader": {"code": HENGTONG, "name": "Hengtong Import Co.", "credit": "ordinary"},
        "gross_weight": f"{draw.randint(10_000, 20_000)}.000",
        "lines": lines,
    }


def _line(draw: random.Random, no: int, catalogue: tuple[tuple[str, str, str, str], ...]) -> dict[str, Any]:
    hs, name, description, unit = draw.choice(catalogue)
    return {
        "no": no,
        "hs": hs,
        "name": name,
        "description": description,
        "origin": draw.choice(("DE", "FR", "JP")),
        "quantity": str(draw.randint(1, 5_000)),
        "unit": unit,
        "net_weight": f"{draw.randint(1, 1_000)}.000",
        "value": f"{draw.randint(100, 900_000)}.00",
        "currency": "EUR",
        "brand": draw.choice(("", "Nordwerk")),
        "model": f"M-{draw.randint(1, 400)}",
    }
