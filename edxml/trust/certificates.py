"""Whom we trust, and what a certificate says about its holder.

Trust is given, never fetched: anchors, intermediates and revocation answers lie in a folder that an
operator fills (`truc trust add`). A self-signed certificate there is an anchor; any other certificate
only helps to build a chain to one.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509  # type: ignore[import-untyped]

from edxml.verdict import DocumentReport, FileReport, SignatureReport, order_warnings
from edxml.verdict_words import Role

PURPOSES = ("state", "public", "tsa")
CERTIFICATE_SUFFIXES = (".pem", ".crt", ".cer", ".der")
CRL_SUFFIXES = (".crl", ".pem")
OCSP_SUFFIXES = (".ocsp", ".ors", ".der")


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates by purpose (PEM), revocation answers (DER) and registered roles; picklable.

    state: the Government's own authority for agencies; public: licensed public authorities;
    tsa: time-stamping. A document signature must chain to state or public, a time-stamp to tsa.
    roles: (SHA-256 fingerprint or serial number of a certificate in lower-case hex, its role) as registered
    by the operator; they go before anything read from the subject.
    agency_names: names by which a certificate's holder is known to be an organisation, folded by `fold`.
    answers: folder of fetched revocation answers (`edxml.trust.answer_names`), looked up when needed; None: none.
    grace_hours: how long an answer past its time is still named in a verdict, which stays undecided.
    """

    state: tuple[bytes, ...] = ()
    public: tuple[bytes, ...] = ()
    tsa: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    roles: tuple[tuple[str, Role], ...] = ()
    agency_names: frozenset[str] = frozenset()
    answers: str | None = None
    grace_hours: float = 0

    @classmethod
    def from_folder(cls, folder: Path | str) -> Trust:
        """Everything in FOLDER/{state,public,tsa} (PEM or DER) and FOLDER/{crl,ocsp}.

        A folder that lacks these gives a trust in nobody: every chain is then unknown.
        Certificates that lie in FOLDER itself count as "state", so that one PEM in an empty folder is enough.
        Raises ValueError with the file's name for a file that is not what its place says.
        """
        root = Path(folder)
        if not root.is_dir():
            raise ValueError(f"{root}: no such folder")
        loose = tuple(_certificates(root))
        return cls(
            state=(*_certificates(root / "state"), *loose),
            public=tuple(_certificates(root / "public")),
            tsa=tuple(_certificates(root / "tsa")),
            crls=tuple(_revocation(root / "crl", CRL_SUFFIXES)),
            ocsps=tuple(_revocation(root / "ocsp", OCSP_SUFFIXES)),
        )

    def with_revocation(self, *, crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = ()) -> Trust:
        """The same trust with further revocation answers, DER or PEM."""
        return replace(self, crls=(*self.crls, *map(_der, crls)), ocsps=(*self.ocsps, *ocsps))

    @property
    def is_empty(self) -> bool:
        """Whether no certificate at all is trusted for documents."""
        return not (self.state or self.public)


@dataclass(frozen=True, slots=True)
class TrustFiles:
    """A trust as folders on disk: small enough to be sent along with every file that a worker verifies.

    folder: as for `Trust.from_folder`; read once per `version` and process, so a change needs a new version.
    answers, grace_hours: as of Trust.
    """

    folder: str
    answers: str | None = None
    version: int = 0
    grace_hours: float = 0

    def load(self) -> Trust:
        """The trust they hold; raises ValueError as `Trust.from_folder` does."""
        return _load(self)


@functools.lru_cache(maxsize=4)
def _load(files: TrustFiles) -> Trust:
    return replace(Trust.from_folder(files.folder), answers=files.answers, grace_hours=files.grace_hours)


RoleLookup = Callable[[str, str, str, str], Role | None]
"""(fingerprint, serial, issuer, name of the holder) as a SignatureReport has them -> the role registered for it."""


def with_roles(report: DocumentReport, lookup: RoleLookup, *, copy_needs_mark: bool = True) -> DocumentReport:
    """The same report with the roles that an operator registered, and all that follows from roles judged again.

    law: R-074 VP Đ8.1
    """
    files = [_with_roles(file, lookup) for file in report.files]
    return DocumentReport.of(files, copy_needs_mark=copy_needs_mark)


def _with_roles(file: FileReport, lookup: RoleLookup) -> FileReport:
    signatures = tuple(_with_role(signature, lookup) for signature in file.signatures)
    if signatures == file.signatures:
        return file
    others = tuple(w for w in file.warnings if w not in order_warnings(file.signatures))
    return replace(file, signatures=signatures, warnings=(*order_warnings(signatures), *others))


def _with_role(signature: SignatureReport, lookup: RoleLookup) -> SignatureReport:
    if signature.fingerprint is None:
        return signature
    known = lookup(signature.fingerprint, signature.serial or "", signature.issuer or "", signature.signer or "")
    return signature if known is None else replace(signature, role=known)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says. serial and fingerprint (SHA-256 of the DER) are lower-case hex.

    personal_id: whether the subject carries an identity document of a natural person; the number itself is not kept.
    """

    subject: str
    issuer: str
    organisation: str | None
    serial: str
    fingerprint: str
    role: Role
    personal_id: bool
    valid_from: datetime
    valid_to: datetime


def facts(der: bytes, trust: Trust | None = None) -> CertificateFacts:
    """The facts of one certificate; raises ValueError if the bytes are no certificate."""
    found, subject = _described(der)
    role = _role(subject, found.serial, found.fingerprint, personal=found.personal_id, trust=trust or Trust())
    return replace(found, role=role)


@functools.lru_cache(maxsize=1024)
def _described(der: bytes) -> tuple[CertificateFacts, dict[str, list[str]]]:
    """What a certificate says by itself, its role left open, and the parts of its subject's name."""
    certificate = x509.Certificate.load(der)
    subject, issuer = _names(certificate.subject), _names(certificate.issuer)
    ids = (*subject.get("user_id", ()), *subject.get("serial_number", ()))
    name = _first(subject, "common_name") or _first(subject, "organization_name")
    validity = certificate["tbs_certificate"]["validity"]
    found = CertificateFacts(
        subject=name or certificate.subject.human_friendly,
        issuer=_first(issuer, "common_name") or certificate.issuer.human_friendly,
        organisation=_first(subject, "organization_name"),
        serial=f"{certificate.serial_number:x}",
        fingerprint=hashlib.sha256(der).hexdigest(),
        role=Role.UNKNOWN,
        personal_id=any(map(_is_personal_id, ids)),
        valid_from=validity["not_before"].native,
        valid_to=validity["not_after"].native,
    )
    return found, subject


def fold(name: str) -> str:
    """A name for comparing: composed, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).lower().split())


# How names of State bodies, schools, hospitals and companies begin, folded. A person's name begins with a family name;
# none of them is written like these.
ORGANISATION_BEGINNINGS = (
    "ban ", "bảo hiểm xã hội", "bệnh viện", "bộ ", "cảng ", "chi cục", "chính phủ", "cổng ", "công an ", "công báo",
    "công ty", "cơ quan", "cục ", "đài ", "đảng ", "đoàn thanh niên", "đoàn tncs", "hạt ", "học viện", "hội ",
    "hội đồng", "hđnd", "huyện ", "kho bạc", "khu kinh tế", "kiểm toán", "liên đoàn", "mặt trận", "ngân hàng", "nhà ",
    "phòng ", "phường ", "quận ", "quốc hội", "quỹ ", "sở ", "tập đoàn", "thành phố", "thanh tra", "thị trấn",
    "thị xã", "tỉnh ", "toà án", "tòa án", "tổng cục", "tổng công ty", "trạm ", "trung tâm", "trường ", "ubnd",
    "ủy ban", "uỷ ban", "văn phòng", "viện ", "xã ",
)  # fmt: skip

# Vietnamese identity papers as they are written before the number in UID or serialNumber.
PERSONAL_ID_PREFIXES = ("cccd", "cmnd", "cmtnd", "cc:", "cm:", "hc:", "hochieu", "passport", "pid", "pas", "idc")


def _role(subject: dict[str, list[str]], serial: str, fingerprint: str, *, personal: bool, trust: Trust) -> Role:
    registered = dict(trust.roles)
    for key in (fingerprint, serial):
        if key in registered:
            return registered[key]
    if personal or ("given_name" in subject and "surname" in subject):
        return Role.PERSON
    name = fold(_first(subject, "common_name") or "")
    own = {fold(n) for key in ("organization_name", "organizational_unit_name") for n in subject.get(key, ())}
    if name and (name in own or name in trust.agency_names or f"{name} ".startswith(ORGANISATION_BEGINNINGS)):
        return Role.ORGANISATION
    return Role.UNKNOWN


def _is_personal_id(value: str) -> bool:
    return value.strip().lower().startswith(PERSONAL_ID_PREFIXES)


def _names(name: x509.Name) -> dict[str, list[str]]:
    """Every attribute of a distinguished name; one that repeats keeps all its values."""
    found: dict[str, list[str]] = {}
    for rdn in name.chosen:
        for part in rdn:
            found.setdefault(part["type"].native, []).append(str(part["value"].native))
    return found


def _first(names: dict[str, list[str]], key: str) -> str | None:
    values = names.get(key)
    return values[-1] if values else None


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in suffixes)


def _certificates(folder: Path) -> Iterator[bytes]:
    for path in _files(folder, CERTIFICATE_SUFFIXES):
        data = path.read_bytes()
        try:
            for der in _blocks(data):
                x509.Certificate.load(der).subject.human_friendly  # noqa: B018 (reading it is the check)
                yield pem.armor("CERTIFICATE", der)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: not a certificate ({error})") from error


def _blocks(data: bytes) -> list[bytes]:
    if not pem.detect(data):
        return [data]
    return [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]


def _revocation(folder: Path, suffixes: tuple[str, ...]) -> Iterator[bytes]:
    for path in _files(folder, suffixes):
        try:
            yield _der(path.read_bytes())
        except ValueError as error:
            raise ValueError(f"{path}: neither PEM nor DER ({error})") from error


def _der(data: bytes) -> bytes:
    if not pem.detect(data):
        return data
    _, _, der = pem.unarmor(data)
    return bytes(der)
