"""The message catalogues as files: one per language, ``notice_texts/zh-CN.yaml`` and ``en.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import yaml

from inspection.notifying.notice_rendering import LANGUAGES, Catalogue, Language

FOLDER = Path(__file__).parent / "notice_texts"


@cache
def catalogues() -> dict[Language, Catalogue]:
    """Every language's catalogue, read once."""
    return {language: _read(language) for language in LANGUAGES}


def _read(language: Language) -> Catalogue:
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Catalogue)
