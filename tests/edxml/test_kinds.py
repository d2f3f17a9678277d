"""What a file is, from its bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from edxml import kinds


def zipped(*entries, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.comment = comment
        for name in entries:
            entry = zipfile.ZipInfo(
                name
            )  # dated 1980, not now: these bytes name tests, and every process names them alike
            entry.compress_type = zipfile.ZIP_DEFLATED
            container.writestr(entry, b"content of " + name.encode())
    return out.getvalue()


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
BINARY = bytes(range(256)) * 8


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.pdf", "pdf"),
        (b"junk\n%PDF-1.4", "a.txt", "pdf"),
        (DOCX, "a.docx", "docx"),
        (DOCX, "a.zip", "docx"),
        (XLSX, "a.doc", "xlsx"),
        (zipped("a.txt", "b.txt"), "a.zip", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.pdf", "doc"),
        (b"\x89PNG\r\n\x1a\n", "a", "png"),
        (b"\xff\xd8\xff\xe0", "a", "jpg"),
        ("Báo cáo\n".encode(), "a", "txt"),
        (b"<!DOCTYPE html><p>", "a.pdf", "html"),
        (b"<svg>", "a.png", "svg"),
        (b"MZ\x90\0", "a.pdf", "exe"),
        (b"", "a.pdf", "empty"),
        (BINARY, "a.bin", "unknown"),
        (b"{\\rtf1", "a", "rtf"),
        (b"MZ trong v\xc4\x83n b\xe1\xba\xa3n", "a.txt", "txt"),
        (b"\x7fELF\x02\x01\x01\0", "a.pdf", "exe"),
        (b"#!/bin/sh\n", "a.txt", "script"),
        (b"L\0\0\0\x01\x14\x02\0", "a.pdf", "lnk"),
        (b"BZh91AY", "a.pdf", "bz2"),
        (bytes(257) + b"ustar\x0000", "a.tar", "tar"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><svg>", "a.xml", "svg"),
        (b"<?xml version='1.0'?><html>", "a.doc", "html"),
        (b"<table><tr>", "a.xls", "html"),
        (b"C\xabng h\xdfa\n", "a.txt", "txt"),
        (b"C\xabng h\xdfa\n", "a.doc", "unknown"),
    ],
)
def test_the_bytes_decide(data, name, kind):
    assert kinds.sniff(data, data[-kinds.TAIL_BYTES :], name) == kind


@pytest.mark.parametrize(
    ("data", "name", "wrapped"),
    [
        (zipped("0.pdf"), "Báo cáo.PDF", True),
        (zipped("x/0.doc"), "a.doc", True),
        (zipped("0.xlsx"), "a.xlsx", True),
        (zipped("0.pdf", comment=b"PK\x05\x06 x" * 9), "a.pdf", False),
        (zipped("0.pdf"), "a.doc", False),
        (zipped("0.zip"), "a.zip", False),
        (zipped("0.pdf", "1.pdf"), "a.pdf", False),
        (DOCX, "a.docx", False),
        (b"%PDF-1.7", "a.pdf", False),
        (zipped("0.pdf")[:-22], "a.pdf", False),
        (b"PK\x03\x04", "a.pdf", False),
        (zipped("0"), "a", False),
    ],
)
def test_a_transport_zip_holds_one_file_of_the_outer_kind(data, name, wrapped):
    assert kinds.is_zipped(kinds.single_entry(data, data[-kinds.TAIL_BYTES :]), name) is wrapped


def through_utf8(data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode()


@pytest.mark.parametrize(
    ("data", "name", "ruined"),
    [
        (through_utf8(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + BINARY), "a.pdf", True),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + BINARY, "a.pdf", False),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\xef\xbf\xbd" * 9, "a.pdf", False),
        (through_utf8(zipped("0.pdf") + BINARY), "a.pdf", True),
        (zipped("0.pdf"), "a.pdf", False),
        (through_utf8(b"\x89PNG\r\n\x1a\n" + BINARY), "a.png", True),
        ("Chữ hỏng \ufffd\ufffd trong văn bản".encode(), "a.txt", False),
        (b"%PDF-1.7\n", "a.pdf", False),
        (through_utf8(b"%PDF-1.7\n" + BINARY * 60)[: kinds.HEAD_BYTES], "a.pdf", True),
    ],
)
def test_a_file_that_passed_through_a_text_conversion_is_ruined(data, name, ruined):
    head = data[: kinds.HEAD_BYTES]

    assert kinds.is_ruined(head, kinds.sniff(head, data[-kinds.TAIL_BYTES :], name), name) is ruined


@pytest.mark.parametrize(
    ("data", "other"),
    [
        (b"%PDF-1.7\n" + BINARY, ""),
        (b"Scanned by X\r\n%PDF-1.4\n", ""),
        (b"\xef\xbb\xbf\n%PDF-1.4\n", ""),
        (b"<html><script>alert(1)</script>%PDF-1.4\n", "html"),
        (b"MZ\x90\0" + bytes(60) + b"%PDF-1.4\n", "exe"),
        (zipped("a.txt")[:60] + b"%PDF-1.4\n", "zip"),
        (b"%PDF-1.7\n" + BINARY + zipped("a.txt", "b.txt"), "zip"),
        (b"\xff\xd8\xff\xe0" + BINARY + zipped("a.txt"), "zip"),
        (b"\xff\xd8\xff\xe0" + BINARY, ""),
        (b"GIF89a/*<SCRIPT>*/", "html"),
        (b"GIF89a" + BINARY, ""),
        (DOCX, ""),
        (b"%PDF-1.7\nPK\x05\x06 in a text" + BINARY, ""),
    ],
)
def test_bytes_that_are_two_formats_are_known(data, other):  # law: R-044 HN Đ4.4
    head, tail = data[: kinds.HEAD_BYTES], data[-kinds.TAIL_BYTES :]

    assert kinds.also(head, tail, kinds.sniff(head, tail, "a")) == other
