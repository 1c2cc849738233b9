"""Canonical bytes are RFC 8785 byte for byte, however they were made."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from screening_cases import declarations

from kit.canonical import canonical_bytes
from risk.declaration import Declaration
from risk.pack_files import load_packs

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


@given(declarations())
def test_a_declaration_has_the_bytes_of_the_reference_without_being_looked_through(declared: Declaration) -> None:
    plain: Any = msgspec.to_builtins(declared)
    assert canonical_bytes(declared) == rfc8785.dumps(plain)


def test_the_shipped_packs_have_the_bytes_of_the_reference() -> None:
    for pack in load_packs():
        plain: Any = msgspec.to_builtins(pack)
        assert canonical_bytes(pack) == rfc8785.dumps(plain)


class Peculiar(msgspec.Struct, frozen=True, rename={"named": "né", "other": "é"}):
    """What no struct of the product is: keys that are not ASCII, a float, an integer without bounds."""

    named: int
    other: float
    inner: dict[str, int] | Peculiar | None = None


@pytest.mark.parametrize("inner", [None, {"\ufffd": 1, "\U0001f600": 2}, Peculiar(1, 0.1)])
def test_a_peculiar_struct_has_the_bytes_of_the_reference_too(inner: Any) -> None:
    value = Peculiar(named=LARGEST, other=1e21, inner=inner)
    plain: Any = msgspec.to_builtins(value)
    assert canonical_bytes(value) == rfc8785.dumps(plain)


def test_an_integer_that_no_double_holds_is_refused_wherever_it_stands() -> None:
    with pytest.raises(rfc8785.IntegerDomainError):
        canonical_bytes(Peculiar(named=2**53, other=0.0))
