"""The trust folder as its operator sees it: which certificates lie where, and how one is added or taken away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509  # type: ignore[import-untyped]

from edxml.trust import certificates, revocation_questions
from edxml.trust.certificates import CERTIFICATE_SUFFIXES, PURPOSES


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """One certificate of the folder. fingerprint: SHA-256, hex; is_anchor: self-signed, paths may end here.

    file: relative to the folder. addresses: of lists, OCSP and issuers' certificates, as it names them; der: itself.
    """

    purpose: str
    file: str
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    valid_from: datetime
    valid_to: datetime
    is_anchor: bool
    addresses: tuple[str, ...]
    der: bytes

    def as_json(self) -> dict[str, object]:
        """For people and programs."""
        return {
            "purpose": self.purpose,
            "file": self.file,
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "fingerprint": self.fingerprint,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "anchor": self.is_anchor,
            "addresses": list(self.addresses),
        }


def entries(folder: Path | str) -> list[TrustEntry]:
    """Every certificate in the folder, by purpose. Raises ValueError with the name of a file that holds none."""
    root = Path(folder)
    return [entry for purpose in ("", *PURPOSES) for entry in _entries(root, purpose)]


def add(folder: Path | str, data: bytes, purpose: str) -> list[TrustEntry]:
    """Put the certificates of a PEM or DER file under a purpose, each in a file named by its fingerprint.

    Gives all of them, those that were there already included. Raises ValueError: no certificate, or no such purpose.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"{purpose}: not one of {', '.join(PURPOSES)}")
    root = Path(folder)
    (root / purpose).mkdir(parents=True, exist_ok=True)
    found = _blocks(data)
    known = {entry.fingerprint for entry in entries(root) if entry.purpose == purpose}
    for der in found:
        fingerprint = certificates.facts(der).fingerprint
        if fingerprint not in known:
            _write(root / purpose / f"{fingerprint}.pem", pem.armor("CERTIFICATE", der))
    wanted = {certificates.facts(der).fingerprint for der in found}
    return [entry for entry in entries(root) if entry.purpose == purpose and entry.fingerprint in wanted]


def remove(folder: Path | str, fingerprint: str) -> list[TrustEntry]:
    """Take a certificate away, wherever it lies; what was removed, [] when it was not there.

    fingerprint: its first eight hex digits or more, colons and blanks allowed. A file with several certificates keeps
    the others. Raises ValueError when several certificates begin so.
    """
    root = Path(folder)
    wanted = "".join(letter for letter in fingerprint.lower() if letter not in ": \t")
    if len(wanted) < 8 or any(letter not in "0123456789abcdef" for letter in wanted):
        raise ValueError("a fingerprint is eight hex digits or more")
    all_entries = entries(root)
    gone = [entry for entry in all_entries if entry.fingerprint.startswith(wanted)]
    if len({entry.fingerprint for entry in gone}) > 1:
        raise ValueError("several certificates begin with this; give more digits")
    for file in {entry.file for entry in gone}:
        left = [entry for entry in all_entries if entry.file == file and entry not in gone]
        if left:
            _write(root / file, b"".join(pem.armor("CERTIFICATE", entry.der) for entry in left))
        else:
            (root / file).unlink()
    return gone


def _entries(root: Path, purpose: str) -> Iterator[TrustEntry]:
    place = root / purpose
    if not place.is_dir():
        return
    for path in sorted(place.iterdir()):
        if not path.is_file() or path.suffix.lower() not in CERTIFICATE_SUFFIXES:
            continue
        try:
            for der in _blocks(path.read_bytes()):
                yield _entry(der, purpose or "state", str(path.relative_to(root)))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error


def _entry(der: bytes, purpose: str, file: str) -> TrustEntry:
    certificate = x509.Certificate.load(der)
    facts = certificates.facts(der)
    return TrustEntry(
        purpose, file, facts.subject, facts.issuer, facts.serial, facts.fingerprint, certificate.not_valid_before,
        certificate.not_valid_after, certificate.self_signed != "no", revocation_questions.addresses(der), der,
    )  # fmt: skip


def _blocks(data: bytes) -> list[bytes]:
    """The certificates of a file, DER. Raises ValueError."""
    try:
        found = [data]
        if pem.detect(data):
            found = [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]
        for der in found:
            certificates.facts(der)  # reading it is the check
    except (ValueError, TypeError) as error:
        raise ValueError("not a certificate in PEM or DER") from error
    if not found:
        raise ValueError("no certificate in it")
    return found


def _write(path: Path, data: bytes) -> None:
    """As a whole: who reads the folder meanwhile finds the old file or the new one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)
