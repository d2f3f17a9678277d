"""From a certificate up to an anchor: every way there is, in the order of promise, within a fixed effort.

Certificates that come with a document are a stranger's material: meshes of them are made to cost time. The number
of steps is bounded, a step whose signature does not fit is not taken, and no key is passed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from edxml.trust.issued import Issued, NameKey, is_signed_by

LONGEST_PATH = 10
MOST_STEPS = 200
MOST_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Known:
    """Certificates by the name of their subject. anchors: where a path may end; helpers: what may lie between."""

    anchors: Mapping[NameKey, tuple[Issued, ...]]
    helpers: Mapping[NameKey, tuple[Issued, ...]]

    @classmethod
    def of(cls, anchors: Iterable[Issued], helpers: Iterable[Issued]) -> Known:
        """Arrange certificates for building paths."""
        return cls(by_subject(anchors), by_subject(helpers))

    def is_anchor(self, certificate: Issued) -> bool:
        """Whether a path may end at this certificate."""
        return any(a.fingerprint == certificate.fingerprint for a in self.anchors.get(certificate.subject, ()))


def by_subject(certificates: Iterable[Issued]) -> dict[NameKey, tuple[Issued, ...]]:
    """Certificates by their subject."""
    found: dict[NameKey, tuple[Issued, ...]] = {}
    for certificate in certificates:
        found[certificate.subject] = (*found.get(certificate.subject, ()), certificate)
    return found


def paths(leaf: Issued, known: Known, others: Iterable[Issued]) -> Iterator[tuple[Issued, ...]]:
    """Every path from the leaf (first) to an anchor (last) whose signatures fit, shortest promise first.

    others: certificates that came with the document; they only help to build, none of them is trusted.
    """
    yield from _Search(known, by_subject(list(others)[:MOST_OTHERS])).up((leaf,))


class _Search:
    """One search with the steps it has left."""

    __slots__ = ("_known", "_others", "_steps")

    def __init__(self, known: Known, others: dict[NameKey, tuple[Issued, ...]]) -> None:
        self._known, self._others, self._steps = known, others, MOST_STEPS

    def up(self, path: tuple[Issued, ...]) -> Iterator[tuple[Issued, ...]]:
        """All continuations of a path that ends at an anchor or may be continued."""
        last = path[-1]
        if self._known.is_anchor(last):
            yield path
            return
        if len(path) >= LONGEST_PATH:
            return
        passed = {(c.subject, c.spki) for c in path}
        for issuer in self._issuers(last):
            if (issuer.subject, issuer.spki) in passed:
                continue
            if self._steps <= 0:
                return
            self._steps -= 1
            if is_signed_by(last, issuer):
                yield from self.up((*path, issuer))

    def _issuers(self, certificate: Issued) -> list[Issued]:
        """Who may have issued a certificate, by name: anchors first, and those first whose key identifier fits."""
        name = certificate.issuer
        found = [
            *self._known.anchors.get(name, ()), *self._known.helpers.get(name, ()), *self._others.get(name, ()),
        ]  # fmt: skip
        wanted = certificate.issuer_key_id
        return sorted(found, key=lambda c: wanted is not None and c.key_id is not None and c.key_id != wanted)
