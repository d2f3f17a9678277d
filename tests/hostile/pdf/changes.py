"""Changes after a signature, by name, with the verdict each must bring."""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from edxml.testing import append_revision, signing
from edxml.testing.documents import SIGNATURE_HEX
from edxml.testing.revisions import size_of, stream, update, written
from edxml.testing.waiting import finish
from edxml.verdict import Verdict

NAME = generic.pdf_name


def _dictionary(**entries):
    return generic.DictionaryObject({NAME(f"/{key}"): value for key, value in entries.items()})


def _numbers(*values):
    return generic.ArrayObject(map(generic.NumberObject, values))


def annotated(data, subtype="/FreeText", flags=4):
    """The document with a note on its first page."""

    def note(writer):
        annotation = _dictionary(
            Type=NAME("/Annot"), Subtype=NAME(subtype), Rect=_numbers(50, 700, 300, 760), F=generic.NumberObject(flags),
            Contents=generic.pdf_string("10 tỷ đồng"),
        )  # fmt: skip
        writer.register_annotation(_page(writer).container_ref, writer.add_object(annotation))

    return written(data, note)


def _page(writer, number=0):
    return writer.root["/Pages"]["/Kids"][number]


def _on_page(**entries):
    def change(writer):
        page = _page(writer)
        for key, value in entries.items():
            page[NAME(f"/{key}")] = value
        writer.mark_update(page.container_ref)

    return lambda data: written(data, change)


def _on_catalog(**entries):
    def change(writer):
        for key, value in entries.items():
            writer.root[NAME(f"/{key}")] = value
        writer.update_root()

    return lambda data: written(data, change)


def _on_widget(number, **entries):
    def change(writer):
        widget = writer.root["/AcroForm"]["/Fields"][number]
        for key, value in entries.items():
            widget[NAME(f"/{key}")] = value
        writer.mark_update(widget.container_ref)

    return lambda data: written(data, change)


def _new_look(data):
    """The drawing of an earlier signature becomes empty, under its own number."""
    number = _first_widget(data)["/AP"].raw_get("/N").idnum
    return update(data, {number: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]")})


def _first_widget(data):
    return IncrementalPdfFileWriter(io.BytesIO(data)).root["/AcroForm"]["/Fields"][0]


def _more_pages(writer):
    page = generic.DictionaryObject(_page(writer))
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.add_object(page))
    pages[NAME("/Count")] = generic.NumberObject(len(pages["/Kids"]))
    writer.mark_update(pages.container_ref)


def _text_field(writer):
    field = _dictionary(
        Type=NAME("/Annot"), Subtype=NAME("/Widget"), FT=NAME("/Tx"), T=generic.pdf_string("Tien"),
        V=generic.pdf_string("1000 ty"), Rect=_numbers(50, 700, 300, 760),
    )  # fmt: skip
    reference = writer.add_object(field)
    writer.root["/AcroForm"]["/Fields"].append(reference)
    writer.update_root()
    writer.mark_update(writer.root["/AcroForm"].container_ref)
    writer.register_annotation(_page(writer).container_ref, reference)


def _metadata(writer):
    entries = {NAME("/Type"): NAME("/Metadata"), NAME("/Subtype"): NAME("/XML")}
    writer.root[NAME("/Metadata")] = writer.add_object(generic.StreamObject(entries, stream_data=b"<x/>"))
    writer.update_root()


def _script():
    return _dictionary(S=NAME("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))


def _visible_field(writer):
    fields.append_signature_field(writer, fields.SigFieldSpec("Thêm", on_page=0, box=(10, 10, 200, 80)))


def _invisible_field(writer):
    fields.append_signature_field(writer, fields.SigFieldSpec("Thêm"))


FAILED, UNDECIDED = Verdict.FAILED, Verdict.INDETERMINATE
AFTER_THE_LAST = {
    "another text on the page": (append_revision, FAILED),
    "a note": (annotated, FAILED),
    "a note that is hidden": (lambda d: annotated(d, flags=2), FAILED),
    "a stamp": (lambda d: annotated(d, "/Stamp"), FAILED),
    "a link": (lambda d: annotated(d, "/Link"), FAILED),
    "a crossing out": (lambda d: annotated(d, "/StrikeOut"), FAILED),
    "a form field": (lambda d: written(d, _text_field), FAILED),
    "a visible field for a signature": (lambda d: written(d, _visible_field), FAILED),
    "an invisible field for a signature": (lambda d: written(d, _invisible_field), UNDECIDED),
    "one page more": (lambda d: written(d, _more_pages), FAILED),
    "the page turned": (_on_page(Rotate=generic.NumberObject(180)), FAILED),
    "the page cut": (_on_page(CropBox=_numbers(0, 0, 100, 100)), FAILED),
    "the page with a script": (_on_page(AA=_dictionary(O=_script())), FAILED),
    "other resources": (_on_page(Resources=_dictionary()), FAILED),
    "a script at opening": (_on_catalog(OpenAction=_script()), FAILED),
    "a script by name": (
        _on_catalog(Names=_dictionary(JavaScript=_dictionary(Names=generic.ArrayObject([_script()])))), FAILED,
    ),
    "layers": (_on_catalog(OCProperties=_dictionary(OCGs=generic.ArrayObject())), FAILED),
    "an outline": (_on_catalog(Outlines=_dictionary(Count=generic.NumberObject(0))), FAILED),
    "threads": (_on_catalog(Threads=generic.ArrayObject([_dictionary()])), FAILED),
    "destinations": (_on_catalog(Dests=_dictionary(a=_numbers(0))), FAILED),
    "another language": (_on_catalog(Lang=generic.pdf_string("en")), UNDECIDED),
    "the signature's drawing emptied": (_new_look, FAILED),
    "the signature's widget moved": (_on_widget(0, Rect=_numbers(1, 1, 90, 90)), FAILED),
    "the signature's widget hidden": (_on_widget(0, F=generic.NumberObject(2)), FAILED),
    "the signature's widget with an action": (_on_widget(0, A=_script()), FAILED),
    "metadata": (lambda d: written(d, _metadata), UNDECIDED),
    "an object in use is freed": (lambda d: update(d, {}, freed=[6]), FAILED),
    "a number never used is freed": (lambda d: update(d, {}, freed=[900]), UNDECIDED),
    "an object to which nothing leads": (lambda d: update(d, {size_of(d): b"<< /Type /Page >>"}), UNDECIDED),
    "an empty revision": (lambda d: update(d, {}), UNDECIDED),
}  # fmt: skip


def certified(ca, data, level):
    """The document certified by a person at one of the three levels."""
    return _sign(ca, data, "Signature1", signer=ca.person("Lê An"), level=level, box=(60, 500, 170, 540))


def sign_again(ca, data, signer, box=(200, 500, 310, 540)):
    """A second signature, whatever the first one allows."""
    return _sign(ca, data, "Signature2", signer=signer, box=box)


class CarelessTool(signers.PdfSigner):
    """A signing tool that does not ask what a certification forbids."""

    def _enforce_certification_constraints(self, reader):
        pass


def sign_field(ca, data, name):
    """A signature in a field that waited for it."""
    return _sign(ca, data, name, signer=ca.organisation("Sở Nội vụ"))


def _sign(ca, data, name, *, signer, level=None, box=None):
    metadata = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", certify=level is not None,
        docmdp_permissions=level or fields.MDPPerm.FILL_FORMS,
    )  # fmt: skip
    spec = None if box is None else fields.SigFieldSpec(name, on_page=0, box=box)
    pdf_signer = CarelessTool(metadata, signing.KeptKeySigner(signer), new_field_spec=spec)
    session = pdf_signer.init_signing_session(IncrementalPdfFileWriter(io.BytesIO(data)))
    session.system_time = ca.now
    document = session.prepare_tbs_document(
        validation_info=None, bytes_reserved=SIGNATURE_HEX, appearance_text_params=None
    )
    prepared, output = document.digest_tbs_document()
    attributes = PdfCMSSignedAttributes(signing_time=ca.now)
    finish(document.perform_signature(prepared.document_digest, pdf_cms_signed_attrs=attributes))
    return output.getvalue()
