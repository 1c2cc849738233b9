"""``lianjian screen``: lines in, lines out, bad lines named and the rest screened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from screening_cases import reference


def screened(text: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "inspection.server.cli", "screen", *arguments]
    return subprocess.run(command, input=text, capture_output=True, check=False, cwd=Path(__file__).parents[2])


def test_good_lines_are_screened_and_bad_ones_named_with_line_and_field() -> None:
    good = msgspec.json.encode(reference())
    document: dict[str, Any] = msgspec.json.decode(good)
    document["lines"][0]["hs"] = "84"
    run = screened(
        b"\n".join([b"\xef\xbb\xbf" + good, b"{broken", b"", msgspec.json.encode(document), good, b"\xff\xfe"]) + b"\n",
        "--seed",
        "7",
    )
    results = [msgspec.json.decode(line) for line in run.stdout.splitlines()]
    errors = run.stderr.decode().splitlines()
    assert run.returncode == 1
    assert [result["agencies"] for result in results] == [["ip", "market_regulation"]] * 2
    assert [error.split(":")[0] for error in errors] == ["line 2", "line 4", "line 6"]
    assert "$.lines[0].hs" in errors[1]


def test_a_pack_that_is_not_there_is_said_and_nothing_is_screened(tmp_path: Path) -> None:
    run = screened(b"{}", "--pack", str(tmp_path / "none.yaml"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"none.yaml" in run.stderr
