"""Doors: signs of life, what was fetched and relayed, web hooks, the log of calls, text messages."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004_pre"
down_revision = "0003_pre"
branch_labels = None
depends_on = None

_AXIS = "axis"
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables; what the axis had given moves out of the switches into two of them."""
    op.create_table(
        "heartbeats",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.String(length=32), nullable=True),
        sa.Column("next_seconds", sa.Integer(), nullable=True),
        sa.Column("clock_seconds", sa.Integer(), nullable=True),
        sa.Column("clock_at", sa.String(length=32), nullable=True),
        sa.Column("software", sa.String(length=200), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("system_id", name=op.f("pk_heartbeats")),
    )
    op.add_column("packages", sa.Column("dossier", sa.String(length=100), server_default="", nullable=False))
    op.create_index(
        "packages_dossier",
        "packages",
        ["dossier"],
        unique=False,
        sqlite_where=sa.text("dossier != ''"),
        postgresql_where=sa.text("dossier != ''"),
    )
    collected = op.create_table(
        "collected",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("remote_id", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("system_id", "remote_id", name=op.f("pk_collected")),
    )
    relayed = op.create_table(
        "relayed",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("remote_id", sa.String(length=100), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=True),
        sa.Column("again", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("system_id", "remote_id", name=op.f("pk_relayed")),
    )
    op.create_index("relayed_at", "relayed", ["at"], unique=False)
    unseen = sa.text("seen_at IS NULL")
    op.create_index(
        "relayed_unseen", "relayed", ["system_id", "at"], unique=False, sqlite_where=unseen, postgresql_where=unseen
    )
    _carry_over(collected, relayed)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("cursor", _SEQ, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.String(length=32), nullable=True),
        sa.Column("retry_at", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("webhooks_system", "webhooks", ["system_id"], unique=False)
    op.create_table(
        "calls",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=True),
        sa.Column("delivery_id", sa.String(length=36), nullable=True),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_calls")),
    )
    op.create_index("calls_system", "calls", ["system_id", "seq"], unique=False)
    op.create_index("calls_at", "calls", ["at"], unique=False)
    op.create_table(
        "openings",
        sa.Column("system_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system_id", "day", name=op.f("pk_openings")),
    )
    op.create_table(
        "text_messages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alarm_seq", _SEQ, nullable=False),
        sa.Column("organ_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_messages")),
        sa.UniqueConstraint("alarm_seq", name=op.f("uq_text_messages_alarm_seq")),
    )
    op.create_index("text_messages_due", "text_messages", ["state", "due_at"], unique=False)


def _carry_over(collected: sa.Table, relayed: sa.Table) -> None:
    """`axis.got.ID`, `axis.bad.ID` and `axis.sent.ID` among the switches become rows."""
    state = sa.table("state", sa.column("name", sa.String), sa.column("value", sa.Text))
    connection = op.get_bind()
    now = sa.literal("2026-01-01T00:00:00.000000Z")  # their age was not kept; old enough to be pruned first
    for name, value in connection.execute(sa.select(state.c.name, state.c.value).where(state.c.name.like("axis.%.%"))):
        _, kind, remote_id = name.split(".", 2)
        key = {"system_id": _AXIS, "remote_id": remote_id, "at": now}
        if kind == "sent":
            connection.execute(relayed.insert().values(**key, item_id=json.loads(value)["item"], seen_at=now))
        elif kind == "got":
            told = json.dumps({"package_id": value})
            connection.execute(collected.insert().values(**key, state="taken", value=told))
        elif kind == "bad":
            told = json.dumps({"code": "internal", "title_vi": value, "title_en": value, "detail": value})
            connection.execute(collected.insert().values(**key, state="declined", value=told))
        else:
            continue
        connection.execute(sa.delete(state).where(state.c.name == name))
