"""What a user would write instead: DuckDB over the same Parquet files, one WHERE a rule. Installed by the group ``bench``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from _condition import Language, condition
from _peers import NotInstalled

from risk.goods_text import normalised
from risk.rule import Rule, Threshold

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
    asked = [f"SELECT count(*) FROM goods WHERE {condition(rule.scope, SQL)}" for rule in rules if rule.scope.looks_at_goods()]
    connection.execute(asked[0]).fetchall()
    start = time.process_time()
    for query in asked:
        connection.execute(query).fetchall()
    return (time.process_time() - start) / len(asked)


def _says(word: str) -> str:
    text = normalised(word)
    return f"(contains(name, '{text}') OR contains(texts, '{text}'))"


def _among(name: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{name} IN ({listed})"


def _below(threshold: Threshold) -> str:
    above, under = {"price_per_kg": ("value", "net_weight"), "unit_price": ("value", "quantity")}[threshold.number]
    return f"(currency = '{threshold.currency}' AND {above} / {under} < {threshold.below})"


SQL = Language(
    both=" AND ",
    either=" OR ",
    no="NOT ",
    starts=lambda prefix: f"starts_with(hs, '{prefix}')",
    between=lambda span: f"substr(hs, 1, 6) BETWEEN '{span.first}' AND '{span.last}'",
    says=_says,
    among=_among,
    carries=lambda kind: f"list_contains(certificate_types, '{kind}')",
    below=_below,
)
