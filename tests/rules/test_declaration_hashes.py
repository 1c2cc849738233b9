"""Equal content hashes equally, however it is spelled, and as anybody else would hash it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from inspection.declaring.declaration_hashes import document_hash, line_hash
from inspection.declaring.declaration_schema import EXAMPLE
from kit.canonical import canonical_hash
from risk.declaration import Declaration, Line


def declared(**changes: Any) -> Declaration:
    """The declaration of the documents, with fields of its own changed or (None) left out."""
    document = {name: value for name, value in {**EXAMPLE, **changes}.items() if value is not None}
    return msgspec.convert(document, Declaration)


amounts = st.decimals(min_value=0, max_value=10**12, places=4)


@given(amounts, st.integers(0, 5))
def test_the_spelling_of_an_amount_does_not_change_the_hash(amount: Decimal, zeros: int) -> None:
    line = declared().lines[0]
    longer = Decimal(f"{amount:f}" + "0" * zeros)
    same, other = (msgspec.structs.replace(line, value=value) for value in (amount.normalize(), longer))
    assert line_hash(same) == line_hash(other)
    assert line_hash(msgspec.structs.replace(line, value=amount + 1)) != line_hash(same)


def test_offset_defaults_and_order_of_lines_do_not_change_the_hash() -> None:
    line = EXAMPLE["lines"][0]
    one = declared(lines=[line, {**line, "no": 2}])
    other = declared(lines=[{**line, "no": 2, "brand": ""}, line], declared_at="2026-11-20T01:12:00Z", broker=None, version=None)
    assert document_hash(one) == document_hash(other)
    assert document_hash(one) != document_hash(declared())


texts = st.text(max_size=20)


@given(texts, texts)
def test_a_line_hashes_as_anybody_else_would_by_rfc_8785(name: str, description: str) -> None:
    line = Line(no=1, hs="847989", name=name, description=description, value=Decimal("10.50"))
    plain = {"no": 1, "hs": "847989", "name": name, "value": "10.5"} | ({"description": description} if description else {})
    assert line_hash(line) == canonical_hash(plain)
