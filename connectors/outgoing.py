"""The one HTTP session of the hub's own calls: it reaches only allowed addresses, decided when a socket is made.

The check looks at the address itself, after names were resolved, so that neither a name that points inwards nor a
second answer of the name server gets through. Public addresses are allowed; loopback, link-local, private, shared and
reserved ones only when a listed network holds them; the hub's own listeners never.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import aiohttp

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LEAD_ELSEWHERE = tuple(ipaddress.IPv6Network(text) for text in ("::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""Addresses behind which some router puts an IPv4 one: compatible, local NAT64, 6to4, Teredo."""


class ForbiddenAddressError(OSError):
    """The address may not be called; nothing was sent."""


class Guard:
    """Which addresses may be called.

    allow: networks that may be called although they are not public.
    own: (address, port) of the hub's own listeners; never called.
    """

    def __init__(self, allow: Iterable[str] = (), own: Iterable[tuple[str, int]] = ()) -> None:
        self._allow = tuple(ipaddress.ip_network(network, strict=False) for network in allow)
        self._own = frozenset((str(plain(host)), port) for host, port in own)

    def permits(self, host: str, port: int) -> bool:
        """Whether a socket to this numeric address may be opened."""
        try:
            address = plain(host)
        except ValueError:
            return False
        if (str(address), port) in self._own:
            return False
        if any(address in network for network in self._allow if network.version == address.version):
            return True
        if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _LEAD_ELSEWHERE):
            return False
        return address.is_global and not address.is_multicast

    def socket(self, info: Any) -> socket.socket:
        """A socket for one resolved address. Raises ForbiddenAddressError."""
        family, kind, protocol, _, place = info
        host, port = place[0], place[1]
        if not self.permits(host, port):
            message = f"calls to {host} are not allowed; list its network under [outgoing] allow"
            raise ForbiddenAddressError(errno.EACCES, message)
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


def plain(host: str) -> Address:
    """The address behind its IPv6 disguises (mapped, NAT64) and without a zone. Raises ValueError."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def session(guard: Guard, *, timeout_seconds: float) -> aiohttp.ClientSession:
    """A session behind the guard: no proxies, no cookies, no limit on the whole of a transfer, only on its pauses."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, socket_factory=guard.socket, ttl_dns_cache=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=min(timeout_seconds, 20), sock_read=timeout_seconds),
        trust_env=False,
        auto_decompress=True,
        read_bufsize=1 << 18,
        max_line_size=1 << 16,
        max_field_size=1 << 16,
    )
