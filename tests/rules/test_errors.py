"""Every refusal has a code of its own and says in both languages what is wrong and what to do."""

from __future__ import annotations

import re

import pytest

from inspection.server.error_catalogue import errors_page, every_error
from inspection.server.problem_details import answered_with, status_of
from kit.errors import KINDS, LianjianError, NotFound, StaleVersion
from kit.settings import SettingWrong

ERRORS = every_error()
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_codes_are_unique_because_programs_rely_on_them() -> None:
    codes = [error.code for error in ERRORS]
    assert len(codes) == len(set(codes)), {code for code in codes if codes.count(code) > 1}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_refusal_speaks_for_itself_in_both_languages(error: type[LianjianError]) -> None:
    own = vars(error)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", own["code"])
    assert own["title_zh"] and own["title_en"] and error.__doc__
    assert CHINESE.search(error.title_zh) and CHINESE.search(error.advice_zh)
    assert not CHINESE.search(error.title_en + error.advice_en) and error.advice_en
    # The page and the problem document put the full stop after the title; the advice is whole sentences.
    assert error.title_zh[-1] not in "。！" and error.title_en[-1] != "."
    assert error.advice_zh.endswith(("。", "？")) and error.advice_en.endswith((".", "?"))


def test_every_kind_is_answered_with_its_own_status() -> None:
    assert {kind.code: answered_with(kind) for kind in KINDS} == {
        "not_found": 404, "not_allowed": 403, "conflict": 409, "stale_version": 412, "too_late": 409, "invalid": 422,
    }  # fmt: skip
    assert status_of(StaleVersion()) == 412 and status_of(NotFound()) == 404 and status_of(SettingWrong()) == 422


def test_the_page_lists_each_code_once() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", errors_page(), re.MULTILINE)
    assert listed == sorted(error.code for error in ERRORS)
