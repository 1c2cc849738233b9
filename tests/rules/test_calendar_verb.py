"""``lianjian calendar`` where no platform is needed: what ships, the two sources, documents that cannot be published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agencies.calendar_publication import next_version, read_draft, same_content
from agencies.calendar_seed import seeded_calendar
from inspection.server.cli import main


def test_what_ships_is_shown_to_people_and_as_a_document_that_can_be_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "show", "--shipped"]) == 0
    assert "2026-02-15/2026-02-23" in capsys.readouterr().out
    assert main(["calendar", "show", "--shipped", "--json"]) == 0
    shipped = seeded_calendar()
    made = next_version(shipped, 0, shipped.id, read_draft(capsys.readouterr().out.encode()))
    assert same_content(made, shipped)


def test_the_sources_are_compared_without_a_platform(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "check", "--sources", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["calendars"], len(printed["sources"]["differences"])) == ([], 1)
    assert main(["calendar", "check", "--sources"]) == 0
    assert "2005-12-31: 周末 / 调休上班" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ('{\n  "source": "x",\n  "years": [2027\n}', "line: 4"),
        ('{"source": "x", "years": [2027], "holidays": ["soon"]}', "$.holidays[0]: "),
        ('{"years": ["2027"]}', "$.years[0]: "),
    ],
)
@pytest.mark.parametrize("verb", ["check", "import"])
def test_a_bad_document_is_refused_by_its_place_before_anything_starts(
    document: str, place: str, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "2027.json"
    file.write_text(document, encoding="utf-8")
    assert main(["calendar", verb, str(file), "--port", "5316", "--data-dir", str(tmp_path / "var")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert place in printed.err
    assert not (tmp_path / "var").exists()


def test_a_missing_file_or_port_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "import", str(tmp_path / "none.json"), "--port", "5316"]) == 2
    assert "none.json" in capsys.readouterr().err
    assert main(["calendar", "show"]) == 1
    assert "--port" in capsys.readouterr().err
