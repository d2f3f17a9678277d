"""The values of edXML: what a package says, after the bytes were read and before anybody acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edxml import document_id as document_ids
from edxml.codes import BusinessType
from edxml.header import (
    Code,
    DocumentType,
    MessageHeader,
    Organization,
    OtherInfo,
    Promulgation,
    ResponseFor,
    Signer,
    Staff,
)

__all__ = [
    "Attachment",
    "Business",
    "CarriedSignature",
    "Code",
    "DocumentType",
    "MessageHeader",
    "Organization",
    "OtherInfo",
    "Package",
    "Promulgation",
    "Receiver",
    "Reference",
    "Replacement",
    "ResponseFor",
    "Signer",
    "Staff",
    "StatusMessage",
    "TraceHop",
    "Warning",
]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A change in the list of recipients by an update: type 0 removed, 1 added."""

    organ_id: str
    type: int = 1


@dataclass(frozen=True, slots=True)
class Replacement:
    """A document replaced, and the organisations it had gone to."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """What the message does with the document (Bussiness); a missing one is read as a new document."""

    document_id: str = ""
    type: BusinessType = BusinessType.NEW
    reason: str = ""
    paper: int | None = None
    document_info: int | None = None
    document_receiver: int | None = None
    receivers: tuple[Receiver, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    staff: Staff | None = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceHop:
    """One hop of the way so far; both fields as carried (the axis itself sends empty and `null` ids)."""

    organ_id: str = ""
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """What a recipient (or, for 13, the sender) says about a document; code in two digits."""

    sender: Organization
    response_for: ResponseFor
    staff: Staff | None = None
    code: str = ""
    description: str = ""
    timestamp: str = ""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of the package.

    content_id: without any leading `cid:`.
    kind: what the bytes are ("pdf", "zip", "docx", …, "unknown"), decided by content, never by label.
    also: another format that the same bytes are for other programs, empty for an honest file.
    zipped: the bytes are a zip of one entry whose extension is that of `name`: the real file stands inside.
    encoded_range: first byte and one past the last byte of the base64 text in the wire bytes.
    size, sha256: of the decoded bytes as carried.
    ruined: a binary file that was passed through a UTF-8 text conversion and cannot be restored.
    """

    content_id: str
    name: str
    description: str
    declared_type: str
    kind: str
    zipped: bool
    encoded_range: tuple[int, int]
    size: int
    sha256: str
    ruined: bool = False
    inner_name: str = ""
    field_name: str = ""
    reference: Reference | None = None
    also: str = ""

    @property
    def extension(self) -> str:
        """Extension of the name in lower case, without the dot."""
        _, dot, tail = self.name.rpartition(".")
        return tail.strip().lower() if dot else ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of the manifest."""

    content_id: str = ""
    content_type: str = ""
    description: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the word of the design; never used beside the builtin
    """Something accepted all the same that the sender should know."""

    code: str
    title_vi: str
    title_en: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class CarriedSignature:
    """What the bytes alone say of a package signature (profile truc-1): whole and covering, or the fault that it has.

    fault: slug; empty when the signature is whole and covers the package. where: the part concerned.
    covers: names of the signed parts, `truc:MessageHeader` … `cid:…`. algorithm: as "sha256 rsa-3072".
    certificates: base64 of DER, signer first; nobody has said yet that they are trusted.
    """

    fault: str = ""
    detail: str = ""
    where: str = ""
    covers: tuple[str, ...] = ()
    algorithm: str = ""
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """Everything read from the bytes of one edXML message.

    signature: "none", "opaque" (no meaning here) or "xmldsig".
    carried_signature: of "xmldsig" only; whether it matters is for the door to say (edxml.package_signature.trust).
    references: the manifest as carried; unmatched lines are for rules.check to refuse.
    """

    message_type: Literal["edoc", "status"]
    header: MessageHeader | None
    business: Business
    trace: tuple[TraceHop, ...]
    status: StatusMessage | None
    attachments: tuple[Attachment, ...]
    sha256: str
    size: int
    signature: Literal["none", "opaque", "xmldsig"] = "none"
    carried_signature: CarriedSignature | None = None
    warnings: tuple[Warning, ...] = ()
    references: tuple[Reference, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def sender(self) -> Organization:
        """The organisation the message comes from."""
        if self.status is not None:
            return self.status.sender
        assert self.header is not None, "a package is a document or a status"
        return self.header.sender

    @property
    def sender_id(self) -> str:
        """Organisation code of the sender as carried."""
        return self.sender.organ_id

    @property
    def recipient_ids(self) -> tuple[str, ...]:
        """Codes addressed, in order, each once (case apart); for a status the one it answers."""
        if self.status is not None:
            return (self.status.response_for.organ_id,)
        assert self.header is not None, "a package is a document or a status"
        seen: dict[str, str] = {}
        for recipient in self.header.recipients:
            seen.setdefault(recipient.organ_id.upper(), recipient.organ_id)
        return tuple(seen.values())

    @property
    def document_id(self) -> str:
        """DocumentId of the document, or of the one a status speaks about, as carried."""
        if self.status is not None:
            return self.status.response_for.document_id
        return self.header.document_id if self.header else ""

    @property
    def document_key(self) -> str:
        """DocumentId in the form that is compared."""
        return document_ids.comparison_key(self.document_id)

    @property
    def priority(self) -> int:
        """Urgency as carried."""
        return self.header.other.priority if self.header else 0

    @property
    def subject(self) -> str:
        """Trích yếu; empty for a status."""
        return self.header.subject if self.header else ""

    @property
    def number(self) -> str:
        """Number of the document; for a status of the one it speaks about."""
        if self.status is not None:
            return self.status.response_for.code.partition("/")[0]
        return self.header.code.number if self.header and self.header.code else ""

    @property
    def notation(self) -> str:
        """Notation of the document; for a status of the one it speaks about."""
        if self.status is not None:
            return self.status.response_for.code.partition("/")[2]
        return self.header.code.notation if self.header and self.header.code else ""
