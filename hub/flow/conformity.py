"""What was checked of a system before it works: the signed report of the conformance kit, read and weighed.

law: R-182 QĐ28 Đ14.2
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from agency_registry.edit import Proof, RegistryError
from hub.keys import Keys, ReceiptInvalid, is_test_certificate, verify_jws

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.settings import Settings

TYPE: Final = "truc-conformance-report"
"""What the content of a report says it is; no receipt has that."""

REPORT_BYTES: Final = 1_000_000


class ReportInvalidError(ValueError):
    """Not a report, changed since, or signed by nobody who counts here; the text is for a person."""


@dataclass(frozen=True, slots=True)
class Report:
    """A verified report. subject: `kind` connector | system, `name`, `door`. sha256: hex, of the report as given."""

    subject: Mapping[str, str]
    level: int
    at: datetime
    sha256: str
    content: Mapping[str, Any]


def read(text: str, keys: Keys, trusted: tuple[x509.Certificate, ...] = ()) -> Report:
    """A report signed by this hub or under one of these receipt certificates. Raises ReportInvalidError."""
    whole = text.strip()
    if len(whole) > REPORT_BYTES:
        raise ReportInvalidError("longer than any report")
    try:
        payload = keys.verify_receipt(whole)
    except ReceiptInvalid:
        payload = _of_others(whole, trusted)
    try:
        found = json.loads(payload)
        level, subject, at = found["level"], found["subject"], datetime.fromisoformat(found["at"])
        fine = found["type"] == TYPE and type(level) is int and at.tzinfo is not None
        named = {name: str(subject[name]) for name in ("kind", "name", "door")}
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        raise ReportInvalidError("signed, but not a report of a conformance check") from cause
    if not fine:
        raise ReportInvalidError("signed, but not a report of a conformance check")
    return Report(named, level, at, hashlib.sha256(whole.encode()).hexdigest(), found)


def signers(settings: Settings) -> tuple[x509.Certificate, ...]:
    """Whose reports count beside the hub's own. Raises RegistryError when a listed file cannot be read."""
    found: list[x509.Certificate] = []
    for name in settings.conformance.signers:
        try:
            found += x509.load_pem_x509_certificates((settings.folder / name).read_bytes())
        except (OSError, ValueError) as cause:
            raise RegistryError("report_invalid", value=f"[conformance] signers: {name}") from cause
    return tuple(found)


def proven(hub: Hub, text: str, names: tuple[str, ...]) -> Proof:
    """What a report shows of the system of one of these names. Raises RegistryError(report_invalid)."""
    try:
        report = read(text, hub.keys, signers(hub.settings))
    except ReportInvalidError as cause:
        raise RegistryError("report_invalid", value=str(cause)) from cause
    if not hub.settings.hub.secrets_open and is_made_up(text):
        raise RegistryError("report_invalid", value="signed with TEST keys, which show nothing outside tests")
    if report.subject["kind"] != "system" or report.subject["name"] not in names:
        shown = f"{report.subject['kind']} {report.subject['name']}"
        raise RegistryError("report_other", value=shown, code=names[0])
    if report.at > hub.clock.now():
        raise RegistryError("report_invalid", value=f"it is of {report.at.isoformat()}, which is to come")
    return Proof(report.level, report.at.isoformat(), report.sha256)


def check_newer(proof: Proof, system: Mapping[str, Any]) -> None:
    """Let no earlier report take the place of a later one. Raises RegistryError(report_invalid)."""
    kept = str(system["papers"].get("conformance_at") or "")
    if kept and datetime.fromisoformat(proof.at) < datetime.fromisoformat(kept):
        raise RegistryError("report_invalid", value=f"it is of {proof.at}, a later one of {kept} is known")


def is_made_up(text: str) -> bool:
    """Whether a verified report was signed under a certificate for tests."""
    certificate = _signer(text)
    return certificate is not None and is_test_certificate(certificate)


def check(hub: Hub, name: str, level: int) -> None:
    """Let no system work below the level set here. Raises RegistryError(conformance_low)."""
    wanted = hub.settings.conformance.level
    if level < wanted:  # law: R-182 QĐ28 Đ14.2
        raise RegistryError("conformance_low", code=name, value=level, wanted=wanted)


def _of_others(text: str, trusted: tuple[x509.Certificate, ...]) -> bytes:
    for certificate in trusted:
        try:
            return verify_jws(text, certificate)
        except ReceiptInvalid:
            continue
    raise ReportInvalidError(f"not signed by this hub or a listed signer (it names {_named(text)}), or changed since")


def _named(text: str) -> str:
    """Who signed, as the report itself says."""
    certificate = _signer(text)
    return "?" if certificate is None else certificate.subject.rfc4514_string()[:60]


def _signer(text: str) -> x509.Certificate | None:
    """The certificate that a report names; None when it names none that can be read."""
    try:
        head = text.strip().partition(".")[0]
        fields = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        return x509.load_der_x509_certificate(base64.b64decode(fields["x5c"][0]))
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error, RecursionError):
        return None
