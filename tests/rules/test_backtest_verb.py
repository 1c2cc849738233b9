"""``lianjian rules backtest`` and ``history``: from files to a report, with outcomes where they are known."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from screening_cases import declaration, line, reference

from inspection.server.cli import main
from risk.declaration import Declaration

DATA = Path(__file__).parents[3] / "shared" / "data" / "declarations"
PACKS = str(Path(__file__).parents[2] / "risk" / "packs")


def as_lines(*past: tuple[Declaration, dict[str, list[str]]]) -> bytes:
    return b"\n".join(msgspec.json.encode({"declaration": one, "outcomes": outcomes}) for one, outcomes in past)


def test_json_lines_with_outcomes_become_history_and_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calm = declaration(line(hs="7318159001", name="六角螺栓"), number="531620261160000002")
    file = tmp_path / "past.ndjson"
    file.write_bytes(as_lines((reference(), {"1": ["adverse"]}), (calm, {"1": []})) + b'\n{"declaration": {}}\n')
    assert main(["rules", "history", str(file), "--into", str(tmp_path / "past")]) == 1
    assert "line 3" in capsys.readouterr().err
    assert main(["rules", "backtest", "--pack", PACKS, str(tmp_path / "past"), "--processes", "1", "--json"]) == 0
    report = msgspec.json.decode(capsys.readouterr().out)
    assert (report["declarations"], report["lines_hit"], report["tables"]) == (2, 1, 4)
    assert [(one["label"], one["precision"], one["recall"], one["rate"]) for one in report["labels"]] == [
        ("adverse", "1.0000", "1.0000", "0.5000")
    ]


def test_plain_declarations_are_history_too_and_the_words_name_what_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "past.ndjson"
    file.write_bytes(msgspec.json.encode(reference()))
    drugs = str(Path(PACKS) / "drug.yaml")
    assert main(["rules", "backtest", "--pack", PACKS, "--against", drugs, str(file), "--processes", "1"]) == 0
    told = capsys.readouterr().out
    assert "market_regulation\t1\t2\t0\t+1\t-0" in told or "market_regulation\t1\t1\t0\t+1\t-0" in told
    assert "mr.pressure.piping" in told


def test_a_folder_without_history_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "backtest", "--pack", PACKS, str(tmp_path)]) == 2
    assert "lianjian rules history" in capsys.readouterr().err


@pytest.mark.skipif(not DATA.is_dir(), reason="the data set is not beside the repository")
def test_a_mapped_file_brings_its_outcomes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (DATA / "kcs_2021q1.csv").open(encoding="utf-8") as whole:
        (tmp_path / "some.csv").write_text("".join(whole.readline() for _ in range(300)), encoding="utf-8")
    assert main(["rules", "backtest", "--pack", PACKS, "--mapping", "kcs", str(tmp_path / "some.csv"), "--processes", "1"]) == 0
    told = capsys.readouterr().out
    assert "299 份报关单" in told
    assert "fraud\t299\t" in told
