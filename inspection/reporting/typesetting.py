"""From document to PDF/A-3: Chinese first, the canonical JSON attached, the same bytes for the same input.

The document goes to the typesetter as data, never as markup. Plain arguments and results: call it in a process pool, a report
with photos takes the CPU for a while. The compiler and its fonts are made once per process and thread.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pylopdf_fonts_zh_cn
import typst

from inspection.concluding.merge_sentences import Names
from inspection.concluding.merge_trace import told
from inspection.policies import policy_files
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.liability_document import LiabilityDocument
from inspection.reporting.printed_words import AGENCIES, ATTENDANCE, WORDS
from inspection.reporting.report_document import PolicyRef, ReportDocument
from inspection.reporting.spoken_codes import Said, spoken
from kit.canonical import canonical_bytes, sha256_hex
from media.scaling import Scaled

TEMPLATES = Path(__file__).parent / "templates"
LARGE_DOCUMENT = 100_000
"""Bytes of JSON from which on the compiler's memory of a document is not worth keeping; a usual case has 5,000 to 20,000."""
COMPILATIONS_KEPT = 11

_NOT_IN_FONTS = re.compile(r'the text `"(.+?)"` could not be displayed')
_RUST_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_ROUNDS = 4

_local = threading.local()


def task_sheet_pdf(document: TaskSheetDocument) -> bytes:
    """The printed task sheet with ``task_sheet.json`` attached."""
    reasons = [point.reason for point in document.focus_points] + [one.note for one in document.participants]
    beside = {"spoken": _spoken(reasons)}
    return _typeset("task_sheet", canonical_bytes(document), int(document.issued_at.timestamp()), TEMPLATES, beside)


def report_pdf(document: ReportDocument, photos: Mapping[str, Scaled]) -> bytes:
    """The printed report with ``report.json`` attached. ``photos`` by evidence id, scaled for paper.

    Photos of evidence the document does not name are not printed: an enterprise edition stays what it is.
    """
    shown = {entry.id for entry in document.evidence}
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        root = Path(folder)
        for template in TEMPLATES.glob("*.typ"):
            (root / template.name).write_bytes(template.read_bytes())
        printed = {}
        for number, key in enumerate(sorted(shown & photos.keys())):
            photo = photos[key]
            (root / f"{number}.jpg").write_bytes(photo.jpeg)
            printed[key] = {"file": f"{number}.jpg", "shape": round(photo.width / photo.height, 4)}
        reasons = [text for one in document.conclusions for text in (one.reason, one.cause)]
        reasons += [gap.reason for gap in document.gaps]
        steps = told(document.merged.get("trace", ()), _names(document))
        beside = {"photos": printed, "trace": msgspec.to_builtins(steps), "spoken": _spoken(reasons)}
        return _typeset("report", canonical_bytes(document), int(document.issued_at.timestamp()), root, beside)


def liability_pdf(document: LiabilityDocument) -> bytes:
    """The printed liability record with ``liability.json`` attached."""
    return _typeset("liability", canonical_bytes(document), int(document.issued_at.timestamp()), TEMPLATES, {"spoken": {}})


def _spoken(texts: Iterable[str]) -> dict[str, tuple[Said, ...]]:
    """Those of ``texts`` in which a code is spoken for, in stretches of text and code."""
    said = {text: spoken(text) for text in texts if text}
    return {text: parts for text, parts in said.items() if any(part.code for part in parts)}


def _names(document: ReportDocument) -> Names:
    """What the reasons of the merge call agencies and the rows of the policy."""
    return Names({agency.code: agency.zh for agency in document.agencies}, _policy_texts(document.policy))


def _policy_texts(ref: PolicyRef) -> dict[str, str]:
    return policy_files.texts_of(policy_files.shipped(ref.name)) if policy_files.ships(ref.name, ref.version) else ref.texts


def _typeset(template: str, document: bytes, timestamp: int, root: Path, beside: Mapping[str, Any]) -> bytes:
    """``beside``: what the template needs besides the document, by name, as JSON."""
    words = {"words": WORDS, "attendance": ATTENDANCE, "agencies": AGENCIES}
    told_beside = {name: msgspec.json.encode(value, order="deterministic") for name, value in {**words, **beside}.items()}
    inputs = {"document": document.decode(), "sha256": sha256_hex(document)}
    inputs |= {name: value.decode() for name, value in told_beside.items()}
    source = (TEMPLATES / f"{template}.typ").read_bytes()
    unprintable: set[str] = set()
    for _ in range(_ROUNDS):
        try:
            pdf = _compiler().compile(
                input=source, root=root, format="pdf", sys_inputs=inputs, pdf_standards=["a-3b"], timestamp=timestamp
            )
        except typst.TypstError as error:
            found = {_unescaped(text) for text in _NOT_IN_FONTS.findall(error.diagnostic)} - unprintable
            if not found:
                raise
            unprintable |= found
            inputs |= {"shown": _spelled_out(document, unprintable)}
            inputs |= {name: _spelled_out(value, unprintable) for name, value in told_beside.items()}
        else:
            assert isinstance(pdf, bytes)
            if len(document) > LARGE_DOCUMENT:
                _forget()
            return pdf
    raise AssertionError(f"still unprintable after {_ROUNDS} rounds: {sorted(unprintable)!r}")


def _compiler() -> typst.Compiler:
    """One compiler per thread: it keeps fonts and what it has parsed, and is not for sharing."""
    compiler: typst.Compiler | None = getattr(_local, "compiler", None)
    if compiler is None:
        fonts = typst.Fonts(
            include_system_fonts=False,  # the same bytes on every machine
            include_embedded_fonts=True,
            font_paths=[pylopdf_fonts_zh_cn.sans_path().parent],  # a folder: Noto Sans SC and Noto Serif SC
        )
        compiler = _local.compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
    return compiler


def _forget() -> None:
    """Lets the compiler drop what it kept of the last document.

    It keeps every result for ten more compilations: a report of 100 pages is 200 MB, ten of them 2 GB, for nothing to be reused.
    """
    for _ in range(COMPILATIONS_KEPT):
        _compiler().compile(input=b"", format="pdf", sys_inputs={})


def _unescaped(text: str) -> str:
    """The characters the compiler quoted in its message (Rust's debug form)."""
    text = _RUST_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace('\\"', '"').replace("\\\\", "\\")


def _spelled_out(document: bytes, unprintable: set[str]) -> str:
    """The JSON to print, in which what no font can draw stands as its code point; the attached JSON keeps the character.

    PDF/A forbids empty boxes, and a name with one rare character must not keep a sheet from being printed.
    """
    pattern = re.compile("|".join(re.escape(text) for text in sorted(unprintable, key=len, reverse=True)))

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda match: "".join(f"[U+{ord(c):04X}]" for c in match[0]), value)
        if isinstance(value, dict):  # keys too: some are texts that the template looks up
            return {walk(key): walk(item) for key, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else value

    return msgspec.json.encode(walk(msgspec.json.decode(document))).decode()
