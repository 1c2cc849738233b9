"""The JSON Schema of the declaration, made from its structs, with an example that validates."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from risk.declaration import Declaration

EXAMPLE: dict[str, Any] = {
    "number": "531620261160000001",
    "version": 1,
    "direction": "import",
    "declared_at": "2026-11-20T09:12:00+08:00",
    "port": "5316",
    "transport_mode": "sea",
    "dispatch_country": "DE",
    "arrival": "2026-11-21T06:00:00+08:00",
    "trader": {"code": "91440300000000000E", "name": "Hengtong Import Co.", "credit": "ordinary"},
    "gross_weight": "18250.000",
    "lines": [
        {
            "no": 1,
            "hs": "8479899990",
            "name": "高端智能制造生产线",
            "origin": "DE",
            "quantity": "1",
            "unit": "台",
            "net_weight": "12000.000",
            "value": "1850000.00",
            "currency": "EUR",
            "certificates": [{"type": "CCC_EXEMPTION", "expires": "2027-03-01"}],
            "components": [{"name": "特种气体管路组件", "hs": "7307290000"}],
        }
    ],
}


def declaration_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. What it cannot say (sums of weights, dates, codes) :mod:`inspection.declaring.validation` checks."""
    schema = _with_numbers(msgspec.json.schema(Declaration))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:lianjian:declaration",
        "title": "Declaration 报关单",
        **schema,
        "examples": [EXAMPLE],
    }


def declaration_schema_text() -> str:
    """The document docs/schemas/declaration.schema.json."""
    return json.dumps(declaration_schema(), ensure_ascii=False, indent=2) + "\n"


def _with_numbers(node: Any) -> Any:
    """msgspec writes a decimal as text only; it reads JSON numbers as well, and so does the schema."""
    if isinstance(node, dict):
        plain = {name: _with_numbers(item) for name, item in node.items()}
        return {**plain, "type": ["string", "number"]} if plain.get("format") == "decimal" else plain
    return [_with_numbers(item) for item in node] if isinstance(node, list) else node
