"""What people decide and are told: alarms, lists, rules of copying, reviews, calendars, confirmations."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

from hub.store.tables.base import SEQ, metadata

alarms = Table(
    "alarms",  # what somebody must know; the same one stands once
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),  # states.Alarm
    Column("audience", String(12), nullable=False),  # states.Audience
    Column("organ_id", String(64), nullable=False),  # whose agency is told; '' = the operator's or the office's
    Column("package_id", String(36), nullable=False),  # '' = about no package
    Column("delivery_id", String(36), nullable=False),  # '' = about no single recipient
    Column("mark", String(40), nullable=False),  # tells repeats of one kind apart: an hour, a year; else ''
    Column("raised_at", String(32), nullable=False),
    Column("due_at", String(32)),  # the deadline it is about
    Column("cleared_at", String(32)),
    Column("detail", Text, nullable=False),  # JSON
)
Index("alarms_once", alarms.c.kind, alarms.c.audience, alarms.c.organ_id, alarms.c.package_id, alarms.c.delivery_id,
      alarms.c.mark, unique=True)  # fmt: skip
Index("alarms_open", alarms.c.audience, alarms.c.organ_id, alarms.c.seq, sqlite_where=alarms.c.cleared_at.is_(None),
      postgresql_where=alarms.c.cleared_at.is_(None))  # fmt: skip
Index("alarms_delivery", alarms.c.delivery_id)
Index("alarms_package", alarms.c.package_id)

recipient_groups = Table(
    "recipient_groups",  # law: R-108 BD Đ4.2: an agency's saved lists; opened into single organisations at sending
    metadata,
    Column("organ_id", String(64), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("members", Text, nullable=False),  # JSON list of {"code", "role", "mode"}
    Column("note", Text, nullable=False),
    Column("updated_at", String(32), nullable=False),
)

copy_rules = Table(
    "copy_rules",  # law: R-113 TT Đ9: what is sent to units of a sector goes to its managing office too
    metadata,
    Column("id", String(36), primary_key=True),
    Column("below", String(64), nullable=False),  # recipients under this agency; '' = asked by kind alone
    Column("kind", String(50), nullable=False),  # recipients of this kind; '' = any
    Column("copy_to", String(64), nullable=False),
    Column("mode", String(8), nullable=False),  # add | warn
    Column("decision", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("ended_at", String(32)),
)

reviews = Table(
    "reviews",  # messages about a document nobody knows here; each is held until that arrives, or somebody decides
    metadata,
    Column("package_id", String(36), primary_key=True),
    Column("document_key", Text, nullable=False),  # DocumentId it speaks of, as it is compared
    Column("entry", String(200), nullable=False),  # number/notation it speaks of, folded; '' = not said
    Column("since", String(32), nullable=False),
    Column("message", Text, nullable=False),  # its XML without attachments, to be carried out later
)
Index("reviews_document", reviews.c.document_key)
Index("reviews_entry", reviews.c.entry)

calendar_days = Table(
    "calendar_days",  # what the operator decides over the known days; the newest line of a day and agency counts
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False),
    Column("organ_id", String(64), nullable=False),  # '' = the whole province
    Column("kind", String(16), nullable=False),  # calendar.DayKind
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),  # number and date of the decision
    Column("state", String(12), nullable=False),  # decided | expected | to-confirm
    Column("entered_at", String(32), nullable=False),
    Column("entered_by", String(80), nullable=False),
    Column("ended_at", String(32)),
)
Index("calendar_days_day", calendar_days.c.day)

calendar_hours = Table(
    "calendar_hours",  # working hours that differ from the profile's: of the province, or of one agency
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("organ_id", String(64), nullable=False),  # '' = the whole province
    Column("hours", Text, nullable=False),  # JSON of profile.Hours
    Column("source", Text, nullable=False),
    Column("entered_at", String(32), nullable=False),
    Column("entered_by", String(80), nullable=False),
    Column("ended_at", String(32)),
)

confirmations = Table(
    "confirmations",  # law: R-193 CB Đ5.4: what one person asked for and another one must confirm
    metadata,
    Column("id", String(36), primary_key=True),
    Column("command", String(40), nullable=False),  # the admin command that is carried out
    Column("args", LargeBinary, nullable=False),  # wrapped JSON: there may be secrets among it
    Column("summary", Text, nullable=False),  # JSON: what will change
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", String(32), nullable=False),
    Column("first_by", String(80)),  # the first person who proved to be one, by a password; NULL = nobody yet
    Column("digest", String(64), nullable=False),  # SHA-256 of the whole change that was worked out; '' = none
    Column("state", String(10), nullable=False),  # open | done | refused | failed | expired
    Column("decided_by", String(80)),
    Column("decided_at", String(32)),
    Column("reason", Text, nullable=False),
    Column("answer", Text),  # JSON of what the command answered, without secrets; on an open one: it was urgent
)
Index("confirmations_open", confirmations.c.state)
