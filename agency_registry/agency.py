"""The values of the registry: an agency, its certificates, and a system that speaks for agencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from edxml.verdict import Role


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation that takes part, under one identity code.

    id: the registry's own number; 0 while it is not stored. It never changes, even when the code does.
    organ_id: the identity code, upper case.
    level: a label that no rule here depends on, for levels come and go (R-027).
    parent: organ id of the agency above it, or None.
    legacy_code: the 13-character code it had before the 35-character one, or None. Also among `aliases`.
    valid_from, valid_to: first and last day it takes part, both included; None is without limit.
    aliases: every other code it answers to, sorted.
    successors: organ ids of those that took over its work when it was closed or merged.
    host: the name of its office system's host: where it is reached, never who it is.  law: R-236 CB Đ4
    """

    id: int
    organ_id: str
    name: str
    kind: str = ""
    level: str = ""
    parent: str | None = None
    legacy_code: str | None = None
    email: str = ""
    phone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    scope: str = "province"
    state: str = "active"
    aliases: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    host: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code it answers to, its identity code first."""
        return (self.organ_id, *self.aliases)

    def state_on(self, day: date) -> str:
        """Its state on that day: closed after its last day, suspended before its first."""
        if self.state != "active":
            return self.state
        if self.valid_to is not None and day > self.valid_to:
            return "closed"  # law: R-026 QĐ28 Đ16.1
        if self.valid_from is not None and day < self.valid_from:
            return "suspended"
        return "active"

    def as_json(self) -> dict[str, object]:
        """The agency as JSON values; dates as yyyy-mm-dd."""
        return {
            "id": self.id,
            "organ_id": self.organ_id,
            "name": self.name,
            "kind": self.kind,
            "level": self.level,
            "parent": self.parent,
            "legacy_code": self.legacy_code,
            "email": self.email,
            "phone": self.phone,
            "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "scope": self.scope,
            "state": self.state,
            "aliases": list(self.aliases),
            "successors": list(self.successors),
            "host": self.host,
        }


@dataclass(frozen=True, slots=True)
class AgencyCertificate:
    """A signature certificate the operator registered for an agency.  law: R-074 VP Đ8.1

    fingerprint: SHA-256 of the DER. serial: the serial number. Both lower-case hex; a serial means something only
    together with its issuer. name: the holder as the certificate says. role: person or organisation, as registered.
    """

    organ_id: str
    fingerprint: str
    serial: str
    issuer: str
    name: str
    role: Role

    def as_json(self) -> dict[str, object]:
        """The certificate as JSON values."""
        return {
            "organ_id": self.organ_id,
            "fingerprint": self.fingerprint,
            "serial": self.serial,
            "issuer": self.issuer,
            "name": self.name,
            "role": self.role.value,
        }


@dataclass(frozen=True, slots=True)
class SystemKey:
    """What a system proves itself with at the native door, besides a secret; public, so stored as it is.

    kind: "jwk" (it signs assertions, RFC 7523) or "certificate" (mutual TLS, RFC 8705).
    thumbprint: lower-case hex SHA-256 of the JWK (RFC 7638) or of the certificate's DER.
    value: the public JWK as JSON, or the certificate as PEM. valid_to: when it stops; None is without end.
    """

    kind: str
    thumbprint: str
    value: str
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class System:
    """Connected software with a credential; it speaks for one or more agencies.

    connector: how it is reached (pull, vxp, push, ...); `settings` belongs to that connector, and any secret inside it
    was wrapped by whoever stored it.
    organ_ids: identity codes of the agencies it may send for.
    networks: addresses it may call from (CIDR); empty means anywhere.
    secrets: wrapped, newest first; two while a rotation is under way. secret_ends gives, for each, when it stops.
    item_per_agency: offer one item for each of its agencies instead of one for all of them.
    keys: newest first; several while a rotation is under way. Ask `keys_at`.
    undertaking: number and date of the paper in which its owner undertakes to send no state secrets; "" when missing.
    papers: its security level and decision, conformity, contact, as far as they are known (`edit.papers`).
    quotas: limits of this system that differ from the hub's settings, by their names in `[limits]`.
    """

    id: str
    name: str
    state: str = "active"
    connector: str = "pull"
    settings: Mapping[str, object] = field(default_factory=dict)
    organ_ids: frozenset[str] = frozenset()
    networks: tuple[str, ...] = ()
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    item_per_agency: bool = False
    secret_ends: tuple[datetime | None, ...] = ()
    keys: tuple[SystemKey, ...] = ()
    undertaking: str = ""  # law: R-009 HN Đ1.2
    quotas: Mapping[str, int] = field(default_factory=dict)
    papers: Mapping[str, object] = field(default_factory=dict)  # law: R-180 R-182 QĐ28 Đ13.1

    def keys_at(self, now: datetime, kind: str) -> tuple[SystemKey, ...]:
        """The keys of one kind that are valid at that time, newest first."""
        return tuple(key for key in self.keys if key.kind == kind and (key.valid_to is None or now < key.valid_to))

    def secrets_at(self, now: datetime) -> tuple[bytes, ...]:
        """The wrapped secrets that are valid at that time, newest first."""
        pairs = zip(self.secrets, self.secret_ends, strict=True)
        return tuple(secret for secret, end in pairs if end is None or now < end)
