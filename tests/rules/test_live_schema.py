"""The feed's own description agrees with itself, and its examples with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspection.live_feed.live_schema import MESSAGES, asyncapi
from inspection.live_feed.live_watchers import REASONS, End

DOCS = Path(__file__).parents[2] / "docs" / "live-feed.md"


@pytest.mark.parametrize("name", MESSAGES)
def test_every_example_of_a_message_fits_its_schema(name: str) -> None:
    schema = MESSAGES[name]["payload"]
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in MESSAGES[name]["examples"]:
        jsonschema.validate(example["payload"], schema)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi()

    def follow(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                found: Any = document
                for step in value["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for inner in value.values():
                follow(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                follow(inner)

    follow(document)


def test_every_close_code_has_a_reason_and_stands_in_the_docs() -> None:
    assert set(REASONS) == set(End)
    assert {int(code) for code in re.findall(r"^\| (\d{4}) \|", DOCS.read_text(encoding="utf-8"), re.M)} == {
        int(end) for end in End
    }
