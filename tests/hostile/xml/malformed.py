"""Group A as data: what is done to a good package, and the code it must be refused with (None: it is accepted)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edxml.testing import make_package

SUBJECT = "V/v kiểm thử trục liên thông".encode()


@dataclass(frozen=True)
class Case:
    """One row: id of the threat list with a letter, what it is, how the bytes are spoilt, the codes it may get."""

    id: str
    what: str
    spoil: Callable[[bytes], bytes]
    codes: frozenset[str] | None

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


def case(name: str, what: str, spoil: Callable[[bytes], bytes], *codes: str) -> Case:
    """A row; without codes the package must be accepted and delivered unchanged."""
    return Case(name, what, spoil, frozenset(codes) or None)


def good(**more) -> bytes:
    """A small package of the sender to the recipient."""
    return make_package("000.00.01.H99", ("000.00.02.H99",), size=2_000, **more)


def into_subject(text: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(SUBJECT, text, 1)


def before(tag: str, text: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(f"<edXML:{tag}>".encode(), text + f"<edXML:{tag}>".encode(), 1)


def after_declaration(text: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"<edXML ", text + b"<edXML ", 1)


def without(tag: str) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        start, end = f"<edXML:{tag}>".encode(), f"</edXML:{tag}>".encode()
        head, rest = data.split(start, 1)
        return head + rest.split(end, 1)[1]

    return spoil


def twice(tag: str) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        start, end = f"<edXML:{tag}>".encode(), f"</edXML:{tag}>".encode()
        at, to = data.index(start), data.index(end) + len(end)
        return data[:to] + data[at:to] + data[to:]

    return spoil


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        assert old in data, old
        return data.replace(old, new, 1)

    return spoil


def dtd(text: str) -> Callable[[bytes], bytes]:
    return after_declaration(text.encode())


def inside(start: bytes, *pieces: bytes) -> Callable[[bytes], bytes]:
    """An element before the subject that begins with `start` and holds so many attributes."""
    return before("Subject", start + b" ".join(pieces) + b"/>")


_NOT, _DTD, _LIMIT, _SCHEMA, _PROFILE = (
    "xml_not_well_formed", "xml_dtd_forbidden", "xml_limit", "schema_invalid", "profile_invalid",
)  # fmt: skip
_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
STYLE_SHEET = b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'
FILE_ENTITY = "<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
XINCLUDE = b'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></x>'
SCHEMA_LOCATION = (
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://127.0.0.1:9/x"'
)

CASES = (
    case("A-02a", "two roots", lambda d: d + d[d.index(b"<edXML ") :], _NOT),
    case("A-02b", "text after the root", lambda d: d + b"x", _NOT),
    case("A-02c", "no root", lambda d: b'<?xml version="1.0"?>', _NOT),  # noqa: ARG005
    case("A-02d", "empty body", lambda d: b"", _NOT),  # noqa: ARG005
    case("A-02e", "a byte order mark only", lambda d: b"\xef\xbb\xbf", _NOT),  # noqa: ARG005
    case("A-03a", "an unknown element is kept as it is", before("Subject", b"<edXML:Mau>x</edXML:Mau>")),
    case("A-03b", "no sender", without("From"), _SCHEMA),
    case("A-03c", "no recipient", without("To"), _SCHEMA, _PROFILE),
    case("A-03d", "no DocumentId", without("DocumentId"), _SCHEMA, _PROFILE),
    case("A-04a", "entities of XML itself", into_subject(b"A &amp; B &lt; C &#38; D")),
    case("A-04b", "CDATA", into_subject(b"<![CDATA[A & B < C]]>")),
    case("A-05", "a harmless DTD", dtd("<!DOCTYPE edXML>"), _DTD),
    case("A-06a", "billion laughs", dtd(f'<!DOCTYPE l [<!ENTITY a0 "ha">{_LAUGHS}]>'), _DTD),
    case("A-06b", "quadratic blow-up", dtd(f'<!DOCTYPE l [<!ENTITY a "{"x" * 50_000}">]>'), _DTD),
    case("A-06c", "parameter entities", dtd("<!DOCTYPE l [<!ENTITY % p '<!ENTITY q \"x\">'> %p; %p;]>"), _DTD),
    case("A-06d", "entities in a circle", dtd('<!DOCTYPE l [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'), _DTD),
    case("A-07a", "an external entity of a file", dtd(FILE_ENTITY), _DTD),
    case("A-07b", "an external DTD", dtd("<!DOCTYPE l SYSTEM 'http://127.0.0.1:9/x.dtd'>"), _DTD),
    case("A-09", "XInclude is data", before("Subject", XINCLUDE)),
    case("A-10", "a schema location is not followed", replaced(b"<edXML ", b"<edXML " + SCHEMA_LOCATION + b" ")),
    case("A-11a", "the wrong namespace", replaced(b"http://www.mic.gov.vn/TBT/QCVN_102_2016", b"urn:other"), _SCHEMA),
    case("A-11b", "prefix xml bound anew", before("Subject", b"<a xmlns:xml='urn:x'/>"), _NOT),
    case("A-12a", "depth 257", before("Subject", b"<a>" * 257 + b"</a>" * 257), _LIMIT),
    case("A-12b", "depth 100,000", before("Subject", b"<a>" * 100_000 + b"</a>" * 100_000), _LIMIT),
    case("A-12c", "a million siblings", before("Subject", b"<a/>" * 1_000_000), _LIMIT),
    case("A-12d", "a million attributes", inside(b"<a ", *(b"a%d=''" % n for n in range(500_000))), _LIMIT),
    case("A-12e", "an attribute of a megabyte", before("Subject", b"<a b='" + b"x" * 1_000_000 + b"'/>"), _LIMIT),
    case("A-13a", "two subjects", twice("Subject"), _SCHEMA),
    case("A-13b", "two message headers", twice("MessageHeader"), _SCHEMA),
    case("A-15", "10,000 prefixes", inside(b"<a ", *(b"xmlns:n%d='u'" % n for n in range(10_000))), _LIMIT),
    case("A-16a", "a style sheet instruction is not followed", after_declaration(STYLE_SHEET)),
    case("A-16b", "a comment inside a value", into_subject(b"Quy\xe1\xba\xbft <!-- x --> \xc4\x91\xe1\xbb\x8bnh")),
)  # fmt: skip
