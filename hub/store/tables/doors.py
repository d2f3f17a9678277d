"""Doors and those behind them: signs of life, what was fetched or relayed, web hooks, calls, text messages."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from hub.store.tables.base import SEQ, metadata

heartbeats = Table(
    "heartbeats",  # the last sign of life of each system, and its clock
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("heard_at", String(32)),  # last heartbeat; NULL = only its clock is known
    Column("next_seconds", Integer),  # how soon it said it would be heard again
    Column("clock_seconds", Integer),  # its clock minus the hub's; NULL = not known
    Column("clock_at", String(32)),  # when that was measured
    Column("software", String(200), nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default="{}"),  # JSON: what waits there, what is wrong there
)

collected = Table(
    "collected",  # what a system offers to be fetched, between our commit and its answer
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("remote_id", String(100), primary_key=True),
    Column("state", String(8), nullable=False),  # taken | declined
    Column("value", Text, nullable=False),  # JSON of what it is to be told
    Column("at", String(32), nullable=False),
)

relayed = Table(
    "relayed",  # what another hub took for us, under the id it gave
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("remote_id", String(100), primary_key=True),
    Column("item_id", String(36), nullable=False),
    Column("at", String(32), nullable=False),
    Column("seen_at", String(32)),  # when that hub's own list named it; NULL = not yet
    Column("again", Integer, nullable=False, server_default="0"),  # how often it was given once more
)
Index("relayed_at", relayed.c.at)
Index("relayed_unseen", relayed.c.system_id, relayed.c.at, sqlite_where=relayed.c.seen_at.is_(None),
      postgresql_where=relayed.c.seen_at.is_(None))  # fmt: skip

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("system_id", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),  # JSON list of event types; [] = all
    Column("secret", LargeBinary, nullable=False),  # wrapped: JSON of one secret, of two while it is changed
    Column("state", String(10), nullable=False),  # active | stopped
    Column("created_at", String(32), nullable=False),
    Column("cursor", SEQ, nullable=False),  # seq of the last event it has
    Column("failures", Integer, nullable=False),
    Column("failing_since", String(32)),  # NULL = the last call went well
    Column("retry_at", String(32)),
    Column("last_error", Text),
)
Index("webhooks_system", webhooks.c.system_id)

calls = Table(
    "calls",  # the log of one system's calls and of ours to it: for those who build connectors, no evidence
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("system_id", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("door", String(16), nullable=False),  # api | vxp | connector | webhook
    Column("direction", String(3), nullable=False),  # in | out, as the hub sees it
    Column("operation", String(40), nullable=False),
    Column("status", Integer, nullable=False),  # of HTTP; 0 = there was no answer
    Column("code", String(40), nullable=False),  # slug of the fault; '' = none
    Column("package_id", String(36)),
    Column("delivery_id", String(36)),
    Column("ms", Integer, nullable=False),
    Column("size", Integer, nullable=False),  # bytes of the body that came or left
    Column("detail", Text, nullable=False),  # one line, never content
)
Index("calls_system", calls.c.system_id, calls.c.seq)
Index("calls_at", calls.c.at)

openings = Table(
    "openings",  # how often a system opened its inbox on a day
    metadata,
    Column("system_id", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),  # yyyy-mm-dd, Vietnamese time
    Column("times", Integer, nullable=False),
)

text_messages = Table(
    "text_messages",  # to the person on duty, through the province's gateway
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alarm_seq", SEQ, nullable=False, unique=True),
    Column("organ_id", String(64), nullable=False),
    Column("text", String(160), nullable=False),
    Column("state", String(10), nullable=False),  # queued | sent | failed | dropped
    Column("tries", Integer, nullable=False),
    Column("due_at", String(32)),
    Column("at", String(32), nullable=False),
    Column("reason", Text, nullable=False),
)
Index("text_messages_due", text_messages.c.state, text_messages.c.due_at)
