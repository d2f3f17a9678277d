"""I-09, A-08, B-14: containers are looked at and never unpacked; a name says nothing about the bytes."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest

from edxml.testing import make_package, plain_pdf

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
XXE = b'<!DOCTYPE l [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><l>&x;</l>'


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as container:
        for name, data in entries:
            container.writestr(name, data)
    return held.getvalue()


def many_entries() -> bytes:
    return zipped(*((f"word/{number}.xml", b"") for number in range(20_000)))


def lying_size() -> bytes:
    data = bytearray(zipped(("[Content_Types].xml", b"x" * 1000), ("word/document.xml", b"y")))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def overlapping() -> bytes:
    data = bytearray(zipped(("[Content_Types].xml", b"x"), ("word/a.xml", b"y"), ("word/b.xml", b"z")))
    last = data.rindex(b"PK\x01\x02")
    data[last + 42 : last + 46] = struct.pack("<I", 1)
    return bytes(data)


def of_docx(*more: tuple[str, bytes]) -> bytes:
    return zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), *more)


REFUSED = {
    "I-09a many entries": ("a.docx", many_entries),
    "I-09b a bomb": ("a.docx", lambda: of_docx(("word/x", b"\0" * 120_000_000))),
    "I-09c a lying size": ("a.docx", lying_size),
    "I-09d overlapping entries": ("a.docx", overlapping),
    "I-09e a way out": ("a.docx", lambda: of_docx(("../../x", b"x"))),
    "I-09f a zip in a zip": ("a.zip", lambda: zipped(("b.zip", zipped(("c.txt", b"x"))))),
    "B-14a HTML": ("a.docx", lambda: b"<html><script>1</script></html>"),
    "B-14b a program": ("a.pdf", lambda: b"MZ" + b"\0" * 200),
    "B-14c SVG": ("a.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "B-14d a zip": ("a.pdf", lambda: zipped(("x.exe", b"MZ"))),
    "B-14e macros": ("a.docx", lambda: of_docx(("word/vbaProject.bin", b"x"))),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_container_or_a_name_that_lies_is_refused_where_our_own_clients_send(target, name):
    called, make = REFUSED[name]
    data = make_package(SENDER, (RECIPIENT,), attachments=[("van-ban.pdf", plain_pdf(500)), (called, make())])
    began = time.process_time()

    assert await target.refused(data) in {"format_not_allowed", "attachment_mismatch", "too_large"}
    assert time.process_time() - began < 5


async def test_a_08_xml_inside_an_office_file_is_never_parsed(target):
    file = of_docx(("word/styles.xml", XXE), ("docProps/core.xml", XXE))
    data = make_package(SENDER, (RECIPIENT,), attachments=[("van-ban.pdf", plain_pdf(500)), ("a.docx", file)])

    await target.sender.send(data)
    _, got, _ = await target.recipient.receive()

    assert got == data
