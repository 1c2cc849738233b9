"""A webhook's address leads outside, however it is spelled."""

from __future__ import annotations

import pytest

from inspection.notifying.public_address import chosen, is_public, url_problem


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:0:1::1", "198.18.0.1", "192.0.2.1"],
)  # fmt: skip
def test_addresses_of_inside_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert chosen([address], private=False) is None and chosen([address], private=True) == address


@pytest.mark.parametrize("address", ["8.8.8.8", "203.119.25.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_outside_are(address: str) -> None:
    assert is_public(address)


def test_a_name_that_stands_for_one_address_inside_is_a_trap() -> None:
    assert chosen(["8.8.8.8", "10.0.0.1"], private=False) is None
    assert chosen([], private=True) is None


@pytest.mark.parametrize(
    "url",
    ["http://example.org/in", "ftp://example.org", "https://", "https:///in", "https://user:pw@example.org/", "https://127.0.0.1/",
     "https://[::1]/", "https://example.org/#part", "https://example.org:99999/", "https://example.org/a b", "not a url",
     "https://[::ffff:10.0.0.1]/", "https://example.org:0/"],
)  # fmt: skip
def test_a_wrong_address_is_refused_with_what_would_be_right(url: str) -> None:
    assert url_problem(url, private=False)


def test_https_outside_is_taken_and_the_own_network_only_where_the_operator_allows_it() -> None:
    assert url_problem("https://receiver.example.org:8443/in?key=1", private=False) is None
    assert url_problem("http://127.0.0.1:9000/in", private=True) is None
    assert url_problem("file:///etc/passwd", private=True)
