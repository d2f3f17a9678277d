"""What stands inside containers: macros, programs, bombs and tricks are seen without unpacking anything."""

from __future__ import annotations

import io
import struct
import tempfile
import time
import zipfile
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from edxml import inside, kinds

TYPES = ("[Content_Types].xml", b"<Types/>")
WORD = ("word/document.xml", b"<w:document/>")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(*entries, method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as container:
        for name, data in entries:
            container.writestr(name, data)
    return out.getvalue()


def utf16(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def open_document(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        container.writestr("content.xml", b"<office/>")
    return out.getvalue()


@pytest.fixture
def seen(tmp_path):
    """seen(data, name): what a look into these bytes gives."""

    def look(data: bytes, name: str = "a.docx"):
        path = tmp_path / "file"
        path.write_bytes(data)
        kind = kinds.sniff(data[: kinds.HEAD_BYTES], data[-kinds.TAIL_BYTES :], name)
        return inside.look(path, kind)

    return look


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (zipped(TYPES, WORD), "a.docx", "docx"),
        (zipped(TYPES, ("xl/workbook.xml", b"<x/>")), "a.xlsx", "xlsx"),
        (open_document("text"), "a.odt", "odt"),
        (open_document("spreadsheet"), "a.ods", "ods"),
        (OLE + utf16("WordDocument"), "a.doc", "doc"),
        (OLE + utf16("Workbook"), "a.xls", "xls"),
        (OLE + utf16("Book"), "a.xls", "xls"),
        (OLE, "a.doc", "ole"),
        (zipped(("a.txt", b"x"), ("b.txt", b"x")), "a.docx", "zip"),
        (zipped(WORD), "a.docx", "zip"),
    ],
)
def test_the_contents_of_a_container_tell_its_kind(seen, data, name, kind):  # law: R-044 HN Đ4.4
    found = seen(data, name)

    assert (found.kind, found.traits) == (kind, ())


@pytest.mark.parametrize(
    ("data", "name", "trait"),
    [
        pytest.param(zipped(TYPES, WORD, ("word/vbaProject.bin", b"x")), "a.docx", "macros", id="vba"),
        pytest.param(zipped(TYPES, WORD, ("word/activeX/activeX1.bin", b"x")), "a.docx", "macros", id="activex"),
        pytest.param(zipped(TYPES, WORD, ("xl/macrosheets/sheet1.xml", b"x")), "a.xlsx", "macros", id="excel-4"),
        pytest.param(zipped(TYPES, WORD, ("Basic/Standard/m.xml", b"x")), "a.odt", "macros", id="basic"),
        pytest.param(OLE + utf16("WordDocument") + utf16("_VBA_PROJECT"), "a.doc", "macros", id="ole-vba"),
        pytest.param(OLE + utf16("EncryptedPackage"), "a.docx", "encrypted", id="encrypted"),
        pytest.param(zipped(TYPES, WORD, ("word/x.exe", b"MZ")), "a.docx", "program", id="program"),
        pytest.param(zipped(TYPES, WORD, ("../../x.xml", b"x")), "a.docx", "odd_path", id="up"),
        pytest.param(zipped(TYPES, WORD, ("/etc/x.xml", b"x")), "a.docx", "odd_path", id="absolute"),
        pytest.param(zipped(TYPES, WORD, ("x.xml", bytes(50_000_000))), "a.docx", "too_large", id="I-09 bomb"),
        pytest.param(
            zipped(TYPES, WORD, *((f"w/{n}", b"") for n in range(inside.ENTRIES + 1))),
            "a.docx", "too_many_entries", id="I-09 entries",
        ),
        pytest.param(zipped(TYPES, WORD)[:-40] + zipped(TYPES)[-22:], "a.docx", "damaged", id="cut"),
        pytest.param(b"PK\x03\x04" + bytes(100), "a.docx", "damaged", id="no directory"),
    ],
)  # fmt: skip
def test_tricks_inside_containers_are_named(seen, data, name, trait):
    assert trait in seen(data, name).traits


def test_a_link_and_a_repeated_entry_are_named(seen):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr(*TYPES)
        container.writestr(*WORD)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        container.writestr(link, b"/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            container.writestr(*WORD)

    assert set(seen(out.getvalue()).traits) == {"link", "repeated_entry"}


def test_overlapping_entries_are_named(seen):
    """Each entry of the directory points to the same data: how a small file unfolds to terabytes."""
    data = bytearray(zipped(TYPES, WORD, ("word/a.xml", bytes(4000)), ("word/b.xml", bytes(4000))))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]

    assert "overlapping" in seen(bytes(data)).traits


def test_a_directory_that_lies_about_its_size_costs_nothing(seen):
    """I-09: 65,535 entries are announced, a directory of 4 GB is announced."""
    data = bytearray(zipped(TYPES, WORD))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HHI", data, end + 8, 0xFFFF, 0xFFFF, 0xFFFFFFFF)
    began = time.process_time()

    assert "too_many_entries" in seen(bytes(data)).traits
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("data", "kind", "traits"),
    [
        (b"%PDF-1.7\n", "pdf", ()),
        (zipped(TYPES, WORD, ("word/vbaProject.bin", b"x")), "docx", ("macros",)),
        (b"<html><script>", "html", ()),
        (b"\xff\xd8\xff\xe0" + bytes(50) + zipped(("a", b"b")), "jpg", ("two_formats",)),
    ],
)
def test_what_stood_in_a_transport_zip_is_looked_at_likewise(tmp_path, data, kind, traits):
    (tmp_path / "file").write_bytes(data)

    found = inside.look_unwrapped(tmp_path / "file", "a.docx")

    assert (found.kind, found.traits) == (kind, traits)


SEEDS = (zipped(TYPES, WORD, ("../x", b"y" * 300)), open_document("text"), OLE + utf16("WordDocument"))


@hypothesis.given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4),
    cut=st.integers(0, 400),
)
def test_no_bytes_raise_or_last(seed, changes, cut):
    """I-09: a container is hostile until looked at; whatever its bytes, the answer is a kind and traits."""
    data = bytearray(seed)
    for place, new in changes:
        at = len(data) - 1 - place % len(data)
        data[at : at + len(new)] = new
    data = bytes(data[: max(1, len(data) - cut)] if cut < 40 else data)

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        kind = kinds.sniff(data[: kinds.HEAD_BYTES], data[-kinds.TAIL_BYTES :], "a.docx")
        found = inside.look(Path(file.name), kind)

    assert found is None or found.kind
    assert isinstance(kinds.also(data[: kinds.HEAD_BYTES], data[-kinds.TAIL_BYTES :], kind), str)
