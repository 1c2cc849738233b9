"""The spreadsheet form of a pack: which sheets, which columns, and how a nested document lies in rows of text.

A column's key is the path of the field in the YAML form. ``hs.prefixes[]`` holds one entry a line within the cell;
``focus[].zh`` and ``focus[].en`` stand side by side: line one of both is the first point. Everything is text: a code keeps its
leading zeros, a day is ``2026-11-20``, a decimal is as written. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

Kind = Literal["text", "count", "amount", "day", "yes"]
"""What else than text a cell may hold: whole numbers, numbers, dates, TRUE and FALSE. Written it is always text."""

FIRST_ROW = 3
"""Above it: the headings for people, and the keys by which the columns are known."""

LONGEST_CELL = 32_767
"""Characters a spreadsheet's cell holds."""

YES, NO = "是", "否"
HIT, NOT_HIT = "应命中", "不应命中"


class Column(msgspec.Struct, frozen=True):
    """A column: its key, its headings, what it may hold, whether a row needs it, how wide it is shown."""

    key: str
    zh: str
    en: str
    kind: Kind = "text"
    required: bool = False
    width: int = 16

    @property
    def of_lines(self) -> bool:
        """Whether a cell holds one entry a line."""
        return "[]" in self.key


class Form(msgspec.Struct, frozen=True):
    """A sheet: its name and its columns."""

    name: str
    columns: tuple[Column, ...]


PACK = Form(
    "规则包",
    (
        Column("pack", "规则包代码", "Pack", required=True),
        Column("version", "版本", "Version", "count", required=True),
        Column("title.zh", "名称（中）", "Title, Chinese", required=True, width=24),
        Column("title.en", "名称（英）", "Title, English", required=True, width=24),
        Column("agencies[]", "可邀请的部门", "Agencies it may call", required=True, width=24),
    ),
)
TEXTS = Form(
    "法律依据",
    (
        Column("key", "代号", "Key", required=True, width=20),
        Column("title.zh", "名称（中）", "Title, Chinese", required=True, width=36),
        Column("title.en", "名称（英）", "Title, English", required=True, width=36),
        Column("number", "文号", "Number", required=True, width=28),
        Column("page", "查阅页面", "Page it was read on", width=40),
        Column("read_on", "查阅日期", "Read on", "day"),
        Column("basis_unverified", "依据待核实", "Not verified", "yes"),
    ),
)


def _lists(field: str, zh: str, en: str) -> tuple[Column, Column]:
    any_zh, none_zh = f"{zh}：其一", f"{zh}：均非"
    return Column(f"scope.{field}.any[]", any_zh, f"{en}: any of"), Column(f"scope.{field}.none[]", none_zh, f"{en}: none of")


def _certificates(field: str, zh: str, en: str) -> Column:
    return Column(f"scope.certificates.{field}[]", f"证书：{zh}", f"Certificates: {en}", width=26)


def _bound(field: str, zh: str, en: str) -> Column:
    return Column(f"scope.thresholds[].{field}", f"阈值：{zh}", f"Threshold: {en}", "amount")


RULES = Form(
    "规则",
    (
        Column("meta.id", "规则编号", "Id", required=True, width=32),
        Column("meta.version", "版本", "Version", "count", required=True, width=8),
        Column("meta.title.zh", "名称（中）", "Title, Chinese", required=True, width=24),
        Column("meta.title.en", "名称（英）", "Title, English", required=True, width=28),
        Column("meta.owner", "负责", "Owner", required=True),
        Column("meta.effective.from", "施行日期", "In force from", "day", required=True),
        Column("meta.effective.until", "失效日期", "In force until", "day"),
        Column("meta.change", "修改原因", "Reason of the change", required=True),
        Column("scope.direction[]", "进出境", "Direction"),
        Column("scope.hs.prefixes[]", "商品编码前缀", "HS prefixes"),
        Column("scope.hs.ranges[].first", "编码范围：起", "HS range: first"),
        Column("scope.hs.ranges[].last", "编码范围：止", "HS range: last"),
        Column("scope.hs.exclusions[]", "编码除外", "HS exclusions"),
        *_lists("origin", "原产国", "Origin"),
        *_lists("dispatch", "启运国", "Dispatch"),
        Column("scope.transport_mode[]", "运输方式", "Transport mode"),
        *_lists("port", "口岸", "Port"),
        Column("scope.credit[]", "信用等级", "Credit"),
        *_lists("trader", "收发货人", "Trader"),
        *_lists("brand", "品牌", "Brand"),
        Column("scope.keywords.any[]", "关键词：其一", "Keywords: any of", width=28),
        Column("scope.keywords.all[]", "关键词：全部", "Keywords: all of", width=20),
        Column("scope.keywords.none[]", "关键词：均无", "Keywords: none of", width=20),
        _certificates("missing", "缺少", "missing"),
        _certificates("exempting", "免予", "exempting"),
        _certificates("recognising", "认可", "recognising"),
        _certificates("presented", "已提交", "presented"),
        Column("scope.certificates.expiring.types[]", "证书：将到期", "Certificates: expiring", width=26),
        Column("scope.certificates.expiring.within_days", "几日内到期", "Expiring within days", "count"),
        Column("scope.thresholds[].number", "阈值：数值", "Threshold: number", width=18),
        _bound("above", "大于", "above"),
        _bound("at_least", "不小于", "at least"),
        _bound("below", "小于", "below"),
        _bound("at_most", "不大于", "at most"),
        Column("scope.thresholds[].currency", "阈值：币制", "Threshold: currency"),
        Column("when", "条件", "Condition (when)", width=36),
        Column("then.agency", "邀请部门", "Agency", required=True, width=20),
        Column("then.domain", "专业", "Domain", required=True),
        Column("then.check_kinds[]", "查验类型", "Kinds of check", required=True),
        Column("then.focus[].zh", "查验要点（中）", "Focus, Chinese", required=True, width=40),
        Column("then.focus[].en", "查验要点（英）", "Focus, English", required=True, width=40),
        Column("then.legal_basis[].text", "依据：代号", "Basis: text", required=True, width=22),
        Column("then.legal_basis[].article", "依据：条款", "Basis: article", required=True, width=18),
        Column("then.legal_basis[].basis_unverified", "依据：待核实", "Basis: not verified", "yes"),
        Column("then.weight", "权重", "Weight", "count", required=True, width=8),
        Column("then.mandatory", "必须参加", "Mandatory", "yes", width=8),
        Column("then.hard", "禁限", "Hard", "yes", width=8),
    ),
)
_GOODS = (
    Column("name", "品名", "Name", required=True, width=28),
    Column("description", "规格描述", "Description", width=28),
    Column("origin", "原产国", "Origin"),
    Column("brand", "品牌", "Brand"),
    Column("model", "型号", "Model"),
)


def _of_line(column: Column) -> Column:
    return msgspec.structs.replace(column, key=f"line.{column.key}")


EXAMPLES = Form(
    "示例",
    (
        Column("example", "示例号", "Example", "count", required=True, width=8),
        Column("rule", "规则编号", "Rule", required=True, width=32),
        Column("rule_version", "规则版本", "Version of the rule", "count", required=True, width=8),
        Column("must", f"{HIT}／{NOT_HIT}", "Must hit, or must not", required=True, width=14),
        Column("line.hs", "商品编码", "HS code", required=True),
        *map(_of_line, _GOODS),
        Column("line.quantity", "数量", "Quantity", "amount"),
        Column("line.unit", "单位", "Unit"),
        Column("line.net_weight", "净重 kg", "Net weight, kg", "amount"),
        Column("line.value", "金额", "Value", "amount"),
        Column("line.currency", "币制", "Currency"),
        Column("header.direction", "进出境", "Direction"),
        Column("header.declared_at", "申报时间", "Declared at", width=28),
        Column("header.arrival", "抵达时间", "Arrival", width=28),
        Column("header.port", "口岸", "Port"),
        Column("header.transport_mode", "运输方式", "Transport mode"),
        Column("header.dispatch_country", "启运国", "Dispatch country"),
        Column("header.credit", "信用等级", "Credit"),
        Column("header.trader", "收发货人", "Trader", width=24),
        Column("header.gross_weight", "毛重 kg", "Gross weight, kg", "amount"),
        Column("note", "说明", "Note", width=28),
    ),
)
PARTS = Form(
    "示例部件",
    (
        Column("example", "示例号", "Example", "count", required=True, width=8),
        Column("part", "部件号", "Part", "count", required=True, width=8),
        Column("hs", "商品编码", "HS code"),
        *_GOODS,
    ),
)
CERTIFICATES = Form(
    "示例证书",
    (
        Column("example", "示例号", "Example", "count", required=True, width=8),
        Column("part", "部件号（整项留空）", "Part (none: the line's)", "count", width=12),
        Column("type", "证书类型", "Type", required=True, width=28),
        Column("number", "证书编号", "Number", width=24),
        Column("issuer", "签发机构", "Issuer", width=24),
        Column("expires", "有效期至", "Expires", "day"),
    ),
)
FORMS = (PACK, TEXTS, RULES, EXAMPLES, PARTS, CERTIFICATES)

_UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff\\]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-fA-F]{4})")
_ESCAPED_BY_THE_PROGRAM = re.compile(r"_x([0-9A-Fa-f]{4})_")


def cell_text(text: str, *, of_lines: bool) -> str:
    """One entry as a cell shows it: what a spreadsheet would lose or change stands as ``\\u0009``, a backslash twice."""
    safe = _UNSAFE.sub(lambda found: "\\\\" if found[0] == "\\" else _code(found[0]), text)
    if of_lines:
        safe = safe.replace("\n", _code("\n"))
    if safe[:1].isspace():
        safe = _code(safe[0]) + safe[1:]
    return safe[:-1] + _code(safe[-1]) if safe[-1:].isspace() else safe


def _code(character: str) -> str:
    return f"\\u{ord(character):04x}"


def entry_of(text: str) -> str:
    """What an entry of a cell means; spaces around it are nobody's."""
    plain = _ESCAPED_BY_THE_PROGRAM.sub(lambda found: chr(int(found[1], 16)), text).strip()
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), plain)


def cells_of(document: dict[str, Any], form: Form) -> dict[str, str]:
    """The cells of a document by column key; blank ones are left out."""
    cells = {}
    for column in form.columns:
        entries = list(_entries(document, column.key))
        if any(entries):
            cells[column.key] = "\n".join(cell_text(entry, of_lines=column.of_lines) for entry in entries)
    return cells


def _entries(value: Any, key: str) -> Iterator[str]:
    """What stands under ``key``, as text: one entry, or one for each item of its list."""
    before, many, after = key.partition("[]")
    for name in before.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not many:
        yield _shown(value)
        return
    for item in value or ():
        yield _shown(item.get(after.removeprefix(".")) if after else item)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else str(value)


def placed(cells: dict[str, list[str]]) -> tuple[dict[str, Any], dict[str, tuple[str, int]]]:
    """The document that lies in a row's cells, and for each path in it the column's key and the line within the cell, from 1.

    Blank entries are not part of it. The opposite of :func:`cells_of`.
    """
    document: dict[str, Any] = {}
    places: dict[str, tuple[str, int]] = {}
    for key, entries in cells.items():
        before, many, after = key.partition("[]")
        *outer, last = before.split(".")
        for line, entry in enumerate(entries, start=1):
            if not entry:
                continue
            into = document
            for name in outer:
                into = into.setdefault(name, {})
            if not many:
                into[last] = entry
            elif not after:
                into.setdefault(last, []).append(entry)
            else:
                _item(into.setdefault(last, []), line)[after.removeprefix(".")] = entry
            _remember(places, _path(into, key, line), (key, line))
    return document, places


def _item(items: list[dict[str, Any]], line: int) -> dict[str, Any]:
    while len(items) < line:
        items.append({})
    return items[line - 1]


def _path(into: dict[str, Any], key: str, line: int) -> str:
    before, many, after = key.partition("[]")
    if not many:
        return before
    at = line - 1 if after else len(into[before.rpartition(".")[2]]) - 1
    return f"{before}[{at}]{after}"


def _remember(places: dict[str, tuple[str, int]], path: str, place: tuple[str, int]) -> None:
    """Under the path itself, and for all around it that have no place yet."""
    places[path] = place
    while cut := max(path.rfind("."), path.rfind("[")) + 1:
        path = path[: cut - 1]
        places.setdefault(path, place)
