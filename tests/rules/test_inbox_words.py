"""The page has words for everything an inbox may hold: whoever tells something new is reminded to say it in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from inspection.inviting.invitation_news import KINDS
from inspection.inviting.invitations import ITEM
from inspection.notifying.notice_catalogue import OF_RULEBOOKS, ROWS
from inspection.reactions import WINDOW_KINDS

ROOT = Path(__file__).parents[2] / "inspection"
TELLING = {"tell", "tell_everybody"}
"""The functions that put something into an inbox."""
AT_THE_OPENING = ("joint_suggestion", ITEM)
"""What an opened case tells many at once, in one statement."""


def told() -> Iterator[str]:
    """The kinds named where something is told; those taken from a table of kinds are in that table."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TELLING:
                yield from filter(None, (kind_in(one) for one in node.args[2:4]))


def kind_in(argument: ast.expr) -> str | None:
    """``kind`` of ``"kind"`` and of ``f"kind {what}"``."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    return first.value.split(" ")[0]


def test_every_kind_an_inbox_may_hold_has_words_in_both_languages() -> None:
    words = (ROOT / "server" / "static" / "words.js").read_text(encoding="utf-8")
    group = re.search(r"^  inbox: \{(.*?)^  \},", words, re.M | re.S)
    assert group is not None
    written = set(re.findall(r'(\w+): \["[^"]+", "[^"]+"\]', group[1]))
    of_rulebooks = {row.template for row in ROWS if row.event in OF_RULEBOOKS}
    kinds = {*told(), *AT_THE_OPENING, *KINDS.values(), *WINDOW_KINDS.values(), *of_rulebooks}
    assert {"invitation", "recall", "schedule_hold_expired", "points_claimed"} <= kinds
    assert kinds <= written, kinds - written
