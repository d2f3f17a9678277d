"""Names of edXML: namespaces, and the standard's own spellings kept in this one place at the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.etree import _Element

NS: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XMLDSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
XLINK: Final = "http://www.w3.org/1999/xlink"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"

REPAIRABLE_PREFIXES: Final = {"xlink": XLINK, "xsi": XSI, "xsd": XSD}
"""Prefixes hand-made files use without declaring them; nothing else is ever repaired."""

BUSINESS: Final = "Bussiness"
"""The standard writes double s; so do all files on the axis."""
BUSINESS_DOC_TYPE: Final = "BussinessDocType"
BUSINESS_DOC_REASON: Final = "BussinessDocReason"
BUSINESS_DOCUMENT_INFO: Final = "BussinessDocumentInfo"

ROOT: Final = f"{{{NS}}}edXML"
ENCODED: Final = "ContentTransferEncoded"
OLDER_NAMESPACES: Final = ("http://www.go.vn/eDoc", "http://www.e-doc.vn/Schema/")
"""Earlier edXML versions: recognised so that the refusal can name them, never read."""


def qualified(local: str) -> str:
    """The name of an element of this standard as lxml writes it."""
    return f"{{{NS}}}{local}"


def local_of(tag: str) -> str | None:
    """Local name of an element of this standard; None for an element of another namespace."""
    prefix = f"{{{NS}}}"
    return tag[len(prefix) :] if tag.startswith(prefix) else None


def short(element: _Element) -> str:
    """Local name of an element of any namespace, for messages."""
    return str(element.tag).rpartition("}")[2][:100]
