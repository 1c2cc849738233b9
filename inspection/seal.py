"""The electronic seal 电子印章 on a printed report: PAdES (ETSI EN 319 142-1, baseline B-B) over the PDF, and checking it.

The seal is an incremental update: what it adds stands behind the printed bytes, which stay as they were printed. It is invisible,
so the document remains the PDF/A-3 it was (a drawn stamp proves nothing). Nothing may be changed after it: the seal certifies.
Key and certificate are the platform's, from a PKCS#12 file; officers' keys are their own and never here.

pyHanko is imported where it is used: a second of start-up that only the worker and ``lianjian seal`` need.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from kit.canonical import canonical_bytes, sha256_hex
from kit.errors import Invalid

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "LianjianSeal"
REASON = "协同查验综合报告电子印章"
ATTACHED = "report.json"
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


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What checking a PDF found. ``intact``: every byte but the signature itself is as it was sealed, and nothing came after.

    ``trusted``: the certificate leads to one of the roots given. ``document_sha256``: of the attached JSON, if it is canonical.
    ``problems`` says in words what is wrong; empty means that the seal holds.
    """

    sealed: bool
    intact: bool = False
    trusted: bool = False
    signer: str = ""
    certificate_sha256: str = ""
    sealed_at: datetime | None = None
    document_sha256: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.sealed and self.intact and self.trusted and not self.problems


@dataclass(frozen=True)
class Seal:
    """A key with its certificate and chain, ready to seal."""

    pkcs12: bytes
    password: bytes | None
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def apply(self, pdf: bytes, at: datetime) -> bytes:
        """What to append to ``pdf`` so that it is sealed as of ``at``. In a thread of its own: pyHanko runs an event loop."""
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
        signer = _signer(at)(about, signer=self._signer)
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
        """Certificate and chain, for whoever checks."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))


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


def check(pdf: bytes, roots: tuple[x509.Certificate, ...]) -> Checked:
    """Whether ``pdf`` is as it was sealed, by whom, and whether that one is trusted. Never raises for a bad file.

    Not on an event loop's thread: pyHanko runs its own.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(pdf))
        found = [one for one in reader.embedded_signatures if one.field_name == FIELD]
        if not found:
            return Checked(sealed=False, problems=("no seal of this platform's kind is in the file",))
        return _checked(pdf, found[0], roots)
    except Exception as wrong:
        # Two PDF libraries read a file that somebody may have changed on purpose: over whatever they stumble, it is damaged.
        return Checked(sealed=False, problems=(f"the file is damaged: {type(wrong).__name__}: {wrong}",))


def _checked(pdf: bytes, signature: Any, roots: tuple[x509.Certificate, ...]) -> Checked:
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # the package carries no types
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    trust = [Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    context = ValidationContext(trust_roots=trust, allow_fetching=False, moment=signature.self_reported_timestamp)
    status = validate_pdf_signature(signature, context)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE and _nothing_beside(pdf, signature)
    intact = bool(status.intact and status.valid and status.docmdp_ok) and whole
    document = _attached(pdf)
    problems = []
    if not intact:
        problems.append("the file is not as it was sealed: bytes were changed or added")
    if not status.trusted:
        problems.append("the seal's certificate does not lead to a root you trust")
    if document is None:
        problems.append(f"{ATTACHED} is missing or is not canonical JSON")
    return Checked(
        sealed=True,
        intact=intact,
        trusted=bool(status.trusted),
        signer=status.signing_cert.subject.human_friendly,
        certificate_sha256=status.signing_cert.sha256.hex(),
        sealed_at=status.signer_reported_dt,
        document_sha256=document,
        problems=tuple(problems),
    )


def _nothing_beside(pdf: bytes, signature: Any) -> bool:
    """Whether the only bytes a signature cannot cover are itself, as hexadecimal of one case, and the zeros reserved for it.

    Of the container itself, its versions and the digest's name are covered by nothing (RFC 5652, 5.4): they stand as we write
    them, or somebody changed them.
    """
    from asn1crypto import parser  # type: ignore[import-untyped]  # the package carries no types

    content = bytes(signature.pkcs7_content)
    used = parser.peek(content)
    plain = (content[:used] + bytes(len(content) - used)).hex().encode()
    left_out = pdf[int(signature.byte_range[1]) : int(signature.byte_range[2])]
    return _as_we_write(signature) and left_out in {b"<" + plain + b">", b"<" + plain.upper() + b">"}


def _as_we_write(signature: Any) -> bool:
    from asn1crypto.algos import DigestAlgorithm  # type: ignore[import-untyped]  # the package carries no types

    digest = DigestAlgorithm({"algorithm": "sha256"}).dump()
    signed, signer = signature.signed_data, signature.signer_info
    versions = (signed["version"].native, signer["version"].native)
    digests = [one.dump() for one in (*signed["digest_algorithms"], signer["digest_algorithm"])]
    return versions == ("v1", "v1") and digests == [digest, digest]


def _attached(pdf: bytes) -> str | None:
    """SHA-256 (hex) of the attached JSON, when its bytes are the canonical ones of what they say."""
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        if ATTACHED not in opened.attachments:
            return None
        attached = opened.attachments[ATTACHED].get_file().read_bytes()
    try:
        same = canonical_bytes(msgspec.json.decode(attached)) == attached
    except (msgspec.DecodeError, ValueError):
        return None
    return sha256_hex(attached) if same else None


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
