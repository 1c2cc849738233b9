"""Authorities for tests: one that certifies a seal's key, and one that stamps times over HTTP on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from inspection.reporting.time_stamps import QUERY, REPLY


class Root:
    """A test authority whose certificates are good from a day before ``at`` for a year."""

    def __init__(self, name: str, at: datetime) -> None:
        self._at = at
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self.certificate = self._signed(self._name, self._key.public_key(), ca=True)

    def stamping(self, name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        """A key for time stamps and its certificate."""
        key = rsa.generate_private_key(65537, 2048)  # pyHanko's own authority signs with nothing else
        return key, self._signed(_named(name), key.public_key(), ca=False, stamps=True)

    def pkcs12(self, file: Path, password: bytes) -> Path:
        """A PKCS#12 file with a seal's key, its certificate and this root."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = self._signed(_named("Port 5316 seal"), key.public_key(), ca=False)
        kept = pkcs12.serialize_key_and_certificates(b"seal", key, own, [self.certificate], BestAvailableEncryption(password))
        file.write_bytes(kept)
        return file

    def _signed(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, *, ca: bool, stamps: bool = False
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(self._name, subject, public, x509.random_serial_number())
        builder = builder.not_valid_before(self._at - timedelta(days=1)).not_valid_after(self._at + timedelta(days=365))
        usage = {"key_encipherment": False, "data_encipherment": False, "key_agreement": False, "encipher_only": False}
        kind = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **usage
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if stamps:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.add_extension(kind, critical=True).sign(self._key, hashes.SHA256())


class Stamping:
    """A time-stamping authority on loopback that says it is ``at``. ``answers`` off: it is there and refuses."""

    def __init__(self, root: Root, at: datetime) -> None:
        from asn1crypto import keys
        from asn1crypto.x509 import Certificate
        from pyhanko.sign.timestamps import DummyTimeStamper
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        key, own = root.stamping("Test time stamps")
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        inside = SimpleCertificateStore.from_certs([_der(root.certificate)])
        self.root = root.certificate
        self.answers = True
        self.asked = 0
        self._stamper = DummyTimeStamper(Certificate.load(_bytes(own)), keys.PrivateKeyInfo.load(plain), inside, fixed_dt=at)

    def answer(self, query: bytes) -> bytes:
        """The reply to a request, both as RFC 3161 spells them."""
        from asn1crypto import tsp

        self.asked += 1
        reply: bytes = self._stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()
        return reply

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address, for as long as the block runs."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                good = authority.answers and self.headers["Content-Type"] == QUERY
                body = authority.answer(query) if good else b"no"
                self.send_response(200 if good else 503)
                self.send_header("Content-Type", REPLY if good else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
            finally:
                server.shutdown()
                thread.join()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _der(certificate: x509.Certificate) -> Any:
    from asn1crypto.x509 import Certificate

    return Certificate.load(_bytes(certificate))
