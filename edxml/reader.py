"""The streaming reader: bytes in, a Package out, in memory that does not grow with the attachments.

Structure only: well-formed, within limits, of the right shape. What the XSD cannot say is in edxml.rules.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Final, Literal

from edxml import build, kinds, model, names, nodes, schema, skeleton
from edxml.faults import Fault, Refusal
from edxml.limits import Limits
from edxml.package_signature import parts
from edxml.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from lxml.etree import _Element

    from edxml.carried import CarriedFile

__all__ = ["Limits", "Reader", "read"]

_GATHER_BYTES: Final = 65_536
_SLICE_BYTES: Final = 1_048_576
_SIGNATURE: Final = f"{{{names.XMLDSIG}}}Signature"


class Reader:
    """Feed it the wire bytes in pieces of any size, then close it for the Package. Synchronous, for one thread.

    open_sink: gives a binary file for the decoded bytes of attachment number i; None = decode, hash and drop.
    Raises Refusal from feed() or close(); what was written to the sinks until then is then worth nothing.
    """

    def __init__(self, open_sink: Callable[[int], BinaryIO] | None = None, limits: Limits | None = None) -> None:
        """Begin a package."""
        self._limits = limits or Limits()
        self._scanner = Scanner(self._limits, open_sink)
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._size = 0
        self._root: _Element | None = None

    @property
    def tree(self) -> _Element:
        """The skeleton as parsed (comments and processing instructions left out), after close()."""
        assert self._root is not None, "close() gives the tree"
        return self._root

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What stands in the tree instead of the text of each attachment, in order; empty for `<…/>`."""
        files = enumerate(self._scanner.files)
        return tuple("" if file.element_is_empty else self._scanner.placeholder(index) for index, file in files)

    def digest(self) -> bytes:
        """SHA-256 of the bytes fed so far."""
        return self._hash.digest()

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take more bytes."""
        self._size += len(data)
        if self._size > self._limits.package_bytes:
            raise Refusal(Fault.TOO_LARGE, f"more than {self._limits.package_bytes} bytes")
        self._hash.update(data)
        self._pending += data
        if len(self._pending) >= _GATHER_BYTES:
            self._flush()

    def close(self) -> model.Package:
        """Finish and give what was read."""
        if not self._size:
            raise Refusal(Fault.XML_NOT_WELL_FORMED, "the file is empty")
        self._flush()
        scanner = self._scanner
        scanner.close()
        text = bytes(scanner.skeleton)
        scanner.skeleton.clear()
        root, repaired = skeleton.parse(text, self._limits)
        _check_root(root)
        carriers = skeleton.check_placeholders(root, scanner)
        _check_decoded(scanner.files)
        schema.check(root, "tolerant")
        self._root = root
        package = self._package(root, repaired, carriers)
        if package.signature != "xmldsig":
            return package
        from edxml.package_signature import judging  # noqa: PLC0415 - cryptography is for signed packages only

        return dataclasses.replace(package, carried_signature=judging.judge(root, text, scanner.files))

    def _flush(self) -> None:
        pending, self._pending = self._pending, bytearray()
        self._scanner.feed(pending)

    def _package(self, root: _Element, repaired: frozenset[str], carriers: list[_Element]) -> model.Package:
        envelope = nodes.Node(root, "edXML", known=frozenset({"edXMLEnvelope", "AttachmentEncoded"}))
        inner = nodes.Node(
            _only(envelope, "edXMLEnvelope"), "edXMLEnvelope", known=frozenset({"edXMLHeader", "edXMLBody"})
        )
        top = nodes.Node(
            _only(inner, "edXMLHeader"),
            "edXMLHeader",
            known=frozenset({"MessageHeader", "TraceHeaderList", "Signature", "DigitalSignature"}),
        )
        node, is_status = build.open_header(_only(top, "MessageHeader"))
        lists = top.all("TraceHeaderList")
        hops, business, kept = build.trace(lists[0] if lists else None)
        bodies = inner.all("edXMLBody")
        references = build.references(bodies[0] if bodies else None)
        attachments, warnings = _attachments(carriers, self._scanner.files, references)
        return model.Package(
            message_type="status" if is_status else "edoc",
            header=None if is_status else build.header(node, self._limits.recipients),
            business=business,
            trace=hops,
            status=build.status(node) if is_status else None,
            attachments=attachments,
            sha256=self._hash.hexdigest(),
            size=self._size,
            signature=_signature(root, top),
            warnings=tuple(_repair_warning(prefix) for prefix in sorted(repaired)) + warnings,
            references=references,
            extra=kept + top.kept(leave_out=_SIGNATURE),
        )


def read(data: bytes | bytearray | memoryview, limits: Limits | None = None) -> model.Package:
    """Read a package that is in memory already."""
    reader = Reader(limits=limits)
    view = memoryview(data)
    for at in range(0, len(view), _SLICE_BYTES):
        reader.feed(view[at : at + _SLICE_BYTES])
    return reader.close()


def _check_root(root: _Element) -> None:
    if root.tag == names.ROOT:
        return
    tag = str(root.tag)
    namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    known = "an older edXML version" if namespace in names.OLDER_NAMESPACES else "not edXML"
    raise Refusal(
        Fault.SCHEMA_INVALID, f"root element {tag[:100]!r}: {known}; edXML of {names.NS} is required", where="edXML"
    )


def _check_decoded(files: list[CarriedFile]) -> None:
    for index, file in enumerate(files):
        if file.failed_at is not None:
            raise Refusal(
                Fault.SCHEMA_INVALID,
                f"attachment {index + 1} is not base64, near byte {file.failed_at}",
                where="AttachmentEncoded/Attachment/ContentTransferEncoded",
            )


def _only(node: nodes.Node, local: str) -> _Element:
    found = node.all(local)
    if not found:
        raise Refusal(Fault.SCHEMA_INVALID, f"{local} is missing", where=f"{node.where}/{local}")
    return found[0]


def _signature(root: _Element, top: nodes.Node) -> Literal["none", "opaque", "xmldsig"]:
    """What kind of signature is carried; one of xmldsig is reported wherever it stands, even an empty one."""
    if parts.claims(root):
        return "xmldsig"
    opaque = [*top.all("Signature"), *top.all("DigitalSignature")]
    return "opaque" if any(len(element) or (element.text or "").strip() for element in opaque) else "none"


def _attachments(
    carriers: list[_Element], files: list[CarriedFile], references: tuple[model.Reference, ...]
) -> tuple[tuple[model.Attachment, ...], tuple[model.Warning, ...]]:
    found = [_attachment(element, file) for element, file in zip(carriers, files, strict=True)]
    matched, warnings = _match(found, references)
    for attachment in matched:
        if attachment.ruined:
            warnings.append(
                model.Warning(
                    "attachment_ruined",
                    "Tệp đính kèm bị hỏng do chuyển mã UTF-8, không mở được",
                    "the file was passed through a UTF-8 conversion and cannot be opened",
                    attachment.name,
                )
            )
        elif attachment.size == 0:
            warnings.append(
                model.Warning("attachment_empty", "Tệp đính kèm rỗng", "the attachment is empty", attachment.name)
            )
    return tuple(matched), tuple(warnings)


def _attachment(element: _Element, file: CarriedFile) -> model.Attachment:
    node = nodes.Node(element, "AttachmentEncoded/Attachment")
    name = node.text("AttachmentName")
    head, tail = file.head, file.tail
    kind = kinds.sniff(head, tail, name)
    inner = kinds.single_entry(head, tail)
    return model.Attachment(
        content_id=build.strip_cid(node.text("ContentId")),
        name=name,
        description=node.text("Description"),
        declared_type=node.text("ContentType"),
        kind=kind,
        zipped=kinds.is_zipped(inner, name),
        encoded_range=(file.start, file.end),
        size=file.size,
        sha256=file.sha256,
        ruined=kinds.is_ruined(head, kind, name),
        also=kinds.also(head, tail, kind),
        inner_name=inner or "",
        field_name=node.text("FieldName"),
    )


def _match(
    found: list[model.Attachment], references: tuple[model.Reference, ...]
) -> tuple[list[model.Attachment], list[model.Warning]]:
    """Tie each attachment to its line of the manifest: by id, then by name, then by order."""
    left = list(range(len(references)))
    chosen: dict[int, int] = {}
    for same in (_same_id, _same_name):
        for number, attachment in enumerate(found):
            if number in chosen:
                continue
            hit = next((index for index in left if same(attachment, references[index])), None)
            if hit is not None:
                chosen[number] = hit
                left.remove(hit)
    warnings = []
    for number in range(len(found)):
        if number not in chosen and left:
            chosen[number] = left.pop(0)
            warnings.append(
                model.Warning(
                    "attachment_by_order",
                    "Tệp đính kèm được ghép với danh mục theo thứ tự",
                    "the attachment was tied to the manifest by order only",
                    found[number].name,
                )
            )
    matched = []
    for number, attachment in enumerate(found):
        line = references[chosen[number]] if number in chosen else None
        name = attachment.name or (line.name if line else "")
        matched.append(dataclasses.replace(attachment, reference=line, name=name))
    return matched, warnings


def _same_id(attachment: model.Attachment, reference: model.Reference) -> bool:
    return bool(attachment.content_id) and attachment.content_id == reference.content_id


def _same_name(attachment: model.Attachment, reference: model.Reference) -> bool:
    return bool(attachment.name) and attachment.name == reference.name


def _repair_warning(prefix: str) -> model.Warning:
    return model.Warning(
        "prefix_declared",
        f"Tiền tố {prefix}: chưa khai báo; đã hiểu theo nghĩa thông dụng, tệp giữ nguyên",
        f"prefix {prefix}: is not declared; it was read in its usual meaning, the bytes are unchanged",
        "edXML",
    )
