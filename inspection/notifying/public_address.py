"""Whether an address may be called from inside: only https, only hosts in the public internet. Pure.

A subscriber gives the address, the platform calls it from behind the firewall: without this, a webhook would be a way in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

NOT_FOR_CALLS: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",  # IPv4 behind NAT64
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2001::/32",  # Teredo
        "192.88.99.0/24",  # 6to4 relays
    )
)
"""Public by the letter, and a detour to addresses that are not."""


def url_problem(url: str, *, private: bool) -> str | None:
    """Why ``url`` cannot be a webhook's; None when it can. ``private``: http and private addresses are let through."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not a URL"
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "https only"
    strange = port == 0 or any(character.isspace() or ord(character) < 33 for character in url)
    if strange or not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        return "a host and perhaps a port; no user name, password, fragment or space"
    return None if private or not _is_private_literal(parts.hostname) else "a public address"


def _is_private_literal(host: str) -> bool:
    """A name is judged by what it stands for when it is called."""
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind the ways IPv6 spells IPv4."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    detour = any(found.version == network.version and found in network for network in NOT_FOR_CALLS)
    return found.is_global and not found.is_multicast and not detour


def chosen(addresses: Iterable[str], *, private: bool) -> str | None:
    """The address to call, of those a name stands for; None when one of them is not public: such a name is a trap."""
    found = list(addresses)
    if not found or not (private or all(is_public(one) for one in found)):
        return None
    return found[0]
