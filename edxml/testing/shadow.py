"""Shadow documents: PDFs prepared before a signature so that an update after it shows something else.

After the idea of "Shadow Attacks" (Mainka, Mladenov, Rohlmann, NDSS 2021), made anew; three kinds: hide (a text lies
under something that goes away), replace (a field or a font), hide and replace (a second content waits). The signer
sees one million, the reader of the switched file one thousand billion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edxml.testing.revisions import assemble, body_of, edited, size_of, stream, update

SEEN = b"BT /F1 13 Tf 85 770 Td (Chi 1 trieu dong) Tj ET"
MEANT = b"BT /F1 13 Tf 85 770 Td (Chi 1000 ty dong) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PICTURE = (
    b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"  # one white point
)


@dataclass(frozen=True, slots=True)
class Shadow:
    """One way. prepared: the document to be signed; switch: what the attacker appends; warning: what gives it away."""

    name: str
    prepared: bytes
    switch: Callable[[bytes], bytes]
    warning: str | None


def page(entries: bytes = b"", contents: bytes = b"4 0 R", resources: bytes = b"") -> bytes:
    """Object 3; object 4 is its content, object 5 its font."""
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %s "
        b"/Resources << /Font << /F1 5 0 R >> %s >> %s >>" % (contents, resources, entries)
    )


def shadows() -> list[Shadow]:
    """All of them."""
    return [*_hide(), *_replace(), *_hide_and_replace()]


def _hide() -> list[Shadow]:
    covered = MEANT + b" q 400 0 0 30 80 760 cm /Im1 Do Q " + SEEN.replace(b"770", b"740")
    picture = assemble(
        [CATALOG, PAGES, page(resources=b"/XObject << /Im1 6 0 R >>"), stream(covered), FONT, stream(b"\xff", PICTURE)]
    )
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [80 760 480 790] /F 4 /AP << /N 7 0 R >> /Contents (1 trieu) >>"
    look = stream(b"1 g 0 0 400 30 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 400 30]")
    stamped = assemble([CATALOG, PAGES, page(b"/Annots [6 0 R]"), stream(MEANT), FONT, note, look])
    layers = (
        b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [6 0 R 7 0 R] "
        b"/D << /ON [6 0 R] /OFF [7 0 R] /Order [] >> >> >>"
    )
    switched = b"/OC /L1 BDC " + SEEN + b" EMC /OC /L2 BDC " + MEANT + b" EMC"
    layered = assemble(
        [
            layers, PAGES, page(resources=b"/Properties << /L1 6 0 R /L2 7 0 R >>"), stream(switched), FONT,
            b"<< /Type /OCG /Name (a) >>", b"<< /Type /OCG /Name (b) >>",
        ]
    )  # fmt: skip
    nothing = stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]")
    return [
        Shadow("a picture over the text becomes nothing", picture, lambda d: update(d, {6: nothing}), "covered_text"),
        Shadow("a picture over the text is freed", picture, lambda d: update(d, {}, freed=[6]), "covered_text"),
        Shadow(
            "a picture over the text leaves the page's resources",
            picture, lambda d: edited(d, 3, b"/Im1 6 0 R", b"/Im2 6 0 R"), "covered_text",
        ),
        Shadow(
            "a stamp over the text is hidden",
            stamped, lambda d: edited(d, 6, b"/F 4", b"/F 6"), "annotations_over_content",
        ),
        Shadow(
            "a stamp over the text loses its drawing",
            stamped, lambda d: update(d, {7: nothing}), "annotations_over_content",
        ),
        Shadow(
            "a layer is switched on and another off",
            layered, lambda d: edited(edited(d, 1, b"/ON [ 6 0 R ]", b"/ON [ 7 0 R ]"), 1, b"/OFF [ 7 0 R ]",
                                      b"/OFF [ 6 0 R ]"), "layers",
        ),
    ]  # fmt: skip


def _replace() -> list[Shadow]:
    form = b"/AcroForm << /Fields [6 0 R] /DR << /Font << /F1 5 0 R >> >> /DA (/F1 13 Tf) >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R %s >>" % form
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Tien) /V (1000 ty) /DA (/F1 13 Tf) /F 4 "
        b"/Rect [80 700 300 720] /AP << /N 7 0 R >> >>"
    )
    look = stream(
        b"BT /F1 13 Tf 2 5 Td (1 trieu) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 220 20] /Resources << /Font << /F1 5 0 R >> >>",
    )
    fielded = assemble([catalog, PAGES, page(b"/Annots [6 0 R]"), stream(SEEN), FONT, field, look])
    coded = FONT.replace(b"/BaseFont", b"/Encoding << /Type /Encoding /Differences [49 /one] >> /BaseFont")
    lettered = assemble([CATALOG, PAGES, page(), stream(SEEN), coded])
    other_look = look.replace(b"(1 trieu)", b"(9 trieu)")
    return [
        Shadow(
            "a field is drawn anew from its value",
            fielded, lambda d: edited(d, 1, b"/Fields", b"/NeedAppearances true /Fields"), "fillable_fields",
        ),
        Shadow(
            "a field gets another drawing", fielded, lambda d: update(d, {7: other_look}), "fillable_fields"
        ),
        Shadow(
            "a field is filled again", fielded, lambda d: edited(d, 6, b"(1000 ty)", b"(2000 ty)"), "fillable_fields"
        ),
        Shadow(
            "a font shows other letters", lettered, lambda d: edited(d, 5, b"/one", b"/nine"), None
        ),
        Shadow(
            "a font becomes another", lettered, lambda d: edited(d, 5, b"/Times-Roman", b"/Symbol"), None
        ),
    ]  # fmt: skip


def _hide_and_replace() -> list[Shadow]:
    waiting = [CATALOG, PAGES, page(), stream(SEEN), FONT, stream(MEANT)]
    second = assemble(waiting)
    tree = assemble(
        [*waiting, b"<< /Type /Pages /Kids [8 0 R] /Count 1 >>", page(contents=b"6 0 R").replace(b"2 0 R", b"7 0 R")]
    )
    root = assemble(
        [
            *waiting, b"<< /Type /Pages /Kids [8 0 R] /Count 1 >>",
            page(contents=b"6 0 R").replace(b"2 0 R", b"7 0 R"), b"<< /Type /Catalog /Pages 7 0 R >>",
        ]
    )  # fmt: skip
    stray = assemble([CATALOG, PAGES, page(), stream(SEEN), FONT], extra=b"4 0 obj\n%s\nendobj\n" % stream(MEANT))
    empty = assemble([CATALOG, PAGES, page(contents=b"[4 0 R 99 0 R]"), stream(SEEN), FONT])
    above = assemble(
        [
            CATALOG,
            PAGES,
            page().replace(b"2 0 R", b"99 0 R").replace(b"/MediaBox [0 0 595 842]", b""),
            stream(SEEN),
            FONT,
        ]
    )
    return [
        Shadow("another content waits", second, lambda d: edited(d, 3, b"4 0 R", b"6 0 R"), "unused_objects"),
        Shadow("a whole page waits", tree, lambda d: edited(d, 1, b"/Pages 2 0", b"/Pages 7 0"), "unused_objects"),
        Shadow("a whole catalog waits", root, _other_root, "unused_objects"),
        Shadow(
            "a body that no table knows is given its place",
            stray, lambda d: update(d, {}, places={4: d.rindex(b"4 0 obj", 0, d.index(b"xref"))}), "stray_objects",
        ),
        Shadow("a reference that led nowhere is filled", empty, lambda d: update(d, {99: stream(MEANT)}), None),
        Shadow(
            "a parent that did not exist is filled",
            above, lambda d: update(d, {99: PAGES.replace(b"/Kids", b"/Rotate 180 /MediaBox [0 0 9 9] /Kids")}), None,
        ),
        Shadow("the content is written again", second, lambda d: update(d, {4: stream(MEANT)}), "unused_objects"),
    ]  # fmt: skip


def _other_root(data: bytes) -> bytes:
    """The waiting catalog takes over, and keeps the form so that the signature is found."""
    form = body_of(data, 1)
    form = form[form.index(b"/AcroForm") : form.rindex(b">>")]
    number = size_of(data)
    return update(data, {number: b"<< /Type /Catalog /Pages 7 0 R %s >>" % form}, trailer=b"/Root %d 0 R" % number)
