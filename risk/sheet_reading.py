"""A workbook read back as a pack, as if its rows had been YAML: the same types, the same checks, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

from risk.pack_files import code_lists
from risk.problem import Fault, Phrase, Problem, fault, phrase
from risk.problem_kinds import Kind, Piece
from risk.rule import Example, Examples, LegalText, Pack, PackHead, Rule
from risk.rule_checks import head_problems, rule_problems
from risk.sheet_form import CERTIFICATES, EXAMPLES, FIRST_ROW, FORMS, HIT, NOT_HIT, PACK, PARTS, RULES, TEXTS, Form, placed
from risk.sheet_rows import NotAWorkbook, Row, SheetProblem, Told, rows_read
from risk.type_problems import told_by

Part = TypeVar("Part")
NO_EXAMPLE: dict[str, Any] = {"line": {"hs": "730729", "name": "?"}}
"""Stands for the examples while the rule itself is converted: they lie in another sheet, with places of their own."""


STANDING_IN = msgspec.convert(NO_EXAMPLE, Example)


class Spot(msgspec.Struct, frozen=True):
    """A cell, and the line within it (0: the cell holds but one entry)."""

    sheet: str
    row: int
    column: int
    line: int = 0


class Placed:
    """A document assembled from rows, and where each of its paths stands."""

    def __init__(self, row: Row, form: Form) -> None:
        self.row = row
        self.home = Spot(form.name, row.number, 1)
        self.document: dict[str, Any] = {}
        self._spots: dict[str, Spot] = {}
        self.document = self.lay(row, form)

    def lay(self, row: Row, form: Form, at: str = "") -> dict[str, Any]:
        """The document of a further row, its paths remembered below ``at``."""
        document, places = placed(row.entries)
        self._spots[at.rstrip(".")] = Spot(form.name, row.number, 1)
        for path, (key, line) in places.items():
            spot = Spot(form.name, row.number, row.columns[key], line if "[]" in key else 0)
            self._spots[f"{at}{path}"] = spot
        return document

    def spot(self, path: str) -> Spot:
        """Where ``path`` stands, or the nearest part around it."""
        path = path.removeprefix("$").removeprefix(".")
        while path:
            if path in self._spots:
                return self._spots[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.home


def pack_of(source: Path | BinaryIO, file: str) -> tuple[Pack | None, list[SheetProblem]]:
    """Reads a workbook: the pack, or None and its problems, by sheet and row. ``file`` is the name used in problems."""
    told = Told(file)
    try:
        rows = rows_read(source, told)
    except NotAWorkbook as error:
        told.say("-", 1, 1, error.fault)
        return None, told.problems
    pack = None if told.unusable else assembled(rows, told)
    order = [form.name for form in FORMS]
    return pack, sorted(told.problems, key=lambda p: (order.index(p.sheet), p.row, p.column))


def assembled(rows: dict[str, list[Row]], told: Told) -> Pack | None:
    """The pack that lies in the rows of the sheets; None when a problem was told."""
    for form in (PACK, RULES):
        if not rows[form.name]:
            told.say(form.name, FIRST_ROW, 1, fault(Kind.SHEET_EMPTY))
            return None
    head = _head(rows, told)
    rules = tuple(_rules(rows, head, told))
    return None if told.problems or head is None else Pack(head=head, rules=rules)


def _head(rows: dict[str, list[Row]], told: Told) -> PackHead | None:
    for further in rows[PACK.name][1:]:
        told.say(PACK.name, further.number, 1, fault(Kind.SECOND_PACK))
    at = Placed(rows[PACK.name][0], PACK)
    texts: dict[str, Any] = {}
    for row in rows[TEXTS.name]:
        text = Placed(row, TEXTS)
        key = text.document.pop("key")
        if key in texts:
            told.say(*_cell(text.spot("key")), fault(Kind.TEXT_TWICE, text=key))
        texts[key] = _converted(text.document, LegalText, text, told)
        at.lay(row, TEXTS, f"texts.{key}.")
    if any(text is None for text in texts.values()):
        return None
    head = _converted(at.document | {"texts": {}}, PackHead, at, told)
    if head is None:
        return None
    head = msgspec.structs.replace(head, texts=texts)
    _locate(head_problems(head), at, told)
    return head


def _rules(rows: dict[str, list[Row]], head: PackHead | None, told: Told) -> Iterator[Rule]:
    examples = _examples(rows, told)
    seen: set[tuple[str, int]] = set()
    for row in rows[RULES.name]:
        at = Placed(row, RULES)
        at.document.setdefault("scope", {})
        at.document["meta"]["examples"] = {"must_hit": [NO_EXAMPLE], "must_not_hit": [NO_EXAMPLE]}
        rule = _converted(at.document, Rule, at, told)
        key = (row.entries["meta.id"][0], row.entries["meta.version"][0])
        given = examples.pop(key, {HIT: [], NOT_HIT: []})
        for must, missing in ((HIT, Kind.NOTHING_TO_HIT), (NOT_HIT, Kind.NOTHING_TO_LEAVE)):
            if not given[must]:
                told.say(*_cell(at.spot("meta.id")), fault(missing, sheet=EXAMPLES.name, answer=must))
        if rule is None:
            continue
        if (rule.meta.id, rule.meta.version) in seen:
            told.say(*_cell(at.spot("meta.id")), fault(Kind.RULE_TWICE, rule=key[0], version=key[1]))
        seen.add((rule.meta.id, rule.meta.version))
        if head is not None:
            _locate(rule_problems(rule, head, code_lists()), at, told)
        tried = Examples(must_hit=tuple(given[HIT]), must_not_hit=tuple(given[NOT_HIT]))
        yield msgspec.structs.replace(rule, meta=msgspec.structs.replace(rule.meta, examples=tried))
    _say_whose_rule_is_not_there(rows, examples, told)


def _say_whose_rule_is_not_there(rows: dict[str, list[Row]], left: dict[tuple[str, str], Any], told: Told) -> None:
    for row in rows[EXAMPLES.name]:
        if (row.entries["rule"][0], row.entries["rule_version"][0]) in left:
            rule, version = row.entries["rule"][0], row.entries["rule_version"][0]
            wrong = fault(Kind.NO_SUCH_RULE, rule=rule, version=version, sheet=RULES.name)
            told.say(EXAMPLES.name, row.number, row.columns["rule"], wrong)


def _examples(rows: dict[str, list[Row]], told: Told) -> dict[tuple[str, str], dict[str, list[Example]]]:
    """By id and version of the rule: its examples of both kinds, in the order of the rows."""
    by_number: dict[str, Placed] = {}
    for row in rows[EXAMPLES.name]:
        number = row.entries["example"][0]
        if number in by_number:
            told.say(EXAMPLES.name, row.number, row.columns["example"], fault(Kind.EXAMPLE_TWICE, example=number))
        by_number[number] = Placed(row, EXAMPLES)
    _lay_parts(rows, by_number, told)
    _lay_certificates(rows, by_number, told)
    found: dict[tuple[str, str], dict[str, list[Example]]] = {}
    for at in by_number.values():
        rule, version, must = (at.document.pop(name) for name in ("rule", "rule_version", "must"))
        del at.document["example"]
        example = _converted(at.document, Example, at, told)
        if must not in (HIT, NOT_HIT):
            told.say(*_cell(at.spot("must")), fault(Kind.NOT_AN_ANSWER, written=must, hit=HIT, leave=NOT_HIT))
        else:  # one that is told already still counts as tried
            found.setdefault((rule, version), {HIT: [], NOT_HIT: []})[must].append(example or STANDING_IN)
    return found


def _lay_parts(rows: dict[str, list[Row]], examples: dict[str, Placed], told: Told) -> None:
    for row, at in _belonging(rows[PARTS.name], PARTS, examples, told):
        parts = at.document.setdefault("line", {}).setdefault("components", [])
        if row.entries["part"][0] != str(len(parts) + 1):
            told.say(PARTS.name, row.number, row.columns["part"], fault(Kind.PART_NUMBER, number=len(parts) + 1))
        part = at.lay(row, PARTS, f"line.components[{len(parts)}].")
        parts.append({name: value for name, value in part.items() if name not in {"example", "part"}})


def _lay_certificates(rows: dict[str, list[Row]], examples: dict[str, Placed], told: Told) -> None:
    for row, at in _belonging(rows[CERTIFICATES.name], CERTIFICATES, examples, told):
        line = at.document.setdefault("line", {})
        goods, path, part = line, "line", row.entries.get("part", [""])[0]
        if part:
            parts = line.get("components", [])
            if not part.isdecimal() or not 1 <= int(part) <= len(parts):
                wrong = fault(Kind.NO_SUCH_PART, part=part, sheet=PARTS.name)
                told.say(CERTIFICATES.name, row.number, row.columns["part"], wrong)
                continue
            goods, path = parts[int(part) - 1], f"line.components[{int(part) - 1}]"
        held = goods.setdefault("certificates", [])
        certificate = at.lay(row, CERTIFICATES, f"{path}.certificates[{len(held)}].")
        held.append({name: value for name, value in certificate.items() if name not in {"example", "part"}})


def _belonging(rows: list[Row], form: Form, examples: dict[str, Placed], told: Told) -> Iterator[tuple[Row, Placed]]:
    for row in rows:
        number = row.entries["example"][0]
        if number in examples:
            yield row, examples[number]
        else:
            wrong = fault(Kind.NO_SUCH_EXAMPLE, example=number, sheet=EXAMPLES.name)
            told.say(form.name, row.number, row.columns["example"], wrong)


def _converted(value: Any, kind: type[Part], at: Placed, told: Told) -> Part | None:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        known = told_by(str(error), kind)
        _tell(told, at.spot(known.path), known.fault)
        return None


def _locate(problems: Iterator[Problem], at: Placed, told: Told) -> None:
    for problem in problems:
        if problem.inside is None:
            _tell(told, at.spot(problem.path), problem.fault)
        else:
            row, character = problem.inside
            within = phrase(Piece.PLACE_IN_CONDITION, line=row, character=character)
            _tell(told, at.spot(problem.path), problem.fault, within)


def _tell(told: Told, spot: Spot, wrong: Fault, *notes: Phrase) -> None:
    line = [phrase(Piece.LINE_OF_CELL, line=spot.line)] if spot.line > 1 else []
    told.say(*_cell(spot), wrong, *notes, *line)


def _cell(spot: Spot) -> tuple[str, int, int]:
    return spot.sheet, spot.row, spot.column
