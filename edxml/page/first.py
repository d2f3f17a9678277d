"""The facts of an open PDF: one look at its page tree, its first page and the annotations on it.

Never raises: what cannot be read has no facts. Runs on the reader that verification opened: one pass for each file.
"""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic

from edxml.page import fonts as pdf_fonts
from edxml.page import lines
from edxml.page import text as pdf_text
from edxml.page.facts import POINT_MM, Colour, PageFacts, PageText, Scan
from edxml.page.matrix import Matrix, matrix_of, multiply
from edxml.page.text import Drawing, Piece
from edxml.pdf.reading import READ_ERRORS

TREE_LIMIT = 64
ANNOTATIONS_LIMIT = 200
STREAMS_LIMIT = 1000
LEGIBLE_SHARE = 0.7  # of the letters, for a page to count as readable
SCAN_SHARE = 0.5  # of the page that pictures cover, for it to be a scan
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_HIDDEN = 1 << 1
_NO_VIEW = 1 << 5
_A4 = (0.0, 0.0, 595.0, 842.0)


def facts(reader: Any) -> PageFacts | None:
    """The facts of a document; None for one whose page tree or first page cannot be read."""
    try:
        return _facts(reader)
    except (*READ_ERRORS, MemoryError):
        return None


def _facts(reader: Any) -> PageFacts:
    tree = reader.root["/Pages"]
    page = first_page(tree)
    count = pdf_fonts.entry(tree, "/Count")
    box = _box(page)
    turn = int(page.get("/Rotate") or 0) % 360
    width, height = box[2] - box[0], box[3] - box[1]
    if turn in (90, 270):
        width, height = height, width
    drawing, whole = _draw(page, _displayed(box, turn), pdf_fonts.known(reader))
    text = _legibility(drawing) if whole else PageText.UNREADABLE
    scan = _scan(drawing, width * height)
    pieces = [*drawing.pieces, *_annotations(page, _displayed(box, turn), drawing)]
    return PageFacts(
        pages=int(count) if isinstance(count, int) and count >= 0 else None,
        version=tuple(reader.input_version),
        width_mm=width * POINT_MM,
        height_mm=height * POINT_MM,
        text=PageText.NONE if text is PageText.RECOGNISED and scan is None else text,
        segments=lines.segments(pieces),
        scan=scan,
    )


def first_page(tree: Any) -> dict[str, Any]:
    """The first leaf of a page tree with what it inherits. Raises ValueError for a tree without one."""
    inherited: dict[str, Any] = {}
    node = tree
    todo: list[tuple[Any, dict[str, Any]]] = []
    for _ in range(TREE_LIMIT):
        inherited = inherited | {key: node[key] for key in INHERITED if key in node}
        if "/Kids" not in node:
            return inherited | {key: node[key] for key in ("/Contents", "/Annots") if key in node}
        todo.extend((kid, inherited) for kid in reversed(list(node["/Kids"])[:TREE_LIMIT]))
        if not todo:
            break
        reference, inherited = todo.pop()
        node = reference.get_object()
    raise ValueError("no first page")


def is_visible(field: Any) -> bool:
    """Whether a form field shows anything on a page: a widget with an area and a drawing, not hidden."""
    try:
        kids = list(pdf_fonts.entry(field, "/Kids", ()))[:ANNOTATIONS_LIMIT]
        return any(_shows(widget) for widget in (field, *(kid.get_object() for kid in kids)))
    except READ_ERRORS:
        return False


def _shows(widget: Any) -> bool:
    if int(pdf_fonts.entry(widget, "/F", 0)) & (_HIDDEN | _NO_VIEW) or "/AP" not in widget:
        return False
    x0, y0, x1, y1 = (float(n) for n in widget["/Rect"])
    return abs(x1 - x0) > 1 and abs(y1 - y0) > 1


def _box(page: dict[str, Any]) -> tuple[float, float, float, float]:
    """What is displayed, in default user space."""
    given = page.get("/CropBox") or page.get("/MediaBox")
    if given is None or len(given) != 4:
        return _A4
    x0, y0, x1, y1 = (float(n) for n in given)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _displayed(box: tuple[float, float, float, float], turn: int) -> Matrix:
    """From user space to points from the top left corner as displayed."""
    x0, y0, x1, y1 = box
    return {
        90: (0.0, 1.0, 1.0, 0.0, -y0, -x0),
        180: (-1.0, 0.0, 0.0, 1.0, x1, -y0),
        270: (0.0, -1.0, -1.0, 0.0, y1, x1),
    }.get(turn, (1.0, 0.0, 0.0, -1.0, -x0, y1))


def _draw(page: dict[str, Any], ctm: Matrix, fonts: pdf_fonts.Known) -> tuple[Drawing, bool]:
    """The page's own drawing, and whether all of it was read."""
    drawing = Drawing(fonts=fonts)
    contents = page.get("/Contents")
    if contents is None or isinstance(contents, generic.NullObject):
        return drawing, True
    streams = list(contents)[:STREAMS_LIMIT] if isinstance(contents, generic.ArrayObject) else [contents]
    try:
        content = b"\n".join(pdf_fonts.decoded(s.get_object(), pdf_text.CONTENT_LIMIT) for s in streams)
        drawing.draw(content, page.get("/Resources", {}), ctm)
    except READ_ERRORS:
        return drawing, False
    return drawing, True


def _annotations(page: dict[str, Any], ctm: Matrix, drawing: Drawing) -> list[Piece]:
    """What the annotations of the page draw, signature widgets among them."""
    extra = Drawing(fonts=drawing.fonts, ends_at=drawing.ends_at)
    listed = page.get("/Annots")
    for reference in list(listed)[:ANNOTATIONS_LIMIT] if isinstance(listed, generic.ArrayObject) else ():
        try:
            annotation = reference.get_object()
            if int(pdf_fonts.entry(annotation, "/F", 0)) & (_HIDDEN | _NO_VIEW) or "/AP" not in annotation:
                continue
            form = annotation["/AP"]["/N"]
            if not isinstance(form, generic.StreamObject):
                form = form[annotation["/AS"]]
            extra.draw_form(form, {}, multiply(_fit(form, annotation["/Rect"]), ctm), 1)
        except READ_ERRORS:
            continue
    return extra.pieces


def _fit(form: Any, rectangle: Any) -> Matrix:
    """The transformation that lays a form's box, turned by its own matrix, on the annotation's rectangle."""
    left, bottom, right, top = (float(n) for n in form["/BBox"])
    own = matrix_of(form)
    corners = [multiply((1, 0, 0, 1, x, y), own)[4:] for x in (left, right) for y in (bottom, top)]
    x0, x1 = min(c[0] for c in corners), max(c[0] for c in corners)
    y0, y1 = min(c[1] for c in corners), max(c[1] for c in corners)
    a, b, c, d = (float(n) for n in rectangle)
    wide = (max(a, c) - min(a, c)) / (x1 - x0) if x1 > x0 else 1.0
    high = (max(b, d) - min(b, d)) / (y1 - y0) if y1 > y0 else 1.0
    return (wide, 0.0, 0.0, high, min(a, c) - x0 * wide, min(b, d) - y0 * high)


def _legibility(drawing: Drawing) -> PageText:
    if not drawing.letters:
        return PageText.NONE
    if drawing.lost > drawing.letters * (1 - LEGIBLE_SHARE):
        return PageText.UNREADABLE
    hidden = sum(len(p.text) for p in drawing.pieces if p.hidden)
    return PageText.RECOGNISED if hidden * 2 > sum(len(p.text) for p in drawing.pieces) else PageText.READABLE


def _scan(drawing: Drawing, page_area: float) -> Scan | None:
    covered = sum(p.width * p.height for p in drawing.pictures)
    if not drawing.pictures or covered < page_area * SCAN_SHARE:
        return None
    main = max(drawing.pictures, key=lambda p: p.width * p.height)
    across = float(pdf_fonts.entry(main.image, "/Width", 0)) / main.width * 72
    down = float(pdf_fonts.entry(main.image, "/Height", 0)) / main.height * 72
    return Scan(round(min(across, down)), _colour(main.image))


def _colour(image: Any) -> Colour:
    space = pdf_fonts.entry(image, "/ColorSpace", None)
    if (pdf_fonts.entry(image, "/BitsPerComponent") == 1 and str(space) != "/DeviceRGB") or pdf_fonts.entry(
        image, "/ImageMask"
    ) is True:
        return Colour.BLACK_WHITE
    for _ in range(4):
        if not isinstance(space, generic.ArrayObject) or not space:
            break
        if space[0] == "/ICCBased":
            return {1: Colour.GREY, 3: Colour.COLOUR, 4: Colour.COLOUR}.get(
                int(pdf_fonts.entry(space[1], "/N", 0)), Colour.UNKNOWN
            )
        if space[0] != "/Indexed":
            space = space[0]
            break
        space = space[1]
    name = str(space)
    if name in ("/DeviceRGB", "/CalRGB", "/Lab", "/DeviceCMYK", "/DeviceN"):
        return Colour.COLOUR
    return Colour.GREY if name in ("/DeviceGray", "/CalGray", "/Separation") else Colour.UNKNOWN
