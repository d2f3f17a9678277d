"""Revocation lists: read once, asked often. A list of a million numbers costs its reading once per process."""

from __future__ import annotations

import functools
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from edxml.trust import key_signatures
from edxml.trust.issued import Issued, name_key

UNDERSTOOD = frozenset({ExtensionOID.DELTA_CRL_INDICATOR, ExtensionOID.ISSUING_DISTRIBUTION_POINT})
ENTRY_UNDERSTOOD = frozenset({CRLEntryExtensionOID.CRL_REASON, CRLEntryExtensionOID.INVALIDITY_DATE})
EXPIRED_ON_LIST = x509.ObjectIdentifier("2.5.29.60")
USUAL_BYTES = 256 << 10  # of longer lists, which strangers send too, only a few are remembered
SHORT = 64  # so few entries are looked through; more are indexed
_MASK = (1 << 64) - 1
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: since when a certificate is revoked; on_hold: it may come back; released: it came back."""

    since: datetime
    on_hold: bool = False
    released: bool = False


class RevocationList:
    """One list. problem: why it speaks for nobody; base: the number of the list it completes, if it is a delta.

    keeps_expired_since: certificates that expired after this moment are still named (X.509 9.5.2.8); None: no promise.
    """

    __slots__ = (
        "_index", "_parsed", "_signers", "base", "digest", "issuer", "keeps_expired_since", "next_update", "number",
        "problem", "scope", "size", "this_update",
    )  # fmt: skip

    def __init__(self, der: bytes) -> None:
        """Read a list; raises ValueError for bytes that are none."""
        try:
            parsed = x509.load_der_x509_crl(der)
            extensions = {e.oid: e for e in parsed.extensions}
            self.this_update = parsed.last_update_utc
            self.next_update = parsed.next_update_utc
            self.issuer = name_key(parsed.issuer)
            self.size = len(parsed)
        except UNREADABLE as error:
            raise ValueError(f"the revocation list cannot be read: {error}") from error
        number, base = (extensions.get(oid) for oid in (ExtensionOID.CRL_NUMBER, ExtensionOID.DELTA_CRL_INDICATOR))
        scope = extensions.get(ExtensionOID.ISSUING_DISTRIBUTION_POINT)
        self.digest = hashlib.sha256(der).hexdigest()
        self.number: int | None = number.value.crl_number if number is not None else None
        self.base: int | None = base.value.crl_number if base is not None else None
        self.scope: x509.IssuingDistributionPoint | None = scope.value if scope is not None else None
        self.problem = self._problem(extensions)
        self.keeps_expired_since = _moment(extensions.get(EXPIRED_ON_LIST))
        self._parsed = parsed
        self._index: array[int] | None = None
        self._signers: dict[bytes, bool] = {}

    def _problem(self, extensions: dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]]) -> str | None:
        strange = next((oid for oid, e in extensions.items() if e.critical and oid not in UNDERSTOOD), None)
        if strange is not None:
            return f"the list's critical extension {strange.dotted_string} is not understood"
        if self.next_update is None:
            return "the list does not say when the next one comes"
        if self.scope is not None and (self.scope.indirect_crl or self.scope.only_contains_attribute_certs):
            return "the list speaks for other issuers or for no certificates"
        return None

    def is_signed_by(self, issuer: Issued) -> bool:
        """Whether an issuer, who may sign lists, signed this one. Remembered."""
        if issuer.key is None or issuer.weakness is not None:
            return False
        if issuer.usage is not None and "crl_sign" not in issuer.usage:
            return False
        if issuer.spki not in self._signers:
            self._signers[issuer.spki] = key_signatures.fits_list(issuer.key, self._parsed)
        return self._signers[issuer.spki]

    def covers(self, certificate: Issued) -> bool:
        """Whether the list would name that certificate: its kind and the address where its issuer said to look."""
        scope = self.scope
        if scope is None:
            return True
        if (scope.only_contains_user_certs and certificate.ca) or (scope.only_contains_ca_certs and not certificate.ca):
            return False
        if scope.relative_name is not None:
            return False
        if scope.full_name is None:
            return True
        places = {n.value for n in scope.full_name if isinstance(n, x509.UniformResourceIdentifier)}
        return bool(places & set(certificate.crl_urls))

    @property
    def is_partial(self) -> bool:
        """Whether the list names some reasons only: it may revoke and never acquits."""
        return self.scope is not None and self.scope.only_some_reasons is not None

    @property
    def has_sha1(self) -> bool:
        """Whether the issuer signed over SHA-1."""
        return key_signatures.digest_name(self._parsed) == "sha1"

    def entry(self, serial: int) -> Entry | None:
        """The line of a serial number; raises ValueError if it says what is not understood."""
        if self.size > SHORT and not self._may_name(serial):
            return None
        found = self._parsed.get_revoked_certificate_by_serial_number(serial)
        if found is None:
            return None
        try:
            extensions = {e.oid: e for e in found.extensions}
        except UNREADABLE as error:
            raise ValueError(f"an entry of the list cannot be read: {error}") from error
        strange = next((oid for oid, e in extensions.items() if e.critical and oid not in ENTRY_UNDERSTOOD), None)
        if strange is not None:
            raise ValueError(f"the entry's critical extension {strange.dotted_string} is not understood")
        reason = extensions.get(CRLEntryExtensionOID.CRL_REASON)
        word = reason.value.reason if reason is not None else None
        return Entry(
            since=found.revocation_date_utc,
            on_hold=word is x509.ReasonFlags.certificate_hold,
            released=word is x509.ReasonFlags.remove_from_crl,
        )

    def _may_name(self, serial: int) -> bool:
        """Whether the low 64 bits of a serial number stand in the list, by an index of 8 bytes an entry."""
        if self._index is None:
            self._index = array("Q", sorted(one.serial_number & _MASK for one in self._parsed))
        place = bisect_left(self._index, serial & _MASK)
        return place < len(self._index) and self._index[place] == serial & _MASK


def _moment(extension: x509.Extension[x509.ExtensionType] | None) -> datetime | None:
    """The GeneralizedTime of an extension that the library leaves unread."""
    if extension is None or not isinstance(extension.value, x509.UnrecognizedExtension):
        return None
    try:
        return datetime.strptime(extension.value.value[2:].decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def of_bytes(der: bytes) -> RevocationList | None:
    """A list given as bytes, read once; None for what is none."""
    return _long(der) if len(der) > USUAL_BYTES else _usual(der)


@functools.lru_cache(maxsize=64)
def _usual(der: bytes) -> RevocationList | None:
    return _read(der)


@functools.lru_cache(maxsize=4)
def _long(der: bytes) -> RevocationList | None:
    return _read(der)


def _read(der: bytes) -> RevocationList | None:
    try:
        return RevocationList(der)
    except ValueError:
        return None


def with_deltas(lists: Iterable[RevocationList]) -> list[tuple[RevocationList, RevocationList | None]]:
    """Complete lists, each with the newest delta that completes it (RFC 5280 5.2.4); deltas alone speak for nobody."""
    everything = list(lists)
    deltas = [d for d in everything if d.base is not None and d.number is not None]
    found: list[tuple[RevocationList, RevocationList | None]] = []
    for whole in everything:
        if whole.base is not None:
            continue
        fitting = [d for d in deltas if _completes(d, whole)]
        found.append((whole, max(fitting, key=lambda d: d.number or 0, default=None)))
    return found


def _completes(delta: RevocationList, whole: RevocationList) -> bool:
    if whole.number is None or delta.base is None or delta.number is None or delta.issuer != whole.issuer:
        return False
    return delta.scope == whole.scope and delta.base <= whole.number < delta.number
