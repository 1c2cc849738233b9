"""Canonical bytes are RFC 8785 byte for byte, however they were made."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kit.canonical import canonical_bytes

LARGEST = 2**53 - 1
numbers = st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text() | st.sampled_from(["\x00\x1f\x7f", '"\\/\b\f\n\r\t', "\u2028\ufffd", "联检", "\U0001f600", "é"])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_any_json_value_has_the_bytes_of_the_reference(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


def test_keys_are_sorted_by_utf_16_units_where_they_are_not_ascii() -> None:
    value = {"\ufffd": 1, "\U0001f600": 2, "b": 3, "a": {"é": 4, "z": 5}}
    assert canonical_bytes(value) == rfc8785.dumps(value)
