"""Where revocation answers are found: with the document, in the operator's folder, among those the hub fetched."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edxml.trust import answer_names, revocation_lists, revocation_ocsp
from edxml.trust.issued import Issued, NameKey
from edxml.trust.revocation_lists import RevocationList
from edxml.trust.revocation_ocsp import OcspAnswer

DOCUMENT, FOLDER, CACHE = "document", "folder", "cache"
Stamp = tuple[str, int, int]
"""A file as it was: its path, time of change in ns and size; 0 and -1 for one that is not there."""


@dataclass(frozen=True, slots=True)
class Stapled:
    """What came with a document: DER of lists, OCSP responses and certificates. A stranger's material."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()

    def __add__(self, other: Stapled) -> Stapled:
        """Both together."""
        return Stapled(self.crls + other.crls, self.ocsps + other.ocsps, self.certificates + other.certificates)

    @property
    def digest(self) -> bytes:
        """A digest of all answers, to tell two documents' answers apart."""
        total = hashlib.sha256()
        for blob in (*self.crls, *self.ocsps):
            total.update(hashlib.sha256(blob).digest())
        return total.digest()


NOTHING = Stapled()


@dataclass(frozen=True, slots=True)
class Given:
    """The operator's own answers, read once, and the folder of fetched ones."""

    lists: dict[NameKey, tuple[RevocationList, ...]] = field(default_factory=dict)
    answers: tuple[OcspAnswer, ...] = ()
    folder: str | None = None

    @classmethod
    def of(cls, crls: Iterable[bytes], ocsps: Iterable[bytes], folder: str | None) -> Given:
        """Read answers; what cannot be read is left out."""
        lists: dict[NameKey, tuple[RevocationList, ...]] = {}
        for one in filter(None, map(revocation_lists.of_bytes, crls)):
            lists[one.issuer] = (*lists.get(one.issuer, ()), one)
        return cls(lists, tuple(filter(None, map(revocation_ocsp.of_bytes, ocsps))), folder)


@dataclass(frozen=True, slots=True)
class Sources:
    """All answers for one verification, each with where it is from."""

    given: Given
    stapled: Stapled = NOTHING

    def lists(self, certificate: Issued) -> Iterator[tuple[RevocationList, str]]:
        """Lists that carry the name of a certificate's issuer."""
        for one in filter(None, map(revocation_lists.of_bytes, self.stapled.crls)):
            if one.issuer == certificate.issuer:
                yield one, DOCUMENT
        for one in self.given.lists.get(certificate.issuer, ()):
            yield one, FOLDER
        for place in self._list_places(certificate):
            found = _list_file(*place) if place[1] else None
            if found is not None and found.issuer == certificate.issuer:
                yield found, CACHE

    def answers(self, certificate: Issued, issuer: Issued) -> Iterator[tuple[OcspAnswer, str]]:
        """OCSP responses that may speak about a certificate."""
        for one in filter(None, map(revocation_ocsp.of_bytes, self.stapled.ocsps)):
            yield one, DOCUMENT
        for one in self.given.answers:
            yield one, FOLDER
        for place in self._answer_places(certificate, issuer):
            found = _answer_file(*place) if place[1] else None
            if found is not None:
                yield found, CACHE

    def watched(self, certificate: Issued, issuer: Issued) -> tuple[Stamp, ...]:
        """The files of fetched answers that speak about a certificate, or would; as they are now."""
        return (*self._list_places(certificate), *self._answer_places(certificate, issuer))

    def _list_places(self, certificate: Issued) -> list[Stamp]:
        if self.given.folder is None:
            return []
        return [stamp(f"{self.given.folder}/{answer_names.answer_name_crl(url)}") for url in certificate.crl_urls]

    def _answer_places(self, certificate: Issued, issuer: Issued) -> list[Stamp]:
        if self.given.folder is None:
            return []
        return [stamp(f"{self.given.folder}/{_answer_name(certificate, issuer)}")]


def stamp(path: str) -> Stamp:
    """A file as it is now."""
    try:
        found = Path(path).stat()
    except OSError:
        return path, 0, -1
    return path, found.st_mtime_ns, found.st_size


@functools.lru_cache(maxsize=4096)
def _answer_name(certificate: Issued, issuer: Issued) -> str:
    return answer_names.ocsp_place(issuer.parsed.subject.public_bytes(), issuer.spki, certificate.serial)


@functools.lru_cache(maxsize=16)
def _list_file(path: str, _changed: int, _size: int) -> RevocationList | None:
    try:
        return RevocationList(Path(path).read_bytes())
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=4096)
def _answer_file(path: str, _changed: int, _size: int) -> OcspAnswer | None:
    try:
        return OcspAnswer(Path(path).read_bytes())
    except (OSError, ValueError):
        return None
