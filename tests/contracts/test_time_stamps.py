"""A time stamp in the seal: the authority's word for the time, checked before it is kept; its silence holds up no report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from authorities import Root, Stamping
from cryptography.hazmat.primitives.serialization import Encoding
from sealed import AT, flipped, page

from inspection.reporting import seal, seal_check, time_stamps
from inspection.reporting.seal import Seal
from inspection.reporting.time_stamps import Authority, TimeStampRootsUnusable
from kit.settings import SettingWrong, load

LATER = AT + timedelta(minutes=3)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return seal.self_made(tmp_path_factory.mktemp("seal") / "seal.p12")


@pytest.fixture(scope="module")
def printed() -> bytes:
    return page()


@pytest.fixture(scope="module")
def stamping() -> Stamping:
    return Stamping(Root("Test time root", AT), LATER)


@pytest.fixture(scope="module")
def address(stamping: Stamping) -> Iterator[str]:
    with stamping.listening() as address:
        yield address


@pytest.fixture(scope="module")
def stamped(own: Seal, printed: bytes, stamping: Stamping, address: str) -> bytes:
    return printed + replace(own, authority=Authority(address, (stamping.root,))).apply(printed, AT)


def test_the_seal_says_when_it_was_stamped_and_by_whom(own: Seal, stamped: bytes, stamping: Stamping) -> None:
    found = seal_check.check(stamped, (own.certificate, stamping.root))
    assert found.holds, found.problems
    assert (found.sealed_at, found.stamped_at) == (AT, LATER)
    assert "Test time stamps" in found.stamped_by


def test_a_stamp_of_an_authority_one_does_not_trust_is_a_problem(own: Seal, stamped: bytes) -> None:
    found = seal_check.check(stamped, (own.certificate,))
    assert found.trusted and not found.holds and "time stamp" in " ".join(found.problems)


def test_one_flipped_byte_of_the_stamp_and_the_seal_holds_no_more(own: Seal, stamped: bytes, stamping: Stamping) -> None:
    start = stamped.index(b"/Contents <") + len(b"/Contents <")
    roots = (own.certificate, stamping.root)
    places = range(start, stamped.index(b">", start), 397)
    assert [at for at in places if seal_check.check(flipped(stamped, at), roots).holds] == []


@pytest.mark.long
def test_no_byte_of_a_stamped_seal_can_be_flipped(own: Seal, stamped: bytes, stamping: Stamping) -> None:
    start = stamped.index(b"/Contents <")
    roots = (own.certificate, stamping.root)
    assert [at for at in range(start, len(stamped)) if seal_check.check(flipped(stamped, at), roots).holds] == []


def test_an_authority_that_refuses_or_is_away_or_is_another_holds_up_nothing(
    own: Seal,
    printed: bytes,
    stamping: Stamping,
    address: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = Root("Somebody else", AT).certificate
    for authority in (
        Authority(address, (other,)),
        Authority("http://127.0.0.1:9/tsr", (stamping.root,)),
        Authority(address + "/refused", (stamping.root,)),
    ):
        stamping.answers = not authority.url.endswith("refused")
        sealed = printed + replace(own, authority=authority).apply(printed, AT)
        stamping.answers = True
        found = seal_check.check(sealed, (own.certificate,))
        assert found.holds and found.stamped_at is None
        assert "seal_without_time_stamp" in "".join(capsys.readouterr())


def test_the_published_certificates_are_all_that_is_needed_to_check(own: Seal, stamping: Stamping, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(stamping.root.public_bytes(Encoding.PEM))
    with_authority = replace(own, authority=time_stamps.load("https://tsa.example.org/tsr", roots))
    assert with_authority.pem == own.pem + roots.read_bytes()
    for bad in (tmp_path / "none.pem", Path(__file__)):
        with pytest.raises(TimeStampRootsUnusable, match=bad.name):
            time_stamps.load("https://tsa.example.org/tsr", bad)


def test_an_authority_is_configured_with_its_roots_or_not_at_all() -> None:
    both = {"LIANJIAN_TIMESTAMP_URL": "https://tsa.example.org/tsr", "LIANJIAN_TIMESTAMP_TRUST": "/etc/roots.pem"}
    assert load(both).timestamp_url == both["LIANJIAN_TIMESTAMP_URL"]
    with pytest.raises(SettingWrong, match="TIMESTAMP_TRUST"):
        load({"LIANJIAN_TIMESTAMP_URL": both["LIANJIAN_TIMESTAMP_URL"]})
    with pytest.raises(SettingWrong, match="TIMESTAMP_URL"):
        load(both | {"LIANJIAN_TIMESTAMP_URL": "tsa.example.org"})
