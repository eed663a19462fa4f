"""Whom a request is counted against by where it comes from."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from flask import request

# Whoever has one IPv6 address has all of its network, which is the least that is given to anybody.
OWN_NETWORK: Final = 64


def of_caller() -> str:
    """Where this request comes from, as far as our proxies tell, as it is counted."""
    return counted(request.remote_addr or "")


def counted(address: str) -> str:
    """An IPv4 address as it is, however it is written; of an IPv6 address its network. Pure."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(_network(known) if isinstance(known, IPv6Address) else known)


def _network(known: IPv6Address) -> IPv4Address | str:
    return known.ipv4_mapped or str(ip_network((known, OWN_NETWORK), strict=False))
