"""Which priority class goods belong to, and what a bay must be able to do for them. Pure.

Classes from the port measures (M 6: bay, dispatch and inspection first for large complete equipment, high-tech material,
agricultural goods and food; live and perishable goods on weekends) and the domain page, section 5. HS chapters and words are
configuration: what is listed here is what a port starts with.
"""

from __future__ import annotations

from typing import Final

from inspection.planning.schedule_problem import Priority
from risk.declaration import Declaration, Line

HS_OF_CLASS: Final[tuple[tuple[Priority, tuple[str, ...]], ...]] = (
    ("HAZARD", ("2844", "3601", "3602", "3603", "3604", "3605", "3606")),
    ("PERISHABLE", ("01", "0201", "0203", "0204", "0207", "0301", "0302", "0306", "0307", "0401", "0603", "07", "08")),
    ("HIGH_TECH_MATERIAL", ("3707", "3818", "681511", "681512", "681513", "854190")),
    ("AGRI_FOOD", tuple(f"{chapter:02}" for chapter in range(2, 25))),
)
"""By HS prefix; the first class that fits a line."""

WORDS_OF_CLASS: Final[tuple[tuple[Priority, tuple[str, ...]], ...]] = (
    ("HAZARD", ("危险品", "危险化学品", "易燃易爆", "dangerous goods")),
    ("PERISHABLE", ("鲜活", "冰鲜", "易腐", "perishable")),
    ("LARGE_COMPLETE_EQUIPMENT", ("生产线", "成套设备", "production line", "complete equipment")),
    ("HIGH_TECH_MATERIAL", ("光刻胶", "碳纤维", "photoresist")),
)
"""By words in the goods' name and description."""

RANK: Final[tuple[Priority, ...]] = (
    "HAZARD",
    "PERISHABLE",
    "LARGE_COMPLETE_EQUIPMENT",
    "HIGH_TECH_MATERIAL",
    "AGRI_FOOD",
    "AEO",
    "NORMAL",
)
"""The first that any line belongs to is the case's."""

NEEDED: Final[dict[str, tuple[str, ...]]] = {"LARGE_COMPLETE_EQUIPMENT": ("crane",), "PERISHABLE": ("cold",)}
"""What a bay must be able to do for a class."""


def priority_of(declaration: Declaration) -> Priority:
    """The class of a declaration: of its goods, else of the enterprise."""
    found: set[Priority] = {one for line in declaration.lines for one in _classes(line)}
    if declaration.trader.credit == "aeo":
        found.add("AEO")
    return next((one for one in RANK if one in found), "NORMAL")


def needs_of(priority: str) -> tuple[str, ...]:
    """What a bay must be able to do for goods of this class."""
    return NEEDED.get(priority, ())


def _classes(line: Line) -> list[Priority]:
    text = f"{line.name} {line.description}".casefold()
    by_word = [one for one, words in WORDS_OF_CLASS if any(word in text for word in words)]
    by_hs = [one for one, prefixes in HS_OF_CLASS if line.hs.startswith(prefixes)]
    return [*by_word, *by_hs]
