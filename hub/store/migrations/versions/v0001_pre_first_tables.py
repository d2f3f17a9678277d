"""The first tables: the hub's and the registry's, written out so that later steps start from what was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_pre"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "deliveries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("written_as", sa.String(length=64), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=True),
        sa.Column("connector", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("message_type", sa.String(length=8), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("exposed_at", sa.String(length=32), nullable=True),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recall_state", sa.String(length=16), nullable=False),
        sa.Column("recall_kind", sa.String(length=16), nullable=True),
        sa.Column("business_status", sa.String(length=2), nullable=True),
        sa.Column("business_reason", sa.Text(), nullable=True),
        sa.Column("business_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["system_id", sa.literal_column("urgency DESC"), "due_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index("deliveries_item", "deliveries", ["item_id", "status"], unique=False)
    op.create_index(
        "deliveries_open",
        "deliveries",
        ["recipient", "system_id", "status", "created_at"],
        unique=False,
        sqlite_where=sa.text("(status NOT IN ('delivered', 'cancelled'))"),
        postgresql_where=sa.text("(status NOT IN ('delivered', 'cancelled'))"),
    )
    op.create_index("deliveries_package", "deliveries", ["package_id"], unique=False)
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["system_id", sa.literal_column("urgency DESC"), "seq"],
        unique=False,
        sqlite_where=sa.text("status = 'available'"),
        postgresql_where=sa.text("status = 'available'"),
    )
    op.create_table(
        "endpoints",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("heard_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("system_id"),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=True),
        sa.Column("delivery_id", sa.String(length=36), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("leaf", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("events_package", "events", ["package_id", "seq"], unique=False)
    op.create_table(
        "items",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("message_type", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_text", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("listed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "items_open",
        "items",
        ["system_id", "message_type", sa.literal_column("urgency DESC"), "listed_at", "seq"],
        unique=False,
        sqlite_where=sa.text("state IN ('initial', 'processing')"),
        postgresql_where=sa.text("state IN ('initial', 'processing')"),
    )
    op.create_index("items_package", "items", ["package_id"], unique=False)
    op.create_table(
        "packages",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("message_type", sa.String(length=8), nullable=False),
        sa.Column("business_type", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.String(length=2), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("document_key", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("door", sa.String(length=8), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("notation", sa.Text(), nullable=False),
        sa.Column("promulgated", sa.String(length=32), nullable=False),
        sa.Column("year", sa.String(length=4), nullable=False),
        sa.Column("original_id", sa.String(length=36), nullable=True),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("verdicts", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("fault_detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "packages_identity",
        "packages",
        ["identity"],
        unique=True,
        sqlite_where=sa.text("status != 'rejected'"),
        postgresql_where=sa.text("status != 'rejected'"),
    )
    op.create_index("packages_number", "packages", ["sender", "number", "notation", "year"], unique=False)
    op.create_index("packages_received", "packages", ["received_at"], unique=False)
    op.create_index("packages_system", "packages", ["system_id", "seq"], unique=False)
    op.create_index("packages_thread", "packages", ["sender", "document_key"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "state",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "vxp_clocks",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("timestamp", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("first_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("system_id", "timestamp"),
    )
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "organ_id",
            sa.String(length=35).with_variant(sa.String(length=35, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_key", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("level", sa.String(length=50), nullable=False),
        sa.Column("parent", sa.String(length=35), nullable=True),
        sa.Column("legacy_code", sa.String(length=35), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=50), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("successors", sa.Text(), nullable=False),
        sa.CheckConstraint("scope IN ('province', 'national')", name=op.f("ck_agencies_scope")),
        sa.CheckConstraint("state IN ('active', 'suspended', 'closed')", name=op.f("ck_agencies_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("organ_id", name=op.f("uq_agencies_organ_id")),
    )
    op.create_index(op.f("ix_agencies_name_key"), "agencies", ["name_key"], unique=False)
    op.create_index("ix_agencies_parent", "agencies", ["parent"], unique=False)
    op.create_table(
        "registry_versions",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("change", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_registry_versions")),
    )
    op.create_table(
        "systems",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("connector", sa.String(length=30), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("item_per_agency", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'active', 'suspended')", name=op.f("ck_systems_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systems")),
    )
    op.create_table(
        "agency_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=35), nullable=False),
        sa.Column("identity", sa.Boolean(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_aliases_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_aliases")),
    )
    op.create_index(op.f("ix_agency_aliases_agency_id"), "agency_aliases", ["agency_id"], unique=False)
    op.create_index(
        "uq_agency_aliases_alias",
        "agency_aliases",
        ["alias"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "agency_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["registry_versions.version"], name=op.f("fk_agency_changes_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_changes")),
    )
    op.create_index(op.f("ix_agency_changes_organ_id"), "agency_changes", ["organ_id"], unique=False)
    op.create_index(op.f("ix_agency_changes_version"), "agency_changes", ["version"], unique=False)
    op.create_table(
        "agency_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("first_person", sa.String(length=200), nullable=False),
        sa.Column("first_at", sa.String(length=27), nullable=True),
        sa.Column("second_person", sa.String(length=200), nullable=False),
        sa.Column("second_at", sa.String(length=27), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('add', 'update', 'delete')", name=op.f("ck_agency_proposals_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'applied', 'refused')", name=op.f("ck_agency_proposals_state")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_agency_proposals_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_proposals")),
    )
    op.create_index("ix_agency_proposals_state", "agency_proposals", ["state"], unique=False)
    op.create_table(
        "system_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=43), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_addresses_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_addresses")),
    )
    op.create_index(op.f("ix_system_addresses_system_id"), "system_addresses", ["system_id"], unique=False)
    op.create_index(
        "uq_system_addresses_network",
        "system_addresses",
        ["system_id", "network"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "system_agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("receives", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_system_agencies_agency_id")),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_agencies_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_agencies")),
    )
    op.create_index(op.f("ix_system_agencies_system_id"), "system_agencies", ["system_id"], unique=False)
    op.create_index(
        "uq_system_agencies_pair",
        "system_agencies",
        ["system_id", "agency_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_system_agencies_receiver",
        "system_agencies",
        ["agency_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL AND receives IS 1"),
        postgresql_where=sa.text("valid_to IS NULL AND receives IS 1"),
    )
    op.create_table(
        "system_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_secrets_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_secrets")),
    )
    op.create_index(op.f("ix_system_secrets_system_id"), "system_secrets", ["system_id"], unique=False)
    op.create_index("uq_systems_id_any_case", "systems", [sa.text("lower(id)")], unique=True)
