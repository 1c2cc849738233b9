"""``lianjian schemas``: the JSON Schemas of the public documents, generated from the types that read and write them."""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path
from typing import Any

import msgspec

from inspection.concluding.merge_documents import MergeInput, MergeOutput
from inspection.policies.policy import Policy
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.report_document import ReportDocument

HELP = "write the JSON Schemas of the public documents into a folder, or check that they are up to date"
EXAMPLE = "lianjian schemas --check docs/schemas"

DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOCUMENTS: dict[str, type] = {
    "merge_input": MergeInput,
    "merge_output": MergeOutput,
    "policy": Policy,
    "report": ReportDocument,
    "task_sheet": TaskSheetDocument,
}
"""Every public document by the name of its schema file; who adds a document adds its line here."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DIR and --check."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of the schemas, docs/schemas in the repository")
    parser.add_argument("--check", action="store_true", help="write nothing; fail and name the files that differ")


def run(args: argparse.Namespace) -> int:
    """Writes the files, or with --check names those that differ and returns 1."""
    generated = schemas()
    if args.check:
        stale = [name for name, content in generated.items() if _content(args.directory / name) != content]
        for name in stale:
            print(f"{args.directory / name}: not as generated; run lianjian schemas {args.directory}", file=sys.stderr)
        return 1 if stale else 0
    args.directory.mkdir(parents=True, exist_ok=True)
    for name, content in generated.items():
        (args.directory / name).write_bytes(content)
    return 0


def schemas() -> dict[str, bytes]:
    """File name → JSON Schema (draft 2020-12) of every public document; the same types give the same bytes."""
    return {f"{name}.schema.json": _schema(name, document) for name, document in sorted(DOCUMENTS.items())}


def _schema(name: str, document: type) -> bytes:
    schema: dict[str, Any] = {"$schema": DIALECT, "title": name, **_plain(msgspec.json.schema(document))}
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=2) + b"\n"


def _plain(schema: Any) -> Any:
    """Descriptions without the indentation of their docstrings, which only some versions of Python take away."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: inspect.cleandoc(part) if name == "description" and isinstance(part, str) else _plain(part)
        for name, part in schema.items()
    }


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
