"""The staging tables as queries name them; what they are made of stands in `schema`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import LargeBinary, column, table

INCOMING: Final = table(
    "truc_incoming",
    *(
        column(name)
        for name in (
            "item_id", "state", "received_at", "package_id", "kind", "document_id", "document_key", "from_code",
            "from_name", "number", "notation", "document_date", "type_name", "subject", "signer_position",
            "signer_name", "urgency", "due_date", "status_code", "description", "arrival_number", "arrival_date",
            "note", "form", "sha256",
        )
    ),
    column("package", LargeBinary),
)  # fmt: skip
INCOMING_FILES: Final = table(
    "truc_incoming_files",
    column("item_id"),
    column("n"),
    column("name"),
    column("kind"),
    column("content", LargeBinary),
)
OUTGOING: Final = table(
    "truc_outgoing",
    *(
        column(name)
        for name in (
            "office_key", "state", "created_at", "form", "answered_at", "sha256", "package_id", "document_id",
            "receipt", "reason_code", "reason", "reason_en",
        )
    ),
    column("package", LargeBinary),
)  # fmt: skip
OUTGOING_FILES: Final = table(
    "truc_outgoing_files", column("office_key"), column("n"), column("name"), column("content", LargeBinary)
)
STATUS_OUT: Final = table(
    "truc_status_out",
    *(
        column(name)
        for name in (
            "id", "state", "created_at", "item_id", "document_id", "from_code", "to_code", "code", "reason_code",
            "description", "arrival_number", "arrival_date", "staff", "destroyed", "answered_at", "sha256", "receipt",
            "reject_code", "reason", "reason_en",
        )
    ),
    column("package", LargeBinary),
)  # fmt: skip
VERSIONS: Final = table("truc_version", column("version"))
ALL: Final = (VERSIONS, INCOMING, INCOMING_FILES, OUTGOING, OUTGOING_FILES, STATUS_OUT)
