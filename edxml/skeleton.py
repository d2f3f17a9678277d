"""From skeleton bytes to a tree: the only place that calls the XML parser on foreign bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from edxml import names
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edxml.limits import Limits
    from edxml.scanner import Scanner

_DECLARATION: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"'<>]*)[\"']"
)
_ACCEPTED: Final = ("utf-8", "utf8")
_ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:[^<]|(?><\?.*?\?>)|(?><!--.*?-->))*+<([^ \t\r\n/>!?]+)", re.DOTALL)
_UNDEFINED: Final = re.compile(r"Namespace prefix (\S+) (?:for|on|of)\b")
_RESOURCE: Final = frozenset({etree.ErrorTypes.ERR_NAME_TOO_LONG, 114, 115, etree.ErrorTypes.ERR_NO_MEMORY})
_ENCODING: Final = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    }
)
_UNDEFINED_PREFIX: Final = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
_ENCODED: Final = names.qualified(names.ENCODED)
_PLACE: Final = (names.ROOT, names.qualified("AttachmentEncoded"), names.qualified("Attachment"))


def parse(skeleton: bytes, limits: Limits) -> tuple[_Element, frozenset[str]]:
    """The tree, and the prefixes that had to be declared on this reading copy (almost always none).

    Raises Refusal(XML_ENCODING, XML_LIMIT, XML_DTD_FORBIDDEN or XML_NOT_WELL_FORMED).
    """
    _check_encoding(skeleton)
    _check_counts(skeleton, limits)
    root, undefined = _parse_once(skeleton)
    if undefined:
        root = _repair(skeleton, undefined)
    _check_shape(root, limits)
    return root, undefined


def check_placeholders(root: _Element, scanner: Scanner) -> list[_Element]:
    """The Attachment elements in order, once it is proven that parser and scanner saw the same texts.

    Every text taken out must be the whole text of edXML/AttachmentEncoded/Attachment/ContentTransferEncoded, in
    order; no such element may hold anything else; no placeholder may stand anywhere else.
    """
    encoded = [element for element in root.iter("{*}" + names.ENCODED) if isinstance(element.tag, str)]
    if len(encoded) != len(scanner.files):
        raise Refusal(Fault.SCHEMA_INVALID, "attachment text stands where no attachment belongs", where=names.ENCODED)
    attachments = []
    for index, element in enumerate(encoded):
        file = scanner.files[index]
        text = (element.text or "").strip(" \t\r\n")
        expected = "" if file.element_is_empty else scanner.placeholder(index)
        if len(element) or text != expected:
            raise Refusal(
                Fault.SCHEMA_INVALID, "the base64 text of an attachment must be one unbroken run", where=path(element)
            )
        above = [ancestor.tag for ancestor in element.iterancestors()]
        if element.tag != _ENCODED or tuple(reversed(above)) != _PLACE:
            raise Refusal(
                Fault.SCHEMA_INVALID,
                "ContentTransferEncoded belongs in AttachmentEncoded/Attachment only",
                where=path(element),
            )
        parent = element.getparent()
        assert parent is not None, "its ancestors were just compared"
        attachments.append(parent)
    declared = root.findall("/".join(_PLACE[1:]))
    if declared != attachments:
        where = "AttachmentEncoded/Attachment"
        raise Refusal(Fault.SCHEMA_INVALID, "each Attachment holds one ContentTransferEncoded", where=where)
    return attachments


def path(element: _Element) -> str:
    """Local names from the envelope down, for messages; at most 200 characters."""
    parts = [etree.QName(ancestor).localname for ancestor in element.iterancestors()][::-1]
    parts.append(etree.QName(element).localname)
    return "/".join(parts)[-200:]


def _parser() -> etree.XMLParser[_Element]:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parse_once(skeleton: bytes) -> tuple[_Element, frozenset[str]]:
    parser = _parser()
    try:
        root = etree.fromstring(skeleton, parser)
    except etree.XMLSyntaxError as wrong:
        log = [entry for entry in parser.error_log if entry.level >= etree.ErrorLevels.ERROR]
        undefined = frozenset(
            match[1] for entry in log if entry.type == _UNDEFINED_PREFIX and (match := _UNDEFINED.match(entry.message))
        )
        if undefined and all(entry.type == _UNDEFINED_PREFIX for entry in log):
            if undefined <= names.REPAIRABLE_PREFIXES.keys():
                return etree.Element("undeclared"), undefined
            raise _not_well_formed(f"prefix {min(undefined)[:40]!r} is not declared", wrong) from wrong
        raise _syntax(wrong, log) from wrong
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise Refusal(Fault.XML_DTD_FORBIDDEN, "document type declaration")
    if (info.encoding or "utf-8").lower() not in _ACCEPTED:
        raise Refusal(Fault.XML_ENCODING, "the declaration names another encoding; UTF-8 is required")
    return root, frozenset()


def _repair(skeleton: bytes, undefined: frozenset[str]) -> _Element:
    """Declare the missing prefixes on the root of the reading copy; the bytes delivered stay as they are."""
    found = _ROOT.match(skeleton)
    assert found is not None, "the parser saw an element"
    declared = "".join(f' xmlns:{prefix}="{names.REPAIRABLE_PREFIXES[prefix]}"' for prefix in sorted(undefined))
    root, still = _parse_once(skeleton[: found.end()] + declared.encode() + skeleton[found.end() :])
    if still:
        raise Refusal(Fault.XML_NOT_WELL_FORMED, f"prefix {min(still)!r} is not declared")
    # A signed package is judged as it is or not at all.
    if next(root.iter(f"{{{names.XMLDSIG}}}Signature"), None) is not None:
        raise Refusal(
            Fault.XML_NOT_WELL_FORMED,
            f"prefix {min(undefined)!r} is not declared, and a package with a signature is never repaired",
        )
    return root


def _syntax(wrong: etree.XMLSyntaxError, log: list[etree._LogEntry]) -> Refusal:
    codes = {entry.type for entry in log} | {wrong.code}
    if codes & _RESOURCE:
        return Refusal(Fault.XML_LIMIT, _place(wrong, "too deep or too long"))
    if codes & _ENCODING:
        return Refusal(Fault.XML_ENCODING, _place(wrong, "not UTF-8"))
    return _not_well_formed(str(wrong.msg).partition(", line ")[0].strip()[:200], wrong)


def _not_well_formed(reason: str, wrong: etree.XMLSyntaxError) -> Refusal:
    return Refusal(Fault.XML_NOT_WELL_FORMED, _place(wrong, reason))


def _place(wrong: etree.XMLSyntaxError, reason: str) -> str:
    line, column = wrong.position
    return f"{reason} (line {line}, column {column} outside the attachments)"


def _check_encoding(skeleton: bytes) -> None:
    declared = _DECLARATION.match(skeleton)
    name = declared[1][:40].decode("ascii", "replace") if declared else "utf-8"
    if name.lower() not in _ACCEPTED:
        raise Refusal(Fault.XML_ENCODING, f"the declaration says {name!r}; UTF-8 is required")
    try:
        skeleton.decode("utf-8")
    except UnicodeDecodeError as wrong:
        if wrong.reason == "unexpected end of data":
            raise Refusal(Fault.XML_NOT_WELL_FORMED, "the file ends in the middle of a character") from wrong
        raise Refusal(Fault.XML_ENCODING, f"not UTF-8 at byte {wrong.start} outside the attachments") from wrong


def _check_counts(skeleton: bytes, limits: Limits) -> None:
    if skeleton.count(b"<") > 2 * limits.elements + 1000:
        raise Refusal(Fault.XML_LIMIT, f"more than {limits.elements} elements")
    if skeleton.count(b"=") > 4 * limits.elements:
        raise Refusal(Fault.XML_LIMIT, "too many attributes")
    if skeleton.count(b"xmlns") > limits.namespaces + 4 * limits.attachments:
        raise Refusal(Fault.XML_LIMIT, f"more than {limits.namespaces} namespace declarations")


def _check_shape(root: _Element, limits: Limits) -> None:
    if _deeper_than(limits.depth)(root):
        raise Refusal(Fault.XML_LIMIT, f"elements nested deeper than {limits.depth}")
    elements = 0
    for element in root.iter():
        elements += 1
        attributes = element.attrib
        if len(attributes) > limits.attributes:
            raise Refusal(Fault.XML_LIMIT, f"more than {limits.attributes} attributes on one element")
        if len(str(element.tag)) > limits.name_bytes + len(names.NS) + 2:
            raise Refusal(Fault.XML_LIMIT, f"an element name longer than {limits.name_bytes} characters")
        for name, value in attributes.items():
            if len(name) > limits.name_bytes or len(value) > limits.attribute_bytes:
                raise Refusal(Fault.XML_LIMIT, "an attribute name or value is too long")
    if elements > limits.elements:
        raise Refusal(Fault.XML_LIMIT, f"more than {limits.elements} elements")


_DEPTHS: Final[dict[int, etree.XPath]] = {}


def _deeper_than(depth: int) -> etree.XPath:
    """A compiled test whether any element stands below `depth` levels."""
    if depth not in _DEPTHS:
        _DEPTHS[depth] = etree.XPath("boolean(" + "/*" * (depth + 1) + ")")
    return _DEPTHS[depth]
