"""What travels: packages, deliveries, the items of the VXP door, and the journal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from hub.store.tables.base import SEQ, metadata

packages = Table(
    "packages",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
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
    Column("dossier", String(100), nullable=False, server_default=""),  # code of the dossier it is tied to
)
Index("packages_dossier", packages.c.dossier, sqlite_where=packages.c.dossier != "",
      postgresql_where=packages.c.dossier != "")  # fmt: skip
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
    Column("seq", SEQ, primary_key=True, autoincrement=True),
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
    Column("seq", SEQ, primary_key=True, autoincrement=True),
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
    Column("seq", SEQ, primary_key=True, autoincrement=True),
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
