"""The report of a check: what was tried, what came of it, the level reached; signed so that it can be shown later.

It is a compact JWS (RFC 7515, x5c) under a receipt key. Its content says in `type` that it is a report, which no
receipt has.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Any, Final

from cryptography import x509

from connectors.testing.scenario import Words
from hub import clock
from hub.keys import Keys, ReceiptInvalid, verify_jws

TYPE: Final = "truc-conformance-report"


class ReportInvalidError(ValueError):
    """Not a report, changed since, or signed by nobody who counts here."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one scenario.

    level: the lowest level that needs it. verdict: passed | failed | not_seen (nothing was shown, either way) |
    not_applicable.
    """

    id: str
    title: Words
    level: int
    verdict: str
    seconds: float = 0
    cause: Words | None = None
    remedy: Words | None = None

    @property
    def stands_in_the_way(self) -> bool:
        """Whether its level cannot be reached."""
        return self.verdict in ("failed", "not_seen")

    def as_json(self) -> dict[str, Any]:
        """As in the report."""
        found: dict[str, Any] = {
            "id": self.id, "title_vi": self.title.vi, "title_en": self.title.en, "level": self.level,
            "verdict": self.verdict, "seconds": round(self.seconds, 2),
        }  # fmt: skip
        for name, words in (("cause", self.cause), ("remedy", self.remedy)):
            if words is not None:
                found |= {f"{name}_vi": words.vi, f"{name}_en": words.en}
        return found


def content(subject: Mapping[str, str], lines: Sequence[Line], level: int, now: datetime, seed: str) -> dict[str, Any]:
    """The report as JSON. subject: what was checked (`kind` connector | system, `name`, `door`)."""
    return {
        "type": TYPE,
        "subject": dict(subject),
        "at": clock.local(now).isoformat(timespec="seconds"),
        "seed": seed,
        "versions": {"truc": metadata.version("truc"), "python": platform.python_version()},
        "level": level,
        "scenarios": [line.as_json() for line in lines],
    }


def sign(keys: Keys, report: Mapping[str, Any]) -> str:
    """The compact JWS of a report."""
    return keys.sign_receipt(json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def read(text: str, keys: Keys, trusted: Iterable[x509.Certificate]) -> dict[str, Any]:
    """The report, verified: signed by this hub or under one of these certificates. Raises ReportInvalidError."""
    try:
        payload = keys.verify_receipt(text.strip())
    except ReceiptInvalid:
        payload = _of_others(text.strip(), tuple(trusted))
    try:
        found = json.loads(payload)
        if found["type"] != TYPE or not isinstance(found["level"], int) or not isinstance(found["subject"], dict):
            raise ReportInvalidError("not a report")
        datetime.fromisoformat(found["at"])
    except (ValueError, KeyError, TypeError) as cause:
        raise ReportInvalidError("not a report of a conformance check") from cause
    report: dict[str, Any] = found
    return report


def digest(text: str) -> str:
    """Hex SHA-256 of the report as it was given, by which it is found again."""
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _of_others(text: str, trusted: Sequence[x509.Certificate]) -> bytes:
    for certificate in trusted:
        try:
            return verify_jws(text, certificate)
        except ReceiptInvalid:
            continue
    raise ReportInvalidError(f"not signed by this hub nor by a listed signer ({_signer(text)}), or changed since")


def _signer(text: str) -> str:
    """Who signed, as the report itself says; for a person."""
    try:
        head = text.partition(".")[0]
        fields = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        return x509.load_der_x509_certificate(base64.b64decode(fields["x5c"][0])).subject.rfc4514_string()[:100]
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error):
        return "?"
