"""Whom the shipped packs call for in a year of real-looking declarations, and what share of the labelled lines that catches.

The labels (Fraud, Critical Fraud) are read here and nowhere else, and the packs were written without them; picking lines at
random at the same rate is the peer. Needs the data set beside the repository; without it the script says so and ends.

    python bench/kcs.py [--json] [--data ../shared/data]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from _figures import Figure, arguments, show

from inspection.column_mapping import load_mapping
from inspection.declaration_files import Reading, read_labels, read_path
from inspection.import_rows import Row
from risk.pack_files import load_packs
from risk.screening import Screener

FILES = ("kcs_2020.csv", "kcs_2021q1.csv")
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
MAPPING = "kcs"


@dataclass
class Year:
    """What was read of one file: a declaration is one line here."""

    lines: int = 0
    refused: int = 0
    called: Counter[str] = field(default_factory=Counter)
    flagged: set[str] = field(default_factory=set)
    """Numbers of the declarations that any agency is called for."""

    fraud: set[str] = field(default_factory=set)
    critical: set[str] = field(default_factory=set)


def screened(path: Path, screener: Screener) -> Year:
    """Every line of the file through the screener, and beside it, afterwards, its labels."""
    mapping = load_mapping(MAPPING)
    year = Year()
    for row in read_path(path, Reading(mapping=mapping)):
        if not isinstance(row, Row):
            year.refused += 1
            continue
        year.lines += 1
        agencies = screener.screen(row.declaration).agencies
        year.called.update(agencies)
        if agencies:
            year.flagged.add(row.declaration.number)
    for number, (fraud, critical) in read_labels(path, mapping).items():
        if fraud:
            year.fraud.add(number)
        if critical:
            year.critical.add(number)
    return year


def figures_of(name: str, year: Year) -> Iterator[Figure]:
    """Lines per agency, the rate, and the share of each label that is flagged at that rate."""
    of_all = f"{year.lines} lines" + (f", {year.refused} refused" if year.refused else "")
    for agency, lines in sorted(year.called.items()):
        yield Figure(figure=f"{name}: {agency} called", value=lines, unit="lines", against=of_all)
    rate = len(year.flagged) / year.lines
    yield Figure(figure=f"{name}: any agency called", value=100 * rate, unit="%", against=of_all)
    for label, labelled in (("Fraud", year.fraud), ("Critical Fraud", year.critical)):
        share = len(labelled & year.flagged) / len(labelled)
        against = (
            f"{100 * rate:.2f} % ± {100 * _spread(rate, len(labelled), year.lines):.2f} picked at random; {len(labelled)} lines"
        )
        yield Figure(figure=f"{name}: {label} flagged", value=100 * share, unit="%", against=against)


def _spread(rate: float, labelled: int, lines: int) -> float:
    """Two standard deviations of the share that a random pick of the same size catches (hypergeometric)."""
    return 2 * sqrt(rate * (1 - rate) / labelled * (lines - labelled) / (lines - 1))


def main() -> int:
    """Prints the figures of both files; nothing is asked of them."""
    parser = arguments("lines each agency is called for, and labelled lines caught, on the KCS data")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder of the data set (default ../shared/data)")
    args = parser.parse_args()
    folder = args.data / "declarations"
    if not all((folder / name).is_file() for name in FILES):
        print(f"skipped: no {' and '.join(FILES)} in {folder}", file=sys.stderr)
        return 0
    screener = Screener(load_packs())
    figures = [figure for name in FILES for figure in figures_of(name.removesuffix(".csv"), screened(folder / name, screener))]
    show(figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
