"""What the layer and purity tests read: the contracts of pyproject.toml, the one place where rules files are named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kit", "agencies", "risk", "media", "inspection")


def contracts() -> dict[str, dict[str, Any]]:
    """The import-linter contracts by id."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in linter["contracts"]}


def rules_modules() -> list[str]:
    """Every rules file, as a module name."""
    return list(contracts()["rules"]["source_modules"])


def forbidden_libraries() -> list[str]:
    """What no rules file may load."""
    return list(contracts()["rules"]["forbidden_modules"])


def source_of(module: str) -> Path:
    """The file of a module of ours."""
    return ROOT / (module.replace(".", "/") + ".py")
