"""A PDF is verified whatever name, label, wrapping or piece boundary it comes in: no broken signature slips by."""

from __future__ import annotations

import io
import zipfile

import pybase64
import pytest

from edxml.faults import Fault
from edxml.testing import TestCA, make_package, signed_pdf
from hub.flow import intake, views

from .test_intake import A, B, refused

NOISE = bytes(range(256)) * 4400
"""1.1 MB that is neither PDF nor ZIP: fills the first piece that a worker thread takes."""


@pytest.fixture(scope="module")
def broken() -> bytes:
    """A signed PDF one signed byte of which was changed afterwards: proven FAILED."""
    pdf = bytearray(signed_pdf(TestCA(), text="Số tiền 100"))
    at = pdf.index(b"/MediaBox")
    pdf[at + 12] = pdf[at + 12] ^ 1
    return bytes(pdf)


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in entries:
            container.writestr(name, data)
    return out.getvalue()


async def test_a_broken_pdf_is_refused(sender, recipient, broken):
    """The measure for the tests below. law: R-068"""
    data = make_package(A, (B,), attachments=[("vb.pdf", broken)])

    assert await refused(sender.give(data)) is Fault.PDF_SIG_INVALID


@pytest.mark.parametrize("seen", [4, 8, 400])
async def test_a_piece_that_ends_inside_the_first_bytes_of_a_pdf_hides_nothing(sender, recipient, broken, seen):
    """The first piece of the attachment's text may be four characters long."""
    data = make_package(A, (B,), attachments=[("nen.docx", NOISE), ("vb.pdf", broken)])
    cut = data.index(pybase64.b64encode(broken[:900])) + seen
    assert cut > intake.PIECE_BYTES

    async def body():
        yield data[:cut]
        yield data[cut:]

    work = intake.accept(sender.hub, body(), intake.Submission(sender.system, "api"))
    assert await refused(work) is Fault.PDF_SIG_INVALID


@pytest.mark.parametrize("name", ["vb.doc", "vb", "vb.PDF", "vb.zip", "vb.pdf.txt"])
async def test_a_pdf_under_another_name_is_verified(sender, recipient, broken, name):
    data = make_package(A, (B,), attachments=[(name, broken)])

    assert await refused(sender.give(data)) is Fault.PDF_SIG_INVALID


@pytest.mark.parametrize(("name", "door"), [("vb.pdf", "api"), ("vb.doc", "vxp")])
async def test_a_pdf_behind_other_bytes_is_never_valid_nor_unsigned(sender, recipient, name, door):
    data = make_package(A, (B,), attachments=[(name, b"junk\r\n" * 160 + signed_pdf(TestCA()))])
    sender.door = door

    accepted = await sender.give(data)

    assert (await views.package(sender.hub, sender.system, accepted.package_id)).verdict == "INDETERMINATE"


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("vb.pdf", "vb.pdf"),
        ("vb.PDF", "VB.pdf"),
        ("vb.pdf", "vb.bin"),
        ("vb.doc", "vb.doc"),
        ("vb.zip", "vb.pdf"),
        ("vb.docx", "thu muc/vb.pdf"),
        ("vb.xls", "vb.pdf"),
    ],
)
async def test_a_pdf_alone_in_a_zip_is_verified_whatever_the_names(sender, recipient, broken, name, inner):
    data = make_package(A, (B,), attachments=[(name, zipped((inner, broken)))])

    assert await refused(sender.give(data)) is Fault.PDF_SIG_INVALID


async def test_a_stored_zip_shows_its_pdf_near_the_first_byte_and_is_still_opened(sender, recipient, broken):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        container.writestr("vb.pdf", broken)
    data = make_package(A, (B,), attachments=[("vb.doc", out.getvalue())])

    assert await refused(sender.give(data)) is Fault.PDF_SIG_INVALID


async def test_a_zip_of_something_else_travels_without_a_verdict(sender, recipient):
    """At a door where its format is only warned of."""
    sender.door = "vxp"
    data = make_package(A, (B,), attachments=[("bang.xls", zipped(("bang.xls", b"1;2;3")))])

    accepted = await sender.give(data)

    assert (await views.package(sender.hub, sender.system, accepted.package_id)).verdict == "UNSIGNED"
    assert list(sender.hub.scratch.iterdir()) == []
