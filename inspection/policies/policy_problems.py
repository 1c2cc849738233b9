"""How what is wrong with a policy is said: where it stands, what it is, and what to write instead. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from kit.decoding import Problem

ALIKE = 0.7
"""How alike a word has to be to be suggested, of 1."""


def once(path: str, what: str, values: Sequence[object], field: str = "") -> Iterator[Problem]:
    """Each value once; the problem stands where a value is repeated. ``field`` of the list's items, if they are objects."""
    first: dict[object, int] = {}
    for at, value in enumerate(values):
        if first.setdefault(value, at) != at:
            where = f"{path}[{first[value]}]{field}"
            zh = f"{what} {spoken(value)} 已见于 {where}；只应出现一次"
            en = f"{what} {spoken(value)} stands at {where} already; give it once"
            yield told(f"{path}[{at}]{field}", "repeated", zh, en)


def apart(path: str, values: Sequence[str], others: Iterable[str], zh: str, en: str) -> Iterator[Problem]:
    """Values that must not be among ``others``; ``zh`` and ``en`` say what those are."""
    taken = {*others}
    for at, value in enumerate(values):
        if value in taken:
            yield told(f"{path}[{at}]", "repeated", f"{value} {zh}；请改用另一个代码", f"{value} {en}; take another code")


def known(path: str, values: Sequence[str], words: Iterable[str]) -> Iterator[Problem]:
    """Every one of the values listed at ``path`` is among ``words``."""
    allowed = {*words}
    for at, value in enumerate(values):
        if value not in allowed:
            yield unknown(f"{path}[{at}]", value, allowed)


def known_one(path: str, value: str | None, words: Iterable[str]) -> Iterator[Problem]:
    """The value at ``path`` is among ``words``, or absent."""
    allowed = {*words}
    if value is not None and value not in allowed:
        yield unknown(path, value, allowed)


def unknown(path: str, value: str, words: Iterable[str]) -> Problem:
    """A word that stands for nothing here, and the one that was probably meant."""
    near = get_close_matches(value, sorted(words), n=1, cutoff=ALIKE)
    meant_zh, meant_en = (f"是否应为 {near[0]}？", f"did you mean {near[0]}? ") if near else ("", "")
    right = listed(words)
    return told(
        path,
        "not_allowed",
        f"此处没有 {value}；{meant_zh}应为 {right} 之一",
        f"{value} is not known here; {meant_en}one of {right}",
    )


def listed(words: Iterable[object]) -> str:
    """The words in order, or that there are none."""
    return ", ".join(sorted(map(str, words))) or "none"


def spoken(value: object) -> str:
    """A value as a reader would say it: a tuple as its parts."""
    parts = [str(part) for part in value if part] if isinstance(value, tuple) else [str(value)]
    return " ".join(parts)


def told(path: str, code: str, zh: str, en: str) -> Problem:
    """A problem in both languages."""
    return Problem(path=path, code=code, message_zh=zh, message_en=en)
