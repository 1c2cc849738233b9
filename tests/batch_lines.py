"""Lines of a batch as people's systems really send them: most are good, and the others are wrong in every way we know of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from make import PLAIN, REFERENCE

from inspection.server.cast import XINDA

Document = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One line, and what has to be said of it: the verdict, and for a refusal the code and the paths named."""

    raw: bytes
    verdict: str
    code: str | None = None
    paths: frozenset[str] = frozenset()
    flag: str | None = None


def batch(count: int, *, called: int, serial: int = 0) -> list[Sent]:
    """``count`` lines of Hengtong's: nine of ten good, ``called`` of them goods that agencies are called for.

    ``serial`` is the first number given, so that two batches do not meet.
    """
    lines: list[Sent] = []
    wrong = cycle(WRONG)
    every = max(count // max(called, 1), 1)
    for at in range(count):
        number = f"53162026116{serial + at:07d}"
        document = deepcopy(REFERENCE if at % every == every // 2 else PLAIN) | {"number": number}
        lines.append(next(wrong)(document, lines) if at % 10 == 9 else Sent(_written(document), "accepted"))
    return lines


def expected(lines: list[Sent]) -> Counter[str]:
    """How many lines get each verdict."""
    return Counter(line.verdict for line in lines)


def _written(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _refused(document: Document, *paths: str, code: str = "declaration_invalid") -> Sent:
    return Sent(_written(document), "refused", code, frozenset(paths))


def _last_good(lines: list[Sent]) -> Document:
    good = next(line for line in reversed(lines) if line.verdict == "accepted" and line.flag is None)
    found: Document = json.loads(good.raw)
    return found


def _of_line(document: Document, **changes: Any) -> Document:
    return document | {"lines": [document["lines"][0] | changes]}


def _cut_off(document: Document, _: list[Sent]) -> Sent:
    return Sent(_written(document)[:-40], "refused", "malformed_json")


def _not_utf8(document: Document, _: list[Sent]) -> Sent:
    return Sent(_written(document).replace("瓦楞纸箱".encode(), "瓦楞纸箱".encode("gbk")), "refused", "malformed_json")


def _no_object(_: Document, __: list[Sent]) -> Sent:
    return Sent(b"[1, 2, 3]", "refused", "declaration_invalid", frozenset({"$"}))


def _wrong_types(document: Document, _: list[Sent]) -> Sent:
    broken = _of_line(document, quantity="many", no="first") | {"version": "one"}
    return _refused(broken, "$.version", "$.lines[0].quantity", "$.lines[0].no")


def _unknown_fields(document: Document, _: list[Sent]) -> Sent:
    return _refused(_of_line(document, colour="红") | {"remarks": "加急"}, "$.remarks", "$.lines[0].colour")


def _sent_twice(_: Document, lines: list[Sent]) -> Sent:
    return Sent(_written(_last_good(lines)), "already")


def _differs(_: Document, lines: list[Sent]) -> Sent:
    return _refused(_last_good(lines) | {"gross_weight": "18251.000"}, code="declaration_differs")


def _foreign(document: Document, _: list[Sent]) -> Sent:
    return _refused(document | {"trader": {"code": XINDA, "name": "Xinda Trading"}}, code="not_your_declaration")


def _unknown_hs(document: Document, _: list[Sent]) -> Sent:
    return Sent(_written(_of_line(document, hs="9999999999")), "accepted", flag="$.lines[0].hs")


def _negative(document: Document, _: list[Sent]) -> Sent:
    return _refused(_of_line(document, quantity="-1"), "$.lines[0].quantity")


def _no_such_day(document: Document, _: list[Sent]) -> Sent:
    return _refused(document | {"arrival": "2026-02-30T06:00:00+08:00"}, "$.arrival")


def _same_line_number(document: Document, _: list[Sent]) -> Sent:
    return _refused(document | {"lines": document["lines"] * 2}, "$.lines[1].no")


WRONG: tuple[Callable[[Document, list[Sent]], Sent], ...] = (
    _cut_off,
    _not_utf8,
    _no_object,
    _wrong_types,
    _unknown_fields,
    _sent_twice,
    _differs,
    _foreign,
    _unknown_hs,
    _negative,
    _no_such_day,
    _same_line_number,
)


def cut_anywhere(body: bytes, sizes: Iterator[int]) -> Iterator[bytes]:
    """``body`` in chunks of the given sizes, in the middle of lines and of characters."""
    at = 0
    while at < len(body):
        size = next(sizes)
        yield body[at : at + size]
        at += size
