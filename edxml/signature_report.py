"""What is reported of one signature: whose, when, whole or not, and what was known of its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edxml import verdict_text
from edxml.verdict_words import VIETNAM, Integrity, Role, SubIndication, Verdict


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing for a decision, so that whoever may use a network can fetch it and ask again.

    kind: "crl" or "ocsp". urls: where the certificate says the answer is, in its order. certificate, issuer: DER.
    """

    kind: str
    urls: tuple[str, ...]
    certificate: bytes
    issuer: bytes


@dataclass(frozen=True, slots=True)
class Revocation:
    """What was known of a signer's certificate being revoked, and from where.  law: R-071 TT15/2025 Đ5

    status: good | revoked | unknown. kind: ocsp | crl | "". source: document (it came with the signature) | cache
    (fetched by the hub) | folder (given by the operator) | "". as_of: the answer's own thisUpdate.
    answers: SHA-256 (lower-case hex) of every answer used on the path, and on that of the signature's time-stamp.
    """

    status: str = "unknown"
    kind: str = ""
    source: str = ""
    as_of: datetime | None = None
    answers: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The same as JSON values."""
        return {
            "status": self.status,
            "kind": self.kind,
            "source": self.source,
            "as_of": _local(self.as_of),
            "answers": list(self.answers),
        }


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature of one file.

    signed_at: aware; by the time-stamp if it is trusted (time_source "timestamp"), else as the signer
    claims ("claimed"), None when nothing is said ("none").
    anchor: the purpose of the trust anchor reached, "state" or "public"; None without a chain.
    revision: 1 for the first revision of the file; covers: bytes of the file up to the signature's end.
    copy_mark: SAO Y, SAO LỤC or TRÍCH SAO if the signature says so; shown: the text its widget draws, where number
    and date of a document often stand and nowhere else. visible: whether it draws anything on a page.
    warnings: slugs: no_timestamp, timestamp_not_trusted, clock_differs, sha1_in_path, sha1_in_timestamp.
    checked_at: the moment of which the verdict speaks; the age of a revocation answer counts up to it.
    algorithm: digest and key, as "sha256 rsa-3072". valid_from, valid_to: of the signer's certificate.
    needs: what could be fetched to decide what is not decided yet; not part of the JSON.
    """

    signer: str | None
    issuer: str | None
    role: Role
    signed_at: datetime | None
    time_source: str
    verdict: Verdict
    sub_indication: SubIndication | None
    integrity: Integrity
    claimed_at: datetime | None = None
    timestamp_at: datetime | None = None
    organisation: str | None = None
    serial: str | None = None
    fingerprint: str | None = None
    field: str = ""
    anchor: str | None = None
    revision: int = 0
    covers: int = 0
    copy_mark: str | None = None  # law: R-064 NĐ30 Đ25
    shown: str = ""
    warnings: tuple[str, ...] = ()
    detail: str = ""
    algorithm: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revocation: Revocation = Revocation()
    needs: tuple[Need, ...] = ()
    visible: bool = True
    checked_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """The signature in the shape outside tools rely on; times are +07:00."""
        return {
            "signer": self.signer,
            "issuer": self.issuer,
            "role": self.role.value,
            "signed_at": _local(self.signed_at),
            "time_source": self.time_source,
            "verdict": self.verdict.value,
            "sub_indication": None if self.sub_indication is None else self.sub_indication.value,
            "integrity": self.integrity.value,
            "claimed_at": _local(self.claimed_at),
            "timestamp_at": _local(self.timestamp_at),
            "organisation": self.organisation,
            "serial": self.serial,
            "fingerprint": self.fingerprint,
            "field": self.field,
            "anchor": self.anchor,
            "revision": self.revision,
            "covers": self.covers,
            "copy_mark": self.copy_mark,
            "shown": self.shown,
            "visible": self.visible,
            "warnings": list(self.warnings),
            "detail": self.detail,
            "algorithm": self.algorithm,
            "valid_from": _local(self.valid_from),
            "valid_to": _local(self.valid_to),
            "revocation": self.revocation.as_json(),
            "checked_at": _local(self.checked_at),
            "sentence": verdict_text.signature(self),
            "sentence_en": verdict_text.signature(self, verdict_text.EN),
        }


@dataclass(frozen=True, slots=True)
class TimestampReport:
    """A time-stamp over the document as it stood (/DocTimeStamp): nobody's signature, a proof of time.

    at: None if the token cannot be read or stamps other bytes. trusted: whole, over a whole revision, and its
    authority chains to a time-stamping anchor. covers: bytes of the file up to its end.
    latest: `at` with the token's own accuracy, by when the bytes existed for sure. answers: as of Revocation.
    """

    at: datetime | None
    authority: str | None
    trusted: bool
    covers: int
    field: str = ""
    latest: datetime | None = None
    answers: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The same as JSON values."""
        return {
            "at": _local(self.at),
            "authority": self.authority,
            "trusted": self.trusted,
            "covers": self.covers,
            "field": self.field,
        }


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(VIETNAM).isoformat(timespec="seconds")
