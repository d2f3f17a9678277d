"""What is written is read back with the same meaning, in the layout that national readers need."""

from __future__ import annotations

import base64
import dataclasses
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edxml import model, names, reader, rules, schema, writer
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal

LETTERS = "aZ09 đĐếỆ&<>'\"]-.,/=\r\n\t\u00a0\u0300\U0001f600\ufffd"
TEXT = st.text(st.sampled_from(LETTERS), max_size=8).map(lambda text: text.strip(" \t\r\n"))
FILLED = TEXT.filter(bool)
ORGAN = st.sampled_from(["000.00.01.H99", "H37.DN.001", "28.22.H17", "vxp.saas.03", "A"])
NUMBER = st.integers(-1, 10**8)
MAYBE_NUMBER = st.none() | NUMBER
EXTRA = st.lists(
    st.builds(
        '<x:{0} xmlns:x="urn:x">{1}</x:{0}>'.format, st.sampled_from(["a", "b"]), st.sampled_from(["", "t", "&lt;"])
    ),
    max_size=2,
).map(lambda found: tuple(text.replace("></x:a>", "/>").replace("></x:b>", "/>") for text in found))
ORGANIZATIONS = st.builds(model.Organization, ORGAN, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, EXTRA)
DAYS = st.dates(date(1901, 1, 1), date(2999, 12, 31)).map(lambda day: f"{day.year:04d}/{day.month:02d}/{day.day:02d}")
RESPONSES = st.builds(model.ResponseFor, ORGAN, TEXT, TEXT, DAYS)
STAFF = st.builds(model.Staff, FILLED, TEXT, TEXT, TEXT, TEXT, TEXT)
OTHER = st.builds(
    model.OtherInfo,
    NUMBER,
    TEXT,
    TEXT,
    MAYBE_NUMBER,
    MAYBE_NUMBER,
    TEXT,
    st.none() | st.booleans(),
    TEXT,
    st.lists(FILLED, max_size=3).map(tuple),
    EXTRA,
)
HEADERS = st.builds(
    model.MessageHeader,
    sender=ORGANIZATIONS,
    recipients=st.lists(ORGANIZATIONS, min_size=1, max_size=3).map(tuple),
    document_id=TEXT,
    code=st.none() | st.builds(model.Code, FILLED, TEXT),
    promulgation=st.none()
    | st.builds(lambda place, day: model.Promulgation(place, date(*map(int, day.split("/"))), day), TEXT, DAYS),
    document_type=st.none() | st.builds(model.DocumentType, NUMBER, MAYBE_NUMBER, TEXT),
    subject=TEXT,
    content=TEXT,
    signer=st.none() | st.builds(model.Signer, TEXT, TEXT, FILLED),
    due_date=DAYS,
    other=OTHER,
    responses=st.lists(RESPONSES, max_size=2).map(tuple),
    steering_type=MAYBE_NUMBER,
    task_codes=st.lists(FILLED, max_size=2).map(tuple),
    application_type=TEXT,
    to_places=st.lists(FILLED, max_size=2).map(tuple),
    extra=EXTRA,
)
BUSINESSES = st.builds(
    model.Business,
    TEXT,
    st.sampled_from(BusinessType),
    TEXT,
    MAYBE_NUMBER,
    MAYBE_NUMBER,
    MAYBE_NUMBER,
    st.lists(st.builds(model.Receiver, ORGAN, st.integers(0, 1)), max_size=2).map(tuple),
    st.lists(st.builds(model.Replacement, FILLED, st.lists(ORGAN, min_size=1, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    st.none() | STAFF,
    EXTRA,
)
HOPS = st.lists(st.builds(model.TraceHop, ORGAN, TEXT), max_size=3).map(tuple)


def plain_xml(value):
    """A value of the model with its unknown elements in one canonical form, whatever prefixes were declared around."""
    from lxml import etree

    if dataclasses.is_dataclass(value):
        return type(value), [plain_xml(getattr(value, one.name)) for one in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [plain_xml(one) for one in value]
    if isinstance(value, str) and value.startswith("<x:"):
        return etree.tostring(etree.fromstring(value), method="c14n", exclusive=True)
    return value


@given(HEADERS, BUSINESSES, HOPS, EXTRA)
def test_reading_gives_back_what_was_written(header, business, hops, extra):
    package = reader.read(writer.write_edoc(header, business, hops, extra=extra))

    assert plain_xml(package.header) == plain_xml(header)
    assert plain_xml(package.business) == plain_xml(business)
    assert package.trace == hops
    assert plain_xml(package.extra) == plain_xml(extra)


@given(ORGANIZATIONS, RESPONSES, st.none() | STAFF, st.sampled_from(["01", "02", "13", "16"]), TEXT, TEXT, EXTRA)
def test_a_status_is_read_back(sender, response, staff, code, description, timestamp, extra):
    status = model.StatusMessage(sender, response, staff, code, description, timestamp, extra)

    package = reader.read(writer.write_status(status))

    assert plain_xml(package.status) == plain_xml(status)
    assert package.message_type == "status"
    assert package.recipient_ids == (response.organ_id,)


def test_the_prefix_layout_is_that_of_the_axis(package_bytes):
    text = package_bytes.decode()

    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="' + names.NS + '">\n')
    assert text.count("xmlns:edXML=") == 2
    assert f'<edXML:edXMLEnvelope xmlns:edXML="{names.NS}">' in text
    assert f'<edXML:ContentTransferEncoded xmlns:edXML="{names.NS}">' in text
    for plain in ("<AttachmentEncoded>", "<Attachment>", "<ContentId>cid:", "<AttachmentName>", "<ContentType>"):
        assert plain in text


def test_what_we_write_passes_our_strict_schema(package_bytes):
    whole = reader.Reader()
    whole.feed(package_bytes)
    whole.close()

    assert schema.faults_of(whole.tree, "strict") == ()


@pytest.mark.parametrize("name", ["a.pdf", "b.DOC", "c.docx", "d.zip"])
def test_office_files_travel_as_they_are(name, make_package):
    package = reader.read(make_package(attachments=[(name, b"%PDF-1.7 content")]))

    (attachment,) = package.attachments
    assert (attachment.size, attachment.zipped) == (16, False)
    assert attachment.declared_type == "application/" + name.rpartition(".")[2].lower()
    assert rules.check(package) is not None


@pytest.mark.parametrize("name", ["bảng.xlsx", "ảnh.png", "ghi chú.txt", "số liệu.XLS"])
def test_everything_else_is_zipped_alone_and_recognised(name, make_package):
    data = make_package(attachments=[(name, b"content")])

    (attachment,) = reader.read(data).attachments

    begin, end = attachment.encoded_range
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(data[begin:end]))) as container:
        assert [container.read(entry) for entry in container.infolist()] == [b"content"]
    assert attachment.declared_type == attachment.reference.content_type == "application/zip"
    assert attachment.name == name
    assert (attachment.kind, attachment.zipped) == ("zip", True)


def test_a_large_file_is_streamed_from_its_path(tmp_path, make_package):
    path = tmp_path / "lớn.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8000 + b"x")
    header = reader.read(make_package()).header

    pieces = list(writer.write_edoc_stream(header, attachments=[writer.OutgoingAttachment("lớn.pdf", path)]))

    package = reader.read(b"".join(pieces))
    assert max(map(len, pieces)) <= 300_000
    assert package.attachments[0].size == path.stat().st_size
    assert (
        package.attachments[0].sha256
        == reader.read(make_package(attachments=[("lớn.pdf", path.read_bytes())])).attachments[0].sha256
    )


def test_text_that_xml_cannot_carry_is_refused(make_package):
    for text in ("a\x00b", "\x1b[31m", "\ud800", "\ufffe"):
        with pytest.raises(Refusal) as refused:
            make_package(subject=text)
        assert refused.value.fault is Fault.PROFILE_INVALID


def test_line_ends_inside_a_text_survive(make_package):
    assert reader.read(make_package(subject="một\r\nhai\nba")).subject == "một\r\nhai\nba"
