"""A pack as a workbook: one row a rule, all cells text, so that no program makes a number of ``0101`` or a date of ``1-2``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kit.errors import Invalid
from risk.pack_writing import document_of
from risk.rule import Pack
from risk.sheet_form import (
    CERTIFICATES,
    EXAMPLES,
    FIRST_ROW,
    FORMS,
    HIT,
    LONGEST_CELL,
    NO,
    NOT_HIT,
    PACK,
    PARTS,
    RULES,
    TEXTS,
    YES,
    Form,
    cells_of,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ABOUT = "说明"
EXPLAINED = (
    "每行一条规则；第 1 行为名称，第 2 行为字段代号（请勿修改），自第 3 行起填写。列可以移动、隐藏。",
    "One row a rule. Row 1 says it in words, row 2 names the field (leave it alone), row 3 on is yours. Columns may move.",
    "一格多项时每项一行（Alt+Enter）。查验要点、依据、阈值的各列逐行对应。",
    "Several entries stand in one cell, one a line (Alt+Enter). Columns of focus, basis and thresholds go together line by line.",
    "所有单元格均为文本：编码 0101 保留前导零，日期写 2026-11-20，比例写 0.05。",
    "Every cell is text: 0101 keeps its zero, a day is 2026-11-20, a share is 0.05.",
    "示例在“示例”表，以规则编号和版本对应；部件和证书在其后两表，以示例号对应。",
    "Examples have a sheet of their own: id and version name their rule; parts and certificates go by the example's number.",
    "lianjian rules from-xlsx 本文件.xlsx 规则包.yaml",
)


class CellTooLong(Invalid):
    """An entry does not fit into a spreadsheet's cell; nothing is cut off."""

    code = "cell_too_long"
    title_zh = "内容超出单元格长度"
    title_en = "Too long for a cell"
    advice_zh = "请缩短该项内容，或以 YAML 编辑该规则包。"
    advice_en = "Shorten the entry, or edit the pack as YAML."


def workbook_of(pack: Pack) -> Workbook:
    """The workbook of a pack. Raises :class:`CellTooLong`."""
    from openpyxl import Workbook

    book = Workbook()
    about = book.worksheets[0]
    about.title = ABOUT
    about.column_dimensions["A"].width = 120
    for line in EXPLAINED:
        about.append([line])
    rows = rows_of(pack)
    for form in FORMS:
        _fill(book.create_sheet(form.name), form, rows[form.name])
    book.active = book.worksheets.index(book[RULES.name])
    return book


def rows_of(pack: Pack) -> dict[str, list[dict[str, str]]]:
    """What stands in each sheet: cells by column key, a row each. Raises :class:`CellTooLong`."""
    document = document_of(pack)
    examples = list(_examples(document))
    rows = {
        PACK.name: [document],
        TEXTS.name: [{"key": key, **text} for key, text in document["texts"].items()],
        RULES.name: document["rules"],
        EXAMPLES.name: examples,
        PARTS.name: [
            {"example": e["example"], "part": at, **part}
            for e in examples
            for at, part in enumerate(e["line"].get("components", ()), start=1)
        ],
        CERTIFICATES.name: [row for e in examples for row in _certificates(e)],
    }
    return {form.name: [_fitting(cells_of(row, form), form) for row in rows[form.name]] for form in FORMS}


def _examples(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    number = 0
    for rule in document["rules"]:
        meta = rule["meta"]
        for part, must in (("must_hit", HIT), ("must_not_hit", NOT_HIT)):
            for example in meta["examples"][part]:
                number += 1
                yield {"example": number, "rule": meta["id"], "rule_version": meta["version"], "must": must, **example}


def _certificates(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    line = example["line"]
    for part, goods in enumerate([line, *line.get("components", ())]):
        for certificate in goods.get("certificates", ()):
            yield {"example": example["example"], "part": part or None, **certificate}


def _fitting(cells: dict[str, str], form: Form) -> dict[str, str]:
    for key, text in cells.items():
        if len(text) > LONGEST_CELL:
            raise CellTooLong(f"{form.name} {key}: {len(text)} characters, a cell holds {LONGEST_CELL}", field=key)
    return cells


def _fill(sheet: Worksheet, form: Form, rows: list[dict[str, str]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    top = Alignment(vertical="top", wrap_text=True)
    for at, column in enumerate(form.columns, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].number_format = "@"
        heading = sheet.cell(1, at, f"{column.zh}{' *' if column.required else ''}\n{column.en}")
        heading.font, heading.alignment = Font(bold=True), top
        key = sheet.cell(2, at, column.key)
        key.font, key.fill = Font(size=8, color="666666"), PatternFill("solid", fgColor="EEEEEE")
        for row, cells in enumerate(rows, start=FIRST_ROW):
            if column.key in cells:
                entry = sheet.cell(row, at, cells[column.key])
                entry.number_format, entry.alignment = "@", top
                entry.data_type = "s"  # also what begins with `=` or reads `#N/A` is text
    sheet.freeze_panes = f"B{FIRST_ROW}"
    _offer(sheet, form)


def _offer(sheet: Worksheet, form: Form) -> None:
    """Drop-down lists where there are two answers."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(form.columns, start=1):
        answers = (HIT, NOT_HIT) if column.key == "must" else (YES, NO) if column.kind == "yes" and not column.of_lines else ()
        if answers:
            offered = DataValidation(type="list", formula1=f'"{",".join(answers)}"', allow_blank=True)
            sheet.add_data_validation(offered)
            offered.add(f"{get_column_letter(at)}{FIRST_ROW}:{get_column_letter(at)}10000")
