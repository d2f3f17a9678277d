"""Relaxations A, B and C: what real tools do between two signatures is explained, what looks like it is not."""

from __future__ import annotations

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.sign import fields

from edxml.testing import signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.revisions import assemble, body_of, edited, size_of, stream, update, written
from edxml.testing.shadow import FONT, MEANT, PAGES, SEEN, page
from edxml.verdict import Integrity, Verdict

NAME = generic.pdf_name
EXTENDED, FINAL, UNEXPLAINED, CHANGED = Integrity.EXTENDED, Integrity.FINAL, Integrity.UNEXPLAINED, Integrity.CHANGED


@pytest.fixture(scope="module")
def first(ca):
    return signed_pdf(ca, [("person", "Lê An")])


@pytest.fixture
def after(judge, ca):
    """The integrity of the first signature when something happened before the second."""

    def integrity(changed):
        report = judge(sign_once(changed, ca, ca.organisation("Sở Nội vụ"), 1, ca.now))
        assert report.signatures[-1].integrity is FINAL, report
        passed = report.verdict is Verdict.PASSED
        assert passed is (report.signatures[0].integrity is EXTENDED)
        return report.signatures[0].integrity

    return integrity


# --- A: freed entries


def test_a_number_that_was_never_used_may_be_freed(after, first):
    assert after(update(first, {}, freed=[900])) is EXTENDED


@pytest.mark.parametrize("number", [3, 5, 6])
def test_an_object_in_use_may_not(judge, first, number):
    """The font, the page, its content."""
    assert judge(update(first, {}, freed=[number])).verdict is not Verdict.PASSED


def test_an_object_may_not_be_freed_and_used_again(judge, first):
    freed = update(first, {}, freed=[6])

    assert judge(update(freed, {6: stream(MEANT)})).verdict is not Verdict.PASSED


def test_a_freed_number_that_was_named_may_not_become_something(judge, ca):
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    named = assemble([catalog, PAGES, page(contents=b"[4 0 R 900 0 R]"), stream(SEEN), FONT])
    signed = sign_once(named, ca, ca.person("Lê An"), 0, ca.now, certify=True)

    assert judge(update(update(signed, {}, freed=[900]), {900: stream(MEANT)})).verdict is not Verdict.PASSED


# --- B: signature fields


def test_a_visible_field_may_not_wait_for_its_signature(after, first):
    spec = fields.SigFieldSpec("Chờ", on_page=0, box=(10, 10, 90, 40))

    assert after(written(first, lambda w: fields.append_signature_field(w, spec))) in (CHANGED, UNEXPLAINED)


def test_no_other_field_comes_with_a_signature(after, first):
    assert after(written(first, _text_field)) is CHANGED


def test_an_earlier_signature_keeps_its_drawing(after, first):
    number = int(body_of(first, _field(first)).split(b"/N")[1].split()[0])

    assert after(update(first, {number: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]")})) is CHANGED


@pytest.mark.parametrize("entry", [b"/F 2", b"/Rect [0 0 1 1]", b"/AS /Off", b"/A << /S /URI /URI (http://a) >>"])
def test_an_earlier_signature_keeps_its_place_and_look(after, first, entry):
    number = _field(first)
    key = entry.split()[0]
    body = body_of(first, number).replace(key + b" ", b"/Was_" + key[1:] + b" ")

    assert after(update(first, {number: body[: body.rindex(b">>")] + entry + b" >>"})) is CHANGED


def test_an_earlier_signature_keeps_its_value(after, first):
    number = _field(first)
    value = int(body_of(first, number).split(b"/V")[1].split()[0])
    copy = size_of(first)

    changed = update(first, {copy: body_of(first, value), number: body_of(first, number).replace(
        b"/V %d " % value, b"/V %d " % copy)})  # fmt: skip

    assert after(changed) is not EXTENDED


# --- C: metadata


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>%s</r:RDF>"
KIND = b"/Type /Metadata /Subtype /XML"


def xmp(more=b""):
    return stream(XMP % more + b"</x:xmpmeta>", KIND)


@pytest.fixture
def described(ca):
    """A signed document with metadata, object 6, and a page that takes it for content as well if asked to."""

    def document(contents=b"4 0 R"):
        catalog = b"<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>"
        data = assemble([catalog, PAGES, page(contents=contents), stream(SEEN), FONT, xmp()])
        return sign_once(data, ca, ca.person("Lê An"), 0, ca.now, certify=True)

    return document


def test_metadata_may_be_written_anew(after, described):
    assert after(update(described(), {6: xmp(b" ")})) is EXTENDED


@pytest.mark.parametrize("content", [b"<b/>", b"no XML at all", b""])
def test_metadata_need_not_be_xml_but_is_no_validation_data(judge, described, content):
    (only,) = judge(update(described(), {6: stream(content, KIND)})).signatures

    assert only.integrity is UNEXPLAINED
    assert only.detail == "something else than validation data follows the last signature"


def test_what_is_metadata_and_page_content_at_once_may_not_change(after, described):
    changed = update(described(b"[4 0 R 6 0 R]"), {6: xmp(b" " + MEANT)})

    assert after(changed) is CHANGED


def test_metadata_may_not_point_at_page_content(judge, described):
    changed = update(edited(described(), 1, b"/Metadata 6 0 R", b"/Metadata 4 0 R"), {4: stream(MEANT)})

    assert judge(changed).verdict is Verdict.FAILED


def _field(data):
    form = body_of(data, int(body_of(data, 1).split(b"/AcroForm")[1].split()[0]))
    return int(form.split(b"[")[1].split()[0])


def _text_field(writer):
    entries = {"/FT": NAME("/Tx"), "/T": generic.pdf_string("Tien"), "/V": generic.pdf_string("1000 ty")}
    field = writer.add_object(generic.DictionaryObject({NAME(key): value for key, value in entries.items()}))
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.mark_update(form.container_ref)
