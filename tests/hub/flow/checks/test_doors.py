"""For every check a good document passes, a bad one is found, and each door does what it says."""

from __future__ import annotations

import io
import zipfile

import pytest

from edxml.testing import plain_pdf, signed_pdf
from hub.flow import checks

from .conftest import DOORS, NOTATION, NUMBER, A

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PAGE = plain_pdf(text=f"Số: {NUMBER}/{NOTATION}")
ELSEWHERE = {  # checks with tests of their own, because they need a scanner, a page or a registry
    "secrecy", "virus", "failed_signature", "secret_stamp", "urgency_stamp", "page_metadata", "page_amount",
    "page_size", "scan", "invisible_signature", "sender_certificate", "active_content", "excluded_kind", "paper",
    "inside", "signer_named",
}  # fmt: skip


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in entries:
            container.writestr(name, data)
    return out.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), *more)


def with_main(*more: tuple[str, bytes]):
    return lambda good: {"attachments": [("vb.pdf", good), *more]}


def header(**values):
    return lambda good: {"attachments": [("vb.pdf", good)], **values}


def signed(ca, *signers, name="vb.pdf"):
    return (name, signed_pdf(ca, list(signers), text=f"Số: {NUMBER}/{NOTATION}"))


PERSON, SEAL = ("person", "Nguyễn Văn An"), ("organisation", f"Cơ quan {A}")

CASES = {
    "control_characters": header(subject="Mời họp \x85 giao ban quý"),
    "document_type": header(type_name="Bài hát"),
    "subject_empty": header(subject="V/v mời họp"),
    "due_date": header(due_date="2020-01-01"),
    "hidden_characters": header(subject="Mời họp \u202egiao ban quý"),
    "old_code_page": header(subject="C«ng hßa x· héi chñ nghÜa"),
    "unicode_form": header(subject="Mời họp giao ba\u0302n quý này"),
    "file_name": with_main(("../../anh.png", PNG)),
    "repeated_file_name": with_main(("anh.png", PNG), ("ANH.png", PNG)),
    "program": with_main(("anh.exe", b"MZ\x90\0" + bytes(200))),
    "file_format": with_main(("anh.rar", b"Rar!\x1a\x07\x01\0" + bytes(200))),
    "file_content": with_main(("anh.pdf", PNG)),
    "macros": with_main(("a.docx", docx(("word/vbaProject.bin", b"x")))),
    "main_document": lambda _good: {"attachments": [("anh.png", PNG)]},
    "unsigned_main": lambda _good: {"attachments": [("vb.pdf", PAGE)]},
    "annex_signature": with_main(("phu-luc.pdf", PAGE)),
}


@pytest.fixture
def package_of(ca, good):
    """The package that a check must find; those that need signatures are made here."""
    made = {
        "several_mains": [("vb.pdf", good), signed(ca, ("person", "Trần Thị Bình"), SEAL, name="hai.pdf")],
        "person_signature": [signed(ca, SEAL)],
        "signature_order": [signed(ca, SEAL, PERSON)],
    }

    def package(slug: str) -> dict:
        return {"attachments": made[slug]} if slug in made else CASES[slug](good)

    return package


def test_every_check_is_tried_at_every_door_here_or_in_tests_of_its_own():
    here = {*CASES, "several_mains", "person_signature", "signature_order", "declaration"}

    assert here | ELSEWHERE == set(checks.BY_SLUG)
    assert not here & ELSEWHERE


@pytest.mark.parametrize("door", DOORS)
async def test_a_document_as_it_should_be_is_found_good_at_every_door(ask, good, door):
    more = [
        ("bang.xlsx", zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"))),
        ("a.docx", docx()),
    ]
    more += [("anh.png", PNG), ("ghi.txt", "Ghi chú\n".encode()), ("so.csv", b"1;2\n"), ("cu.doc", OLE + _word())]

    said = await ask(door, attachments=[("vb.pdf", good), *more])

    own = {slug: one for slug, one in said.records.items() if slug not in ("page_metadata", "sender_certificate")}
    assert (said.fault, own) == (None, {}), said


def _word() -> bytes:
    return bytes(512) + "WordDocument".encode("utf-16-le") + bytes(64)


@pytest.mark.parametrize("slug", [*CASES, "several_mains", "person_signature", "signature_order"])
async def test_each_door_does_what_the_check_says(ask, package_of, slug):
    """law: R-014 R-015 R-019 R-036 R-041 R-042 R-043 R-044 R-045 R-047 R-052 R-061 R-062 R-065 R-066 R-075"""
    check = checks.BY_SLUG[slug]
    package = package_of(slug)

    for door in DOORS:
        said = await ask(door, **package)

        assert said.outcome(slug) == check.outcomes[door], (door, said)
        if said.outcome(slug) == "warn":
            assert said.warnings[slug].title_vi.startswith(check.title_vi)
            assert said.records[slug]["detail_vi"]
        if said.fault is not None:
            assert said.detail_vi


async def test_a_document_nobody_answers_for_stands_in_the_books(ask, good, province, sender):
    """law: R-011 HN Đ1.2"""
    files = {"attachments": [("vb.pdf", good)]}

    assert (await ask("vxp", declared=False, **files)).outcome("declaration") == "record"
    assert (await ask("api", declared=True, **files)).outcome("declaration") is None
    assert (await ask("axis", declared=False, **files)).outcome("declaration") is None
