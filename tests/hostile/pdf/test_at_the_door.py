"""Group D at every door of a real hub: FAILED is refused by name, "cannot tell" travels and says so."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields

from agency_registry import edit
from edxml.pdf.reading import IndexedReader
from edxml.testing import TestCA, append_revision, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.revisions import assemble, stream, written
from edxml.testing.shadow import FONT, PAGES, SEEN, page, shadows
from edxml.testing.upkeep import with_document_timestamp, with_validation_data

from ..doors import SENDER, Doors  # noqa: TID252 - tests are no installed package
from . import broken, changes, test_forgery

SIGNED = [("person", "Nguyễn Văn An"), ("organisation", f"Cơ quan {SENDER}")]
MODIFIED, INVALID, ACTIVE = "pdf_modified_after_sign", "pdf_sig_invalid", "pdf_active_content"
SHADOWS = {one.name: one for one in shadows()}
Make = Callable[[TestCA], bytes]


@dataclass(frozen=True)
class Refused:
    """A file whose signature is proven wrong: the code at the native door."""

    make: Make
    code: str


@dataclass(frozen=True)
class Travels:
    """A file that is taken: the verdict and sub-indication it carries, and a warning that must be there."""

    make: Make
    verdict: str
    sub_indication: str | None = None
    warning: str | None = None


def whole(ca: TestCA) -> bytes:
    return signed_pdf(ca, SIGNED)


def by_the_office(ca: TestCA, data: bytes) -> bytes:
    return sign_once(data, ca, ca.organisation(f"Cơ quan {SENDER}"), 0, ca.now)


def after(change: Callable[[bytes], bytes]) -> Make:
    return lambda ca: change(by_the_office(ca, plain_pdf()))


def switched(name: str) -> Make:
    return lambda ca: SHADOWS[name].switch(by_the_office(ca, SHADOWS[name].prepared))


def foreign_signature(ca: TestCA) -> bytes:
    once, other = (by_the_office(ca, plain_pdf(text=text)) for text in ("Một", "Hai"))
    begin, end = (other.index(mark) for mark in (b"/Contents <3", b"00000000>"))
    foreign = other[begin : end + 9]
    begin = once.index(b"/Contents <3")
    return once[:begin] + foreign + once[begin + len(foreign) :]


def no_byte_range(data: bytes) -> bytes:
    begin = data.index(b"/ByteRange") + 10
    end = data.index(b"]", begin) + 1
    return data[:begin] + b" null".ljust(end - begin) + data[end:]


def encrypted(ca: TestCA) -> bytes:
    writer = copy_into_new_writer(IndexedReader(io.BytesIO(whole(ca)), strict=True))
    writer.encrypt("chủ", "khách")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_script(ca: TestCA) -> bytes:
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"
    return by_the_office(ca, assemble([catalog, PAGES, page(), stream(SEEN), FONT]))


def empty_field(_: TestCA) -> bytes:
    spec = fields.SigFieldSpec("Chu ky", on_page=0, box=(10, 10, 200, 80))
    return written(plain_pdf(), lambda writer: fields.append_signature_field(writer, spec))


REFUSED = {
    "D-03 a picture over the text goes": Refused(switched("a picture over the text becomes nothing"), MODIFIED),
    "D-04 a field gets another drawing": Refused(switched("a field gets another drawing"), MODIFIED),
    "D-05 another content waits": Refused(switched("another content waits"), MODIFIED),
    "D-07 a note over a certified document": Refused(
        lambda ca: changes.annotated(changes.certified(ca, plain_pdf(), fields.MDPPerm.NO_CHANGES)), MODIFIED
    ),
    "D-08 a byte range of nothing": Refused(after(no_byte_range), INVALID),
    "D-09 a body appended": Refused(lambda ca: append_revision(whole(ca)), MODIFIED),
    "D-10 the signature wrapped": Refused(after(test_forgery._wrap), INVALID),
    "D-13 a script at opening": Refused(with_script, ACTIVE),
    "D-17 a zip after the document": Refused(lambda ca: whole(ca) + b"PK\x05\x06" + bytes(18), "format_not_allowed"),
    "D-15 a signature of another document": Refused(foreign_signature, INVALID),
}  # fmt: skip

FORMAT = "FORMAT_FAILURE"
TRAVELS = {
    "D-02 a document prepared for a switch": Travels(
        lambda ca: by_the_office(ca, SHADOWS["another content waits"].prepared), "PASSED", None, "unused_objects"
    ),
    "D-06 validation data and a document time-stamp": Travels(
        lambda ca: with_document_timestamp(with_validation_data(whole(ca), ca), ca, ca.now), "PASSED"
    ),
    "D-13 encrypted": Travels(encrypted, "INDETERMINATE", FORMAT),
    "D-14 a circular page tree": Travels(lambda _: broken.circular_pages(), "INDETERMINATE", FORMAT),
    "D-14 a table at nowhere": Travels(lambda _: broken.table_at_nowhere(), "INDETERMINATE", FORMAT),
    "D-14 a bomb": Travels(lambda _: broken.page_bomb(), "INDETERMINATE"),
    "D-14 an object stream in itself": Travels(lambda _: broken.object_stream_in_itself(), "INDETERMINATE", FORMAT),
    "D-15 an empty field": Travels(empty_field, "INDETERMINATE", "NO_SIGNATURE"),
    "D-17 junk before the header": Travels(lambda ca: b"MZ" + b"\x90" * 900 + whole(ca), "INDETERMINATE", FORMAT),
}  # fmt: skip


@pytest.fixture
def doors(target, believed) -> Doors:
    return Doors(target, believed)


@pytest.mark.parametrize("name", REFUSED)
async def test_a_signature_proven_wrong_is_refused_by_name(doors, believed, name):
    case = REFUSED[name]
    pdf = case.make(believed)

    assert await doors.refused(pdf) == case.code
    if case.code.startswith("pdf_") and case.code != ACTIVE:  # else a warning there: real packages carry forms
        assert await doors.wire(pdf) == "21"
        assert (await doors.from_the_axis(pdf))["verdict"] == "FAILED"
    await doors.still_passes()


@pytest.mark.parametrize("name", TRAVELS)
async def test_what_is_no_proof_of_a_forgery_travels_with_its_verdict(doors, believed, name):
    case = TRAVELS[name]

    told = await doors.accepted(case.make(believed))

    assert told["verdict"] == case.verdict, told
    assert case.sub_indication in (None, told["sub_indication"])
    assert case.warning is None or case.warning in told["files"][0]["warnings"]
    assert told["sentence"]
    assert told["legal_value"] in {"information", "copy"} or case.verdict == "PASSED"
    await doors.still_passes()


FIELDS = {
    "signer", "issuer", "role", "signed_at", "time_source", "verdict", "sub_indication", "integrity", "claimed_at",
    "timestamp_at", "organisation", "serial", "fingerprint", "field", "anchor", "revision", "covers", "copy_mark",
    "shown", "visible", "warnings", "detail", "algorithm", "valid_from", "valid_to", "revocation", "checked_at",
    "sentence", "sentence_en",
}  # fmt: skip


async def test_d_12_the_report_has_every_field_whatever_the_verdict(doors, believed):
    """D-12: signer, time and its source, revision covered, what came after, algorithm, revocation data used."""
    passed = await doors.accepted(signed_pdf(believed, SIGNED, timestamp=True))
    failed = await doors.from_the_axis(append_revision(whole(believed)))
    stranger = await doors.accepted(signed_pdf(TestCA(), SIGNED))

    for told in (passed, failed, stranger):
        for signature in told["files"][0]["signatures"]:
            assert set(signature) == FIELDS
            assert set(signature["revocation"]) == {"status", "kind", "source", "as_of", "answers"}
    first, last = passed["files"][0]["signatures"]
    assert (first["role"], last["role"]) == ("person", "organisation")
    assert (last["signer"], last["time_source"], last["integrity"]) == (f"Cơ quan {SENDER}", "timestamp", "final")
    assert (first["revision"] < last["revision"], first["covers"] < last["covers"]) == (True, True)
    assert last["algorithm"].startswith("sha256")
    assert (last["revocation"]["status"], last["revocation"]["kind"]) == ("good", "crl")
    assert len(last["revocation"]["answers"]) >= 1
    assert {one["integrity"] for one in failed["files"][0]["signatures"]} == {"changed"}
    await doors.still_passes()


async def test_d_16_a_signer_that_is_not_the_sender_is_told_and_refused_once_its_certificate_is_registered(
    doors, believed, province
):
    """D-16: names differ: a warning and a person decides; a registered certificate decides by itself."""
    stranger = signed_pdf(believed, [("person", "Nguyễn Văn An"), ("organisation", "Sở Lạ")])
    data = doors.package(stranger)
    sent = await doors.target.sender.send(data)
    await doors.target.recipient.receive()
    assert "sender_certificate" in {one["code"] for one in sent["warnings"]}

    own = believed.organisation(f"Cơ quan {SENDER}")
    await province.change(
        lambda connection: edit.add_certificate(connection, SENDER, own.certificate_pem, "organisation")
    )

    assert await doors.refused(stranger) == "cert_identity_mismatch"
    assert await doors.wire(stranger) == "21"
    await doors.still_passes()
