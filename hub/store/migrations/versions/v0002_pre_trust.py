"""Trust: held packages, content checks, rechecks, revocation answers, keys of systems, certificates of agencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_pre"
down_revision = "0001_pre"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("packages", sa.Column("held_for", sa.String(length=64), nullable=True))
    op.add_column("packages", sa.Column("checks", sa.Text(), server_default="[]", nullable=False))
    op.add_column("packages", sa.Column("content_key", sa.String(length=64), server_default="", nullable=False))
    op.create_index("packages_content", "packages", ["sender", "content_key"], unique=False)
    op.create_index(
        "packages_held",
        "packages",
        ["status"],
        unique=False,
        sqlite_where=sa.text("held_for IS NOT NULL"),
        postgresql_where=sa.text("held_for IS NOT NULL"),
    )
    op.create_table(
        "rechecks",
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("waits_for", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("package_id"),
    )
    op.create_index("rechecks_due", "rechecks", ["due_at"], unique=False)
    op.create_table(
        "revocation_answers",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("as_of", sa.String(length=32), nullable=False),
        sa.Column("next_at", sa.String(length=32), nullable=True),
        sa.Column("fetched_at", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "package_answers",
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("package_id", "sha256"),
    )
    op.create_index("package_answers_sha256", "package_answers", ["sha256"], unique=False)
    op.create_table(
        "used_assertions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.drop_index("deliveries_package", table_name="deliveries")
    op.create_index("deliveries_package", "deliveries", ["package_id", "system_id"], unique=False)
    op.add_column("vxp_clocks", sa.Column("last_at", sa.String(length=32), server_default="", nullable=False))
    op.create_index("used_assertions_expires", "used_assertions", ["expires_at"], unique=False)
    _registry()


def _registry() -> None:
    op.add_column("systems", sa.Column("undertaking", sa.String(length=200), server_default="", nullable=False))
    op.add_column("systems", sa.Column("quotas", sa.JSON(), server_default="{}", nullable=False))
    op.create_table(
        "system_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("thumbprint", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.CheckConstraint("kind IN ('jwk', 'certificate')", name=op.f("ck_system_keys_kind")),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_keys_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_keys")),
    )
    op.create_index(op.f("ix_system_keys_system_id"), "system_keys", ["system_id"], unique=False)
    _unique_now("uq_system_keys_thumbprint", "system_keys", "thumbprint")
    op.create_table(
        "agency_certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.CheckConstraint("role IN ('organisation', 'person')", name=op.f("ck_agency_certificates_role")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_certificates_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_certificates")),
    )
    op.create_index(op.f("ix_agency_certificates_agency_id"), "agency_certificates", ["agency_id"], unique=False)
    _unique_now("uq_agency_certificates_fingerprint", "agency_certificates", "fingerprint")


def _unique_now(name: str, table: str, column: str) -> None:
    open_end = sa.text("valid_to IS NULL")
    op.create_index(name, table, [column], unique=True, sqlite_where=open_end, postgresql_where=open_end)
