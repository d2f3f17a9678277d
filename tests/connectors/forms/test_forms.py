"""Forms: the package they mean, always the same, and every mistake said in both languages."""

from __future__ import annotations

import json

import pytest
from connector_parts import make_package, make_status, packages, plain_pdf

from connectors.forms import answering, received, sending, wrong
from connectors.forms.metadata import Beside, Metadata
from connectors.forms.wrong import FormError
from edxml import reader
from edxml.faults import Fault, Refusal

FULL = {
    "from": packages.SENDER,
    "to": [{"code": packages.RECIPIENT, "role": "know", "mode": "both"}, "000.00.03.H99", "000.00.03.h99"],
    "subject": "Về việc kiểm kê <tài sản> & công cụ",
    "number": "15",
    "notation": "KH-UBND",
    "place": "Cao Bằng",
    "date": "2026-11-20",
    "signer": {"competence": "KT. CHỦ TỊCH", "position": "Phó Chủ tịch", "full_name": "Nguyễn Văn An"},
    "due_date": "2026-12-01",
    "reply_requested": True,
    "urgency": 2,
    "circulation": "internal",
    "issued_at": "2026-11-20 09:15:00",
    "copies": 12,
    "pages": 3,
    "answers": [{"organ_id": packages.RECIPIENT, "code": "7/STC-VP", "document_id": "x"}],
    "to_places": ["Lưu: VT"],
}


def form(**more):
    return wrong.read(sending.Form, json.dumps(FULL | more).encode())


@pytest.fixture
def files(tmp_path):
    found = []
    for number, name in enumerate(("Kế hoạch.pdf", "phụ lục.xlsx")):
        path = tmp_path / str(number)
        path.write_bytes(plain_pdf(1000) if number == 0 else b"PK\x05\x06" + bytes(18))
        found.append(sending.File(name, path))
    return found


def name_of(code):
    return f"Cơ quan {code}"


def test_a_form_becomes_the_package_it_means(files, tmp_path):
    package = sending.write(form(), files, name_of, tmp_path / "out")

    header = package.header
    assert [one.organ_id for one in header.recipients] == [packages.RECIPIENT, "000.00.03.H99"]
    assert header.recipients[1].name == "Cơ quan 000.00.03.H99"
    assert (header.subject, header.document_type.name, header.due_date) == (FULL["subject"], "Kế hoạch", "2026-12-01")
    assert (header.signer.full_name, header.other.priority, header.other.sphere) == (
        "Nguyễn Văn An", 2, "LƯU HÀNH NỘI BỘ"
    )  # fmt: skip
    assert [one.name for one in package.attachments] == ["Kế hoạch.pdf", "phụ lục.xlsx"]
    assert header.to_places == ("Lưu: VT",)


def test_the_same_form_and_files_are_the_same_bytes(files, tmp_path):
    sending.write(form(), files, name_of, tmp_path / "one")
    sending.write(form(files=["Kế hoạch.pdf", "phụ lục.xlsx"]), files, name_of, tmp_path / "two")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_without_a_document_id_the_same_form_gets_the_same(files, tmp_path):
    said = form(kind="recall", number="", date="", reason="Sai số liệu")

    one = sending.write(said, files, name_of, tmp_path / "one")
    two = sending.write(said, files, name_of, tmp_path / "two")

    assert one.sha256 == two.sha256
    assert len(one.document_id) == 36


def test_what_edxml_cannot_say_is_said_beside_it():
    beside = sending.beside(form())

    said = Beside.model_validate_json(json.dumps(beside), strict=True)
    assert said.reply_requested
    assert said.circulation == "internal"
    assert [one.mode for one in said.to] == ["both", "electronic"]
    assert sending.beside(form(**{name: Metadata.model_fields[name].default for name in beside if name != "to"},
                               to=[packages.RECIPIENT])) == {}  # fmt: skip


@pytest.mark.parametrize("missing", ["number", "notation", "date"])
def test_only_what_was_issued_is_sent(files, tmp_path, missing):
    """law: R-103 HN Đ10.2b"""
    with pytest.raises(FormError) as caught:
        sending.write(form(**{missing: ""}), files, name_of, tmp_path / "out")

    assert [one.place for one in caught.value.wrong] == [missing]
    assert "chỉ gửi văn bản đã ban hành" in caught.value.text_vi


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"due_date": ""}, "due_date"),
        ({"date": "2026-02-30"}, "date"),
        ({"to": [{"group": "các sở"}]}, "to[0]"),
        ({"kind": "update"}, "reason"),
    ],
)
def test_what_no_field_says_by_itself_is_found_too(files, tmp_path, change, place):
    with pytest.raises(FormError) as caught:
        sending.write(form(**change), files, name_of, tmp_path / "out")

    assert place in [one.place for one in caught.value.wrong]
    assert not (tmp_path / "out").exists()


def test_every_mistake_is_said_at_once_in_both_languages():
    said = {"to": [{"code": "", "role": "x"}], "urgency": "2", "số": 1, "date": "hôm qua", "copies": -1, "from": "a"}

    with pytest.raises(FormError) as caught:
        wrong.read(sending.Form, json.dumps(said).encode())

    assert {one.place for one in caught.value.wrong} == {
        "to[0].code", "to[0].role", "urgency", "số", "date", "copies", "subject"
    }  # fmt: skip
    assert all(one.vi and one.en and one.vi != one.en for one in caught.value.wrong)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'{"a": NaN}', b'{"from": "a", "from": "b"}', b"\xff\xff", b"[" * 100_000,
     b'{"to": ' + b"9" * 10_000 + b"}", b"{}" + b" " * (1 << 20)],
)  # fmt: skip
def test_what_is_no_form_is_a_mistake_and_never_an_accident(data):
    with pytest.raises(FormError) as caught:
        wrong.read(sending.Form, data)

    assert caught.value.text_vi
    assert caught.value.text_en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_form_may_come_from_any_editor(encoding):
    assert wrong.read(sending.Form, json.dumps(FULL, ensure_ascii=False).encode(encoding)) == form()


def test_a_text_that_xml_cannot_carry_is_refused(files, tmp_path):
    with pytest.raises(Refusal) as caught:
        sending.write(form(subject="a\x0bb"), files, name_of, tmp_path / "out")

    assert caught.value.fault is Fault.PROFILE_INVALID


def answer(**more):
    said = {"from": packages.RECIPIENT, "document_id": "d", "code": "03", "arrival_number": "7",
            "arrival_date": "2026-11-21", "at": "2026-11-21T10:00:00+07:00"} | more  # fmt: skip
    return wrong.read(answering.Form, json.dumps(said).encode())


ABOUT = answering.About(packages.SENDER, "D", "15/SNV", "2026/11/20")


def test_an_answer_becomes_the_status_it_means():
    """law: R-125 HN Đ9.1a, R-033 NĐ30 Đ22.2: the number is the recipient's own."""
    said = answer(staff={"name": "Trần Thị Hoa", "email": "hoa@example.vn"})

    data = answering.write(said, ABOUT, name_of, said.at)
    status = reader.read(data).status

    assert data == answering.write(said, ABOUT, name_of, said.at)
    assert (status.response_for.organ_id, status.response_for.code) == (packages.SENDER, "15/SNV")
    assert status.description == "Số đến: 7; Ngày đến: 2026-11-21"
    assert (status.staff.email, status.timestamp) == ("hoa@example.vn", "2026/11/21 10:00:00")


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"arrival_number": "", "arrival_date": ""}, ["arrival_number", "arrival_date"]),
        ({"code": "02"}, ["description", "staff"]),
        ({"code": "02", "description": "không", "staff": "Hoa"}, ["description"]),
        ({"code": "13"}, ["description"]),
        ({"code": "16"}, []),
        ({"destroyed": True}, ["destroyed"]),
        ({"arrival_date": "2026-02-30"}, ["arrival_date"]),
        ({"document_id": ""}, ["document_id"]),
    ],
)
def test_an_answer_says_what_its_code_needs(change, places):
    """law: R-127 HN Đ6.4, R-125 HN Đ9.1a"""
    said = answer(**change)

    found = []
    try:
        answering.write(said, ABOUT, name_of, said.at)
    except FormError as error:
        found = [one.place for one in error.wrong]

    assert found == places


def test_an_answer_about_an_unknown_document_names_who_is_told():
    with pytest.raises(FormError):
        answering.write(answer(), None, name_of, answer().at)

    data = answering.write(answer(to=packages.SENDER), None, name_of, answer().at)
    assert reader.read(data).status.response_for.document_id == "d"


def test_a_received_document_is_told_so_that_it_can_be_sent_on_as_a_form(tmp_path, files):
    """law: R-126 NĐ30 PL VI: nothing is retyped."""
    from connector_parts import parcel

    sending.write(form(), files, name_of, tmp_path / "out")
    data = (tmp_path / "out").read_bytes()

    told = received.told(parcel(data, sending={"issued_at": "2026-11-20T09:15:00+07:00"}), reader.read(data))

    for name in ("number", "notation", "date", "subject", "place", "signer", "due_date", "urgency", "copies", "pages",
                 "to_places", "from"):  # fmt: skip
        assert told[name] == FULL[name]
    assert told["issued_at"] == "2026-11-20T09:15:00+07:00"
    assert told["answers"][0]["code"] == "7/STC-VP"
    json.dumps(told)


@pytest.mark.parametrize("data", [make_package(), make_status("02", description="OTHER: không rõ")])
def test_whatever_comes_can_be_told(data):
    from connector_parts import parcel

    json.dumps(received.told(parcel(data), reader.read(data)))
