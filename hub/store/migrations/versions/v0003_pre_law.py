"""Law: moments and deadlines of deliveries, alarms, groups, calendar, confirmations; the registry's history."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0003_pre"
down_revision = "0002_pre"
branch_labels = None
depends_on = None

# law: R-027: the district level ended with 30/06/2025
_LEVELS = [
    {"level": "tinh", "name_vi": "cấp tỉnh", "name_en": "province", "rank": 1, "first_day": None, "last_day": None,
     "decision": ""},
    {"level": "huyen", "name_vi": "cấp huyện", "name_en": "district", "rank": 2, "first_day": None,
     "last_day": date(2025, 6, 30), "decision": "Luật 72/2025/QH15"},
    {"level": "xa", "name_vi": "cấp xã", "name_en": "commune", "rank": 3, "first_day": None, "last_day": None,
     "decision": ""},
]  # fmt: skip


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("deliveries", sa.Column("role", sa.String(length=8), server_default="act", nullable=False))
    op.add_column("deliveries", sa.Column("mode", sa.String(length=12), server_default="electronic", nullable=False))
    op.add_column("deliveries", sa.Column("copy", sa.String(length=12), server_default="", nullable=False))
    op.add_column("deliveries", sa.Column("received_at", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("received_by", sa.String(length=8), nullable=True))
    op.add_column("deliveries", sa.Column("received_legal", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("accept_by", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("accepted_at", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("arrival_number", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("arrival_date", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("refusal", sa.String(length=24), nullable=True))
    op.add_column("deliveries", sa.Column("recall_reason", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("recall_at", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("destroy_by", sa.String(length=32), nullable=True))
    op.add_column("deliveries", sa.Column("replied_by", sa.String(length=36), nullable=True))
    op.add_column("deliveries", sa.Column("corrected_by", sa.String(length=36), nullable=True))
    op.add_column("deliveries", sa.Column("watch_at", sa.String(length=32), nullable=True))
    op.create_index(
        "deliveries_watch",
        "deliveries",
        ["watch_at"],
        unique=False,
        sqlite_where=sa.text("watch_at IS NOT NULL"),
        postgresql_where=sa.text("watch_at IS NOT NULL"),
    )
    op.add_column("deliveries", sa.Column("duplicate_of", sa.String(length=36), nullable=True))
    op.add_column("deliveries", sa.Column("paper", sa.Text(), nullable=True))
    op.add_column("packages", sa.Column("entry_key", sa.String(length=64), server_default="", nullable=False))
    op.add_column("packages", sa.Column("issued_at", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("signed_at", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("reply_due", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("hour_at", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("request", sa.String(length=16), server_default="", nullable=False))
    op.add_column("packages", sa.Column("replaced_by", sa.String(length=36), nullable=True))
    op.add_column("packages", sa.Column("legal_hold_at", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("content_until", sa.String(length=32), nullable=True))
    op.add_column("packages", sa.Column("sending", sa.Text(), server_default="{}", nullable=False))
    op.add_column("packages", sa.Column("circulation", sa.String(length=8), server_default="", nullable=False))
    op.create_index(
        "packages_marked",
        "packages",
        ["content_key"],
        unique=False,
        sqlite_where=sa.text("circulation != ''"),
        postgresql_where=sa.text("circulation != ''"),
    )
    op.create_index(
        "packages_content_until",
        "packages",
        ["content_until"],
        unique=False,
        sqlite_where=sa.text("content_until IS NOT NULL"),
        postgresql_where=sa.text("content_until IS NOT NULL"),
    )
    op.create_index(
        "packages_entry",
        "packages",
        ["entry_key"],
        unique=False,
        sqlite_where=sa.text("entry_key != ''"),
        postgresql_where=sa.text("entry_key != ''"),
    )
    op.create_index(
        "packages_original",
        "packages",
        ["original_id"],
        unique=False,
        sqlite_where=sa.text("original_id IS NOT NULL"),
        postgresql_where=sa.text("original_id IS NOT NULL"),
    )
    _tables()
    _reviews()
    _registry()


def _tables() -> None:
    op.create_table(
        "alarms",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("organ_id", sa.String(length=64), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("raised_at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("cleared_at", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("alarms_delivery", "alarms", ["delivery_id"], unique=False)
    op.create_index("alarms_package", "alarms", ["package_id"], unique=False)
    op.create_index(
        "alarms_once", "alarms", ["kind", "audience", "organ_id", "package_id", "delivery_id", "mark"], unique=True
    )
    op.create_index(
        "alarms_open",
        "alarms",
        ["audience", "organ_id", "seq"],
        unique=False,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("organ_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entered_at", sa.String(length=32), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("calendar_days_day", "calendar_days", ["day"], unique=False)
    op.create_table(
        "calendar_hours",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organ_id", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.String(length=32), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "confirmations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("command", sa.String(length=40), nullable=False),
        sa.Column("args", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("confirmations_open", "confirmations", ["state"], unique=False)
    op.create_table(
        "copy_rules",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("below", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("copy_to", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recipient_groups",
        sa.Column("organ_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("organ_id", "name"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("document_key", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=200), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("package_id"),
    )
    op.create_index("reviews_document", "reviews", ["document_key"], unique=False)
    op.create_index("reviews_entry", "reviews", ["entry"], unique=False)


def _registry() -> None:
    op.create_table(
        "agency_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("level", sa.String(length=50), nullable=False),
        sa.Column("parent", sa.String(length=35), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_periods_agency_id")),
        sa.ForeignKeyConstraint(["version"], ["registry_versions.version"], name=op.f("fk_agency_periods_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_periods")),
    )
    op.create_index(op.f("ix_agency_periods_agency_id"), "agency_periods", ["agency_id"], unique=False)
    op.create_index(op.f("ix_agency_periods_organ_id"), "agency_periods", ["organ_id"], unique=False)
    op.create_index(
        "ix_agency_periods_pending",
        "agency_periods",
        ["first_day"],
        unique=False,
        sqlite_where=sa.text("pending IS 1"),
        postgresql_where=sa.text("pending IS true"),
    )
    levels = op.create_table(
        "agency_levels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=50), nullable=False),
        sa.Column("name_vi", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_levels")),
    )
    op.create_index(op.f("ix_agency_levels_level"), "agency_levels", ["level"], unique=False)
    op.bulk_insert(levels, _LEVELS)
    op.add_column("agencies", sa.Column("host", sa.String(length=253), server_default="", nullable=False))
    op.add_column("agency_aliases", sa.Column("last_day", sa.Date(), nullable=True))
    op.create_index(
        "ix_agency_aliases_past",
        "agency_aliases",
        ["alias"],
        unique=False,
        sqlite_where=sa.text("valid_to IS NOT NULL"),
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )
    op.add_column("agency_changes", sa.Column("first_day", sa.Date(), nullable=True))
    op.add_column("agency_changes", sa.Column("later", sa.JSON(), nullable=True))
    op.add_column("registry_versions", sa.Column("decided_on", sa.Date(), nullable=True))
    op.create_table(
        "successions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("successor", sa.String(length=35), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('renamed', 'merged_into', 'split_into', 'moved', 'recoded', 'closed')",
            name=op.f("ck_successions_kind"),
        ),
        sa.ForeignKeyConstraint(["version"], ["registry_versions.version"], name=op.f("fk_successions_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_successions")),
    )
    op.create_index(op.f("ix_successions_organ_id"), "successions", ["organ_id"], unique=False)
    op.create_index(op.f("ix_successions_successor"), "successions", ["successor"], unique=False)
    op.create_index(op.f("ix_successions_version"), "successions", ["version"], unique=False)
    op.add_column("system_agencies", sa.Column("part", sa.String(length=8), server_default="", nullable=False))
    op.add_column("systems", sa.Column("papers", sa.JSON(), server_default="{}", nullable=False))
