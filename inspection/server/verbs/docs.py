"""``lianjian docs``: writes the pages that restate code. Each page is a path under docs/ and the function that makes its text."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

HELP = "Write the documents that are generated from the code, or say which are stale."
EXAMPLE = "lianjian docs --check"

DOCUMENTS: dict[str, str] = {
    "docs/errors.md": "inspection.server.error_catalogue:errors_page",
    "docs/state-diagrams.md": "inspection.state_diagrams:state_diagrams",
    "docs/schemas/declaration.schema.json": "inspection.declaring.declaration_schema:declaration_schema_text",
}
"""Path from the root of the project → ``module:function`` without arguments that returns the whole text."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and whether to write."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what is stale")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the project's root (default: here)")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when every document is as generated (afterwards, or already with --check)."""
    stale = stale_documents(args.root)
    for path in stale:
        if not args.check:
            (args.root / path).parent.mkdir(parents=True, exist_ok=True)
            (args.root / path).write_text(generate(path), encoding="utf-8")
        print(f"{'stale' if args.check else 'written'}: {path}", file=sys.stderr)
    return 1 if args.check and stale else 0


def generate(path: str) -> str:
    """The text of the document at ``path`` as the code now makes it."""
    module, _, function = DOCUMENTS[path].partition(":")
    make: Callable[[], str] = getattr(importlib.import_module(module), function)
    return make()


def stale_documents(root: Path) -> list[str]:
    """The documents under ``root`` that are missing or differ from what is generated."""
    return [path for path in DOCUMENTS if not (root / path).is_file() or (root / path).read_text("utf-8") != generate(path)]
