"""The hub's tables, in SQLAlchemy Core.

Times are aware UTC kept as RFC 3339 text with microseconds, so that they sort as text on every database. Ids are
UUIDv4 text; `seq` gives the order of arrival. No foreign key leads to the registry: a document outlives the agency
that was merged away.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

_seq = BigInteger().with_variant(Integer, "sqlite")

packages = Table(
    "packages",
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("identity", LargeBinary, nullable=False),  # SHA-256 over sender, types, DocumentId, digest of the bytes
    Column("sender", String(64), nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("message_type", String(8), nullable=False),  # edoc | status
    Column("business_type", Integer, nullable=False),
    Column("status_code", String(2), nullable=False),  # of a status message, else ''
    Column("document_id", Text, nullable=False),
    Column("document_key", Text, nullable=False, server_default=""),  # DocumentId as it is compared
    Column("sha256", String(64), nullable=False),
    Column("content_key", String(64), nullable=False, server_default=""),  # over its attachments; '' without any
    Column("size", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("door", String(8), nullable=False),
    Column("system_id", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("notation", Text, nullable=False),
    Column("promulgated", String(32), nullable=False),
    Column("year", String(4), nullable=False),
    Column("original_id", String(36)),  # the package this one answers, revises, recalls or corrects
    Column("received_at", String(32), nullable=False),
    Column("key", LargeBinary),  # wrapped key of the sealed bytes; erased = NULL
    Column("attachments", Text, nullable=False),  # JSON
    Column("warnings", Text, nullable=False),  # JSON
    Column("verdict", String(16), nullable=False),
    Column("verdicts", Text, nullable=False),  # JSON of edxml.verdict.DocumentReport
    Column("fault", String(32)),
    Column("fault_detail", Text),
    Column("held_for", String(64)),  # states.Hold, several with blanks between; on an erased one: its file is to go
    Column("checks", Text, nullable=False, server_default="[]"),  # JSON: what the content checks found
    Column(
        "entry_key", String(64), nullable=False, server_default=""
    ),  # number, notation, issuer's name, folded; R-134
    Column("issued_at", String(32)),  # the sending clerk's click, as its system told; NULL = not told
    Column("signed_at", String(32)),  # the authorised person's signature, as the verdict has it
    Column("reply_due", String(32)),  # an answer is asked by then: end of the working day of DueDate
    Column("hour_at", String(32)),  # the hour of level 4
    Column("request", String(16), nullable=False, server_default=""),  # confirmation; '' = an ordinary document
    Column("replaced_by", String(36)),  # the newest package that replaces this document
    Column("legal_hold_at", String(32)),  # frozen against every erasing
    Column("content_until", String(32)),  # its content may be erased from then on; NULL = not counted yet
    Column("sending", Text, nullable=False, server_default="{}"),  # JSON: what its sender said beside the package
    Column("circulation", String(8), nullable=False, server_default=""),  # states.Circulation
)
Index("packages_marked", packages.c.content_key, sqlite_where=packages.c.circulation != "",
      postgresql_where=packages.c.circulation != "")  # fmt: skip
Index("packages_entry", packages.c.entry_key, sqlite_where=packages.c.entry_key != "",
      postgresql_where=packages.c.entry_key != "")  # fmt: skip
Index("packages_original", packages.c.original_id, sqlite_where=packages.c.original_id.is_not(None),
      postgresql_where=packages.c.original_id.is_not(None))  # fmt: skip
Index("packages_content_until", packages.c.content_until, sqlite_where=packages.c.content_until.is_not(None),
      postgresql_where=packages.c.content_until.is_not(None))  # fmt: skip
Index("packages_held", packages.c.status, sqlite_where=packages.c.held_for.is_not(None),
      postgresql_where=packages.c.held_for.is_not(None))  # fmt: skip
Index(
    "packages_identity",
    packages.c.identity,
    unique=True,
    sqlite_where=packages.c.status != "rejected",
    postgresql_where=packages.c.status != "rejected",
)
Index("packages_thread", packages.c.sender, packages.c.document_key)
Index("packages_content", packages.c.sender, packages.c.content_key)
Index("packages_number", packages.c.sender, packages.c.number, packages.c.notation, packages.c.year)
Index("packages_received", packages.c.received_at)
Index("packages_system", packages.c.system_id, packages.c.seq)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("package_id", String(36), nullable=False),
    Column("item_id", String(36)),
    Column("recipient", String(64), nullable=False),  # the agency's own organ id
    Column("written_as", String(64), nullable=False),  # the code that stood in the package
    Column("system_id", String(64)),
    Column("connector", String(16)),
    Column("status", String(16), nullable=False),
    Column("message_type", String(8), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("due_at", String(32)),
    Column("attempts", Integer, nullable=False),
    Column("exposed_at", String(32)),
    Column("lease", String(64)),
    Column("lease_until", String(32)),
    Column("ended_at", String(32)),
    Column("fault", String(32)),
    Column("reason", Text),
    Column("recall_state", String(16), nullable=False),
    Column("recall_kind", String(16)),  # recall | take_back
    Column("business_status", String(2)),
    Column("business_reason", Text),
    Column("business_at", String(32)),
    Column("role", String(8), nullable=False, server_default="act"),  # states.Role
    Column("mode", String(12), nullable=False, server_default="electronic"),  # states.Mode
    Column("copy", String(12), nullable=False, server_default=""),  # states.Copy: why there is a copy beside To's own
    Column("received_at", String(32)),  # the moment of receipt, by door
    Column("received_by", String(8)),  # what told it: ack | done | 01 | push | rename | listed
    Column("received_legal", String(32)),  # the same on the recipient's working calendar
    Column("accept_by", String(32)),  # end of the working day of received_legal
    Column("accepted_at", String(32)),  # 03 came
    Column("arrival_number", Text),  # of 03
    Column("arrival_date", Text),
    Column("refusal", String(24)),  # reason code of 02
    Column("recall_reason", Text),
    Column("recall_at", String(32)),  # when it was asked
    Column("destroy_by", String(32)),  # until when the destruction is to be confirmed
    Column("replied_by", String(36)),  # the package that answers it
    Column("corrected_by", String(36)),  # the package that corrects it after a refusal 02
    Column("watch_at", String(32)),  # when the watchdog looks at it next; NULL = never again
    Column("duplicate_of", String(36)),  # the recipient's earlier delivery with equal entry_key
    Column("paper", Text),  # JSON: copies issued, when and by whom; what came back; NULL = none
)
Index("deliveries_watch", deliveries.c.watch_at, sqlite_where=deliveries.c.watch_at.is_not(None),
      postgresql_where=deliveries.c.watch_at.is_not(None))  # fmt: skip
Index("deliveries_package", deliveries.c.package_id, deliveries.c.system_id)
Index("deliveries_item", deliveries.c.item_id, deliveries.c.status)
Index(
    "deliveries_waiting",
    deliveries.c.system_id,
    deliveries.c.urgency.desc(),
    deliveries.c.seq,
    sqlite_where=deliveries.c.status == "available",
    postgresql_where=deliveries.c.status == "available",
)
Index(
    "deliveries_due",
    deliveries.c.system_id,
    deliveries.c.urgency.desc(),
    deliveries.c.due_at,
    sqlite_where=deliveries.c.status.in_(["queued", "sending"]),
    postgresql_where=deliveries.c.status.in_(["queued", "sending"]),
)

Index(
    "deliveries_open",  # the operator's queue by destination and age
    deliveries.c.recipient,
    deliveries.c.system_id,
    deliveries.c.status,
    deliveries.c.created_at,
    sqlite_where=deliveries.c.status.not_in(["delivered", "cancelled"]),
    postgresql_where=deliveries.c.status.not_in(["delivered", "cancelled"]),
)

items = Table(
    "items",
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("package_id", String(36), nullable=False),
    Column("system_id", String(64), nullable=False),
    Column("message_type", String(8), nullable=False),
    Column("state", String(16), nullable=False),  # initial | processing | done | fail; '' = nothing to offer
    Column("state_text", Text, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("listed", Integer, nullable=False),  # how often it was offered without being fetched
    Column("listed_at", String(32), nullable=False),  # '' = never
)
Index("items_package", items.c.package_id)
Index(
    "items_open",
    items.c.system_id,
    items.c.message_type,
    items.c.urgency.desc(),
    items.c.listed_at,
    items.c.seq,
    sqlite_where=items.c.state.in_(["initial", "processing"]),
    postgresql_where=items.c.state.in_(["initial", "processing"]),
)

events = Table(
    "events",
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("type", String(32), nullable=False),
    Column("package_id", String(36)),
    Column("delivery_id", String(36)),
    Column("actor", String(80), nullable=False),
    Column("recipient", String(64)),
    Column("detail", Text, nullable=False),  # JSON
    Column("canonical", Text),  # of a proving event: the text its leaf hashes
    Column("nonce", LargeBinary),  # 16 random bytes; gone when the content is erased
    Column("leaf", String(64)),
    Column("receipt", Text),  # compact JWS
)
Index("events_package", events.c.package_id, events.c.seq)

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


alarms = Table(
    "alarms",  # what somebody must know; the same one stands once
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=True),
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
    Column("seq", _seq, primary_key=True, autoincrement=True),
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
    Column("seq", _seq, primary_key=True, autoincrement=True),
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


def columns(row: Any) -> dict[str, Any]:
    """The values of a row object by column; `dataclasses.asdict` would copy each of them deeply."""
    return {name: getattr(row, name) for name in row.__slots__}
