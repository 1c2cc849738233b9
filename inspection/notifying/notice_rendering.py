"""A notice in words: a template of the message catalogue filled with what the event says. Pure; nothing is ever left out."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final, Literal

import msgspec

Language = Literal["zh-CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
DEFAULT: Final[Language] = "zh-CN"
ABSENT: Final = "—"


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What a person reads."""

    subject: str
    body: str


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language: a template per name, and the words that codes are said in."""

    templates: dict[str, Text]
    words: dict[str, str]

    def say(self, code: str) -> str:
        """The words of a code; the code itself where there are none yet."""
        return self.words.get(code, code)


class VariableMissing(LookupError):
    """The event does not say what the template asks for: a mistake of ours, never sent."""


def render(catalogue: Catalogue, template: str, variables: Mapping[str, str]) -> Text:
    """The text of ``template``. Raises :class:`VariableMissing`; an empty value is printed as a dash."""
    text = catalogue.templates[template]
    wanted = placeholders(text)
    missing = sorted(wanted - set(variables))
    if missing:
        raise VariableMissing(f"{template}: {', '.join(missing)}")
    values = {name: variables[name] or ABSENT for name in wanted}
    # A subject is one line, whatever an enterprise is called: a line break would begin another header.
    subject = " ".join(text.subject.format_map(values).split())
    return Text(subject=subject, body=text.body.format_map(values).strip() + "\n")


def placeholders(text: Text) -> frozenset[str]:
    """The variables a template asks for."""
    found = {name for part in (text.subject, text.body) for _, name, _, _ in Formatter().parse(part) if name}
    return frozenset(found)
