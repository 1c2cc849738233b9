"""A sealed report of some seventy pages against typst alone, and the report of S2 to look at.

Floor: in the same run, the time the compiler itself takes for template, data and photos. Measured: everything from the document
in memory and the photos as they are kept for paper to the sealed bytes: reasons said in words, canonical JSON, typst, its memory
let go, PAdES. Photos are scaled when they arrive, once for all versions and editions; what that takes is a figure of its own.
Processor time, the median of ratios of several runs: each is measured against its own floor, and a busy machine is nobody's
doing.

usage: .venv/bin/python bench/report.py [--json] [--rounds 5] [--write FOLDER]
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pypdfium2
from _figures import Figure, arguments, show
from _reports import long, reference

from inspection.reporting import seal, seal_check, typesetting
from inspection.reporting.report_document import ReportDocument
from media import scaling
from media.scaling import Scaled

REACH = 1.5
SEALED_AT = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)


class Timed:
    """The compiler, and the seconds it took for documents (an empty one only makes it forget)."""

    def __init__(self) -> None:
        self.inner = typesetting._compiler()
        self.seconds = 0.0

    def compile(self, **given: Any) -> Any:
        """As the compiler's own."""
        start = time.process_time()
        try:
            return self.inner.compile(**given)
        finally:
            if given.get("input"):
                self.seconds += time.process_time() - start


def sealed(document: ReportDocument, photos: dict[str, Scaled], with_seal: seal.Seal) -> tuple[bytes, float, dict[str, float]]:
    """The sealed bytes, the seconds typst took, and those of each part besides: all, typesetting, sealing."""
    timed = Timed()
    start = time.process_time()
    with patch.object(typesetting, "_compiler", lambda: timed):
        pdf = typesetting.report_pdf(document, photos)
    printed = time.process_time()
    whole = pdf + with_seal.apply(pdf, SEALED_AT)
    end = time.process_time()
    return whole, timed.seconds, {"all": end - start, "typesetting": printed - start, "sealing": end - printed}


def scaled(photos: dict[str, bytes]) -> tuple[dict[str, Scaled], float]:
    """The photos as they are kept for paper, and the processor seconds one took, its own process included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    small = {key: found for key, photo in photos.items() if (found := scaling.scaled(photo))}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return small, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(photos)


def main() -> None:
    """Measures and prints; with ``--write`` keeps both reports and their pages as pictures."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, help="a folder for the reports as PDF and PNG")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mine = seal.self_made(Path(folder) / "seal.p12")
    document, originals = long()
    photos, on_arrival = scaled(originals)
    pages = len(pypdfium2.PdfDocument(sealed(document, photos, mine)[0]))  # and warms up
    runs = [sealed(document, photos, mine)[1:] for _ in range(args.rounds)]
    floor = statistics.median(typst for typst, _ in runs)
    asked = f"sealed report of {pages} pages, {len(document.merged['lines'])} lines, {len(photos)} photos"
    figures = [
        Figure(
            figure=asked,
            value=statistics.median(took["all"] / typst for typst, took in runs),
            unit="×",
            against="typst alone",
            reach=REACH,
        ),
        Figure(figure="  all of it", value=statistics.median(took["all"] for _, took in runs) * 1000, unit="ms"),
        Figure(figure="  floor: typst alone", value=floor * 1000, unit="ms"),
        Figure(
            figure="  besides typst: words, JSON, files, forgetting",
            value=statistics.median(took["typesetting"] - typst for typst, took in runs) * 1000,
            unit="ms",
        ),
        Figure(figure="  sealing", value=statistics.median(took["sealing"] for _, took in runs) * 1000, unit="ms"),
        Figure(figure="a photo scaled when it arrives, in a process of its own", value=on_arrival * 1000, unit="ms"),
    ]
    if args.write:
        keep(args.write, mine)
    show(figures, as_json=args.json)


def keep(folder: Path, with_seal: seal.Seal) -> None:
    """S2's report as PDF and as pictures of its pages, and the certificate to check it with."""
    folder.mkdir(parents=True, exist_ok=True)
    document, originals = reference()
    whole, _, _ = sealed(document, scaled(originals)[0], with_seal)
    (folder / "report.pdf").write_bytes(whole)
    (folder / "seal.pem").write_bytes(with_seal.pem)
    assert seal_check.check(whole, (with_seal.certificate,)).holds
    for number, page in enumerate(pypdfium2.PdfDocument(whole), start=1):
        page.render(scale=1.6).to_pil().save(folder / f"page-{number:02}.png")


if __name__ == "__main__":
    main()
