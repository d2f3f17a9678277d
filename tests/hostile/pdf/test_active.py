"""Group D: what a file could do by itself is named (D-13); a file that nobody can look into is undecided."""

from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils.writer import copy_into_new_writer

from edxml.pdf.reading import IndexedReader
from edxml.testing import plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.revisions import assemble, stream
from edxml.testing.shadow import FONT, PAGES, SEEN, page
from edxml.verdict import SubIndication, Verdict


def _catalog(entries):
    return b"<< /Type /Catalog /Pages 2 0 R %s >>" % entries


def _file(entries=b"", *objects, on_page=b""):
    return assemble([_catalog(entries), PAGES, page(on_page), stream(SEEN), FONT, *objects])


def _note(action, subtype=b"/Link"):
    return b"/Annots [<< /Type /Annot /Subtype %s /Rect [10 10 50 50] %s >>]" % (subtype, action)


CASES = {
    "D-13 a script at opening": (
        _file(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), ("automatic_action", "javascript"),
    ),
    "D-13 a script at a click": (_file(on_page=_note(b"/A << /S /JavaScript /JS 6 0 R >>")), ("javascript",)),
    "D-13 a script by name": (
        _file(b"/Names << /JavaScript << /Names [(a) 6 0 R] >> >>", b"<< /S /JavaScript /JS (1) >>"), ("javascript",),
    ),
    "D-13 a script with an escaped name": (
        _file(b"", b"<< /S /J#61vaScript /J#53 (1) >>"), ("javascript",),
    ),
    "D-13 a script on a page": (
        _file(on_page=b"/AA << /O << /S /JavaScript /JS (1) >> >>"), ("automatic_action", "javascript"),
    ),
    "D-13 a script to which nothing leads": (_file(b"", b"<< /S /JavaScript /JS (1) >>"), ("javascript",)),
    "D-13 a script behind a move to a page": (
        _file(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /JavaScript /JS (1) >> >>"),
        ("automatic_action", "javascript"),
    ),
    "D-13 a program": (_file(on_page=_note(b"/A << /S /Launch /F (cmd.exe) >>")), ("launch",)),
    "D-13 a form that sends": (_file(on_page=_note(b"/A << /S /SubmitForm /F (http://a) >>")), ("submit_form",)),
    "D-13 data brought in": (_file(on_page=_note(b"/A << /S /ImportData /F (a.fdf) >>")), ("import_data",)),
    "D-13 another file opened": (_file(on_page=_note(b"/A << /S /GoToR /F (b.pdf) >>")), ("go_to_remote",)),
    "D-13 a file inside opened": (_file(on_page=_note(b"/A << /S /GoToE /T << >> >>")), ("go_to_embedded",)),
    "D-13 a file inside": (
        _file(
            b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>",
            b"<< /Type /Filespec /F (a.exe) /EF << /F 7 0 R >> >>", stream(b"MZ", b"/Type /EmbeddedFile"),
        ), ("embedded_file",),
    ),
    "D-13 a file at a place": (_file(on_page=_note(b"/FS << /F (a) >>", b"/FileAttachment")), ("embedded_file",)),
    "D-13 rich media": (_file(on_page=_note(b"/RichMediaContent << >>", b"/RichMedia")), ("rich_media",)),
    "D-13 a film": (_file(on_page=_note(b"/Movie << /F (a.avi) >>", b"/Movie")), ("rich_media",)),
    "D-13 an XFA form": (_file(b"/AcroForm << /Fields [] /XFA 6 0 R >>", stream(b"<xdp/>")), ("xfa",)),
    "D-13 a stream from elsewhere": (
        _file(b"", stream(b"", b"/F << /FS /URL /F (http://a/b) >>")), ("external_stream",),
    ),
    "D-13 a link to the web": (_file(on_page=_note(b"/A << /S /URI /URI (http://a) >>")), ("uri",)),
    "D-13 a link to a page": (_file(on_page=_note(b"/A << /S /GoTo /D [3 0 R /Fit] >>")), ()),
    "D-13 opened at a page": (_file(b"/OpenAction [3 0 R /Fit]"), ()),
    "D-13 nothing": (plain_pdf(), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_d_13_what_a_file_could_do_is_named(judge, ca, name):
    data, expected = CASES[name]

    assert judge(data).active == expected
    assert judge(sign_once(data, ca, ca.organisation("Sở Nội vụ"), 0, ca.now)).active == expected


def test_d_13_a_script_in_an_object_stream_is_seen(judge):
    plain = _file(b"/OpenAction 6 0 R", b"<< /S /JavaScript /JS (1) >>")
    writer = copy_into_new_writer(IndexedReader(io.BytesIO(plain), strict=True))
    writer.stream_xrefs = True
    holder = writer.prepare_object_stream()
    for reference in list(writer.objects):
        value = writer.objects[reference]
        if not hasattr(value, "encoded_data") and reference[1] != writer.root_ref.idnum:
            holder.add_object(reference[1], value)
            del writer.objects[reference]
    out = io.BytesIO()
    writer.write(out)

    assert b"JavaScript" not in out.getvalue()
    assert judge(out.getvalue()).active == ("automatic_action", "javascript")


def test_d_13_a_file_that_is_encrypted_is_undecided(judge, ca):
    for document in (plain_pdf(), signed_pdf(ca)):
        writer = copy_into_new_writer(IndexedReader(io.BytesIO(document), strict=True))
        writer.encrypt("chủ", "khách")
        out = io.BytesIO()
        writer.write(out)

        report = judge(out.getvalue())

        expected = (Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, "encrypted")
        assert (report.verdict, report.sub_indication, report.note) == expected
