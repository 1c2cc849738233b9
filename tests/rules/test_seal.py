"""The seal: it holds for the very bytes that were sealed, for a root one trusts, and for nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from authorities import Root
from cryptography.hazmat.primitives import hashes
from sealed import AT, DOCUMENT, flipped, page

from inspection.reporting import seal, seal_check
from inspection.reporting.seal import Seal, SealUnusable
from kit.canonical import sha256_hex


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return seal.self_made(tmp_path_factory.mktemp("seal") / "made" / "seal.p12")


@pytest.fixture(scope="module")
def printed() -> bytes:
    return page()


@pytest.fixture(scope="module")
def sealed(own: Seal, printed: bytes) -> bytes:
    return printed + own.apply(printed, AT)


def test_what_was_sealed_holds_and_says_by_whom_when_and_over_which_document(own: Seal, sealed: bytes) -> None:
    found = seal_check.check(sealed, (own.certificate,))
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
    survivors = [at for at in sorted(places) if seal_check.check(flipped(sealed, at), (own.certificate,)).holds]
    assert survivors == []


@pytest.mark.long
def test_no_byte_of_the_file_can_be_flipped(own: Seal, sealed: bytes) -> None:
    assert [at for at in range(len(sealed)) if seal_check.check(flipped(sealed, at), (own.certificate,)).holds] == []


def test_what_is_added_or_cut_off_is_seen(own: Seal, printed: bytes, sealed: bytes) -> None:
    for changed in (sealed + b"\n%added", sealed[:-1], sealed[:-200], printed, b"", b"%PDF-1.7\n"):
        assert not seal_check.check(changed, (own.certificate,)).holds


def test_a_stranger_is_intact_and_not_trusted(sealed: bytes, tmp_path: Path) -> None:
    stranger = seal.self_made(tmp_path / "seal.p12")
    found = seal_check.check(sealed, (stranger.certificate,))
    assert found.intact and not found.trusted and not found.holds
    assert not seal_check.check(sealed, ()).holds


def test_a_seal_of_an_authority_is_trusted_through_its_root(printed: bytes, tmp_path: Path) -> None:
    root = Root("Test CA", AT)
    issued = seal.load(root.pkcs12(tmp_path / "issued.p12", b"secret"), "secret")
    assert seal_check.check(printed + issued.apply(printed, AT), (root.certificate,)).holds
    assert issued.pem.count(b"BEGIN CERTIFICATE") == 2


def test_a_key_file_is_its_owners_alone_and_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "seal" / "seal.p12"
    first, again = seal.self_made(file), seal.self_made(file)
    assert first.certificate == again.certificate
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_key_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    file = Root("Test CA", AT).pkcs12(tmp_path / "issued.p12", b"secret")
    garbage = tmp_path / "garbage.p12"
    garbage.write_bytes(b"no key")
    for path, password, why in (
        (file, "wrong", "password"),
        (garbage, None, "PKCS#12"),
        (tmp_path / "none.p12", None, "none.p12"),
    ):
        with pytest.raises(SealUnusable, match=why):
            seal.load(path, password)
