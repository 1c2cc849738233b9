"""The electronic seal 电子印章 on a printed report: PAdES (ETSI EN 319 142-1, baseline B-B) over the PDF.

The seal is an incremental update: what it adds stands behind the printed bytes, which stay as they were printed. It is invisible,
so the document remains the PDF/A-3 it was (a drawn stamp proves nothing). Nothing may be changed after it: the seal certifies.
Key and certificate are the platform's, from a PKCS#12 file; officers' keys are their own and never here. Where an authority is
configured, its time stamp stands in the seal (baseline B-T).

pyHanko is imported where it is used: a second of start-up that only the worker and ``lianjian seal`` need.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from inspection.reporting.seal_check import FIELD, check
from inspection.reporting.time_stamps import Authority
from kit.errors import Invalid

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

log = structlog.get_logger()

REASON = "协同查验综合报告电子印章"
SELF_MADE = "联检平台印章（自签，仅供演示）"
SELF_MADE_FROM, SELF_MADE_UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
"""Wide: the time of a demo or a test is whatever it is moved to."""


class SealUnusable(Invalid):
    """The PKCS#12 file or its password cannot be used; the message says why."""

    code = "seal_unusable"
    title_zh = "电子印章文件不可用"
    title_en = "The seal's key file cannot be used"
    advice_zh = "请检查 LIANJIAN_SEAL_FILE 与 LIANJIAN_SEAL_PASSWORD：文件须为 PKCS#12，含私钥与证书。"
    advice_en = "See LIANJIAN_SEAL_FILE and LIANJIAN_SEAL_PASSWORD: a PKCS#12 file with a private key and its certificate."


@dataclass(frozen=True)
class Seal:
    """A key with its certificate and chain, ready to seal."""

    pkcs12: bytes
    password: bytes | None
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    authority: Authority | None = None

    def apply(self, pdf: bytes, at: datetime) -> bytes:
        """What to append to ``pdf`` so that it is sealed as of ``at``. In a thread of its own: pyHanko runs an event loop.

        An authority that does not answer, or not as it should, holds up no report: the seal is made without a time stamp then,
        which the log and whoever checks it say.
        """
        if self.authority is not None:
            try:
                return self._stamped(pdf, at, self.authority)
            except Exception as fault:  # what came back may be anything
                log.warning("seal_without_time_stamp", fault=f"{type(fault).__name__}: {fault}")
        return self._made(pdf, at, None)

    def _stamped(self, pdf: bytes, at: datetime, authority: Authority) -> bytes:
        """A stamp that does not hold would be kept for ever: it is checked before."""
        made = self._made(pdf, at, authority.stamper)
        found = check(pdf + made, (self.certificate, *self.chain, *authority.roots))
        if found.stamped_at is None or not found.holds:
            raise ValueError("; ".join(found.problems) or "no time stamp")
        return made

    def _made(self, pdf: bytes, at: datetime, stamper: TimeStamper | None) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import PdfSignatureMetadata
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

        about = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=REASON,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signer = _signer(at)(about, signer=self._signer, timestamper=stamper)
        sealed: bytes = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue()
        assert sealed.startswith(pdf)
        return sealed[len(pdf) :]

    @cached_property
    def _signer(self) -> SimpleSigner:
        from pyhanko.sign.signers import SimpleSigner

        loaded: SimpleSigner | None = SimpleSigner.load_pkcs12_data(self.pkcs12, other_certs=[], passphrase=self.password)
        assert loaded is not None
        return loaded

    @property
    def pem(self) -> bytes:
        """Certificate and chain, for whoever checks; with the roots of the time stamp's authority behind them."""
        stamped = self.authority.roots if self.authority else ()
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain, *stamped))


def _signer(at: datetime) -> Any:
    """A signer whose clock says ``at``: the platform's time, which is not this machine's in a demo."""
    from pyhanko.sign.signers import PdfSigner

    class AtThatTime(PdfSigner):
        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = at
            return session

    return AtThatTime


def load(file: Path, password: str | None) -> Seal:
    """The seal of a PKCS#12 file. Raises :class:`SealUnusable`."""
    try:
        return _read(file.read_bytes(), password.encode() if password else None)
    except OSError as wrong:
        raise SealUnusable(f"{file.name}: {wrong.strerror}") from wrong


def self_made(file: Path) -> Seal:
    """The embedded platform's own seal, made on first use: it proves that nothing was changed, and not who sealed."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = file.with_suffix(".new")
        made.touch(mode=0o600)
        made.write_bytes(_self_signed())
        made.replace(file)
    return load(file, None)


def _read(data: bytes, password: bytes | None) -> Seal:
    try:
        bundle = pkcs12.load_pkcs12(data, password)
    except ValueError as wrong:
        raise SealUnusable(f"not a PKCS#12 file, or the password is wrong: {wrong}") from wrong
    if bundle.key is None or bundle.cert is None:
        raise SealUnusable("the PKCS#12 file holds no private key or no certificate")
    chain = tuple(one.certificate for one in bundle.additional_certs)
    return Seal(data, password, bundle.cert.certificate, chain)


def _self_signed() -> bytes:
    """A key of its own, certified by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, SELF_MADE)])
    usage = dict.fromkeys(("data_encipherment", "key_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SELF_MADE_FROM)
        .not_valid_after(SELF_MADE_UNTIL)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"lianjian", key, certificate, None, NoEncryption())
