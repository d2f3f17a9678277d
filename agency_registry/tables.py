"""The registry's tables. Times are UTC text, so that they read and sort alike in every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcText(TypeDecorator[datetime]):
    """An aware time, stored as yyyy-mm-ddThh:mm:ss.ffffffZ."""

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """To the text; a time without a zone is a mistake of the caller."""
        if value is None:
            return None
        assert value.tzinfo is not None, "registry times carry a zone"
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the text."""
        return None if value is None else datetime.fromisoformat(value)


def _unique_now(name: str, *columns: sa.Column[Any], also: sa.ColumnElement[bool] | None = None) -> sa.Index:
    """Unique among the rows that hold now: those without an end."""
    open_end = sa.column("valid_to").is_(None)
    where = open_end if also is None else sa.and_(open_end, also)
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


# Codes sort by their signs, whatever language the database speaks: pages of a list are cut by code.
_CODE = sa.String(35).with_variant(sa.String(35, collation="C"), "postgresql")

agencies = sa.Table(
    "agencies",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("organ_id", _CODE, nullable=False, unique=True),  # law: R-024 HN Đ8.2
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("name_key", sa.String(500), nullable=False, index=True),
    sa.Column("kind", sa.String(50), nullable=False),
    sa.Column("level", sa.String(50), nullable=False),
    sa.Column("parent", sa.String(35)),
    sa.Column("legacy_code", sa.String(35)),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("phone", sa.String(50), nullable=False),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    sa.Column("scope", sa.String(10), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("successors", sa.Text, nullable=False),  # organ ids, one space between
    sa.Column("host", sa.String(253), nullable=False, server_default=""),  # law: R-236 CB Đ4: never an identity
    sa.CheckConstraint("scope IN ('province', 'national')", name="scope"),
    sa.CheckConstraint("state IN ('active', 'suspended', 'closed')", name="state"),
    sa.Index("ix_agencies_parent", "parent"),
)

agency_aliases = sa.Table(
    "agency_aliases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("alias", sa.String(35), nullable=False),  # upper case
    sa.Column("identity", sa.Boolean, nullable=False),  # whether it is the agency's organ id itself
    sa.Column("agency_id", sa.ForeignKey("agencies.id"), nullable=False, index=True),
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
    sa.Column("last_day", sa.Date),  # a code that was replaced answers to the end of that day; NULL = no end is set
)
# One code, one agency, at any moment; a code given up earlier may stand beside it.
_unique_now("uq_agency_aliases_alias", agency_aliases.c.alias)  # law: R-023 CB Đ4, R-237 TT Đ6.1.2 (an account's name)

sa.Index("ix_agency_aliases_past", agency_aliases.c.alias, sqlite_where=agency_aliases.c.valid_to.is_not(None),
         postgresql_where=agency_aliases.c.valid_to.is_not(None))  # fmt: skip

agency_changes = sa.Table(
    "agency_changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.ForeignKey("registry_versions.version"), nullable=False, index=True),
    sa.Column("organ_id", sa.String(35), nullable=False, index=True),
    sa.Column("change", sa.String(20), nullable=False),
    sa.Column("at", UtcText, nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),  # the agency as it is after the change
    sa.Column("first_day", sa.Date),  # from when the change holds; NULL = it changes nothing that has a day
    sa.Column("later", sa.JSON),  # the agency as it will be on a first_day still to come
)

successions = sa.Table(
    "successions",  # law: R-026 QĐ28 Đ16.1: what became of an agency, and by which decision
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.ForeignKey("registry_versions.version"), nullable=False, index=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("organ_id", sa.String(35), nullable=False, index=True),
    sa.Column("successor", sa.String(35), nullable=False, index=True),  # '' = none
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("decision", sa.String(200), nullable=False),
    sa.Column("decided_on", sa.Date),
    sa.CheckConstraint("kind IN ('renamed', 'merged_into', 'split_into', 'moved', 'recoded', 'closed')", name="kind"),
)

agency_periods = sa.Table(
    "agency_periods",  # how an agency stood on any day; the newest line that covers the day counts
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.ForeignKey("registry_versions.version"), nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agencies.id"), nullable=False, index=True),
    sa.Column("organ_id", sa.String(35), nullable=False, index=True),  # the code it had then
    sa.Column("first_day", sa.Date),  # NULL = since ever
    sa.Column("last_day", sa.Date),  # NULL = without end
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("kind", sa.String(50), nullable=False),
    sa.Column("level", sa.String(50), nullable=False),
    sa.Column("parent", sa.String(35)),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("pending", sa.Boolean, nullable=False),  # begins on a day that has not come yet
)
sa.Index("ix_agency_periods_pending", agency_periods.c.first_day, sqlite_where=agency_periods.c.pending.is_(True),
         postgresql_where=agency_periods.c.pending.is_(True))  # fmt: skip

agency_levels = sa.Table(
    "agency_levels",  # law: R-027: levels come and go: each label with the days on which there is such a level
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("level", sa.String(50), nullable=False, index=True),
    sa.Column("name_vi", sa.String(100), nullable=False),
    sa.Column("name_en", sa.String(100), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # 1 = highest
    sa.Column("first_day", sa.Date),
    sa.Column("last_day", sa.Date),
    sa.Column("decision", sa.String(200), nullable=False),
)

registry_versions = sa.Table(
    "registry_versions",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("at", UtcText, nullable=False),
    sa.Column("change", sa.String(30), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decision", sa.String(200), nullable=False),  # law: R-025 HN Đ8.2
    sa.Column("decided_on", sa.Date),  # the day of the decision
)

systems = sa.Table(
    "systems",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("connector", sa.String(30), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("item_per_agency", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcText, nullable=False),
    sa.Column("undertaking", sa.String(200), nullable=False, server_default=""),  # law: R-009; number and date
    sa.Column("quotas", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("papers", sa.JSON, nullable=False, server_default="{}"),  # law: R-180 R-182; security level, conformity
    sa.CheckConstraint("state IN ('proposed', 'active', 'suspended')", name="state"),
)
sa.Index("uq_systems_id_any_case", sa.func.lower(systems.c.id), unique=True)

system_secrets = sa.Table(
    "system_secrets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False, index=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
)

system_agencies = sa.Table(
    "system_agencies",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False, index=True),
    sa.Column("agency_id", sa.ForeignKey("agencies.id"), nullable=False),
    sa.Column("receives", sa.Boolean, nullable=False),
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
    sa.Column("part", sa.String(8), nullable=False, server_default=""),  # see edit.systems.PARTS
)
_unique_now("uq_system_agencies_pair", system_agencies.c.system_id, system_agencies.c.agency_id)
_unique_now(
    "uq_system_agencies_receiver",  # law: R-007 QĐ28 Đ7.3
    system_agencies.c.agency_id,
    also=sa.column("receives", sa.Boolean).is_(True),
)

system_addresses = sa.Table(
    "system_addresses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False, index=True),
    sa.Column("network", sa.String(43), nullable=False),
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
)
_unique_now("uq_system_addresses_network", system_addresses.c.system_id, system_addresses.c.network)

system_keys = sa.Table(
    "system_keys",  # what a system proves itself with, besides its secret
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(12), nullable=False),  # jwk | certificate
    sa.Column("thumbprint", sa.String(64), nullable=False),  # SHA-256: of the JWK (RFC 7638) or of the DER; lower hex
    sa.Column("value", sa.Text, nullable=False),  # the public JWK as JSON, or the certificate as PEM
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
    sa.CheckConstraint("kind IN ('jwk', 'certificate')", name="kind"),
)
_unique_now("uq_system_keys_thumbprint", system_keys.c.thumbprint)

agency_certificates = sa.Table(
    "agency_certificates",  # law: R-074 VP Đ8.1: whose signature certificate it is
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agencies.id"), nullable=False, index=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),  # SHA-256 of the DER, lower hex
    sa.Column("serial", sa.String(64), nullable=False),  # lower hex
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("valid_from", UtcText, nullable=False),
    sa.Column("valid_to", UtcText),
    sa.CheckConstraint("role IN ('organisation', 'person')", name="role"),
)
_unique_now("uq_agency_certificates_fingerprint", agency_certificates.c.fingerprint)

agency_proposals = sa.Table(
    "agency_proposals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("organ_id", sa.String(35), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("created_at", UtcText, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("first_person", sa.String(200), nullable=False),
    sa.Column("first_at", UtcText),
    sa.Column("second_person", sa.String(200), nullable=False),
    sa.Column("second_at", UtcText),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('add', 'update', 'delete')", name="kind"),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'applied', 'refused')", name="state"),
    sa.Index("ix_agency_proposals_state", "state"),
)
