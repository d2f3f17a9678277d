"""The values of an edXML header: organisations, number and date, signer, clerk, and what a document answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation as a message names it (From, To); organ_id as carried, white space stripped."""

    organ_id: str
    name: str = ""
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Number and notation (số, ký hiệu): 7816 and VPCP-TTĐT."""

    number: str = ""
    notation: str = ""


@dataclass(frozen=True, slots=True)
class Promulgation:
    """Place and date of issue; `text` is the date as carried."""

    place: str = ""
    on: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Kind of document; only the name is reliable in practice, so the numbers are carried untouched."""

    type: int = 2
    detail: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as printed: competence mark (TL., KT., TM.), position, full name."""

    competence: str = ""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """Further data of the document; priority as carried (see codes.known_priority)."""

    priority: int = 0
    sphere: str = ""
    typer_notation: str = ""
    promulgation_amount: int | None = None
    page_amount: int | None = None
    reply_fors: str = ""
    direction: bool | None = None
    reference_codes: str = ""
    appendixes: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """The document answered: its sender, number/notation, id and date as carried."""

    organ_id: str = ""
    code: str = ""
    document_id: str = ""
    promulgated: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The clerk who handled the message."""

    department: str = ""
    department_id: str = ""
    name: str = ""
    id: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """Header of a document message. `steering_type` is carried untouched; `extra` keeps unknown elements as XML."""

    sender: Organization
    recipients: tuple[Organization, ...] = ()
    document_id: str = ""
    code: Code | None = None
    promulgation: Promulgation | None = None
    document_type: DocumentType | None = None
    subject: str = ""
    content: str = ""
    signer: Signer | None = None
    due_date: str = ""
    other: OtherInfo = field(default_factory=OtherInfo)
    responses: tuple[ResponseFor, ...] = ()
    steering_type: int | None = None
    task_codes: tuple[str, ...] = ()
    application_type: str = ""
    to_places: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
