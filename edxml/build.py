"""From the tree to the values of edxml.model, by local name and in any order, unknown elements kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from edxml import codes, dates, model, names
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

_MANY: Final = frozenset(
    {"To", "ResponseFor", "TaskCode", "Place", "Appendix", "Receiver", "ReplacementInfo", "OrganId", "TraceHeader",
     "Reference", "Attachment"}
)
_ORGANIZATION: Final = frozenset(
    {"OrganId", "OrganizationInCharge", "OrganName", "OrganAdd", "Email", "Telephone", "Fax", "Website"}
)
_HEADER: Final = frozenset(
    {"From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo",
     "DueDate", "OtherInfo", "ResponseFor", "SteeringType", "ResponseForTask", "ApplicationType", "ToPlaces"}
)
_STATUS: Final = frozenset({"From", "ResponseFor", "StaffInfo", "StatusCode", "Description", "Timestamp"})
_OTHER: Final = frozenset(
    {"Priority", "SphereOfPromulgation", "TyperNotation", "PromulgationAmount", "PageAmount", "ReplyFors",
     "Direction", "ReferenceCodes", "Appendixes"}
)
_BUSINESS: Final = frozenset(
    {"DocumentId", names.BUSINESS_DOC_TYPE, names.BUSINESS_DOC_REASON, "Paper", names.BUSINESS_DOCUMENT_INFO,
     "ReplacementInfoList", "StaffInfo"}
)
_STANDARD: Final = (
    _MANY | _ORGANIZATION | _HEADER | _STATUS | _OTHER | _BUSINESS
    | {"edXMLEnvelope", "edXMLHeader", "edXMLBody", "AttachmentEncoded", "MessageHeader", "TraceHeaderList",
       "Signature", "DigitalSignature", "edXMLManifest", "Manifest", names.BUSINESS,
       "CodeNumber", "CodeNotation", "PromulgationDate", "Type", "TypeDetail", "TypeName",
       "Competence", "Position", "FullName", "Department", "DepartmentId", "Staff", "StaffId", "Mobile",
       "DocumentInfo", "DocumentReceiver", "ReceiverList", "ReceiverType", "OrganIdList",
       "ContentId", "ContentType", "AttachmentName", "FieldName", "MimeType", names.ENCODED}
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


def header(node: Node, recipients_limit: int) -> model.MessageHeader:
    """Header of a document message."""
    if len(node.all("To")) > recipients_limit:
        raise Refusal(Fault.XML_LIMIT, f"more than {recipients_limit} recipients", where=node.where)
    tasks = node.one("ResponseForTask")
    places = node.one("ToPlaces")
    return model.MessageHeader(
        sender=_required_organization(node, "From"),
        recipients=tuple(organization(to, f"{node.where}/To") for to in node.all("To")),
        document_id=node.text("DocumentId"),
        code=_code(node.one("Code")),
        promulgation=_promulgation(node.one("PromulgationInfo")),
        document_type=_document_type(node.one("DocumentType")),
        subject=node.text("Subject"),
        content=node.text("Content"),
        signer=_signer(node.one("SignerInfo")),
        due_date=node.day("DueDate"),
        other=_other(node.one("OtherInfo", _OTHER)),
        responses=_responses(node),
        steering_type=node.number("SteeringType"),
        task_codes=_texts(tasks.all("TaskCode"), "TaskCode") if tasks else (),
        application_type=node.text("ApplicationType"),
        to_places=_texts(places.all("Place"), "ToPlaces/Place") if places else (),
        extra=node.kept(),
    )


def status(node: Node) -> model.StatusMessage:
    """A status message; the code in two digits."""
    responses = node.all("ResponseFor")
    if len(responses) != 1:
        raise Refusal(Fault.SCHEMA_INVALID, "a status answers exactly one document", where=f"{node.where}/ResponseFor")
    return model.StatusMessage(
        sender=_required_organization(node, "From"),
        response_for=_response(Node(responses[0], f"{node.where}/ResponseFor")),
        staff=_staff(node.one("StaffInfo")),
        code=codes.normalise_status(node.text("StatusCode")),
        description=node.text("Description"),
        timestamp=node.text("Timestamp"),
        extra=node.kept(),
    )


def open_header(element: _Element) -> tuple[Node, bool]:
    """The MessageHeader opened, and whether it is a status message."""
    is_status = element.find(names.qualified("StatusCode")) is not None
    if is_status and element.find(names.qualified("To")) is not None:
        raise Refusal(Fault.SCHEMA_INVALID, "both To and StatusCode: document or status?", where="MessageHeader")
    return Node(element, "MessageHeader", known=_STATUS if is_status else _HEADER), is_status


def trace(element: _Element | None) -> tuple[tuple[model.TraceHop, ...], model.Business, tuple[str, ...]]:
    """Hops, what the message does, and the unknown elements of the trace list."""
    if element is None:
        return (), model.Business(), ()
    node = Node(element, "TraceHeaderList", known=frozenset({"TraceHeader", names.BUSINESS, "Paper"}))
    hops = []
    for hop in node.all("TraceHeader"):
        inner = Node(hop, "TraceHeaderList/TraceHeader")
        hops.append(model.TraceHop(inner.text("OrganId"), inner.text("Timestamp")))
    opened = node.one(names.BUSINESS, _BUSINESS)
    business = _business(opened, node.number("Paper")) if opened else model.Business(paper=node.number("Paper"))
    return tuple(hops), business, node.kept()


def references(body: _Element | None) -> tuple[model.Reference, ...]:
    """The manifest as carried."""
    if body is None:
        return ()
    outer = Node(body, "edXMLBody")
    manifests = outer.all("edXMLManifest") + outer.all("Manifest")
    if len(manifests) > 1:
        raise Refusal(Fault.SCHEMA_INVALID, "more than one manifest", where="edXMLBody")
    lines = []
    for manifest in manifests:
        for element in Node(manifest, "edXMLBody/edXMLManifest").all("Reference"):
            node = Node(element, "edXMLManifest/Reference")
            lines.append(
                model.Reference(
                    strip_cid(node.text("ContentId")), node.text("ContentType"), node.text("Description"),
                    node.text("AttachmentName"),
                )
            )
    return tuple(lines)


def strip_cid(text: str) -> str:
    """A content id without its `cid:`, however often it was put before it."""
    while text[:4].lower() == "cid:":
        text = text[4:].strip()
    return text


def organization(element: _Element, where: str) -> model.Organization:
    """An organisation; its code may be missing here, rules decide."""
    node = Node(element, where, known=_ORGANIZATION)
    return model.Organization(
        node.text("OrganId"), node.text("OrganName"), node.text("OrganizationInCharge"), node.text("OrganAdd"),
        node.text("Email"), node.text("Telephone"), node.text("Fax"), node.text("Website"), node.kept(),
    )


def _required_organization(node: Node, local: str) -> model.Organization:
    elements = node.all(local)
    if not elements:
        raise Refusal(Fault.SCHEMA_INVALID, f"{local} is missing", where=f"{node.where}/{local}")
    return organization(elements[0], f"{node.where}/{local}")


def _texts(elements: Iterable[_Element], where: str) -> tuple[str, ...]:
    return tuple(text for element in elements if (text := text_of(element, where)))


def _code(node: Node | None) -> model.Code | None:
    return model.Code(node.text("CodeNumber"), node.text("CodeNotation")) if node else None


def _promulgation(node: Node | None) -> model.Promulgation | None:
    if node is None:
        return None
    elements = node.all("Place")
    if len(elements) > 1:
        raise Refusal(Fault.SCHEMA_INVALID, "Place stands more than once", where=f"{node.where}/Place")
    text = node.day("PromulgationDate")
    return model.Promulgation(node.text("Place"), dates.parse_day(text), text)


def _document_type(node: Node | None) -> model.DocumentType | None:
    if node is None:
        return None
    kind = node.number("Type")
    detail = node.number("TypeDetail")
    return model.DocumentType(2 if kind is None else kind, detail, node.text("TypeName"))


def _signer(node: Node | None) -> model.Signer | None:
    if node is None:
        return None
    return model.Signer(node.text("Competence"), node.text("Position"), node.text("FullName"))


def _other(node: Node | None) -> model.OtherInfo:
    if node is None:
        return model.OtherInfo()
    appendixes = node.one("Appendixes")
    direction = node.text("Direction").lower()
    if direction not in ("", "true", "false", "1", "0"):
        raise Refusal(Fault.SCHEMA_INVALID, "true or false expected", where=f"{node.where}/Direction")
    return model.OtherInfo(
        priority=node.number("Priority") or 0,
        sphere=node.text("SphereOfPromulgation"),
        typer_notation=node.text("TyperNotation"),
        promulgation_amount=node.number("PromulgationAmount"),
        page_amount=node.number("PageAmount"),
        reply_fors=node.text("ReplyFors"),
        direction=direction in ("true", "1") if direction else None,
        reference_codes=node.text("ReferenceCodes"),
        appendixes=_texts(appendixes.all("Appendix"), "Appendixes/Appendix") if appendixes else (),
        extra=node.kept(),
    )


def _responses(node: Node) -> tuple[model.ResponseFor, ...]:
    """Documents answered; elements whose children are all empty say nothing and are left out."""
    answered = (_response(Node(element, f"{node.where}/ResponseFor")) for element in node.all("ResponseFor"))
    return tuple(response for response in answered if response != model.ResponseFor())


def _response(node: Node) -> model.ResponseFor:
    return model.ResponseFor(
        node.text("OrganId"), node.text("Code"), node.text("DocumentId"), node.text("PromulgationDate")
    )


def _staff(node: Node | None) -> model.Staff | None:
    if node is None:
        return None
    return model.Staff(
        node.text("Department"), node.text("DepartmentId"), node.text("Staff"), node.text("StaffId"),
        node.text("Email"), node.text("Mobile"),
    )


def _business(node: Node, outer_paper: int | None) -> model.Business:
    number = node.number(names.BUSINESS_DOC_TYPE)
    try:
        kind = codes.BusinessType(0 if number is None else number)
    except ValueError as wrong:
        raise Refusal(
            Fault.SCHEMA_INVALID, f"{number} is none of 0, 1, 2, 3", where=f"{node.where}/{names.BUSINESS_DOC_TYPE}"
        ) from wrong
    paper = node.number("Paper")
    info = node.one(names.BUSINESS_DOCUMENT_INFO)
    return model.Business(
        document_id=node.text("DocumentId"),
        type=kind,
        reason=node.text(names.BUSINESS_DOC_REASON),
        paper=outer_paper if paper is None else paper,
        document_info=info.number("DocumentInfo") if info else None,
        document_receiver=info.number("DocumentReceiver") if info else None,
        receivers=_receivers(info.one("ReceiverList")) if info else (),
        replacements=_replacements(node.one("ReplacementInfoList")),
        staff=_staff(node.one("StaffInfo")),
        extra=node.kept(),
    )


def _receivers(node: Node | None) -> tuple[model.Receiver, ...]:
    receivers = []
    for element in node.all("Receiver") if node else ():
        inner = Node(element, "ReceiverList/Receiver")
        kind = inner.number("ReceiverType")
        receivers.append(model.Receiver(inner.text("OrganId"), codes.ReceiverType.ADDED if kind is None else kind))
    return tuple(receivers)


def _replacements(node: Node | None) -> tuple[model.Replacement, ...]:
    replaced = []
    for element in node.all("ReplacementInfo") if node else ():
        inner = Node(element, "ReplacementInfoList/ReplacementInfo")
        lists = inner.all("OrganIdList")
        organs = Node(lists[0], "ReplacementInfo/OrganIdList", many="OrganId").all("OrganId") if lists else []
        replaced.append(model.Replacement(inner.text("DocumentId"), _texts(organs, "OrganIdList/OrganId")))
    return tuple(replaced)
