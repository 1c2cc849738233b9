"""A malformed rule is an error with file, line, column and what to write instead, never a silent no-match."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspection.server.cli import main
from risk.pack_files import PackRefused, check_text, load_packs

GOOD = """\
pack: test
version: 1
title: {zh: 试验, en: Test}
agencies: [market_regulation]
texts:
  law: {title: {zh: 试验法, en: Test Law}, number: 第1号, basis_unverified: true}
rules:
  - meta:
      id: t.fittings
      version: 1
      title: {zh: 管件, en: Fittings}
      owner: Ruo
      effective: {from: 2026-01-01}
      change: first
      examples:
        must_hit: [{line: {hs: '730729', name: 管件}}]
        must_not_hit: [{line: {hs: '731815', name: 螺栓}}]
    scope:
      hs: {prefixes: ['7307']}
    then:
      agency: market_regulation
      domain: PRESSURE
      check_kinds: [DOC]
      focus: [{zh: 核对, en: Check}]
      legal_basis: [{text: law, article: 第一条}]
      weight: 10
"""
SCOPE = "      hs: {prefixes: ['7307']}"

BROKEN = [
    # what is written, what stands instead, line, column, words of message or advice
    (SCOPE, "      hs: {prefixs: ['7307']}", 19, 12, "did you mean `prefixes`"),
    (SCOPE, "      hs: {prefixes: ['73O7']}", 19, 23, "2, 4, 6, 8 or 10 digits"),
    (SCOPE, "      hs: {prefixes: ['730']}", 19, 23, "2, 4, 6, 8 or 10 digits"),
    (SCOPE, "      hs: {prefixes: ['7377']}", 19, 23, "HS 2022 has no 7377"),
    (SCOPE, "      hs: {prefixes: ['7307', '730729']}", 19, 31, "already covered by 7307"),
    (SCOPE, "      hs: {prefixes: ['7307'], exclusions: ['8481']}", 19, 45, "lies outside the scope"),
    (SCOPE, "      hs: {ranges: [{first: '7308', last: '7307'}]}", 19, 21, "is no range"),
    (SCOPE, "      hs: {exclusions: ['7307']}", 19, 11, "no prefix and no range"),
    (SCOPE, "      {}", 19, 7, "empty scope"),
    (SCOPE, "      origin: {any: [UK]}", 19, 22, "for example GB"),
    (SCOPE, "      origin: {any: [DE], none: [DE]}", 19, 34, "in `any` and in `none`"),
    (SCOPE, "      port: {}", 19, 13, "an empty list"),
    (SCOPE, "      keywords: {any: [管]}", 19, 24, "too short"),
    (SCOPE, "      keywords: {any: [LED, ＬＥＤ]}", 19, 29, "the same word"),
    (SCOPE, "      keywords: {any: [a*b]}", 19, 24, "star may only stand at the end"),
    (SCOPE, "      certificates: {exempting: [CCC_EXEMPTION]}", 19, 21, "an exemption from nothing"),
    (SCOPE, "      certificates: {missing: [CCC], presented: [CCC]}", 19, 50, "both missing and presented"),
    (SCOPE, "      certificates: {missing: [ccc]}", 19, 32, "for example CCC"),
    (SCOPE, "      thresholds: [{number: price_per_kg, below: 5}]", 19, 20, "needs a currency"),
    (SCOPE, "      thresholds: [{number: quantity, above: 9, below: 5}]", 19, 20, "no number satisfies both"),
    (SCOPE, "      thresholds: [{number: price, below: 5}]", 19, 29, "one of "),
    (SCOPE, "      thresholds: [{number: quantity}]", 19, 20, "no bound"),
    (SCOPE, "      thresholds: [{number: quantity, below: NaN}]", 19, 20, "not a number"),
    (SCOPE, "      transport_mode: [ship]", 19, 24, "one of sea, air, road"),
    (SCOPE, SCOPE + "\n    when: line.value > 5", 20, 11, "is money and needs a currency"),
    (SCOPE, SCOPE + "\n    when: line.quantity > 5 && line.valu < 3", 20, 32, "line.value"),
    (SCOPE, SCOPE + "\n    when: 'goods.origin == \"de\"'", 20, 28, "two capital letters"),
    (SCOPE, SCOPE + "\n    when: |\n      has(line.brand)\n      && line.unit > 3", 22, 10, "this is no number"),
    (SCOPE, SCOPE + "\n    when: line.name == null", 20, 24, "write !has"),
    (SCOPE, SCOPE + "\n    when: line.name.matches('a+')", 20, 11, "write .contains"),
    (SCOPE, SCOPE + "\n    when: line.quantity >", 20, 25, "not an expression"),
    (SCOPE, SCOPE + "\n    when: line.name == line.hs", 20, 11, "two different kinds"),
    (SCOPE, SCOPE + "\n    when: " + "(" * 9 + "has(line.brand)" + ")" * 9, 20, 19, "nested deeper than 8"),
    (SCOPE, SCOPE + "\n    when: has(line.brand)" + " || has(line.brand)" * 40, 20, 11, "at most 64"),
    (SCOPE, SCOPE + "\n    when: line.quantity in [1, 'a']", 20, 32, "of another kind"),
    (SCOPE, SCOPE + "\n    when: line.quantity", 20, 11, "no condition"),
    (SCOPE, "      thresholds: [{number: quantity, below: 1e99999}]", 19, 20, "beyond reason"),
    ("market_regulation\n      domain", "market_regulations\n      domain", 21, 15, "not one of this pack"),
    ("{text: law,", "{text: laws,", 25, 28, "no legal text `laws`"),
    ("      weight: 10", "      weight: heavy", 26, 15, "a whole number"),
    ("      weight: 10\n", "", 21, 7, "`weight` is missing"),
    ("[DOC]", "[LOOK]", 23, 21, "one of DOC"),
    ("      focus: [{zh: 核对, en: Check}]", "      focus: [{zh: 核对}]", 24, 15, "`en` is missing"),
    ("{from: 2026-01-01}", "{from: 2026-01-01, until: 2025-12-31}", 13, 44, "ends before it begins"),
    ("{from: 2026-01-01}", "{from: first of May}", 13, 25, "YYYY-MM-DD"),
    ("must_hit: [{line: {hs: '730729', name: 管件}}]", "must_hit: []", 16, 19, "at least 1"),
    ("id: t.fittings", "id: Fittings", 9, 11, "for example mr.pressure.piping"),
    ("basis_unverified: true", "basis_unverified: false", 6, 8, "exactly one of `page`"),
    ("      owner: Ruo", "      owner: Ruo\n      owner: An", 13, 7, "stands twice"),
    ("{zh: 试验, en: Test}", "&a {zh: 试验, en: Test}\nalso: *a", 4, 7, "alias"),
    ("title: {zh: 试验, en: Test}", "title: {zh: 试验, en: Test", 4, 9, "not YAML"),
    ("rules:\n", "rules: []\nold:\n", 7, 1, "needs rules"),
    ("rules:\n", "---\nrules:\n", 7, 1, "second document"),
    ("title: {zh: 试验, en: Test}", "title: {[zh]: 试验, en: Test}", 3, 9, "a key that is not a word"),
    ("title: {zh: 试验, en: Test}", f"title: {'[' * 50}{']' * 50}", 3, 48, "nested deeper than 40"),
]


def test_the_rule_the_others_are_made_from_is_good() -> None:
    pack, problems = check_text(GOOD, "t.yaml")
    assert problems == []
    assert pack is not None


@pytest.mark.parametrize(("written", "instead", "row", "column", "words"), BROKEN, ids=[b[1].strip()[:40] for b in BROKEN])
def test_a_broken_rule_is_refused_with_its_place_and_advice(
    written: str, instead: str, row: int, column: int, words: str
) -> None:
    text = GOOD.replace(written, instead, 1)
    assert text != GOOD
    pack, problems = check_text(text, "t.yaml")
    assert pack is None
    assert any(words in str(problem) for problem in problems), [str(p) for p in problems]
    found = next(problem for problem in problems if words in str(problem))
    assert (found.line, found.column) == (row, column)
    assert str(found).startswith(f"t.yaml:{row}:{column}: ")
    assert found.advice_zh and found.advice_en


def test_all_problems_of_a_file_are_told_at_once() -> None:
    text = GOOD.replace("['7307']", "['7377']").replace("{text: law,", "{text: laws,")
    assert len(check_text(text, "t.yaml")[1]) == 2


def test_codes_are_text_as_written_and_norway_is_a_country() -> None:
    text = GOOD.replace(SCOPE, "      hs: {prefixes: [0101]}\n      origin: {any: [NO]}")
    pack, problems = check_text(text, "t.yaml")
    assert problems == []
    assert pack is not None
    scope = pack.rules[0].scope
    assert scope.hs is not None and scope.origin is not None
    assert (scope.hs.prefixes, scope.origin.any) == (("0101",), ("NO",))


def test_a_folder_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "gbk.yaml").write_bytes(GOOD.encode("gbk"))
    with pytest.raises(PackRefused, match="not UTF-8") as refused:
        load_packs([tmp_path])
    assert refused.value.problems[0].file.endswith("gbk.yaml")


def test_rules_check_names_every_broken_rule_of_a_folder_with_its_place_and_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(BROKEN) >= 30
    for number, (written, instead, *_) in enumerate(BROKEN):
        (tmp_path / f"{number:02d}.yaml").write_text(GOOD.replace(written, instead, 1), encoding="utf-8")
    assert main(["rules", "check", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    for number, (_, _, row, column, words) in enumerate(BROKEN):
        place = f"{tmp_path / f'{number:02d}.yaml'}:{row}:{column}: "
        assert any(one.startswith(place) and words in one and "; " in one for one in said), (place, words)


def test_rules_check_exits_one_and_names_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(GOOD.replace("['7307']", "['7377']"), encoding="utf-8")
    assert main(["rules", "check", str(path)]) == 1
    said = capsys.readouterr().out
    assert f"{path}:19:23: 2022 年版协调制度没有编码 7377；请查阅" in said
    assert " · HS 2022 has no 7377; look the heading up" in said


def test_rules_check_as_json_gives_code_place_and_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(GOOD.replace(SCOPE, "      port: {}"), encoding="utf-8")
    assert main(["rules", "check", "--json", str(path)]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem == {
        "code": "list_empty",
        "message_zh": "列表为空",
        "advice_zh": "请添加 `any` 或 `none`",
        "message_en": "an empty list",
        "advice_en": "add `any` or `none`",
        "file": str(path),
        "line": 19,
        "column": 13,
    }


def test_rules_test_names_the_example_that_does_not_come_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(GOOD.replace("{hs: '731815', name: 螺栓}", "{hs: '730799', name: 螺栓}"), encoding="utf-8")
    assert main(["rules", "check", str(path)]) == 0
    assert main(["rules", "test", str(path)]) == 1
    assert f"{path}:17:24: t.fittings 命中了“螺栓”" in capsys.readouterr().out
