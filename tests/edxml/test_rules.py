"""The rules that no schema can say."""

from __future__ import annotations

import pytest

from edxml import model, reader, rules, writer
from edxml.faults import Fault, Refusal

HERE = model.Organization("000.00.01.H99", "Sở Nội vụ")
THERE = model.Organization("000.00.02.H99", "UBND xã")
DOCUMENT = model.ResponseFor("000.00.02.H99", "12/BC-SNV", "000.00.01.H99,2026/11/20,12/BC-SNV", "2026/11/20")


def edoc(business=None, attachments=(), **header):
    parts = {"sender": HERE, "recipients": (THERE,), "document_id": "x", "subject": "y"} | header
    files = [writer.OutgoingAttachment(name, data) for name, data in attachments]
    return reader.read(writer.write_edoc(model.MessageHeader(**parts), business, attachments=files))


def status(code, description="", **parts):
    message = model.StatusMessage(
        parts.get("sender", HERE),
        parts.get("response_for", DOCUMENT),
        None,
        code,
        description,
        parts.get("timestamp", "2026/11/20 10:00:00"),
    )
    return reader.read(writer.write_status(message))


def fault_of(package, profile="tolerant"):
    with pytest.raises(Refusal) as refused:
        rules.check(package, profile=profile)
    return refused.value.fault


@pytest.mark.parametrize(
    "header",
    [
        {"recipients": ()},
        {"document_id": ""},
        {"subject": ""},
        {"document_id": "x" * 501},
        {"sender": model.Organization("", "x")},
        {"sender": model.Organization("sở nội vụ")},
        {"recipients": (model.Organization("null"),)},
        {"recipients": (model.Organization("a..b"),)},
        {"recipients": (model.Organization("A" * 36),)},
        {"recipients": (THERE, model.Organization("", "x"))},
        {"sender": model.Organization("000.00.01.Н99")},  # the letter is Cyrillic
    ],
    ids=str,
)
def test_a_document_names_itself_its_sender_and_its_recipients(header):
    """law: R-002 QĐ28 Đ3.2, R-034 QĐ28 Đ10.2"""
    assert fault_of(edoc(**header)) is Fault.PROFILE_INVALID


@pytest.mark.parametrize(
    "code",
    ["000.00.00.H14", "000.00.13.H53", "H37.DN.001", "28.22.H17", "vxp.saas.03", "001.00.20.TT2", "999.010.01.H22"],
)
def test_every_generation_of_organisation_codes_passes(code):
    """law: R-021 QĐ28 Đ10.2a; law: R-022 QĐ20 2020."""
    assert rules.check(edoc(recipients=(model.Organization(code),))) == ()


def test_a_recipient_named_twice_is_sent_once_and_warned():
    package = edoc(recipients=(THERE, model.Organization("000.00.02.h99")))

    assert package.recipient_ids == ("000.00.02.H99",)
    assert [warning.code for warning in rules.check(package)] == ["recipient_repeated"]
    assert fault_of(package, "strict") is Fault.PROFILE_INVALID


@pytest.mark.parametrize(("value", "warned"), [(0, []), (4, []), (5, ["priority_unknown"]), (-1, ["priority_unknown"])])
def test_an_unknown_urgency_is_handled_as_the_next_higher_and_warned(value, warned):
    """law: R-037 NĐ30 Đ4.2c."""
    package = edoc(other=model.OtherInfo(priority=value))

    assert [warning.code for warning in rules.check(package)] == warned


@pytest.mark.parametrize("code", ["02", "13"])
def test_a_refusal_and_a_take_back_say_why(code):
    assert fault_of(status(code)) is Fault.REASON_REQUIRED
    assert rules.check(status(code, "gửi nhầm")) == ()


def test_a_recall_says_why():  # law: R-160
    recall = model.Business(type=model.BusinessType.RECALL)

    assert fault_of(edoc(recall)) is Fault.REASON_REQUIRED


@pytest.mark.parametrize("kind", [model.BusinessType.UPDATE, model.BusinessType.REPLACEMENT])
def test_an_update_and_a_replacement_without_a_reason_are_warned_of_and_refused_by_the_strict_profile(kind):
    """law: R-160"""
    replaced = (model.Replacement("cũ", ()),)
    silent, said = (edoc(model.Business(type=kind, reason=text, replacements=replaced)) for text in ("", "Sai số"))

    assert [(one.code, one.where) for one in rules.check(silent)] == [
        ("reason_missing", "Bussiness/BussinessDocReason"),
    ]  # fmt: skip
    assert fault_of(silent, "strict") is Fault.REASON_REQUIRED
    assert rules.check(said, profile="strict") == ()


def test_a_replacement_names_what_it_replaces():
    package = edoc(model.Business(type=model.BusinessType.REPLACEMENT, reason="thay thế"))

    assert fault_of(package) is Fault.PROFILE_INVALID


def test_an_update_names_valid_recipients():
    change = model.Business(type=model.BusinessType.UPDATE, receivers=(model.Receiver("000.00.02.H99", 7),))

    assert fault_of(edoc(change)) is Fault.PROFILE_INVALID


@pytest.mark.parametrize(("carried", "read"), [("1", "01"), ("3", "03"), ("16", "16"), (" 05 ", "05")])
def test_status_codes_have_two_digits(carried, read):
    assert status(carried).status.code == read


@pytest.mark.parametrize("code", ["7", "00", "14", "99"])
def test_an_unknown_status_is_kept_and_warned_about(code):
    """law: R-123 QĐ28 Đ10.2h"""
    assert [one.code for one in rules.check(status(code))] == ["status_unknown"]


@pytest.mark.parametrize("code", ["001", "x", "٠١", "9x", "-1"])
def test_what_is_no_status_code_is_refused(code):
    assert fault_of(status(code)) is Fault.PROFILE_INVALID


def test_a_status_names_its_document():  # law: R-124
    assert fault_of(status("01", response_for=model.ResponseFor("000.00.02.H99"))) is Fault.PROFILE_INVALID


@pytest.mark.parametrize("timestamp", ["", "24:00:00", "2026/11/20 24:00:00", "2026/02/30 10:00:00"])
def test_an_unreadable_time_of_a_status_is_warned(timestamp):
    assert [warning.code for warning in rules.check(status("01", timestamp=timestamp))] == ["timestamp_unreadable"]


def changed(old: bytes, new: bytes, attachments=(("a.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-2"))):
    header = model.MessageHeader(HERE, (THERE,), "x", subject="y")
    files = [writer.OutgoingAttachment(name, data, content_id=name[0]) for name, data in attachments]
    data = writer.write_edoc(header, attachments=files)
    assert old in data
    return reader.read(data.replace(old, new, 1))


def test_manifest_and_attachments_name_the_same_files():
    """law: R-042 QĐ28 Đ10.1."""
    first_line = b"""        <edXML:Reference>
          <edXML:ContentId>cid:a</edXML:ContentId>
          <edXML:ContentType>application/pdf</edXML:ContentType>
          <edXML:AttachmentName>a.pdf</edXML:AttachmentName>
        </edXML:Reference>
"""

    assert rules.check(changed(first_line, first_line)) == ()
    assert fault_of(changed(first_line, b"")) is Fault.ATTACHMENT_MISMATCH
    assert fault_of(changed(first_line, first_line * 2)) is Fault.ATTACHMENT_MISMATCH
    assert fault_of(changed(first_line, first_line.replace(b"a.pdf", b"c.pdf"))) is Fault.ATTACHMENT_MISMATCH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ContentId>cid:a<", b"<ContentId>cid:cid:a<"),
        (b"<ContentId>cid:a<", b"<ContentId>a<"),
        (b"<ContentId>cid:a<", b"<ContentId>CID: a<"),
        (b"<ContentId>cid:a<", b"<ContentId>other<"),
        (b"<ContentId>cid:a</ContentId>", b""),
    ],
)
def test_a_file_is_found_by_id_then_by_name(old, new):
    package = changed(old, new)

    assert [one.reference.name for one in package.attachments] == ["a.pdf", "b.pdf"]
    assert rules.check(package) == ()


def test_a_file_without_name_takes_the_name_of_its_line():
    package = changed(b"<AttachmentName>a.pdf</AttachmentName>", b"")

    assert [one.name for one in package.attachments] == ["a.pdf", "b.pdf"]


def test_two_attachments_of_one_id_are_refused():
    assert fault_of(changed(b"<ContentId>cid:b<", b"<ContentId>cid:a<")) is Fault.ATTACHMENT_MISMATCH


def test_a_status_carries_no_files():
    data = writer.write_status(model.StatusMessage(HERE, DOCUMENT, None, "01", "", "2026/11/20 10:00:00"))
    attachment = (
        b"<AttachmentEncoded><Attachment><AttachmentName>a</AttachmentName>"
        b"<ContentTransferEncoded>QUJD</ContentTransferEncoded></Attachment></AttachmentEncoded></edXML>"
    )

    assert fault_of(reader.read(data.replace(b"</edXML>", attachment))) is Fault.PROFILE_INVALID


def test_a_ruined_pdf_is_warned_and_can_be_refused():
    ruined = (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(128, 256)) * 20).decode("utf-8", "replace").encode()
    package = edoc(attachments=[("a.pdf", ruined)])

    assert [warning.code for warning in rules.check(package)] == ["attachment_ruined"]
    assert fault_of(package, "strict") is Fault.PDF_UNREADABLE
    with pytest.raises(Refusal):
        rules.check_readable(package.attachments[0])


@pytest.mark.parametrize(
    ("header", "where"),
    [
        ({"subject": "x" * 501}, "Subject"),
        ({"code": model.Code("1" * 12, "BC")}, "CodeNumber"),
        ({"code": model.Code("1", "B" * 31)}, "CodeNotation"),
        ({"to_places": ("x" * 600, "y" * 600)}, "ToPlaces"),
    ],
)
def test_a_value_too_long_for_office_systems_travels_whole_and_is_warned(header, where):
    """law: R-035 NĐ30 PL VI Phần II."""
    warnings = rules.check(edoc(**header))

    assert [(warning.code, warning.where) for warning in warnings] == [("field_too_long", where)]


@pytest.mark.parametrize(
    ("notation", "kind", "warned"),
    [
        ("BC-SNV", "Báo cáo", False),
        ("BC-SNV", "Công văn", True),
        ("QĐ-UBND", "Quyết định cá biệt", False),
        ("2019/QĐ-UBND", "Nghị quyết", True),
        ("UBND-VP", "Công văn", False),
        ("QD-UBND", "Nghị quyết", False),
        ("BC-SNV", "", False),
    ],
)
def test_a_notation_of_another_kind_is_warned(notation, kind, warned):
    """law: R-036 NĐ30 PL III.I."""
    package = edoc(code=model.Code("1", notation), document_type=model.DocumentType(name=kind))

    assert [warning.code for warning in rules.check(package)] == (["notation_disagrees"] if warned else [])
