"""Addresses that people write down to be called: read in one spelling, or refused with a reason.

What two programs might read differently is refused: user names, fragments, backslashes, blanks, letters of another
script, numbers that some read as an IPv4 address, IPv6 addresses that hide one. Whether the address may be called is
decided once more when the socket is made (`connectors.outgoing`), on what the name resolves to.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

MOST_SIGNS: Final = 2000

_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<rest>(?:/[A-Za-z0-9._~!$&'()*+,;=:/%-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:/%?-]*)?)",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_INWARD: Final = ("localhost", "internal")
_OTHER_SERVICES: Final = frozenset({
    1433, 1521, 2049, 2375, 2376, 2379, 3128, 3268, 3306, 3389, 4369, 5060, 5432, 5433, 5671, 5672, 5900, 5984, 6000,
    6379, 6443, 6665, 6666, 6667, 6668, 6669, 6697, 9042, 9200, 9300, 10080, 10250, 11211, 15672, 25672, 27017, 50000,
})  # fmt: skip
_HTTP, _HTTPS = 80, 443
_UNPRIVILEGED: Final = 1024
_DISGUISES: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""Networks of IPv6 addresses that stand for an IPv4 one: mapped, compatible, NAT64, 6to4, Teredo."""


class AddressError(ValueError):
    """The address may not be called. The texts are safe to show."""

    def __init__(self, english: str, vietnamese: str) -> None:
        super().__init__(english)
        self.vietnamese = vietnamese


@dataclass(frozen=True, slots=True)
class Place:
    """One address that may be written down. literal: the host is a number, not a name."""

    url: str
    host: str
    port: int
    literal: bool


def read(text: str) -> Place:
    """The place behind an address; https, or plain http to a loopback number. Raises AddressError.

    law: R-181 QĐ28 Đ12.1
    """
    head, mark, tail = text.partition("://")
    place, slash, path = tail.partition("/")
    found = _ADDRESS.fullmatch(f"{head.lower()}{mark}{place.lower()}{slash}{path}") if len(text) <= MOST_SIGNS else None
    if found is None:
        english = "not an address of the form https://HOST[:PORT]/PATH in plain letters"
        raise AddressError(english, "không phải địa chỉ dạng https://MÁY[:CỔNG]/ĐƯỜNG-DẪN bằng chữ không dấu")
    host = found["host"]
    number = _number(host)
    if number is None:
        _check_name(host)
    encrypted = found["scheme"] == "https"
    if not encrypted and not (number is not None and number.is_loopback):
        english = "plain http is only for this very machine (127.0.0.1); use https"
        raise AddressError(english, "http không mã hóa chỉ dùng cho chính máy này (127.0.0.1); hãy dùng https")
    port = int(found["port"] or (_HTTPS if encrypted else _HTTP))
    _check_port(port, _HTTPS if encrypted else _HTTP)
    return Place(found[0], host.strip("[]"), port, number is not None)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The number that the host is; None for a name. Raises AddressError for what only some read as a number."""
    if host.startswith("["):
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise AddressError("not an IPv6 address", "địa chỉ IPv6 không đúng") from None
        if not address.is_loopback and any(address in network for network in _DISGUISES):
            english = "an IPv6 address that stands for an IPv4 one: write the IPv4 address"
            raise AddressError(english, "địa chỉ IPv6 thay cho địa chỉ IPv4: hãy viết địa chỉ IPv4")
        return address
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        english = "an IPv4 address is four decimal numbers without leading zeros"
        raise AddressError(english, "địa chỉ IPv4 gồm bốn số thập phân, không có số 0 đứng đầu") from None


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressError("not the name of a host", "tên máy không đúng")
    if labels[-1] in _INWARD:
        english = "names under localhost and internal point inwards"
        raise AddressError(english, "tên thuộc localhost, internal trỏ vào bên trong")


def _check_port(port: int, usual: int) -> None:
    if port == usual or (_UNPRIVILEGED <= port <= 65_535 and port not in _OTHER_SERVICES):
        return
    english = f"port {port} is not one that web services use"
    raise AddressError(english, f"cổng {port} không phải cổng của dịch vụ web")
