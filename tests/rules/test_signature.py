"""Signatures: a key has one name, a statement one spelling, and a signature holds for nothing else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agencies.signature import KeyInvalid, check_enrolment, decoded, encoded, holds, key_id_of, statement

JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(), st.lists)


def test_a_key_is_called_by_its_rfc_7638_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    public = decoded("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", 32, "$")
    assert key_id_of(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_example_of_rfc_8037_verifies() -> None:
    public = decoded("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", 32, "$")
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = decoded("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", 64, "$")
    assert holds(public, signature, signed) and not holds(public, signature, signed + b".")


@given(content=JSON, changed=JSON, purpose=st.sampled_from(["a/1", "b/1"]))
def test_a_signature_holds_for_its_statement_and_purpose_alone(content: object, changed: object, purpose: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = key.public_key().public_bytes_raw()
    signature = key.sign(statement("a/1", lines=content))
    other = statement(purpose, lines=changed)
    assert holds(public, signature, other) == (other == statement("a/1", lines=content))


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_bytes_that_are_no_key_or_no_signature_hold_nothing(key: bytes, signature: bytes) -> None:
    assert not holds(key, signature, b"anything")


@given(st.text(max_size=90))
def test_whatever_stands_for_a_key_is_read_one_way_or_refused(text: str) -> None:
    try:
        assert encoded(decoded(text, 32, "$.public_key")) == text
    except KeyInvalid as refused:
        assert refused.details["errors"][0]["path"] == "$.public_key"


def test_a_proof_for_another_login_is_no_proof() -> None:
    key = Ed25519PrivateKey.generate()
    public = encoded(key.public_key().public_bytes_raw())
    proof = encoded(key.sign(statement("lianjian.enrolment/1", login="mei", public_key=public)))
    assert check_enrolment("mei", public, proof) == key.public_key().public_bytes_raw()
    with pytest.raises(KeyInvalid):
        check_enrolment("qiu", public, proof)
