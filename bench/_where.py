"""What a user would write instead: DuckDB over the same Parquet files, one WHERE a rule. Installed by the group ``bench``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from _peers import NotInstalled

from risk.goods_text import normalised
from risk.rule import Rule, Scope, Threshold

COLUMNS = (
    "hs, name, texts, origin, currency, value, quantity, net_weight, certificate_types, "
    "direction, transport_mode, credit, port, dispatch"
)


def where_seconds(folder: Path, rules: Sequence[Rule]) -> float:
    """Processor time a rule: the lines it hits counted by one query, on one thread, the table in memory."""
    try:
        import duckdb
    except ImportError as error:
        raise NotInstalled("duckdb") from error
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_progress_bar = false")
    files = f"read_parquet('{folder}/month=*/chapter=[0-9]*/*.parquet')"
    connection.execute(f"CREATE TABLE goods AS SELECT {COLUMNS} FROM {files}")
    asked = [f"SELECT count(*) FROM goods WHERE {as_where(rule.scope)}" for rule in rules if rule.scope.looks_at_goods()]
    connection.execute(asked[0]).fetchall()
    start = time.process_time()
    for query in asked:
        connection.execute(query).fetchall()
    return (time.process_time() - start) / len(asked)


def as_where(scope: Scope) -> str:
    """A scope of the bench as a condition; words as substrings, which asks a little less than our keywords do."""
    asked = [*_codes(scope), *_words(scope), *map(_bound, scope.thresholds)]
    for name in ("origin", "dispatch", "port"):
        if (lists := getattr(scope, name)) is not None:
            asked.append(f"{name} IN ({_listed(lists.any)})")
    for name in ("transport_mode", "credit", "direction"):
        if wanted := getattr(scope, name):
            asked.append(f"{name} IN ({_listed(wanted)})")
    if scope.certificates is not None:
        asked += [f"list_contains(certificate_types, '{kind}')" for kind in scope.certificates.presented]
    return " AND ".join(asked)


def _codes(scope: Scope) -> list[str]:
    if scope.hs is None:
        return []
    wanted = [f"starts_with(hs, '{prefix}')" for prefix in scope.hs.prefixes]
    wanted += [f"substr(hs, 1, 6) BETWEEN '{span.first}' AND '{span.last}'" for span in scope.hs.ranges]
    return [f"({' OR '.join(wanted)})", *(f"NOT starts_with(hs, '{prefix}')" for prefix in scope.hs.exclusions)]


def _words(scope: Scope) -> list[str]:
    if scope.keywords is None:
        return []
    wanted = " OR ".join(_contains(word) for word in scope.keywords.any)
    return [f"({wanted})", *(f"NOT ({_contains(word)})" for word in scope.keywords.none)]


def _contains(word: str) -> str:
    text = normalised(word)
    return f"contains(name, '{text}') OR contains(texts, '{text}')"


def _bound(threshold: Threshold) -> str:
    above, under = {"price_per_kg": ("value", "net_weight"), "unit_price": ("value", "quantity")}[threshold.number]
    return f"(currency = '{threshold.currency}' AND {above} / {under} < {threshold.below})"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
