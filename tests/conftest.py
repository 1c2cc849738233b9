"""What every suite shares: how many examples a property gets, and that CI accepts no skipped contract or browser test."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
NEVER_SKIPPED_IN_CI = (TESTS / "contracts", TESTS / "browser")

# 30 keep tests/rules within seconds; `make test-long` runs 5,000, and `thorough` (about half an hour) 20,000.
# No deadline per example: shared machines wobble, and slow is not wrong.
settings.register_profile("default", max_examples=30, deadline=None, print_blob=True)
for name, examples in (("long", 5_000), ("thorough", 20_000)):
    settings.register_profile(
        name, parent=settings.get_profile("default"), max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def must_run(path: Path) -> bool:
    """True for a test whose skip would hide that nothing was tested: CI has what it needs, or should get it."""
    return os.environ.get("CI") == "true" and any(path.is_relative_to(folder) for folder in NEVER_SKIPPED_IN_CI)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test skipped in CI is a failure; one that is expected to fail (xfail) is not."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and must_run(item.path):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not accept here: {report.longreprtext}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself while it is collected."""
    report = yield
    if report.outcome == "skipped" and must_run(collector.path):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not accept here: {report.longreprtext}"
    return report
