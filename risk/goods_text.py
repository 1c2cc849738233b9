"""How words are compared, in one place: NFKC, case folding, full and half width, spaces, and where a word ends.

Every evaluator of rules goes through :func:`normalised` and :func:`found`; nothing else may compare goods text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

FIRST_IDEOGRAPHIC = 0x2E80
"""From here on Unicode holds scripts written without spaces: a character there never continues a Latin word."""


class Needle(NamedTuple):
    """A keyword ready to be looked for: its normalised text, and whether letters may follow it (``lith*``)."""

    text: str
    open_end: bool


SHORT = 100
"""Characters up to which a text's normal form is remembered: names of goods come again and again, stories do not."""


def normalised(text: str) -> str:
    """NFKC, case folded, runs of white space as one space. Idempotent. ``ＬＥＤ　灯`` → ``led 灯``."""
    return _remembered(text) if len(text) <= SHORT else normal_form(text)


def normal_form(text: str) -> str:
    """What :func:`normalised` gives, not remembered: for whoever remembers more than the text."""
    whole = unicodedata.normalize("NFKC", text)
    folded = whole.casefold()
    if folded != whole:
        folded = unicodedata.normalize("NFKC", folded)
    if folded.isprintable() and "  " not in folded and folded[:1] != " " and folded[-1:] != " ":
        return folded  # of all white space only the plain space is printable: nothing to join
    return " ".join(folded.split())


_remembered = lru_cache(maxsize=32_768)(normal_form)


@lru_cache(maxsize=65_536)
def needle_of(keyword: str) -> Needle:
    """The needle of a keyword as an officer writes it; a trailing ``*`` lets the last word continue."""
    text = normalised(keyword)
    return Needle(text.removesuffix("*").rstrip(), True) if text.endswith("*") else Needle(text, False)


def found(needle: Needle, text: str) -> bool:
    """Whether normalised ``text`` holds the needle. Latin words match whole (``toy`` is not in ``Toyota``), Chinese anywhere."""
    if not needle.text:
        return False
    start = text.find(needle.text)
    while start >= 0:
        if stands_alone(text, start, start + len(needle.text), open_end=needle.open_end):
            return True
        start = text.find(needle.text, start + 1)
    return False


def stands_alone(text: str, start: int, end: int, *, open_end: bool) -> bool:
    """Whether no Latin word of ``text`` runs on across ``start``, nor across ``end`` unless it may (``open_end``)."""
    if start and (before := text[start - 1]).isalnum() and _one_word(before, text[start]):
        return False
    return open_end or end == len(text) or not ((after := text[end]).isalnum() and _one_word(text[end - 1], after))


def _one_word(left: str, right: str) -> bool:
    """Whether two neighbouring characters stand in the same word of an alphabetic script (digits count)."""
    return continues_a_word(left) and continues_a_word(right)


def continues_a_word(character: str) -> bool:
    """Whether a letter or digit of an alphabetic script: Chinese characters and signs are words of their own."""
    return character.isalnum() and ord(character) < FIRST_IDEOGRAPHIC
