"""What the reader refuses, and under which name; the XML attack groups A and B of the threat list."""

from __future__ import annotations

import time

import pytest

from edxml import reader
from edxml.faults import Fault, Refusal
from edxml.limits import Limits

SUBJECT = "<edXML:Subject>Báo cáo quý".encode()


def before_subject(data: bytes, text: bytes) -> bytes:
    return data.replace(SUBJECT, text + SUBJECT, 1)


def in_subject(data: bytes, text: bytes) -> bytes:
    return data.replace(SUBJECT, b"<edXML:Subject>" + text, 1)


def on_root(data: bytes, text: bytes) -> bytes:
    return data.replace(b"<edXML ", b"<edXML " + text + b" ", 1)


def refused(data: bytes, limits: Limits | None = None) -> Refusal:
    begun = time.process_time()
    with pytest.raises(Refusal) as caught:
        reader.read(data, limits)
    assert time.process_time() - begun < 1, "a refusal is quick"
    assert len(caught.value.detail) <= 500
    return caught.value


NOT_WELL_FORMED = {
    "stray bytes before the declaration": lambda d: b"1212" + d,
    "a space before the declaration": lambda d: b" " + d,
    "two roots": lambda d: d + d[d.index(b"<edXML ") :],
    "text after the root": lambda d: d + b"x",
    "empty": lambda d: b"",  # noqa: ARG005
    "BOM only": lambda d: b"\xef\xbb\xbf",  # noqa: ARG005
    "white space only": lambda d: b"  \r\n ",  # noqa: ARG005
    "a zip": lambda d: b"PK\x03\x04" + d,
    "a NUL": lambda d: in_subject(d, b"\0"),
    "U+FFFE": lambda d: in_subject(d, b"\xef\xbf\xbe"),
    "an undeclared entity": lambda d: in_subject(d, b"&lol;"),
    "an attribute twice": lambda d: before_subject(d, b"<a b='1' b='2'/>"),
    "prefix xml bound anew": lambda d: before_subject(d, b"<a xmlns:xml='urn:x'/>"),
    "an unknown prefix undeclared": lambda d: before_subject(d, b"<foo:a/>"),
    "doctype in small letters": lambda d: d.replace(b"<edXML ", b"<!doctype edXML><edXML ", 1),
}
DTD = {
    "harmless": b"<!DOCTYPE edXML>",
    "laughs": b"<!DOCTYPE l [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>",
    "external": b"<!DOCTYPE l SYSTEM 'http://127.0.0.1:9/x.dtd'>",
    "file entity": b"<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>",
    "parameter entity": b"<!DOCTYPE l [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]>",
}
ENCODING = {
    "UTF-16 with BOM": lambda d: d.decode().encode("utf-16"),
    "UTF-16 without": lambda d: d.decode().encode("utf-16-be"),
    "UTF-16 little without": lambda d: d.decode().encode("utf-16-le"),
    "UTF-32": lambda d: d.decode().encode("utf-32"),
    "declared windows-1258": lambda d: d.replace(b'encoding="UTF-8"', b'encoding="windows-1258"', 1),
    "declared latin with single quotes": lambda d: d.replace(b'encoding="UTF-8"', b"encoding = 'ISO-8859-1'", 1),
    "bytes are windows-1258": lambda d: in_subject(d, "Báo cáo".encode("cp1258")),
    "overlong": lambda d: in_subject(d, b"\xc0\xaf"),
    "lone surrogate": lambda d: in_subject(d, b"\xed\xa0\x80"),
}
LIMIT = {
    "depth 40": lambda d: before_subject(d, b"<a>" * 40 + b"</a>" * 40),
    "depth 100,000": lambda d: before_subject(d, b"<a>" * 100_000 + b"</a>" * 100_000),
    "a million siblings": lambda d: before_subject(d, b"<a/>" * 1_000_000),
    "attributes": lambda d: before_subject(d, b"<a " + b" ".join(b"a%d=''" % n for n in range(600_000)) + b"/>"),
    "65 attributes": lambda d: before_subject(d, b"<a " + b" ".join(b"a%d=''" % n for n in range(65)) + b"/>"),
    "a megabyte in an attribute": lambda d: before_subject(d, b"<a b='" + b"x" * 1_000_000 + b"'/>"),
    "namespaces": lambda d: before_subject(d, b"<a " + b" ".join(b"xmlns:n%d='u'" % n for n in range(10_000)) + b"/>"),
    "a long element name": lambda d: before_subject(d, b"<" + b"n" * 300 + b"/>"),
    "a very long element name": lambda d: before_subject(d, b"<" + b"n" * 100_000 + b"/>"),
    "a long attribute name": lambda d: before_subject(d, b"<a " + b"n" * 60_000 + b"='1'/>"),
    "9 MB in one text": lambda d: in_subject(d, b"x" * 9_000_000),
    "12 MB in one text": lambda d: in_subject(d, b"x" * 12_000_000),
    "12 MB in a comment": lambda d: before_subject(d, b"<!--" + b"x" * 12_000_000 + b"-->"),
    "a start tag of a megabyte": lambda d: d.replace(
        b"ContentTransferEncoded xmlns", b"ContentTransferEncoded a='" + b"x" * 1_000_000 + b"' xmlns", 1
    ),
}


@pytest.mark.parametrize("case", NOT_WELL_FORMED)
def test_what_is_not_well_formed_is_refused(case, package_bytes):
    refusal = refused(NOT_WELL_FORMED[case](package_bytes))

    assert refusal.fault is Fault.XML_NOT_WELL_FORMED
    assert refusal.fault.vxp_code == "10"


@pytest.mark.parametrize("case", DTD)
def test_any_document_type_is_refused(case, package_bytes):
    for place in (b"<edXML ", b"<edXML:edXMLHeader>"):
        refusal = refused(package_bytes.replace(place, DTD[case] + place, 1))

        assert refusal.fault is Fault.XML_DTD_FORBIDDEN


@pytest.mark.parametrize("case", ENCODING)
def test_only_utf_8_is_read(case, package_bytes):
    assert refused(ENCODING[case](package_bytes)).fault is Fault.XML_ENCODING


@pytest.mark.parametrize("case", LIMIT)
def test_every_structural_limit_has_the_same_name(case, package_bytes):
    assert refused(LIMIT[case](package_bytes)).fault is Fault.XML_LIMIT


def test_utf_8_is_read_with_and_without_bom_and_declaration(package_bytes):
    bare = package_bytes[package_bytes.index(b"<edXML ") :]

    for data in (package_bytes, b"\xef\xbb\xbf" + package_bytes, bare, b"\n" + bare):
        assert reader.read(data).subject == "Báo cáo quý"


def test_the_number_of_attachments_and_recipients_and_the_size_are_bounded(make_package):
    from edxml import model

    many = make_package(attachments=[(f"{n}.pdf", b"%PDF-") for n in range(4)])
    wide = make_package(recipients=tuple(model.Organization(f"A.{n}") for n in range(11)))

    assert refused(many, Limits(attachments=3)).fault is Fault.XML_LIMIT
    assert refused(wide, Limits(recipients=10)).fault is Fault.XML_LIMIT
    assert refused(many, Limits(package_bytes=len(many) - 1)).fault is Fault.TOO_LARGE
    assert len(reader.read(many, Limits(attachments=4, package_bytes=len(many))).attachments) == 4


def test_nothing_outside_the_message_is_ever_opened(package_bytes, tmp_path):
    """XInclude and schema locations are data; a file they name is never read."""
    secret = tmp_path / "secret.xsd"
    secret.write_text("top secret")
    xsi = b"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
    data = on_root(package_bytes, xsi + b" xsi:schemaLocation='urn:x file://" + str(secret).encode() + b"'")
    data = before_subject(
        data,
        b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' parse='text' href='file://"
        + str(secret).encode()
        + b"'/>",
    )

    package = reader.read(data)

    assert "top secret" not in repr(package)
    assert "include" in package.header.extra[0]


def test_xsi_type_and_nil_change_nothing(package_bytes):
    xsi = b"<edXML:SteeringType xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
    for attribute in (b"xsi:nil='true'", b"xsi:type='edXML:Open'"):
        data = package_bytes.replace(b"<edXML:SteeringType>", xsi + attribute + b">", 1)

        assert reader.read(data).header.steering_type == 0


def test_entities_of_xml_itself_and_cdata_are_text(package_bytes):
    data = in_subject(package_bytes, b"a &amp; b &lt; &#38; <![CDATA[<c>]]><!-- x --> d<?p q?> e ")

    assert reader.read(data).subject == "a & b < & <c> d e"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (b"<edXML:Subject>", b"<edXML:Subject>a</edXML:Subject><edXML:Subject>", "MessageHeader/Subject"),
        (b"<edXML:Subject>", b"<edXML:Subject><edXML:X/>", "Subject"),
        (b"<edXML:edXMLHeader>", b"<edXML:edXMLHeadr/><edXML:edXMLHeader>", "edXMLHeadr"),
        (b"MessageHeader>", b"MessageHead>", "MessageHeader"),
        (b"QCVN_102_2016", b"QCVN_102_2010", "edXML"),
        (b"2026/11/20</edXML:PromulgationDate>", b"2026-02-30</edXML:PromulgationDate>", "PromulgationDate"),
        (b"2026/11/20</edXML:PromulgationDate>", b"0000/01/01</edXML:PromulgationDate>", "PromulgationDate"),
        (b"<edXML:SteeringType>0", b"<edXML:SteeringType>" + b"9" * 400, "SteeringType"),
        (b"<edXML:SteeringType>0", "<edXML:SteeringType>٣".encode(), "SteeringType"),
        (b"<edXML:SteeringType>0", b"<edXML:SteeringType>INF", "SteeringType"),
        (b"<edXML:BussinessDocType>0", b"<edXML:BussinessDocType>4", "BussinessDocType"),
        (b"<edXML:Subject>", b"<edXML:StatusCode>01</edXML:StatusCode><edXML:Subject>", "MessageHeader"),
    ],
)
def test_what_is_not_edxml_is_named_with_its_place(old, new, where, package_bytes):
    assert old in package_bytes

    refusal = refused(package_bytes.replace(old, new))

    assert refusal.fault is Fault.SCHEMA_INVALID
    assert refusal.fault.vxp_code == "22"
    assert refusal.where.endswith(where)


def test_an_older_version_is_named():
    refusal = refused(b"<edXMLEnvelope xmlns='http://www.go.vn/eDoc'/>")

    assert "older edXML version" in refusal.detail


def test_right_names_in_a_wrong_namespace_are_not_edxml(package_bytes):
    data = package_bytes.replace(b"<edXML:MessageHeader>", b"<edXML:MessageHeader xmlns:edXML='urn:other'>", 1)

    assert refused(data).fault is Fault.SCHEMA_INVALID


@pytest.mark.parametrize("prefix", [b"xlink:href=''", b"xsi:type='x'", b"xsd:y='z'"])
def test_three_well_known_prefixes_are_declared_on_the_reading_copy_and_warned(prefix, package_bytes):
    data = package_bytes.replace(b"<edXML:Reference>", b"<edXML:Reference " + prefix + b">", 1)

    package = reader.read(data)

    assert [warning.code for warning in package.warnings] == ["prefix_declared"]
    assert package.size == len(data)
    begin, end = package.attachments[0].encoded_range
    assert data[begin : begin + 4] == b"JVBE"
    assert data[end : end + 2] == b"</"


def test_a_signed_package_is_never_repaired(package_bytes):
    signature = b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo/></Signature></edXML:edXMLHeader>"
    signed = package_bytes.replace(b"</edXML:edXMLHeader>", signature, 1)
    broken = signed.replace(b"<edXML:Reference>", b"<edXML:Reference xlink:href=''>", 1)

    assert reader.read(signed).signature == "xmldsig"
    refusal = refused(broken)
    assert refusal.fault is Fault.XML_NOT_WELL_FORMED
    assert "never repaired" in refusal.detail


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (b"<Signature><SignedInfo><Reference URI=''/></SignedInfo></Signature>", "opaque"),
        (b"<edXML:DigitalSignature/>", "none"),
        (b"<Signature/>", "none"),
        (b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>", "xmldsig"),
    ],
)
def test_the_kind_of_signature_is_reported_and_not_judged(element, expected, package_bytes):
    data = package_bytes.replace(b"</edXML:edXMLHeader>", element + b"</edXML:edXMLHeader>", 1)

    package = reader.read(data)

    assert package.signature == expected
    assert package.extra == ()


def test_the_dot_net_layout_is_read(package_bytes):
    """Attributes on the trace list, an empty DigitalSignature, bare content ids, other prefixes."""
    data = on_root(package_bytes, b"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'")
    data = on_root(data, b"xmlns:xlink='http://www.w3.org/1999/xlink'")
    data = data.replace(b"<edXML:TraceHeaderList>", b"<edXML:TraceHeaderList id='1' version='1.0' actor='x'>", 1)
    data = data.replace(b"</edXML:edXMLHeader>", b"<edXML:DigitalSignature /></edXML:edXMLHeader>", 1)
    data = data.replace(b"<edXML:Reference>", b"<edXML:Reference xlink:href='cid:1' xlink:type='simple'>", 1)
    data = data.replace(b"<edXML:", b"<").replace(b"</edXML:", b"</")

    package = reader.read(data)

    assert package.subject == "Báo cáo quý"
    assert package.warnings == ()
    assert package.attachments[0].kind == "pdf"
