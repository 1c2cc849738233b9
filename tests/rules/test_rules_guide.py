"""The guide for rule officers: its rule, its mistakes, its recipes and its commands do what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from screening_cases import rule

from inspection.server.cli import main
from inspection.server.route_powers import ROUTES
from risk.expression import NAMES
from risk.expression_check import tree_of
from risk.marked_yaml import read
from risk.pack_files import check_text, code_lists
from risk.rule import Example, Examples, NumberName, PackHead, Rule, Scope
from risk.rule_checks import rule_problems
from risk.rule_examples import example_problems

GUIDE = (Path(__file__).parents[2] / "docs" / "rules-guide.md").read_text(encoding="utf-8")
PACK = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
DECLARATIONS = re.findall(r"```ndjson\n(.*?)```", GUIDE, re.DOTALL)[0]
CONDITIONS = re.findall(r"```when\n(.*?)```", GUIDE, re.DOTALL)[0].splitlines()
RECIPES: list[dict[str, Any]] = read(re.findall(r"```yaml recipes\n(.*?)```", GUIDE, re.DOTALL)[0]).value
MISTAKES = re.findall(r"^\| `(.+)` \| `(.+)` \| `(.+)` \|$", GUIDE.replace("\\|", "|"), re.MULTILINE)
SCOOTER = "mr.battery.scooters-by-air"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scooters.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "past.ndjson").write_text(DECLARATIONS, encoding="utf-8")
    return tmp_path


def test_the_rule_of_the_guide_is_accepted_and_its_examples_come_out() -> None:
    pack, problems = check_text(PACK, "rules-guide.md")
    assert problems == []
    assert pack is not None
    assert [problem for one in pack.rules for problem in example_problems(one)] == []


@pytest.mark.parametrize(("written", "instead_of", "words"), MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_a_mistake_shown_in_the_guide_is_told_as_it_says(written: str, instead_of: str, words: str) -> None:
    assert instead_of in PACK
    pack, problems = check_text(PACK.replace(instead_of, written, 1), "scooters.yaml")
    assert pack is None
    both = words.split("` · `")
    assert len(both) == 2
    assert any(all(one in str(problem) for one in both) for problem in problems), list(map(str, problems))


def test_the_guide_shows_mistakes_and_recipes() -> None:
    assert len(MISTAKES) >= 6
    assert len(RECIPES) >= 12


def test_an_example_that_comes_out_otherwise_is_told_as_the_guide_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "scooters.yaml").write_text(PACK.replace(", none: [模型]", ""), encoding="utf-8")
    assert main(["rules", "test", "scooters.yaml"]) == 1
    told = next(line for line in GUIDE.splitlines() if line.startswith(f"{SCOOTER} 命中了"))
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe["name"] for recipe in RECIPES])
def test_a_recipe_hits_its_goods_and_leaves_the_others_alone(recipe: dict[str, Any]) -> None:
    tried = Examples(
        must_hit=msgspec.convert(recipe["hits"], tuple[Example, ...], strict=False),
        must_not_hit=msgspec.convert(recipe["leaves"], tuple[Example, ...], strict=False),
    )
    known = rule()
    of_recipe = msgspec.structs.replace(
        known,
        scope=msgspec.convert(recipe["scope"], Scope, strict=False),
        when=recipe.get("when"),
        meta=msgspec.structs.replace(known.meta, examples=tried),
    )
    pack, _ = check_text(PACK, "rules-guide.md")
    assert pack is not None
    head = msgspec.structs.replace(pack.head, texts={"law": pack.head.texts["product_quality"]})
    assert list(rule_problems(of_recipe, head, code_lists())) == []
    assert list(example_problems(of_recipe)) == []


def test_the_commands_of_the_guide_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^(lianjian [^#\n]*)", re.findall(r"```\n(lianjian .*?)```", GUIDE, re.DOTALL)[0], re.MULTILINE)
    asked = [command.split()[1:] for command in commands]
    assert [words[:2] for words in asked][-1] == ["rules", "precision"]
    for words in asked[:-1]:  # the last one asks a platform
        alone = ["--processes", "1"] if "backtest" in words else []
        assert main([*words, *alone]) == 0, words
    assert check_text((folder / "again.yaml").read_text(encoding="utf-8"), "") == check_text(PACK, "")
    capsys.readouterr()


def test_of_the_declarations_of_the_guide_only_the_first_is_hit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "--pack", "scooters.yaml", "past.ndjson"]) == 0
    results = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [[hit["rule"] for hit in result["hits"]] for result in results] == [[SCOOTER], [], []]


def test_the_message_about_a_cell_is_the_one_the_guide_shows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    assert main(["rules", "to-xlsx", "scooters.yaml", "scooters.xlsx"]) == 0
    book = load_workbook("scooters.xlsx")
    book["规则"]["J3"].value = 871160
    book.save("scooters.xlsx")
    assert main(["rules", "from-xlsx", "scooters.xlsx", "again.yaml"]) == 1
    told = next(line for line in GUIDE.splitlines() if line.startswith("scooters.xlsx["))
    assert told in capsys.readouterr().out


def test_every_request_the_guide_speaks_of_is_a_route() -> None:
    asked = re.findall(r"`((?:GET|PUT|POST) /api/v1/rulebooks[^`]*)`", GUIDE)
    assert len(asked) >= 8
    assert {request for request in asked if request not in ROUTES} == set()


def test_every_condition_printed_in_the_guide_is_accepted() -> None:
    assert len(CONDITIONS) >= 4
    assert all(tree_of(condition) for condition in CONDITIONS)


def test_every_name_number_and_field_a_rule_may_use_stands_in_the_guide() -> None:
    assert [name for name in NAMES if name.split(".", 1)[1] not in GUIDE] == []
    assert [number for number in NumberName.__args__ if f"`{number}`" not in GUIDE] == []  # type: ignore[attr-defined]
    reference = GUIDE.partition("\n## scope\n")[2]
    assert [field for field in Scope.__struct_fields__ if f"`{field}`" not in reference] == []
    assert [field for field in (*Rule.__struct_encode_fields__, *PackHead.__struct_fields__) if field not in GUIDE] == []
