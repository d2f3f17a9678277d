"""A tagged document, a signing tool that writes its structure tree anew as VGCA's does, and the ways to abuse it."""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from edxml.testing import signing
from edxml.testing.revisions import assemble, stream

NAME = generic.pdf_name


def tagged_pdf():
    """One page with two tagged lines; the structure tree is objects 6 to 11."""
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R /StructTreeRoot 6 0 R /MarkInfo << /Marked true >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /StructParents 0 "
                b"/Resources << /Font << /F1 5 0 R >> >> >>"
            ),
            stream(
                b"/P << /MCID 0 >> BDC BT /F1 13 Tf 85 770 Td (Chi 1 trieu) Tj ET EMC "
                b"/P << /MCID 1 >> BDC BT /F1 13 Tf 85 740 Td (dong) Tj ET EMC"
            ),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
            b"<< /Type /StructTreeRoot /K [7 0 R] /ParentTree 8 0 R /ParentTreeNextKey 1 /RoleMap << /Form /Form >> >>",
            b"<< /Type /StructElem /S /Document /P 6 0 R /K [9 0 R 10 0 R] >>",
            b"<< /Nums [0 11 0 R] >>",
            b"<< /Type /StructElem /S /P /P 7 0 R /Pg 3 0 R /K [0] >>",
            b"<< /Type /StructElem /S /P /P 7 0 R /Pg 3 0 R /K [1] >>",
            b"[9 0 R 10 0 R]",
        ]
    )


def sign_and_tag(ca, data, signer, index, change):
    """One more visible signature; `change` writes the structure tree in the same revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    name = f"Signature{index + 1}"
    box = (60 + 130 * index, 500, 170 + 130 * index, 540)
    fields.append_signature_field(writer, fields.SigFieldSpec(name, on_page=0, box=box))
    change(Tool(writer, writer.root["/AcroForm"]["/Fields"].raw_get(-1)))
    metadata = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", certify=index == 0, docmdp_permissions=fields.MDPPerm.FILL_FORMS
    )
    pdf_signer = signers.PdfSigner(metadata, signing.KeptKeySigner(signer))
    session = pdf_signer.init_signing_session(writer)
    session.system_time = ca.now
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=16_384, appearance_text_params=None)
    prepared, output = document.digest_tbs_document()
    signing.finish(document.perform_signature(prepared.document_digest, pdf_cms_signed_attrs=_attributes(ca)))
    return output.getvalue()


def _attributes(ca):
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    return PdfCMSSignedAttributes(signing_time=ca.now)


class Tool:
    """What the signing tool has in hand: the document being written and the new widget."""

    def __init__(self, writer, widget):
        self.writer = writer
        self.widget = widget
        self.root = writer.root["/StructTreeRoot"]
        self.document = self.root["/K"][0]
        self.tree = self.root["/ParentTree"]

    def touch(self, *holders):
        for holder in holders:
            self.writer.mark_update(holder.container_ref)

    def element(self, **more):
        """A new element for the widget, as VGCA's tool makes it."""
        page = self.widget.get_object().raw_get("/P")
        entries = {
            "/Type": NAME("/StructElem"),
            "/S": NAME("/Form"),
            "/P": self.root["/K"].raw_get(0),
            "/Pg": page,
            "/K": generic.DictionaryObject({NAME("/Type"): NAME("/OBJR"), NAME("/Obj"): self.widget}),
        }
        entries |= {f"/{key}": value for key, value in more.items()}
        return generic.DictionaryObject({NAME(key): value for key, value in entries.items() if value is not None})

    def entries(self):
        """The parent tree as a dictionary; lists are copied."""
        numbers = list(list.__iter__(self.tree["/Nums"]))
        return {int(k): self._copied(v) for k, v in zip(numbers[::2], numbers[1::2], strict=True)}

    def _copied(self, value):
        listed = value.get_object()
        if not isinstance(listed, generic.ArrayObject):
            return value
        return self.writer.add_object(generic.ArrayObject(list.__iter__(listed)))

    def write(self, element, entries, key=None):
        """The rest of the tool's work: child, parent tree, next key."""
        added = self.writer.add_object(element)
        key = max(entries) + 1 if key is None else key
        self.widget.get_object()[NAME("/StructParent")] = generic.NumberObject(key)
        entries = entries | {key: added}
        flat = [item for k in sorted(entries) for item in (generic.NumberObject(k), entries[k])]
        tree = generic.DictionaryObject({NAME("/Nums"): generic.ArrayObject(flat)})
        self.root[NAME("/ParentTree")] = self.writer.add_object(tree)
        self.root[NAME("/ParentTreeNextKey")] = generic.NumberObject(max(entries) + 1)
        self.document["/K"].append(added)
        self.touch(self.root, self.document)
        return added


def tag(tool):
    """Honest work."""
    tool.write(tool.element(), tool.entries())


def tag_in_place(tool):
    """Honest work of a tool that overwrites the number tree instead of writing another."""
    added = tool.writer.add_object(tool.element())
    tool.widget.get_object()[NAME("/StructParent")] = generic.NumberObject(1)
    tool.tree["/Nums"].extend([generic.NumberObject(1), added])
    tool.root[NAME("/ParentTreeNextKey")] = generic.NumberObject(2)
    tool.document["/K"].append(added)
    tool.touch(tool.root, tool.document, tool.tree)


def _retarget(tool):
    entries = tool.entries()
    listed = entries[0].get_object()
    listed[0], listed[1] = listed.raw_get(1), listed.raw_get(0)
    tool.write(tool.element(), entries)


def _shorten(tool):
    entries = tool.entries()
    entries[0].get_object().pop()
    tool.write(tool.element(), entries)


def _rename(tool):
    entries = tool.entries()
    tool.write(tool.element(), {7: entries[0]}, key=1)


def _drop(tool):
    tool.write(tool.element(), {}, key=1)


def _steal(tool):
    """The old key leads to the new element."""
    tool.write(tool.element(), {5: tool.entries()[0]}, key=0)


def _old_content(tool):
    """The new element takes the text of the page."""
    tool.write(tool.element(K=generic.ArrayObject([generic.NumberObject(0)])), tool.entries())


def _both(tool):
    element = tool.element()
    content = generic.ArrayObject([element["/K"], generic.NumberObject(1)])
    tool.write(tool.element(K=content), tool.entries())


def _spoken_old(tool):
    old = tool.document["/K"][0]
    old[NAME("/ActualText")] = generic.pdf_string("Chi 1000 ty")
    tool.touch(old)
    tag(tool)


def _spoken_document(tool):
    tool.document[NAME("/ActualText")] = generic.pdf_string("Chi 1000 ty")
    tag(tool)


def _reorder(tool):
    kids = tool.document["/K"]
    kids[0], kids[1] = kids.raw_get(1), kids.raw_get(0)
    tag(tool)


def _remove(tool):
    del tool.document["/K"][0]
    tag(tool)


def _before(tool):
    added = tool.write(tool.element(), tool.entries())
    kids = tool.document["/K"]
    kids.insert(0, added)
    kids.pop()


def _roles(tool):
    tool.root[NAME("/RoleMap")] = generic.DictionaryObject({NAME("/P"): NAME("/Artifact")})
    tag(tool)


def _other_widget(tool):
    """The new element stands for an earlier signature's widget."""
    earlier = tool.writer.root["/AcroForm"]["/Fields"].raw_get(0)
    content = generic.DictionaryObject({NAME("/Type"): NAME("/OBJR"), NAME("/Obj"): earlier})
    tool.write(tool.element(K=content), tool.entries())


def _second(tool):
    """A second new element, of which no entry of the parent tree knows, with text."""
    tool.document["/K"].append(tool.writer.add_object(tool.element(S=NAME("/P"), ActualText=generic.pdf_string("x"))))
    tag(tool)


def _deeper(tool):
    """The element hangs below a paragraph instead of the document."""
    added = tool.write(tool.element(P=tool.document["/K"].raw_get(0)), tool.entries())
    tool.document["/K"].pop()
    paragraph = tool.document["/K"][0]
    paragraph["/K"].append(added)
    tool.touch(paragraph)


def _next_key(tool):
    tag(tool)
    tool.root[NAME("/ParentTreeNextKey")] = generic.NumberObject(0)


def _class_map(tool):
    tool.root[NAME("/ClassMap")] = generic.DictionaryObject({NAME("/x"): generic.DictionaryObject()})
    tag(tool)


def _other_root(tool):
    """A whole other tree under another number."""
    tag(tool)
    tool.writer.root[NAME("/StructTreeRoot")] = tool.writer.add_object(generic.DictionaryObject(tool.root))
    tool.writer.update_root()


def _word(key):
    return lambda tool: tool.write(tool.element(**{key: generic.pdf_string("Chi 1000 ty")}), tool.entries())


ABUSES = {
    "an old list names its elements in another order": _retarget,
    "an old list loses an element": _shorten,
    "an old entry gets another key": _rename,
    "an old entry is dropped": _drop,
    "an old key leads to the new element": _steal,
    "the new element holds page content": _old_content,
    "the new element holds the widget and page content": _both,
    "an old element gets another text": _spoken_old,
    "the document element gets a text": _spoken_document,
    "children change places": _reorder,
    "a child is removed": _remove,
    "the new child comes first": _before,
    "roles are mapped anew": _roles,
    "the new element stands for an earlier widget": _other_widget,
    "a second new element says something": _second,
    "the new element hangs below a paragraph": _deeper,
    "the next key points back": _next_key,
    "a class map appears": _class_map,
    "the root becomes another object": _other_root,
    "the new element has a text": _word("ActualText"),
    "the new element has an alternative": _word("Alt"),
    "the new element expands": _word("E"),
    "the new element has a title": _word("T"),
    "the new element has attributes": lambda t: t.write(t.element(A=generic.DictionaryObject()), t.entries()),
    "the new element is a paragraph": lambda t: t.write(t.element(S=NAME("/P")), t.entries()),
    "the new element has another parent": lambda t: t.write(t.element(P=t.document["/K"].raw_get(0)), t.entries()),
    "the new element has no page object": lambda t: t.write(t.element(K=None), t.entries()),
}
