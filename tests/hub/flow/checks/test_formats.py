"""Formats by name and by bytes: what the native door refuses, and what it must not. law: R-044 HN Đ4.4"""

from __future__ import annotations

import io
import zipfile

import pytest

from edxml.testing import plain_pdf

from .conftest import NOTATION, NUMBER
from .test_doors import OLE, PNG, docx, zipped

JPG = b"\xff\xd8\xff\xe0" + bytes(64)
PDF = plain_pdf(text=f"Số: {NUMBER}/{NOTATION}")

CASES = [
    pytest.param("a.pdf", b"<!DOCTYPE html><p>", "format_not_allowed", "program", id="B-14 html"),
    pytest.param("a.pdf", zipped(("a", b"x"), ("b", b"y")), "format_not_allowed", "file_format", id="B-14 zip"),
    pytest.param("a.pdf", b"MZ\x90\0" + bytes(64), "format_not_allowed", "program", id="B-14 exe"),
    pytest.param("a.png", b"<svg onload='x'>", "format_not_allowed", "program", id="B-14 svg"),
    pytest.param("a.pdf.exe", PDF, "format_not_allowed", "program", id="double extension"),
    pytest.param("hoa don\u202efdp.exe", PDF, "format_not_allowed", "program", id="B-06 turned name"),
    pytest.param("a.js", b"alert(1)\n", "format_not_allowed", "program", id="script"),
    pytest.param("a.bin", bytes(range(256)), "format_not_allowed", "file_format", id="unknown extension"),
    pytest.param("a", PDF, "format_not_allowed", "file_format", id="no extension"),
    pytest.param("a.pdf.", PDF, "format_not_allowed", "file_format", id="trailing dot"),
    pytest.param("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(64), "format_not_allowed", "file_format", id="archive"),
    pytest.param("a.txt", b"\x1f\x8b\x08" + bytes(64), "format_not_allowed", "file_format", id="gzip as text"),
    pytest.param("a.jpg", JPG + zipped(("a", b"x")), "format_not_allowed", "file_format", id="picture and zip"),
    pytest.param("b.pdf", b"<html>" + PDF, "format_not_allowed", "file_format", id="page and pdf"),
    pytest.param("a.docx", docx(("word/vbaProject.bin", b"")), "format_not_allowed", "macros", id="macros"),
    pytest.param("a.doc", OLE + "WordDocument\0_VBA_PROJECT".encode("utf-16-le"), "format_not_allowed", "macros",
                 id="macros in the old format"),
    pytest.param("a.docx", docx(("word/run.exe", b"MZ")), "format_not_allowed", "program", id="program inside"),
    pytest.param("a.docx", docx(("x.xml", bytes(40_000_000))), "format_not_allowed", "file_format", id="I-09 bomb"),
    pytest.param("a.docx", docx(("../../x.xml", b"")), "format_not_allowed", "file_format", id="I-09 path"),
    pytest.param("a.pdf", docx(), "attachment_mismatch", "file_content", id="docx as pdf"),
    pytest.param("a.doc", PDF, "attachment_mismatch", "file_content", id="pdf as doc"),
    pytest.param("a.jpg", PNG, "attachment_mismatch", "file_content", id="png as jpg"),
    pytest.param("a.xlsx", docx(), "attachment_mismatch", "file_content", id="docx as xlsx"),
    pytest.param("a.doc", OLE + bytes(600), "attachment_mismatch", "file_content", id="some OLE as doc"),
    pytest.param("a.xls", b"{\\rtf1}", "attachment_mismatch", "file_content", id="rtf as xls"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "fault", "check"), CASES)
async def test_the_native_door_refuses_by_name_and_by_bytes(ask, name, data, fault, check):
    said = await ask("api", attachments=[("vb.pdf", PDF), (name, data)])

    assert (said.fault, said.check) == (fault, check)
    assert name not in said.detail + said.detail_vi, "operators see the detail, never a file's name"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.PDF", PDF),
        ("a.JPEG", JPG),
        ("a.txt", b"C\xabng h\xdfa\n"),
        ("a.csv", "Họ tên;Chức vụ\n".encode()),
        ("a.rtf", b"{\\rtf1}"),
        ("a.doc", OLE + "WordDocument\0".encode("utf-16-le") + bytes(64)),
        ("a.gif", b"GIF89a" + bytes(64)),
    ],
)
async def test_the_native_door_takes_what_the_decision_lists(ask, name, data):
    said = await ask("api", attachments=[("vb.pdf", PDF), (name, data)])

    assert said.fault is None, said
    assert not {"program", "file_format", "file_content", "macros"} & set(said.records)


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        (OLE + "WordDocument\0".encode("utf-16-le") + bytes(64), None),
        (b"MZ\x90\0" + bytes(64), "format_not_allowed"),
        (PNG, "attachment_mismatch"),
    ],
)
async def test_a_file_in_its_transport_zip_is_judged_by_what_it_is(ask, inner, fault):
    """Old clients zip each file and keep its name; the label and the wrapping prove nothing."""
    said = await ask("api", attachments=[("vb.pdf", PDF), ("a.doc", zipped(("0.doc", inner)))])

    assert said.fault == fault


async def test_a_bomb_in_a_transport_zip_is_a_damaged_file(ask):
    """I-09: nothing is unpacked beyond the ratio."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("0.doc", bytes(400_000_000))

    said = await ask("api", attachments=[("vb.pdf", PDF), ("a.doc", out.getvalue())])

    assert (said.fault, said.check) == ("format_not_allowed", "file_format")


async def test_the_label_of_a_file_proves_nothing(ask):
    """National samples call a .doc application/zip: the writer here labels every file so."""
    said = await ask("vxp", attachments=[("vb.pdf", PDF), ("a.docx", docx())])

    assert "file_content" not in said.records


async def test_what_is_mislabelled_travels_at_the_vxp_door_with_a_warning_for_each_file(ask):
    said = await ask("vxp", attachments=[("vb.pdf", PDF), ("a.jpg", PNG), ("b.rar", b"Rar!\x1a\x07" + bytes(20))])

    assert said.fault is None
    assert said.outcome("file_content") == said.outcome("file_format") == "warn"
    assert said.records["file_content"]["where"] == "a.jpg"
    assert said.records["file_format"]["where"] == "b.rar"


async def test_a_province_may_allow_further_formats(ask, sender):
    from dataclasses import replace

    drawing = [("vb.pdf", PDF), ("ban-ve.dwg", b"AC1032" + bytes(64))]
    assert (await ask("api", attachments=drawing)).fault == "format_not_allowed"

    sender.hub.profile = replace(sender.hub.profile, formats=(*sender.hub.profile.formats, "dwg"))

    assert (await ask("api", attachments=drawing)).fault is None
