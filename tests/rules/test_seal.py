"""The seal: it holds for the very bytes that were sealed, for a root one trusts, and for nothing else."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from inspection import seal
from inspection.seal import Seal, SealUnusable
from kit.canonical import canonical_bytes, sha256_hex

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DOCUMENT = canonical_bytes({"number": "R-JC-5316-20261120-0001/v1", "outcome": "AUTOMATIC"})
PAGE = (
    b'#pdf.attach("report.json", bytes(sys.inputs.d), mime-type: "application/json", relationship: "source", description: "r")\nR'
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return seal.self_made(tmp_path_factory.mktemp("seal") / "made" / "seal.p12")


@pytest.fixture(scope="module")
def printed() -> bytes:
    pdf = typst.compile(input=PAGE, pdf_standards=["a-3b"], timestamp=0, sys_inputs={"d": DOCUMENT.decode()})
    assert isinstance(pdf, bytes)
    return pdf


@pytest.fixture(scope="module")
def sealed(own: Seal, printed: bytes) -> bytes:
    return printed + own.apply(printed, AT)


def test_what_was_sealed_holds_and_says_by_whom_when_and_over_which_document(own: Seal, sealed: bytes) -> None:
    found = seal.check(sealed, (own.certificate,))
    assert found.holds and found.problems == ()
    assert (found.sealed_at, found.document_sha256) == (AT, sha256_hex(DOCUMENT))
    assert seal.SELF_MADE in found.signer
    assert found.certificate_sha256 == own.certificate.fingerprint(hashes.SHA256()).hex()


def test_the_printed_bytes_stay_as_they_were(printed: bytes, sealed: bytes) -> None:
    assert sealed.startswith(printed) and len(sealed) > len(printed)


def test_one_flipped_byte_anywhere_and_the_seal_holds_no_more(own: Seal, sealed: bytes) -> None:
    container = sealed.index(b"/Contents <") + len(b"/Contents <")
    # What no digest covers stands at the container's head.
    places = {*range(0, len(sealed), 149), *range(len(sealed) - 9000, len(sealed), 211), *range(container, container + 96)}
    survivors = [at for at in sorted(places) if seal.check(_flipped(sealed, at), (own.certificate,)).holds]
    assert survivors == []


@pytest.mark.long
def test_no_byte_of_the_file_can_be_flipped(own: Seal, sealed: bytes) -> None:
    assert [at for at in range(len(sealed)) if seal.check(_flipped(sealed, at), (own.certificate,)).holds] == []


def test_what_is_added_or_cut_off_is_seen(own: Seal, printed: bytes, sealed: bytes) -> None:
    for changed in (sealed + b"\n%added", sealed[:-1], sealed[:-200], printed, b"", b"%PDF-1.7\n"):
        assert not seal.check(changed, (own.certificate,)).holds


def test_a_stranger_is_intact_and_not_trusted(sealed: bytes, tmp_path: Path) -> None:
    stranger = seal.self_made(tmp_path / "seal.p12")
    found = seal.check(sealed, (stranger.certificate,))
    assert found.intact and not found.trusted and not found.holds
    assert not seal.check(sealed, ()).holds


def test_a_seal_of_an_authority_is_trusted_through_its_root(printed: bytes, tmp_path: Path) -> None:
    root, file = _issued(tmp_path, b"secret")
    issued = seal.load(file, "secret")
    assert seal.check(printed + issued.apply(printed, AT), (root,)).holds
    assert issued.pem.count(b"BEGIN CERTIFICATE") == 2


def test_a_key_file_is_its_owners_alone_and_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "seal" / "seal.p12"
    first, again = seal.self_made(file), seal.self_made(file)
    assert first.certificate == again.certificate
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_key_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    _, file = _issued(tmp_path, b"secret")
    garbage = tmp_path / "garbage.p12"
    garbage.write_bytes(b"no key")
    for path, password, why in (
        (file, "wrong", "password"),
        (garbage, None, "PKCS#12"),
        (tmp_path / "none.p12", None, "none.p12"),
    ):
        with pytest.raises(SealUnusable, match=why):
            seal.load(path, password)


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _issued(folder: Path, password: bytes) -> tuple[x509.Certificate, Path]:
    """A test authority's root, and a PKCS#12 file with a key it certified."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Test CA", "Port 5316 seal"))

    def signed(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder(root_name, subject, public, x509.random_serial_number())
        builder = builder.not_valid_before(AT - timedelta(days=1)).not_valid_after(AT + timedelta(days=365))
        usage = {"key_encipherment": False, "data_encipherment": False, "key_agreement": False, "encipher_only": False}
        kind = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **usage
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return builder.add_extension(kind, critical=True).sign(root_key, hashes.SHA256())

    root, own = signed(root_name, root_key.public_key(), ca=True), signed(name, key.public_key(), ca=False)
    file = folder / "issued.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, own, [root], BestAvailableEncryption(password)))
    return root, file
