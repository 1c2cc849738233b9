"""Whether the seal on a printed report holds: who sealed it, when, and that no byte was changed or added. No network."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from kit.canonical import canonical_bytes, sha256_hex

FIELD: Final = "LianjianSeal"
ATTACHED: Final = "report.json"
STAMP: Final = "signature_time_stamp_token"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What checking a PDF found. ``intact``: every byte but the signature itself is as it was sealed, and nothing came after.

    ``trusted``: the certificate leads to one of the roots given. ``sealed_at`` is the platform's word, ``stamped_at`` (null: no
    time stamp) that of the authority ``stamped_by``. ``document_sha256``: of the attached JSON, if it is canonical.
    ``problems`` says in words what is wrong; empty means that the seal holds.
    """

    sealed: bool
    intact: bool = False
    trusted: bool = False
    signer: str = ""
    certificate_sha256: str = ""
    sealed_at: datetime | None = None
    stamped_at: datetime | None = None
    stamped_by: str = ""
    document_sha256: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.sealed and self.intact and self.trusted and not self.problems


def check(pdf: bytes, roots: tuple[x509.Certificate, ...]) -> Checked:
    """Whether ``pdf`` is as it was sealed, by whom, and whether that one is trusted. Never raises for a bad file.

    A time stamp in it has to lead to one of the ``roots`` too. Not on an event loop's thread: pyHanko runs its own.
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
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    token = _stamp_in(signature)
    then = None if token is None else token["encap_content_info"]["content"].parsed["gen_time"].native
    context = _trusting(roots, signature.self_reported_timestamp)
    status = validate_pdf_signature(signature, context, ts_validation_context=_trusting(roots, then))
    stamp = status.timestamp_validity
    covered = bool(status.intact and status.valid and status.docmdp_ok) and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    stamped = stamp is None or bool(stamp.intact and stamp.valid)
    intact = covered and stamped and _nothing_beside(pdf, signature, roots)  # the costliest question last
    document = _attached(pdf)
    wrong = {
        "the file is not as it was sealed: bytes were changed or added": not intact,
        "the seal's certificate does not lead to a root you trust": not status.trusted,
        "the time stamp's certificate does not lead to a root you trust": stamp is not None and not stamp.trusted,
        f"{ATTACHED} is missing or is not canonical JSON": document is None,
    }
    return Checked(
        sealed=True,
        intact=intact,
        trusted=bool(status.trusted),
        signer=status.signing_cert.subject.human_friendly,
        certificate_sha256=status.signing_cert.sha256.hex(),
        sealed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp is not None else None,
        stamped_by=stamp.signing_cert.subject.human_friendly if stamp is not None else "",
        document_sha256=document,
        problems=tuple(what for what, is_so in wrong.items() if is_so),
    )


def _trusting(roots: tuple[x509.Certificate, ...], moment: datetime | None) -> Any:
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # the package carries no types
    from pyhanko_certvalidator import ValidationContext

    trust = [Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    return ValidationContext(trust_roots=trust, allow_fetching=False, moment=moment)


def _nothing_beside(pdf: bytes, signature: Any, roots: tuple[x509.Certificate, ...]) -> bool:
    """Whether the only bytes a signature cannot cover are itself, as hexadecimal of one case, and the zeros reserved for it.

    Of the container itself, its versions and the digest's name are covered by nothing (RFC 5652, 5.4): they stand as we write
    them, or somebody changed them. Beside them stands a time stamp, or nothing.
    """
    from asn1crypto import parser  # type: ignore[import-untyped]  # the package carries no types
    from asn1crypto.cms import ContentInfo  # type: ignore[import-untyped]  # the package carries no types

    content = bytes(signature.pkcs7_content)
    used = parser.peek(content)
    plain = (content[:used] + bytes(len(content) - used)).hex().encode()
    left_out = pdf[int(signature.byte_range[1]) : int(signature.byte_range[2])]
    if left_out not in {b"<" + plain + b">", b"<" + plain.upper() + b">"}:
        return False
    # Read and written anew: what a reader skips, or a longer length takes from the reserve, does not come back.
    if ContentInfo.load(content[:used]).dump(force=True) != content[:used] or not _as_we_write(signature):
        return False
    token = _stamp_in(signature)
    return token is None or _as_stamped(token, roots)


def _stamp_in(signature: Any) -> Any | None:
    """The signed data of the time stamp beside the signature, if there is one."""
    beside = [one["values"] for one in signature.signer_info["unsigned_attrs"] if one["type"].native == STAMP]
    return beside[0][0]["content"] if beside else None


def _as_we_write(signature: Any) -> bool:
    from asn1crypto.algos import DigestAlgorithm  # type: ignore[import-untyped]  # the package carries no types

    digest = DigestAlgorithm({"algorithm": "sha256"}).dump()
    signed, signer = signature.signed_data, signature.signer_info
    versions = (signed["version"].native, signer["version"].native)
    digests = [one.dump() for one in (*signed["digest_algorithms"], signer["digest_algorithm"])]
    beside = [(one["type"].native, len(one["values"])) for one in signer["unsigned_attrs"]]
    return versions == ("v1", "v1") and digests == [digest, digest] and beside in ([], [(STAMP, 1)])


def _as_stamped(signed: Any, roots: tuple[x509.Certificate, ...]) -> bool:
    """The same of a time stamp: versions and digests agree with what is covered, and every certificate in it is certified."""
    (signer,) = signed["signer_infos"]
    versions = (signed["version"].native, signer["version"].native)
    digests = {one.dump() for one in (*signed["digest_algorithms"], signer["digest_algorithm"])}
    inside = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    return versions == ("v3", "v1") and len(digests) == 1 and all(_certified(one, (*inside, *roots)) for one in inside)


def _certified(one: x509.Certificate, known: tuple[x509.Certificate, ...]) -> bool:
    for issuer in known:
        try:
            one.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


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
