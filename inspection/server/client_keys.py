"""Signing as a client does: keys that are made here, enrolled over HTTP, and never leave this process.

For the demo and for tests, which speak to the platform from outside; nothing of the server imports it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agencies.signature import ENROLMENT, encoded, key_id_of, statement
from inspection.concluding import conclusion
from inspection.requesting import request as request_rules


class ClientKey:
    """One person's key on one device."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        public = self._private.public_key().public_bytes_raw()
        self.public_key = encoded(public)
        self.id = key_id_of(public)

    def sign(self, signed: bytes) -> str:
        """The signature over ``signed``, base64url."""
        return encoded(self._private.sign(signed))

    def enrolment(self, login: str, name: str) -> dict[str, str]:
        """What ``POST /api/v1/me/keys`` takes."""
        proof = self.sign(statement(ENROLMENT, login=login, public_key=self.public_key))
        return {"public_key": self.public_key, "proof": proof, "name": name}

    def conclusion(self, case: str, agency: str, version: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """The signed body of the agency's conclusion."""
        signed = conclusion.statement(case, agency, version, lines)
        return {"lines": lines, "key_id": self.id, "signature": self.sign(signed)}

    def answer(self, case: str, request: str, agency: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The signed body of the agency's answer to an information request."""
        signed = request_rules.statement(case, UUID(request), agency, answer)
        return {"answer": answer, "key_id": self.id, "signature": self.sign(signed)}


class ClientKeys:
    """A key for everybody who signs, enrolled when first used."""

    def __init__(self) -> None:
        self.enrolled: dict[str, ClientKey] = {}
        """By login."""

    async def of(self, login: str, client: httpx.AsyncClient) -> ClientKey:
        """``login``'s key; ``client`` is signed in as that person."""
        if login not in self.enrolled:
            key = ClientKey()
            (await client.post("/api/v1/me/keys", json=key.enrolment(login, "手持终端 PDA-01"))).raise_for_status()
            self.enrolled[login] = key
        return self.enrolled[login]
