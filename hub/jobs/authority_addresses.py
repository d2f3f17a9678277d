"""Addresses of certification authorities: read only in the one spelling that every program reads alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ADDRESS = re.compile(
    r"http://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?P<port>:[0-9]{1,5})?(?:/[!-~]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Place:
    """One address. host: `name:port`, lower case."""

    url: str
    host: str


def read(url: str) -> Place | None:
    """An address that can be asked; None for every other: user names, fragments, backslashes, blanks, letters of
    another script, numbers in brackets, any scheme but plain HTTP.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None or "\\" in url or "#" in url or "@" in url:
        return None
    return Place(url, f"{found['host'].lower()}{found['port'] or ':80'}")


def hosts(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of those addresses that can be asked at all."""
    return frozenset(place.host for place in map(read, urls) if place is not None)


def listed(names: Iterable[str]) -> frozenset[str]:
    """Hosts as an operator lists them, `name` or `name:port`."""
    return frozenset(name.lower() if ":" in name else f"{name.lower()}:80" for name in names)
