"""The demo day, headless, as a newcomer runs it: its own process, its own platform."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from make import PLAIN

PROMISED = {
    "s1_agencies_invited_exactly_market_regulation_and_ip",
    "s1_environment_absent",
    "suggestion_reaches_every_terminal_once",
    "answers_at_25_min",
    "answers_at_1_h_58_min",
    "task_sheet_v1_by_itself",
    "s1_one_session",
    "experts_are_drawn",
    "every_draw_replays",
    "appointment_mailed_once_with_its_calendar_file",
    "inbox_items_arrive_live_once",
    "webhooks_arrive_signed",
    "no_notice_is_given_up",
    "live_frames_gapless",
    "s1_all_pass_released_automatically",
    "one_status_line",
    "s2_graded_rectify_proposed",
    "s2_veto_strict_vetoed_by_market_regulation",
    "s2_veto_strict_release_refused_with_409",
    "s2_one_demand_says_what_where_until_when_and_to_whom",
    "s2_nobody_else_checks_the_rectification",
    "s2_rectified_and_checked_again_by_the_demanding_agency",
    "s3_conflict_and_nothing_decided",
    "s3_nobody_approves_a_conflict",
    "s3_trace_names_inputs_and_versions",
    "s3_resolved_with_a_reason_and_approved_by_another",
    "s3_destruction_waits_for_an_objection",
}


def played(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit status and summary of ``lianjian demo --headless``."""
    command = [sys.executable, "-m", "inspection.server.cli", "demo", "--headless", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_demo_day_holds_everything_it_promises_and_writes_its_papers(tmp_path: Path) -> None:
    status, summary = played("--out", str(tmp_path / "papers"))
    assert set(summary["assertions"]) >= PROMISED
    assert [name for name, held in summary["assertions"].items() if not held] == []
    assert status == 0 and summary["ok"]
    papers = {paper.name: paper.read_bytes()[:5] for paper in (tmp_path / "papers").iterdir()}
    assert len(papers) == 8 and set(papers.values()) == {b"%PDF-"}


def test_other_goods_change_what_the_demo_finds(tmp_path: Path) -> None:
    other = tmp_path / "plain.json"
    other.write_text(json.dumps(PLAIN), encoding="utf-8")
    status, summary = played("--declarations", str(other))
    assert status == 1 and not summary["ok"]
    assert "no agency is called" in summary["stopped"]
