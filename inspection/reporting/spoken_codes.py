"""What stands in a reason for machines, spoken in Chinese with the code kept beside it. Pure.

Causes of conclusions, codes of declines, and the facts a rule saw (``line.hs = 7307290000``, ``line.certificates: 缺少 CCC``, as
``risk/screening.py`` tells them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from inspection.reporting.printed_words import CAUSES, CERTIFICATES, FIELDS, WORDS, word

_PATH = r"(?:declaration|line)(?:\.[a-z_]+(?:\[\d+\])?)+"
_FACT = re.compile(rf"(?P<path>{_PATH})(?P<sign> = |: 缺少 )(?P<value>[^；]*)")
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


class Said(NamedTuple):
    """A stretch of a text for people, and the code it speaks for, if any."""

    zh: str
    code: str = ""


def spoken(text: str) -> tuple[Said, ...]:
    """A reason with its codes in Chinese: a cause, a decline's code before its text, the facts a rule saw.

    A code is kept where it is first spoken for. What is not known stands as it was written, so that nothing is ever lost.
    """
    if text in CAUSES:
        return (Said(CAUSES[text], text),)
    reason, colon, told = text.partition("：")
    if reason in WORDS:
        return (Said(word(reason), reason), *([Said(colon + told)] if told else []))
    return tuple(_once(_with_facts(text)))


def _with_facts(text: str) -> Iterator[Said]:
    end = 0
    for fact in _FACT.finditer(text):
        path, value = fact["path"], fact["value"]
        if (field := _field(path)) is None:
            continue
        yield Said(text[end : fact.start()])
        if fact["sign"] == " = ":
            yield Said(field, path)
            yield Said("“")
            yield from _certificates(value) if _STEP.findall(path)[-1][0] == "certificates" else (Said(word(value)),)
            yield Said("”")
        else:
            yield Said(f"{field}缺少", path)
            yield from _certificates(value)
        end = fact.end()
    yield Said(text[end:])


def _field(path: str) -> str | None:
    """``line.components[1].hs`` as 部件 2 商品编码; None where a step is unknown."""
    said = ""
    for name, index in _STEP.findall(path.partition(".")[2]):
        if name not in FIELDS:
            return None
        said += FIELDS[name] + (f" {int(index) + 1} " if index else "")
    return said.strip()


def _certificates(value: str) -> Iterator[Said]:
    """Types of certificates, of which one is enough, and after them the paths of those that had expired."""
    wanted, _, expired = value.removesuffix(")").partition(" (")
    for number, code in enumerate(wanted.split(" | ")):
        yield Said(" 或 " if number else "")
        yield Said(CERTIFICATES.get(code, code), code if code in CERTIFICATES else "")
    for number, path in enumerate(expired.split(", ") if expired else ()):
        yield Said("、" if number else "，已过期：")
        yield Said(_field(path) or path)


def _once(parts: Iterator[Said]) -> Iterator[Said]:
    """Empty stretches go; the code of a path stands where it is named first."""
    seen: set[str] = set()
    for part in parts:
        if part.zh:
            yield Said(part.zh, "" if part.code in seen else part.code)
            seen.add(part.code)
