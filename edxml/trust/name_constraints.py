"""Name constraints of authorities (RFC 5280 4.2.1.10): which names they may certify, and which not.

A kind of name that cannot be compared is refused when it is constrained, and so is a constraint or a name that is not
well-formed: an authority's limits are never widened by what we do not understand.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from edxml.trust.issued import Issued, NameKey, name_key

MOST_COMPARISONS = 100_000  # of a path; more of them are an attack
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


class NotPermittedError(Exception):
    """A certificate of a path carries a name its authorities may not certify, or one that cannot be judged."""


def check(path: Sequence[Issued]) -> None:
    """Raise NotPermittedError if a name in a path (leaf first, anchor last) breaks a constraint above it."""
    limits: list[x509.NameConstraints] = []
    left = MOST_COMPARISONS
    for place in range(len(path) - 1, -1, -1):
        certificate = path[place]
        if limits and (place == 0 or not certificate.is_self_issued):
            names = list(_names(certificate))
            left -= len(names) * sum(_size(limit) for limit in limits)
            if left < 0:
                raise NotPermittedError("too many names and constraints to compare")
            for limit in limits:
                for name in names:
                    _check(name, limit)
        if certificate.constraints is not None:
            if place == 0:
                raise NotPermittedError("a signer's certificate sets name constraints")
            if not _size(certificate.constraints):
                raise NotPermittedError("empty name constraints")
            limits.append(certificate.constraints)


def _size(limit: x509.NameConstraints) -> int:
    return len(limit.permitted_subtrees or ()) + len(limit.excluded_subtrees or ())


def _names(certificate: Issued) -> Iterator[x509.GeneralName]:
    """Every name a certificate gives its holder, mail addresses of the subject included."""
    if certificate.subject:
        yield x509.DirectoryName(certificate.parsed.subject)
    yield from certificate.names
    for mail in certificate.parsed.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield x509.RFC822Name(str(mail.value))


def _check(name: x509.GeneralName, limit: x509.NameConstraints) -> None:
    kind = type(name)
    permitted = [p for p in limit.permitted_subtrees or () if type(p) is kind]
    excluded = [e for e in limit.excluded_subtrees or () if type(e) is kind]
    if not permitted and not excluded:
        return
    if permitted and not any(_within(name, p, widest=False) for p in permitted):
        raise NotPermittedError(f"a {kind.__name__} outside the permitted ones")
    if any(_within(name, e, widest=True) for e in excluded):
        raise NotPermittedError(f"an excluded {kind.__name__}")


def _within(name: x509.GeneralName, limit: x509.GeneralName, *, widest: bool) -> bool:
    """Whether a name lies in a subtree. widest: for a pattern, whether anything it stands for lies in it."""
    if isinstance(name, x509.DirectoryName) and isinstance(limit, x509.DirectoryName):
        return _is_prefix(name_key(limit.value), name_key(name.value))
    if isinstance(name, x509.DNSName) and isinstance(limit, x509.DNSName):
        return _dns(name.value.lower(), limit.value.lower(), widest=widest)
    if isinstance(name, x509.IPAddress) and isinstance(limit, x509.IPAddress):
        return _address(name.value, limit.value)
    if isinstance(name, x509.RFC822Name) and isinstance(limit, x509.RFC822Name):
        return _mail(name.value, limit.value)
    if isinstance(name, x509.UniformResourceIdentifier) and isinstance(limit, x509.UniformResourceIdentifier):
        return _uri(name.value, limit.value)
    raise NotPermittedError(f"names of the kind {type(name).__name__} are constrained and cannot be compared")


def _is_prefix(limit: NameKey, name: NameKey) -> bool:
    return name[: len(limit)] == limit


def _dns(name: str, limit: str, *, widest: bool) -> bool:
    pattern = name.startswith("*.")
    host = _host(name[2:] if pattern else name)
    if not limit:
        return True
    tree = _host(limit)
    if _is_below(host, tree):
        return True
    return widest and pattern and _is_below(tree, host)


def _is_below(host: str, tree: str) -> bool:
    return host == tree or host.endswith(f".{tree}")


def _host(text: str) -> str:
    """A well-formed host name; raises NotPermittedError for another."""
    if not text or len(text) > 253 or not all(_LABEL.match(label) for label in text.split(".")):
        raise NotPermittedError("a host name that is not well-formed")
    return text


def _address(name: object, limit: object) -> bool:
    if not isinstance(limit, ipaddress.IPv4Network | ipaddress.IPv6Network):
        raise NotPermittedError("a constraint on addresses that is no network")
    if not isinstance(name, ipaddress.IPv4Address | ipaddress.IPv6Address):
        raise NotPermittedError("an address that is none")
    return name in limit


def _mail(name: str, limit: str) -> bool:
    local, at, domain = name.rpartition("@")
    host = _host(domain.lower())
    if not at or not local or "@" in local:
        raise NotPermittedError("a mail address that is not well-formed")
    wanted_local, is_mailbox, wanted = limit.rpartition("@")
    wanted = wanted.lower()
    if is_mailbox:
        return bool(wanted_local) and local == wanted_local and host == _host(wanted)
    return _host_limit(host, wanted)


def _uri(name: str, limit: str) -> bool:
    place = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:\[\]]+)(?::\d+)?(?:[/?#]|\Z)", name)
    if place is None:
        raise NotPermittedError("an address of a resource without a host name")
    return _host_limit(_host(place[1].lower()), limit.lower())


def _host_limit(host: str, limit: str) -> bool:
    """For mail and resources a constraint is one host, or with a leading period all hosts below it."""
    if limit.startswith("."):
        return host.endswith(f".{_host(limit[1:])}")
    return host == _host(limit)
