"""From the tree to the values of edxml.model, by local name and in any order, unknown elements kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml import codes, dates, model, names, nodes
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element


def header(node: nodes.Node, recipients_limit: int) -> model.MessageHeader:
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
        other=_other(node.one("OtherInfo", nodes.OTHER)),
        responses=_responses(node),
        steering_type=node.number("SteeringType"),  # law: R-038: as it came
        task_codes=_texts(tasks.all("TaskCode"), "TaskCode") if tasks else (),
        application_type=node.text("ApplicationType"),
        to_places=_texts(places.all("Place"), "ToPlaces/Place") if places else (),  # law: R-110: nobody gets a copy
        extra=node.kept(),
    )


def status(node: nodes.Node) -> model.StatusMessage:
    """A status message; the code in two digits."""
    responses = node.all("ResponseFor")
    if len(responses) != 1:
        raise Refusal(Fault.SCHEMA_INVALID, "a status answers exactly one document", where=f"{node.where}/ResponseFor")
    return model.StatusMessage(
        sender=_required_organization(node, "From"),
        response_for=_response(nodes.Node(responses[0], f"{node.where}/ResponseFor")),
        staff=_staff(node.one("StaffInfo")),
        code=codes.normalise_status(node.text("StatusCode")),
        description=node.text("Description"),
        timestamp=node.text("Timestamp"),
        extra=node.kept(),
    )


def open_header(element: _Element) -> tuple[nodes.Node, bool]:
    """The MessageHeader opened, and whether it is a status message."""
    is_status = element.find(names.qualified("StatusCode")) is not None
    if is_status and element.find(names.qualified("To")) is not None:
        raise Refusal(Fault.SCHEMA_INVALID, "both To and StatusCode: document or status?", where="MessageHeader")
    return nodes.Node(element, "MessageHeader", known=nodes.STATUS if is_status else nodes.HEADER), is_status


def trace(element: _Element | None) -> tuple[tuple[model.TraceHop, ...], model.Business, tuple[str, ...]]:
    """Hops, what the message does, and the unknown elements of the trace list."""
    if element is None:
        return (), model.Business(), ()
    node = nodes.Node(element, "TraceHeaderList", known=frozenset({"TraceHeader", names.BUSINESS, "Paper"}))
    hops = []
    for hop in node.all("TraceHeader"):
        inner = nodes.Node(hop, "TraceHeaderList/TraceHeader")
        hops.append(model.TraceHop(inner.text("OrganId"), inner.text("Timestamp")))
    opened = node.one(names.BUSINESS, nodes.BUSINESS)
    business = _business(opened, node.number("Paper")) if opened else model.Business(paper=node.number("Paper"))
    return tuple(hops), business, node.kept()


def references(body: _Element | None) -> tuple[model.Reference, ...]:
    """The manifest as carried."""
    if body is None:
        return ()
    outer = nodes.Node(body, "edXMLBody")
    manifests = outer.all("edXMLManifest") + outer.all("Manifest")
    if len(manifests) > 1:
        raise Refusal(Fault.SCHEMA_INVALID, "more than one manifest", where="edXMLBody")
    lines = []
    for manifest in manifests:
        for element in nodes.Node(manifest, "edXMLBody/edXMLManifest").all("Reference"):
            node = nodes.Node(element, "edXMLManifest/Reference")
            lines.append(
                model.Reference(
                    strip_cid(node.text("ContentId")),
                    node.text("ContentType"),
                    node.text("Description"),
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
    node = nodes.Node(element, where, known=nodes.ORGANIZATION)
    return model.Organization(
        node.text("OrganId"),
        node.text("OrganName"),
        node.text("OrganizationInCharge"),
        node.text("OrganAdd"),
        node.text("Email"),
        node.text("Telephone"),
        node.text("Fax"),
        node.text("Website"),
        node.kept(),
    )


def _required_organization(node: nodes.Node, local: str) -> model.Organization:
    elements = node.all(local)
    if not elements:
        raise Refusal(Fault.SCHEMA_INVALID, f"{local} is missing", where=f"{node.where}/{local}")
    return organization(elements[0], f"{node.where}/{local}")


def _texts(elements: Iterable[_Element], where: str) -> tuple[str, ...]:
    return tuple(text for element in elements if (text := nodes.text_of(element, where)))


def _code(node: nodes.Node | None) -> model.Code | None:
    return model.Code(node.text("CodeNumber"), node.text("CodeNotation")) if node else None


def _promulgation(node: nodes.Node | None) -> model.Promulgation | None:
    if node is None:
        return None
    elements = node.all("Place")
    if len(elements) > 1:
        raise Refusal(Fault.SCHEMA_INVALID, "Place stands more than once", where=f"{node.where}/Place")
    text = node.day("PromulgationDate")
    return model.Promulgation(node.text("Place"), dates.parse_day(text), text)


def _document_type(node: nodes.Node | None) -> model.DocumentType | None:
    if node is None:
        return None
    kind = node.number("Type")
    detail = node.number("TypeDetail")
    return model.DocumentType(2 if kind is None else kind, detail, node.text("TypeName"))


def _signer(node: nodes.Node | None) -> model.Signer | None:
    if node is None:
        return None
    return model.Signer(node.text("Competence"), node.text("Position"), node.text("FullName"))


def _other(node: nodes.Node | None) -> model.OtherInfo:
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


def _responses(node: nodes.Node) -> tuple[model.ResponseFor, ...]:
    """Documents answered; elements whose children are all empty say nothing and are left out."""
    answered = (_response(nodes.Node(element, f"{node.where}/ResponseFor")) for element in node.all("ResponseFor"))
    return tuple(response for response in answered if response != model.ResponseFor())


def _response(node: nodes.Node) -> model.ResponseFor:
    return model.ResponseFor(
        node.text("OrganId"), node.text("Code"), node.text("DocumentId"), node.text("PromulgationDate")
    )


def _staff(node: nodes.Node | None) -> model.Staff | None:
    if node is None:
        return None
    return model.Staff(
        node.text("Department"),
        node.text("DepartmentId"),
        node.text("Staff"),
        node.text("StaffId"),
        node.text("Email"),
        node.text("Mobile"),
    )


def _business(node: nodes.Node, outer_paper: int | None) -> model.Business:
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


def _receivers(node: nodes.Node | None) -> tuple[model.Receiver, ...]:
    receivers = []
    for element in node.all("Receiver") if node else ():
        inner = nodes.Node(element, "ReceiverList/Receiver")
        kind = inner.number("ReceiverType")
        receivers.append(model.Receiver(inner.text("OrganId"), codes.ReceiverType.ADDED if kind is None else kind))
    return tuple(receivers)


def _replacements(node: nodes.Node | None) -> tuple[model.Replacement, ...]:
    replaced = []
    for element in node.all("ReplacementInfo") if node else ():
        inner = nodes.Node(element, "ReplacementInfoList/ReplacementInfo")
        lists = inner.all("OrganIdList")
        organs = nodes.Node(lists[0], "ReplacementInfo/OrganIdList", many="OrganId").all("OrganId") if lists else []
        replaced.append(model.Replacement(inner.text("DocumentId"), _texts(organs, "OrganIdList/OrganId")))
    return tuple(replaced)
