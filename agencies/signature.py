"""Signatures that people make with keys of their own: what is signed, what a key is called, whether a signature holds. Pure.

Ed25519 (RFC 8032) over the RFC 8785 bytes of a statement. A statement always names its purpose, so that a signature made for one
thing never passes for another. A key is named by its RFC 7638 thumbprint, which anybody computes from the key alone. The private
part never leaves the client that made it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kit.canonical import canonical_bytes
from kit.errors import Invalid

ENROLMENT = "lianjian.enrolment/1"
CONCLUSION = "lianjian.conclusion/1"
ANSWER = "lianjian.answer/1"

KEY_BYTES = 32
SIGNATURE_BYTES = 64


class KeyInvalid(Invalid):
    """The key or the proof of holding it is not usable; ``details['errors']`` names the field and what would be right."""

    code = "key_invalid"
    title_zh = "签名公钥或持有证明无效"
    title_en = "The public key or the proof of holding it is not valid"
    advice_zh = "请在终端上重新生成 Ed25519 密钥，并用其私钥对登记声明签名后再提交。"
    advice_en = "Make an Ed25519 key on the client, sign the enrolment statement with it, and send both again."


def statement(purpose: str, **content: Any) -> bytes:
    """The bytes that are signed: canonical JSON of ``content`` and ``purpose``."""
    return canonical_bytes(content | {"purpose": purpose})


def key_id_of(public_key: bytes) -> str:
    """The RFC 7638 thumbprint of an Ed25519 key (32 bytes): 43 characters of base64url."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": encoded(public_key)}
    return encoded(hashlib.sha256(canonical_bytes(jwk)).digest())


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str, length: int, path: str) -> bytes:
    """Exactly ``length`` bytes from base64url without padding, or :class:`KeyInvalid` at ``path``."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != length or encoded(data) != text:
        raise KeyInvalid(errors=[{"path": path, "message": f"{length} bytes as base64url without padding"}])
    return data


def holds(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether ``signature`` over ``signed`` was made with the key; False also for bytes that are no key at all."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_enrolment(login: str, public_key: str, proof: str) -> bytes:
    """The key's bytes, once ``proof`` shows that whoever signs in as ``login`` holds its private part. Raises KeyInvalid."""
    key = decoded(public_key, KEY_BYTES, "$.public_key")
    signature = decoded(proof, SIGNATURE_BYTES, "$.proof")
    if not holds(key, signature, statement(ENROLMENT, login=login, public_key=public_key)):
        raise KeyInvalid(
            errors=[{"path": "$.proof", "message": f"a signature of the enrolment statement for {login} by this key"}]
        )
    return key
