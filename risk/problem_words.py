"""Problems of rule packs in words: what is wrong and what to write instead, in Chinese and in English.

The catalogue is one file a language, ``problem_texts/zh-CN.yaml`` and ``en.yaml``, by the codes of ``problem_kinds.py``. A file
without problems never opens it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypedDict

import msgspec
import yaml

from risk.problem import Fact, Fault, Phrase, Words
from risk.problem_kinds import Kind, Piece

FOLDER = Path(__file__).parent / "problem_texts"
Language = Literal["zh", "en"]
FILES: dict[Language, str] = {"zh": "zh-CN.yaml", "en": "en.yaml"}


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong, and what to write instead; ``{name}`` stands for a fact."""

    message: str
    advice: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of one language. ``listing`` stands between the texts of a list."""

    listing: str
    problems: dict[Kind, Said]
    pieces: dict[Piece, str]


class WordedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong and what to write instead, in both languages, under a stable ``code``."""

    code: str
    message_zh: str
    advice_zh: str
    message_en: str
    advice_en: str

    @property
    def said(self) -> str:
        """Both languages in a line, Chinese first."""
        return f"{self.message_zh}；{self.advice_zh} · {self.message_en}; {self.advice_en}"


class Worded(TypedDict):
    """The fields of a :class:`WordedProblem`."""

    code: str
    message_zh: str
    advice_zh: str
    message_en: str
    advice_en: str


def worded(fault: Fault, *notes: Phrase) -> Worded:
    """The words of a fault; ``notes`` stand behind what is wrong."""
    zh, en = (_said(language, fault, notes) for language in FILES)
    return Worded(code=fault.kind.value, message_zh=zh.message, advice_zh=zh.advice, message_en=en.message, advice_en=en.advice)


@cache
def catalogues() -> dict[Language, Catalogue]:
    """Both languages, read once."""
    texts = {language: (FOLDER / file).read_text(encoding="utf-8") for language, file in FILES.items()}
    return {language: msgspec.convert(yaml.safe_load(text), Catalogue) for language, text in texts.items()}


def _said(language: Language, fault: Fault, notes: tuple[Phrase, ...]) -> Said:
    facts = {name: _plain(language, fact) for name, fact in fault.facts.items()}
    text = catalogues()[language].problems[fault.kind]
    message = text.message.format_map(facts) + "".join(_plain(language, note) for note in notes)
    return Said(message, text.advice.format_map(facts))


def _plain(language: Language, fact: Fact) -> str:
    """A fact as one language writes it."""
    match fact:
        case Phrase(piece, facts):
            named = {name: _plain(language, one) for name, one in facts.items()}
            return catalogues()[language].pieces[piece].format_map(named)
        case Words():
            return fact.zh if language == "zh" else fact.en
        case tuple():
            return catalogues()[language].listing.join(fact)
    return str(fact)
