"""Whom the shipped packs call for in a year of real-looking declarations, and what share of the labelled lines that catches.

A back-test of the whole packs over both files. The labels (Fraud, Critical Fraud) come from the mapping's outcomes, the packs
were written without them; picking lines at random at the same rate is the peer. Needs the data set beside the repository; without
it the script says so and ends. The same for a person: lianjian rules backtest --pack risk/packs --mapping kcs FILE…

    python bench/kcs.py [--json] [--data ../shared/data]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _figures import Figure, arguments, show

from inspection.declaring.column_mapping import load_mapping
from inspection.declaring.history_reading import read_history
from inspection.declaring.import_rows import RowError
from risk.backtest_report import BacktestReport
from risk.backtests import backtest
from risk.history_files import HistoryWriter
from risk.pack_files import load_packs

FILES = ("kcs_2020.csv", "kcs_2021q1.csv")
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
MAPPING = "kcs"
LABELS = {"fraud": "Fraud", "critical_fraud": "Critical Fraud"}


def tried(file: Path) -> tuple[BacktestReport, int]:
    """The back-test of one file, rules by their days in force, and how many of its rows were refused."""
    refused = 0
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as made:
        folder = Path(made) / "history"
        with HistoryWriter(folder) as writer:
            for past in read_history(file, load_mapping(MAPPING)):
                if isinstance(past, RowError):
                    refused += 1
                else:
                    writer.add(past)
        return backtest(folder, load_packs(), dated=True), refused


def figures_of(name: str, report: BacktestReport, refused: int) -> Iterator[Figure]:
    """Lines per agency, the rate, and precision and recall for each label; a declaration is one line here."""
    of_all = f"{report.lines} lines" + (f", {refused} refused" if refused else "")
    for agency in report.agencies:
        yield Figure(figure=f"{name}: {agency.agency} called", value=agency.declarations, unit="lines", against=of_all)
    rate = 100 * report.lines_hit / report.lines
    yield Figure(figure=f"{name}: any agency called", value=rate, unit="%", against=of_all)
    for one in report.labels:
        label, at_random = LABELS[one.label], f"{100 * float(one.rate):.2f} % ± {100 * float(one.spread):.2f} picked at random"
        recall, precision = 100 * float(one.recall or 0), 100 * float(one.precision or 0)
        yield Figure(figure=f"{name}: {label}, recall", value=recall, unit="%", against=f"{at_random}; {one.labelled} lines")
        base = f"{100 * float(one.base):.2f} % picked at random; {one.hit} lines"
        yield Figure(figure=f"{name}: {label}, precision", value=precision, unit="%", against=base)


def main() -> int:
    """Prints the figures of both files; nothing is asked of them."""
    parser = arguments("lines each agency is called for, and labelled lines caught, on the KCS data")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder of the data set (default ../shared/data)")
    args = parser.parse_args()
    folder = args.data / "declarations"
    if not all((folder / name).is_file() for name in FILES):
        print(f"skipped: no {' and '.join(FILES)} in {folder}", file=sys.stderr)
        return 0
    figures = [figure for name in FILES for figure in figures_of(name.removesuffix(".csv"), *tried(folder / name))]
    show(figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
