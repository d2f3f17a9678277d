"""Client certificates: what a caller's connection has proven, and whether that still counts (RFC 8705).

The chain is checked in the handshake (`tls`). Which system a certificate belongs to is only its thumbprint in the
registry, so taking it out there works at once, on open connections too.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import alarms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agency_registry.agency import System
    from hub.context import Hub

CERTIFICATE = "certificate"
_PEM_CRL = b"-----BEGIN X509 CRL-----"


@dataclass(frozen=True, slots=True)
class Shown:
    """The certificate a caller proved to hold the key of. thumbprint: lower-case hex SHA-256 of its DER."""

    thumbprint: str
    certificate: x509.Certificate


class Revocations:
    """The revocation lists of one listener, read again when their file has changed."""

    def __init__(self, lists: Path, authorities: Path) -> None:
        self._lists = lists
        self._authorities = authorities
        self._stamp: tuple[int, int] | None = None
        self._known: dict[bytes, x509.CertificateRevocationList | None] = {}

    def state(self, certificate: x509.Certificate, now: datetime) -> str:
        """good, revoked, or unknown: no list of its authority that is signed and in force.

        A certificate of none of the authorities is good here: it is registered by itself, and that can be ended.
        """
        self._refresh()
        issuer = certificate.issuer.public_bytes()
        if issuer not in self._known:
            return "good" if self._known else "unknown"
        found = self._known[issuer]
        if found is None:
            return "unknown"
        if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            return "revoked"
        end = found.next_update_utc
        return "good" if end is not None and now < end else "unknown"

    def _refresh(self) -> None:
        """Whatever cannot be read leaves what is known; at first that is nothing, which is no reason to believe."""
        try:
            stamp = (_stamp(self._authorities), _stamp(self._lists))
            if stamp == self._stamp:
                return
            self._stamp = stamp
            authorities = x509.load_pem_x509_certificates(self._authorities.read_bytes())
            found: dict[bytes, x509.CertificateRevocationList | None]
            found = {one.subject.public_bytes(): None for one in authorities}
            self._known = {**found, **{name: kept for name, kept in self._known.items() if name in found}}
            for one in _lists(self._lists.read_bytes()):
                _take(found, one, authorities)
            self._known = found
        except (OSError, ValueError):
            log.get().exception("revocation lists of client certificates not read", file=self._lists.name)


REVOCATIONS = web.AppKey("client_revocations", Revocations)


def shown(request: web.BaseRequest) -> Shown | None:
    """The client certificate of the request's connection, None without one."""
    transport = request.transport
    encrypted = transport.get_extra_info("ssl_object") if transport is not None else None
    der = encrypted.getpeercert(binary_form=True) if encrypted is not None else None
    return None if not der else _parsed(der)


def refuse_invalid(hub: Hub, request: web.Request, found: Shown) -> None:
    """Raise Refusal when the certificate no longer counts: FORBIDDEN (revoked, expired), REVOCATION_UNAVAILABLE."""
    now = hub.clock.now()
    if not found.certificate.not_valid_before_utc <= now < found.certificate.not_valid_after_utc:
        raise Refusal(Fault.FORBIDDEN, "the client certificate is out of date")
    revocations = request.config_dict.get(REVOCATIONS)
    state = "good" if revocations is None else revocations.state(found.certificate, now)
    if state == "revoked":
        raise Refusal(Fault.FORBIDDEN, "the client certificate is revoked")
    if state == "unknown":
        raise Refusal(Fault.REVOCATION_UNAVAILABLE, "there is no revocation list in force for the client certificate")


async def refuse_foreign(hub: Hub, system: System, found: Shown, address: str) -> None:
    """Raise Refusal(FORBIDDEN), with an alarm, when the certificate is registered for another system than calls."""
    owner = owner_of(hub, found)
    if owner is not None and owner.id != system.id:
        await alarms.raise_alarm(hub, "certificate_of_another_system", system.id, address, owner=owner.id)
        raise Refusal(Fault.FORBIDDEN, "the client certificate belongs to another system")


def owner_of(hub: Hub, found: Shown) -> System | None:
    """The system that registered this certificate."""
    now = hub.clock.now()
    for system in hub.directory.systems():
        if any(key.thumbprint == found.thumbprint for key in system.keys_at(now, CERTIFICATE)):
            return system
    return None


@functools.lru_cache(maxsize=4096)
def _parsed(der: bytes) -> Shown:
    return Shown(hashlib.sha256(der).hexdigest(), x509.load_der_x509_certificate(der))


def _take(
    known: dict[bytes, x509.CertificateRevocationList | None],
    found: x509.CertificateRevocationList,
    authorities: list[x509.Certificate],
) -> None:
    """Keep a list signed by its authority, the newest of each."""
    if not any(one.subject == found.issuer and _signed_by(found, one) for one in authorities):
        return
    kept = known[found.issuer.public_bytes()]
    if kept is None or kept.last_update_utc < found.last_update_utc:
        known[found.issuer.public_bytes()] = found


def _stamp(path: Path) -> int:
    """When a file last changed; 0 while it is missing."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _lists(data: bytes) -> Iterator[x509.CertificateRevocationList]:
    """Every list of a PEM file, or the one of a DER file."""
    if _PEM_CRL not in data:
        yield x509.load_der_x509_crl(data)
        return
    for part in data.split(_PEM_CRL)[1:]:
        yield x509.load_pem_x509_crl(_PEM_CRL + part)


def _signed_by(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        return found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
