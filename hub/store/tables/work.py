"""What the hub works with: endpoints, switches, people, answers of authorities, what waits to be looked at again."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from hub.store.tables.base import metadata

endpoints = Table(
    "endpoints",
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("retry_at", String(32)),  # no attempt before; NULL = healthy
    Column("last_error", Text),
    Column("heard_at", String(32)),
)

state = Table(
    "state",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),  # operator | clerk | office | security
    Column("password", Text, nullable=False),  # argon2id
    Column("organ_id", String(64)),
    Column("state", String(16), nullable=False),
    Column("created_at", String(32), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("user_name", String(64), nullable=False),
    Column("form_token", String(64), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)

vxp_clocks = Table(
    "vxp_clocks",  # a VXP `timestamp` value belongs to the address that first used it (design 6.1)
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("timestamp", String(40), primary_key=True),
    Column("address", String(64), nullable=False),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False, server_default=""),  # to the day; '' = never since
)


rechecks = Table(
    "rechecks",  # packages whose verdict is INDETERMINATE for want of an answer; asked again until `until`
    metadata,
    Column("package_id", String(36), primary_key=True),
    Column("waits_for", String(8), nullable=False),  # answer (of an authority, or time) | trust (another trust list)
    Column("due_at", String(32), nullable=False),
    Column("until", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
)
Index("rechecks_due", rechecks.c.due_at)

revocation_answers = Table(
    "revocation_answers",  # what an authority said; the bytes lie in a file named by the digest
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(4), nullable=False),  # crl | ocsp
    Column("url", Text, nullable=False),
    Column("as_of", String(32), nullable=False),
    Column("next_at", String(32)),
    Column("fetched_at", String(32), nullable=False),
    Column("size", Integer, nullable=False),
)

package_answers = Table(
    "package_answers",  # law: R-071 TT15/2025 Đ5: kept as long as the document, erased together with it
    metadata,
    Column("package_id", String(36), primary_key=True),
    Column("sha256", String(64), primary_key=True),
)
Index("package_answers_sha256", package_answers.c.sha256)

used_assertions = Table(
    "used_assertions",  # a client's signed assertion buys one token only
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires_at", String(32), nullable=False),
)
Index("used_assertions_expires", used_assertions.c.expires_at)
