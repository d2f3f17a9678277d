"""One element of the tree, opened: its children by local name, repeated single ones refused, unknown ones kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from edxml import dates, names
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_MANY: Final = frozenset(
    {
        "To",
        "ResponseFor",
        "TaskCode",
        "Place",
        "Appendix",
        "Receiver",
        "ReplacementInfo",
        "OrganId",
        "TraceHeader",
        "Reference",
        "Attachment",
    }
)
ORGANIZATION: Final = frozenset(
    {"OrganId", "OrganizationInCharge", "OrganName", "OrganAdd", "Email", "Telephone", "Fax", "Website"}
)
HEADER: Final = frozenset(
    {
        "From",
        "To",
        "DocumentId",
        "Code",
        "PromulgationInfo",
        "DocumentType",
        "Subject",
        "Content",
        "SignerInfo",
        "DueDate",
        "OtherInfo",
        "ResponseFor",
        "SteeringType",
        "ResponseForTask",
        "ApplicationType",
        "ToPlaces",
    }
)
STATUS: Final = frozenset({"From", "ResponseFor", "StaffInfo", "StatusCode", "Description", "Timestamp"})
OTHER: Final = frozenset(
    {
        "Priority",
        "SphereOfPromulgation",
        "TyperNotation",
        "PromulgationAmount",
        "PageAmount",
        "ReplyFors",
        "Direction",
        "ReferenceCodes",
        "Appendixes",
    }
)
BUSINESS: Final = frozenset(
    {
        "DocumentId",
        names.BUSINESS_DOC_TYPE,
        names.BUSINESS_DOC_REASON,
        "Paper",
        names.BUSINESS_DOCUMENT_INFO,
        "ReplacementInfoList",
        "StaffInfo",
    }
)
_STANDARD: Final = (
    _MANY
    | ORGANIZATION
    | HEADER
    | STATUS
    | OTHER
    | BUSINESS
    | {
        "edXMLEnvelope",
        "edXMLHeader",
        "edXMLBody",
        "AttachmentEncoded",
        "MessageHeader",
        "TraceHeaderList",
        "Signature",
        "DigitalSignature",
        "edXMLManifest",
        "Manifest",
        names.BUSINESS,
        "CodeNumber",
        "CodeNotation",
        "PromulgationDate",
        "Type",
        "TypeDetail",
        "TypeName",
        "Competence",
        "Position",
        "FullName",
        "Department",
        "DepartmentId",
        "Staff",
        "StaffId",
        "Mobile",
        "DocumentInfo",
        "DocumentReceiver",
        "ReceiverList",
        "ReceiverType",
        "OrganIdList",
        "ContentId",
        "ContentType",
        "AttachmentName",
        "FieldName",
        "MimeType",
        names.ENCODED,
    }
)
"""Every name of the standard; another name of its namespace is an extension that nobody here knows."""
_DIGITS: Final = 9
_NONE: Final[tuple[_Element, ...]] = ()


class Node:
    """One element of the standard with its children sorted by local name; repeated single ones are refused."""

    __slots__ = ("element", "extra", "found", "where")

    def __init__(self, element: _Element, where: str, *, known: frozenset[str] = _STANDARD, many: str = "") -> None:
        """known: names kept out of `extra`. many: "OrganId" where a list of them stands."""
        self.element = element
        self.where = where
        self.found: dict[str, list[_Element]] = {}
        self.extra: list[_Element] = []
        for child in element:
            local = names.local_of(str(child.tag))
            if local is None or local not in known:
                self.extra.append(child)
                continue
            same = self.found.setdefault(local, [])
            if same and (local not in _MANY if local != "OrganId" else many != "OrganId"):
                raise Refusal(Fault.SCHEMA_INVALID, f"{local} stands more than once", where=f"{where}/{local}")
            same.append(child)

    def all(self, local: str) -> list[_Element]:
        """Every child of that name."""
        return self.found.get(local, [])

    def one(self, local: str, known: frozenset[str] = _STANDARD) -> Node | None:
        """The child of that name, opened; None when absent."""
        elements = self.found.get(local, _NONE)
        return Node(elements[0], f"{self.where}/{local}", known=known) if elements else None

    def text(self, local: str) -> str:
        """Text of the child of that name; empty when absent."""
        elements = self.found.get(local, _NONE)
        return text_of(elements[0], f"{self.where}/{local}") if elements else ""

    def number(self, local: str) -> int | None:
        """Integer of the child of that name; None when absent or empty."""
        value = self.text(local)
        if not value:
            return None
        if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) <= _DIGITS):
            raise Refusal(Fault.SCHEMA_INVALID, f"{value[:40]!r} is not a whole number", where=f"{self.where}/{local}")
        return int(value)

    def day(self, local: str) -> str:
        """Text of a date child, proven to be a day of the calendar when not empty."""
        value = self.text(local)
        if value and dates.parse_day(value) is None:
            raise Refusal(Fault.SCHEMA_INVALID, f"{value[:40]!r} is not a date", where=f"{self.where}/{local}")
        return value

    def kept(self, *, leave_out: str = "") -> tuple[str, ...]:
        """Unknown children as XML text, those of the name `leave_out` excepted."""
        return tuple(
            etree.tostring(child, encoding="unicode", with_tail=False) for child in self.extra if child.tag != leave_out
        )


def text_of(element: _Element, where: str) -> str:
    """The whole text of an element without children, white space at its ends removed."""
    if len(element):
        raise Refusal(Fault.SCHEMA_INVALID, "text expected, elements found", where=where)
    return (element.text or "").strip(" \t\r\n")
