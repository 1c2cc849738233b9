"""Nobody's private key ever reaches the platform: no table keeps one, no request has a field for one, no module makes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from house import PACKAGES, ROOT

CLIENTS = {"inspection/server/client_keys.py"}
"""Signs as a client does, for the demo and the tests; it keeps its keys in memory."""
PLAYERS = {"inspection/server/demo_player.py"}
NAMED = re.compile(
    r"^\s+(?:(?:\w+_)?private_?(?:key|part|jwk|pem|bytes)\w*|secret_key|signing_secret|key_(?:pem|seed)|pkcs8)\s*:", re.M
)
COLUMN = re.compile(r"^\s+\"?\w*(?:private|pkcs|passphrase|key_seed|secret_key)\w*\"?\s", re.M | re.I)
MAKES = re.compile(r"Ed25519PrivateKey|load_pem_private_key|private_bytes|PrivateFormat")


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_no_field_of_a_request_a_row_or_a_setting_is_a_private_key() -> None:
    found = {path: hits for path, text in sources() if (hits := NAMED.findall(text))}
    assert not found, "people sign with keys that their client keeps: only public parts are enrolled"


def test_no_column_of_any_migration_keeps_a_private_key() -> None:
    scripts = sorted(Path(ROOT / "inspection/server/migrations").glob("*.sql"))
    assert scripts
    assert not {path.name: hits for path in scripts if (hits := COLUMN.findall(path.read_text(encoding="utf-8")))}


def test_only_the_client_of_the_demo_and_the_tests_makes_keys() -> None:
    assert {path for path, text in sources() if MAKES.search(text)} == CLIENTS
    using = {path for path, text in sources() if "client_keys" in text}
    assert using <= CLIENTS | PLAYERS, f"only somebody who plays a person signs: {sorted(using)}"
