"""What the enterprise is asked for after a disposition, in one list: what, which materials, where, whom to ask, who pays. Pure.

One demand for all agencies of a change: whoever answers it has been told all of it once. Source: requirement R0-12.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from inspection.following_up.follow_up import Kind
from inspection.status import Words

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]

CHANNEL: Final = Words("本平台“后续办理”，或口岸综合服务窗口", "this platform, under follow-ups, or the port's service desk")
COST: Final = Words(
    "整改、仓储、检测等费用由货主承担；查验未发现问题的，吊装、移位、仓储费用免除（迟到、迟提除外）",
    "Rectification, storage and tests are at the owner's cost; lifting, moving and storage are waived where nothing is found, "
    "unless the owner came or collected late",
)

WORDS: Final[dict[Kind, Words]] = {
    Kind.SECURITY: Words("提供担保", "give security"),
    Kind.DESTINATION_INSPECTION: Words("目的地检查", "inspection at destination"),
    Kind.DESTINATION_SAMPLING: Words("目的地取样", "sampling at destination"),
    Kind.NO_SALE_UNTIL_RESULT: Words("检测结果出具前不得销售使用", "no sale or use before the result"),
    Kind.DOCUMENT_BY: Words("补交单证", "supply documents"),
    Kind.RECTIFY: Words("整改", "rectify"),
    Kind.RETURN: Words("退运", "return the goods"),
    Kind.DESTROY: Words("销毁", "destroy the goods"),
    Kind.DETAIN: Words("扣留", "detention"),
    Kind.CASE_FILING: Words("立案", "a case is filed"),
    Kind.MOVE_TO_SAFE_SITE: Words("先行提离至安全场所", "move the goods to a safe site first"),
    Kind.SAMPLE_AND_HOLD: Words("取样待检", "sampled, and held for the result"),
}

MATERIALS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.SECURITY: ("担保函或保证金缴纳凭证",),
    Kind.DOCUMENT_BY: ("所缺单证原件或电子件",),
    Kind.RECTIFY: ("整改说明", "整改后的证明材料（证书、照片或检测报告）"),
    Kind.RETURN: ("出境或离港证明",),
    Kind.DESTROY: ("销毁方案", "受委托处置单位资质"),
    Kind.MOVE_TO_SAFE_SITE: ("危险货物运输安排", "接收场所同意函"),
}


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency asks for on some lines. ``channel`` and ``cost`` in Chinese, then English."""

    what: str
    materials: tuple[str, ...]
    channel_zh: str
    channel_en: str
    contact: str
    cost_zh: str
    cost_en: str


class DemandRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the demanding agency asks for in its own words. ``contact`` is a desk, never an officer's own number."""

    what: Text
    materials: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=30)]
    contact: Text | None = None


def usual(kind: Kind, *, note: str, contact: str) -> Demand:
    """What is asked for unless the agency says it better: its own note, the usual materials."""
    return Demand(
        what=note or WORDS[kind].zh,
        materials=MATERIALS.get(kind, ()),
        channel_zh=CHANNEL.zh,
        channel_en=CHANNEL.en,
        contact=contact,
        cost_zh=COST.zh,
        cost_en=COST.en,
    )


def stated(before: Demand, request: DemandRequest) -> Demand:
    """The demand as its agency has stated it."""
    contact = request.contact or before.contact
    return msgspec.structs.replace(before, what=request.what, materials=request.materials, contact=contact)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the merged notice. ``objection_until``: when it begins, unless the enterprise objects before."""

    kind: Kind
    agency: Words
    lines: tuple[int, ...]
    demand: Demand
    objection_until: str | None = None


def listed(items: Sequence[Item]) -> Words:
    """The merged notice's list: every agency's items, numbered."""
    zh, en = [], []
    for number, one in enumerate(items, 1):
        lines = ", ".join(str(no) for no in one.lines)
        materials = "、".join(one.demand.materials)
        zh.append(
            f"{number}. {one.agency.zh}（商品项 {lines}）：{WORDS[one.kind].zh}——{one.demand.what}"
            + (f"；材料：{materials}" if materials else "")
            + f"；联系：{one.demand.contact}"
            + (f"；{one.objection_until} 前可提出异议，期满后办理" if one.objection_until else "")
        )
        en.append(
            f"{number}. {one.agency.en} (lines {lines}): {WORDS[one.kind].en} - {one.demand.what}"
            + (f"; materials: {materials}" if materials else "")
            + f"; contact: {one.demand.contact}"
            + (f"; you may object until {one.objection_until}, it is done after that" if one.objection_until else "")
        )
    return Words("\n".join(zh), "\n".join(en))


MAY_OBJECT: Final = Words(
    "可在期限内提出异议；期满后按通知办理", "You may object within the time limit; do what the notice asks when it has passed"
)
"""What the enterprise has to do while nothing that cannot be undone has begun."""


def next_step(kinds: Sequence[Kind]) -> Words:
    """What the enterprise has to do now, in one sentence."""
    names = [WORDS[kind] for kind in dict.fromkeys(kinds)]
    zh, en = "、".join(one.zh for one in names), ", ".join(one.en for one in names)
    return Words(f"请按通知办理并提交材料：{zh}", f"Do what the notice asks and send the materials: {en}")
