"""compose.yaml, Dockerfile and .env.example: well formed, and speaking of the settings that kit/settings.py reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from house import PACKAGES, ROOT

from kit import settings

SCHEMA = ROOT / "tests" / "vendor" / "compose-spec" / "compose-spec.json"
SETTING = re.compile(r"\b(?:LIANJIAN_[A-Z_]+|DATABASE_URL|OBJECT_STORE_URL|SMTP_[A-Z]+)\b")
INTERPOLATED = re.compile(r"\$\{([A-Z_]+)")
OURS = ("app", "worker", "migrate")

NOT_UNDER_COMPOSE = {"LIANJIAN_CLOCK": "refused when DATABASE_URL is set"}


def text_of(name: str) -> str:
    """A file at the root of the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    """compose.yaml with anchors and merges resolved."""
    document: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))
    return document


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def offered() -> dict[str, str]:
    """Names in .env.example, commented out or not, with the value shown."""
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", text_of(".env.example"), re.MULTILINE))


def test_compose_yaml_is_valid_under_the_compose_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(compose())


def test_the_compose_schema_refuses_what_is_none() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    broken = compose()
    broken["services"]["app"]["helthcheck"] = {"disable": True}
    with pytest.raises(jsonschema.ValidationError, match="helthcheck"):
        jsonschema.Draft202012Validator(schema).validate(broken)


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", ".env.example"])
def test_every_setting_named_is_one_that_is_read(name: str) -> None:
    assert set(SETTING.findall(text_of(name))) <= set(settings.KNOWN)


def test_every_setting_that_is_read_stands_in_the_example() -> None:
    assert {name for name in offered() if SETTING.fullmatch(name)} == set(settings.KNOWN)


def test_the_example_shows_the_defaults() -> None:
    defaults = settings.load({})
    for name, setting in settings.KNOWN.items():
        default = getattr(defaults, setting.field)
        if default is not None:
            assert setting.read(offered()[name]) == default, name


def test_every_setting_can_be_given_under_compose() -> None:
    given = SETTING.findall(text_of("compose.yaml")) + SETTING.findall(text_of("Dockerfile"))
    assert set(given) == set(settings.KNOWN) - set(NOT_UNDER_COMPOSE)


def test_every_variable_that_compose_asks_for_is_offered() -> None:
    asked = set(INTERPOLATED.findall(text_of("compose.yaml")))
    assert asked - {"IMAGE_TAG"} <= set(offered())


def test_every_password_must_be_set_before_compose_starts() -> None:
    for password in re.findall(r"\$\{([A-Z_]*PASSWORD[^}]*)\}", text_of("compose.yaml")):
        optional = password.startswith("LIANJIAN_SEAL_PASSWORD")  # a key file without a password is its owner's choice
        assert optional or password.endswith(":?set it in .env"), password
    assert not any(value for name, value in offered().items() if name.endswith("PASSWORD"))


def test_the_settings_compose_hands_over_can_be_read() -> None:
    for name in OURS:
        handed = {
            key: re.sub(r"\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)\}", lambda match: "secret" if match[1] is None else match[1], value)
            for key, value in services()[name]["environment"].items()
        }
        read = settings.load(handed)
        assert not read.embedded
        assert read.object_store_url is not None
        assert (read.owner_database_url is not None) == (name == "migrate")


def test_app_and_worker_wait_for_the_migration() -> None:
    for name in ("app", "worker"):
        assert services()[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services()["migrate"]["restart"] == "no"


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
    assert compose()["networks"]["back"] == {"internal": True}
    assert "back" not in services()["proxy"]["networks"]


def test_every_image_is_pinned_and_named_without_a_registry() -> None:
    images = [service["image"] for service in services().values()]
    images += re.findall(r"^FROM (\S+)", text_of("Dockerfile"), re.MULTILINE)
    for image in images:
        assert re.fullmatch(r"[a-z0-9/-]+:(?!latest$)\S+", image), image
        assert "." not in image.partition(":")[0], f"{image} names a registry"


def test_the_files_that_compose_mounts_are_there() -> None:
    mounted = [volume for service in services().values() for volume in service.get("volumes", []) if volume.startswith("./")]
    assert mounted
    for volume in mounted:
        assert (ROOT / volume.split(":")[0]).is_file(), volume


def test_the_image_holds_every_package_and_runs_as_an_ordinary_user() -> None:
    dockerfile = text_of("Dockerfile")
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    let_in = {line.removeprefix("!") for line in text_of(".dockerignore").splitlines() if line.startswith("!")}
    assert copied == set(PACKAGES)
    assert copied <= let_in
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
    assert Path(ROOT / "requirements.lock").is_file()
