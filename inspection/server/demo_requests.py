"""S2's requests: from a doubtful certificate to customs and IP, answered with signatures, until the chain is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from inspection.server.demo_player import Player

ASKED: dict[str, tuple[str, str]] = {
    "customs": ("SUPPLIER_HISTORY", "请提供该供应商近三年压力管道元件进口及查验记录"),
    "ip": ("PATENT_STATUS", "请核实铭牌所示相关专利的法律状态"),
}
"""Agency -> what it is asked about, in words."""

ANSWERS: dict[str, dict[str, Any]] = {
    "customs": {
        "text": "近三年进口 4 票，其中 1 票因合格证明过期整改后放行",
        "sources": [{"register": "海关进口货物查验记录", "reference": "5316-2025-0198"}],
    },
    "ip": {
        "text": "相关专利维持有效，与本次合格证明无关",
        "sources": [{"register": "专利登记簿", "reference": "ZL201810000001.X"}],
    },
}


async def closed_chain(player: Player, case: str, finding: str, agency: str, who: Callable[[str, str], str]) -> bool:
    """Asks both, lets both answer; whether the chain was open until the second answer and is closed since."""
    path, seen = f"/api/v1/cases/{case}/info-requests", []
    requests = []
    for asked, (subject, text) in ASKED.items():
        body = {"finding": finding, "asked": asked, "subject": subject, "text": text, "blocking": True}
        requests.append(await player.put(who(case, agency), f"{path}/{uuid4()}", body))
    for request in requests:
        answered = await player.answer(who(case, request["asked"]), case, request, ANSWERS[request["asked"]])
        chains = (await player.get("lin", path))["chains"]
        seen.append((answered["state"], next(one["closed"] for one in chains if one["finding"] == finding)))
    return seen == [("ANSWERED", False), ("ANSWERED", True)]
