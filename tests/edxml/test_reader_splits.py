"""However the bytes are cut on their way, the reader sees the same package; and it sees what the parser sees."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edxml import reader
from edxml.faults import Fault, Refusal

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
OPEN = f'<edXML:ContentTransferEncoded xmlns:edXML="{NS}">'
CLOSE = "</edXML:ContentTransferEncoded>"


def wrap(content: str, *, before: str = "", inside_subject: str = "Thử", after: str = "", name: str = "a.txt") -> bytes:
    """A minimal package whose attachment element is written by hand."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{NS}"><edXML:edXMLEnvelope xmlns:edXML="{NS}">'
        f"<edXML:edXMLHeader><edXML:MessageHeader><edXML:From><edXML:OrganId>A.B</edXML:OrganId></edXML:From>"
        f"<edXML:To><edXML:OrganId>C.D</edXML:OrganId></edXML:To><edXML:DocumentId>x</edXML:DocumentId>{before}"
        f"<edXML:Subject>{inside_subject}</edXML:Subject></edXML:MessageHeader></edXML:edXMLHeader>"
        f'<edXML:edXMLBody><edXML:edXMLManifest version="1.0"><edXML:Reference><edXML:ContentId>cid:1</edXML:ContentId>'
        f"<edXML:AttachmentName>{name}</edXML:AttachmentName></edXML:Reference></edXML:edXMLManifest></edXML:edXMLBody>"
        f"</edXML:edXMLEnvelope><AttachmentEncoded><Attachment><ContentId>1</ContentId>"
        f"<AttachmentName>{name}</AttachmentName>{content}</Attachment></AttachmentEncoded></edXML>{after}"
    ).encode()


def outcome(data: bytes, cuts=()) -> object:
    """The package and its files, or the fault."""
    sinks: list[io.BytesIO] = []

    def sink(index: int) -> io.BytesIO:
        assert index <= len(sinks)
        sinks.append(io.BytesIO())
        return sinks[-1]

    begun = reader.Reader(sink)
    edges = [0, *sorted(cuts), len(data)]
    try:
        for begin, end in itertools.pairwise(edges):
            begun.feed(data[begin:end])
            begun._flush()
        package = begun.close()
    except Refusal as refusal:
        return refusal.fault, refusal.where
    return package, [one.getvalue() for one in sinks]


CASES = {
    "plain": wrap(OPEN + "QUJDREVGRw==" + CLOSE),
    "unprefixed": wrap("<ContentTransferEncoded>QUJDREVGRw==</ContentTransferEncoded>"),
    "wrapped lines": wrap(OPEN + "\n  QUJD\r\n  REVG&#13;\n  Rw==\n " + CLOSE),
    "cdata": wrap(OPEN + " \n<![CDATA[QUJD\nREVGRw==]]> \n" + CLOSE),
    "empty": wrap(OPEN + CLOSE),
    "self-closed": wrap(OPEN[:-1] + "/>"),
    "attributes with signs": wrap("<ContentTransferEncoded a='>' b=\"/>'\" >QUJD</ContentTransferEncoded >"),
    "inside a comment": wrap(OPEN + "QUJD" + CLOSE, before="<!-- <ContentTransferEncoded>eHh4eA== -->"),
    "inside CDATA": wrap(OPEN + "QUJD" + CLOSE, inside_subject="<![CDATA[<ContentTransferEncoded>eHh4]] ]]>"),
    "inside an instruction": wrap(OPEN + "QUJD" + CLOSE, before="<?x <ContentTransferEncoded>eHh4eA== ?>"),
    "comment signs in text": wrap(OPEN + "QUJD" + CLOSE, inside_subject="a -- &gt; ]] ?&gt; b"),
    "name that only begins so": wrap(
        OPEN + "QUJD" + CLOSE, before="<ContentTransferEncodedX>eHh4</ContentTransferEncodedX>"
    ),
    "bad base64": wrap(OPEN + "QUJDREV*" + CLOSE),
    "padding in the middle": wrap(OPEN + "QQ==QUJD" + CLOSE),
    "padding missing": wrap(OPEN + "QUJDRA" + CLOSE),
    "wrong entity": wrap(OPEN + "QUJD&amp;" + CLOSE),
    "comment in base64": wrap(OPEN + "QUJD<!-- x -->REVG" + CLOSE),
    "comment before base64": wrap(OPEN + "<!-- x -->QUJD" + CLOSE),
    "element in base64": wrap(OPEN + "QUJD<x/>" + CLOSE),
    "two CDATA": wrap(OPEN + "<![CDATA[QUJD]]><![CDATA[QUJD]]>" + CLOSE),
    "text after CDATA": wrap(OPEN + "<![CDATA[QUJD]]>QUJD" + CLOSE),
    "in the header": wrap(OPEN + "QUJD" + CLOSE, before="<ContentTransferEncoded>QUJD</ContentTransferEncoded>"),
    "twice in one attachment": wrap((OPEN + "QUJD" + CLOSE) * 2),
    "no content element": wrap(""),
    "nested": wrap(OPEN + OPEN + "QUJD" + CLOSE + CLOSE),
    "other namespace": wrap("<o:ContentTransferEncoded xmlns:o='urn:o'>QUJD</o:ContentTransferEncoded>"),
    "unclosed tag": wrap("<ContentTransferEncoded a='<' >QUJD</ContentTransferEncoded>"),
    "doctype late": wrap(OPEN + "QUJD" + CLOSE, before="<!DOCTYPE x>"),
    "open comment": wrap(OPEN + "QUJD" + CLOSE, after="<!-- "),
    "text after the root": wrap(OPEN + "QUJD" + CLOSE, after="x"),
}
GOOD = {
    "plain": b"ABCDEFG",
    "unprefixed": b"ABCDEFG",
    "wrapped lines": b"ABCDEFG",
    "cdata": b"ABCDEFG",
    "empty": b"",
    "attributes with signs": b"ABC",
    "inside a comment": b"ABC",
    "inside CDATA": b"ABC",
    "inside an instruction": b"ABC",
    "comment signs in text": b"ABC",
    "name that only begins so": b"ABC",
}
XML_FAULTS = {
    "unclosed tag": Fault.XML_NOT_WELL_FORMED,
    "doctype late": Fault.XML_DTD_FORBIDDEN,
    "open comment": Fault.XML_NOT_WELL_FORMED,
    "text after the root": Fault.XML_NOT_WELL_FORMED,
}


@pytest.mark.parametrize("case", CASES)
def test_the_scanner_and_the_parser_agree_or_the_package_is_refused(case):
    found = outcome(CASES[case])

    if case in GOOD:
        package, files = found
        assert files == [GOOD[case]]
        assert package.attachments[0].sha256 == hashlib.sha256(GOOD[case]).hexdigest()
        begin, end = package.attachments[0].encoded_range
        text = CASES[case][begin:end].replace(b"&#13;", b"")
        assert base64.b64decode(b"".join(text.split()), validate=True) == GOOD[case]
    elif case == "self-closed":
        assert found[0].attachments[0].size == 0
        assert [warning.code for warning in found[0].warnings] == ["attachment_empty"]
        assert found[1] == [b""]
    else:
        assert found[0] == XML_FAULTS.get(case, Fault.SCHEMA_INVALID)


@pytest.mark.parametrize("case", CASES)
def test_a_cut_at_any_byte_changes_nothing(case):
    data = CASES[case]
    whole = outcome(data)

    for cut in range(len(data)):
        assert outcome(data, [cut]) == whole


@pytest.mark.parametrize("case", ["plain", "wrapped lines", "cdata", "bad base64", "comment in base64", "doctype late"])
def test_single_bytes_change_nothing(case):
    data = CASES[case]

    assert outcome(data, range(len(data))) == outcome(data)


@given(st.sampled_from(sorted(CASES)), st.lists(st.integers(0, 1600), max_size=12))
def test_random_cuts_change_nothing(case, cuts):
    data = CASES[case]

    assert outcome(data, [min(cut, len(data)) for cut in cuts]) == outcome(data)


PARTS = [
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?p ",
    "?>",
    "<ContentTransferEncoded>",
    "</ContentTransferEncoded>",
    "<edXML:ContentTransferEncoded>",
    "</edXML:ContentTransferEncoded>",
    "<ContentTransferEncoded/>",
    "QUJD",
    "<a b='",
    "'>",
    "</a>",
    "<Attachment>",
    "</Attachment>",
    "&#13;",
    "&lt;",
    " ",
    "\n",
    "=",
    "]",
    "-",
    "<",
    ">",
    '"',
    "&",
    "<!",
    '<ContentTransferEncoded x=">',
    "/>",
]


@given(
    st.sampled_from(["content", "before", "subject", "after"]),
    st.lists(st.sampled_from(PARTS), max_size=10),
    st.lists(st.integers(0, 1600), max_size=6),
)
def test_hostile_markup_never_smuggles_bytes_past_the_parser(place, parts, cuts):
    """Whatever is accepted, an ordinary parser of the whole bytes reads the same attachment text in the same place."""
    from lxml import etree

    junk = "".join(parts)
    places = {
        "content": {"content": junk},
        "before": {"content": OPEN + "QUJD" + CLOSE, "before": junk},
        "subject": {"content": OPEN + "QUJD" + CLOSE, "inside_subject": junk},
        "after": {"content": OPEN + "QUJD" + CLOSE, "after": junk},
    }
    data = wrap(**places[place])

    found = outcome(data, [min(cut, len(data)) for cut in cuts])

    assert found == outcome(data)
    if isinstance(found[0], Fault):
        assert found[0] is not Fault.INTERNAL
        return
    package, files = found
    tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
    texts = [element.text or "" for element in tree.iter("{*}ContentTransferEncoded")]
    assert [base64.b64decode("".join(text.split()), validate=True) for text in texts] == files
    assert (tree.findtext(".//{*}Subject") or "").strip(" \t\r\n") == package.subject


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_random_bytes_are_refused_or_read_never_a_crash(junk, at):
    data = CASES["plain"]
    at = min(at, len(data))

    outcome(data[:at] + junk + data[at:])
    outcome(junk)


def test_every_truncation_is_not_well_formed():
    data = wrap(OPEN + "QUJDREVGRw==" + CLOSE, inside_subject="Thử <![CDATA[ế]]>", before="<!-- x -->")

    for end in range(len(data)):
        assert outcome(data[:end])[0] is Fault.XML_NOT_WELL_FORMED, end


def test_a_placeholder_cannot_be_forged():
    """The mark is drawn anew for every package, so text that looks like one is only text."""
    data = wrap(OPEN + "QUJD" + CLOSE, inside_subject="@00000000000000000000000000000000-0@")

    package, files = outcome(data)

    assert package.subject.startswith("@0000")
    assert files == [b"ABC"]
    assert dataclasses.replace(package) == outcome(data)[0]
