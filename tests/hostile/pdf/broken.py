"""Broken and malicious files (D-14): each maker gives the bytes of one."""

from __future__ import annotations

import zlib

from edxml.testing.revisions import HEADER, assemble, stream
from edxml.testing.shadow import CATALOG, FONT, PAGES, SEEN, page

BOMB = 64 * 1024 * 1024


def _file(*objects):
    return assemble(objects)


def circular_pages():
    return _file(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")


def page_that_is_its_own_child():
    return _file(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")


def wide_page_tree():
    """Each level names the next a hundred times: 10^12 pages in a few lines."""
    levels = [b"<< /Type /Pages /Kids [%s] /Count 1 >>" % (b"%d 0 R " % (n + 3) * 100) for n in range(6)]
    return _file(CATALOG, *levels, page())


def reference_to_itself():
    return _file(CATALOG, b"2 0 R", FONT)


def circle_of_references():
    return _file(b"<< /Type /Catalog /Pages 2 0 R /AcroForm 3 0 R >>", PAGES, b"4 0 R", b"3 0 R")


def circular_form():
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>", PAGES, page(),
        b"<< /T (a) /FT /Sig /Kids [5 0 R] >>", b"<< /T (b) /Kids [4 0 R] >>",
    )  # fmt: skip


def deep_arrays(depth=200_000):
    return _file(CATALOG, PAGES, page(), stream(SEEN), b"[" * depth + b"]" * depth)


def deep_dictionaries_in_the_catalog(depth=50_000):
    return _file(b"<< /Type /Catalog /Pages 2 0 R /X " + b"<</a " * depth + b"1" + b">>" * depth + b">>", PAGES, page())


def wrong_table():
    return _file(CATALOG, PAGES, page(), stream(SEEN), FONT).replace(b"00000 n", b"00001 n")


def table_of_zeros():
    data = _file(CATALOG, PAGES, page(), stream(SEEN), FONT)
    begin = data.index(b"xref")
    return data[:begin] + data[begin:].replace(b"0000000", b"9999999")


def table_at_nowhere():
    data = _file(CATALOG, PAGES, page())
    return data[: data.index(b"startxref")] + b"startxref\n99999999\n%%EOF\n"


def tables_in_a_circle():
    data = _file(CATALOG, PAGES, page())
    place = data.index(b"xref\n")
    return data.replace(b"/Size", b"/Prev %d /Size" % place)


def many_revisions(count=3_000):
    parts = [_file(CATALOG, PAGES, page())]
    place = len(parts[0])
    before = parts[0].index(b"xref\n")
    for _ in range(count):
        parts.append(b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 4 /Root 1 0 R /Prev %d >>\n" % before)
        before = place
        parts.append(b"startxref\n%d\n%%%%EOF\n" % place)
        place += len(parts[-1]) + len(parts[-2])
    return b"".join(parts)


def million_objects(count=1_000_000):
    body = b"".join(b"%d 0 obj\n1\nendobj\n" % n for n in range(4, count))
    head = _file(CATALOG, PAGES, page())
    begin = head.index(b"xref\n")
    offsets = [int(line[:10]) for line in head[begin:].split(b"\n")[3:6]]
    place = begin
    entries = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % o for o in offsets)]
    for number in range(4, count):
        entries.append(b"%010d 00000 n \n" % place)
        place += len(b"%d" % number) + 16
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, place)
    return head[:begin] + body + b"xref\n0 %d\n" % count + b"".join(entries) + trailer


def table_that_claims_much():
    """A table of ten lines says that it has a thousand million."""
    return _file(CATALOG, PAGES, page()).replace(b"0 4\n", b"0 999999999\n")


def _deflated(times):
    data = b"\0" * BOMB
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def page_bomb():
    content = stream(_deflated(1), b"/Filter /FlateDecode")
    return _file(CATALOG, PAGES, page(), content, FONT)


def nested_bomb():
    content = stream(_deflated(2), b"/Filter [/FlateDecode /FlateDecode]")
    return _file(CATALOG, PAGES, page(), content, FONT)


def nested_filters(count=100):
    data = SEEN
    for _ in range(count):
        data = zlib.compress(data)
    content = stream(data, b"/Filter [%s]" % (b"/FlateDecode " * count))
    return _file(CATALOG, PAGES, page(), content, FONT)


def nested_hex_filters(count=12):
    data = SEEN
    for _ in range(count):
        data = data.hex().encode() + b">"
    return _file(CATALOG, PAGES, page(), stream(data, b"/Filter [%s]" % (b"/ASCIIHexDecode " * count)), FONT)


def many_bombs(count=40):
    content = stream(_deflated(1), b"/Filter /FlateDecode")
    numbers = b" ".join(b"%d 0 R" % (n + 5) for n in range(count))
    return _file(CATALOG, PAGES, page(contents=b"[" + numbers + b"]"), FONT, *[content] * count)


def object_stream_bomb():
    holder = stream(_deflated(1), b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    return _with_object_stream(holder)


def object_stream_that_lies():
    return _with_object_stream(stream(b"2 0 << /Type /Pages >>", b"/Type /ObjStm /N 99999999 /First 4"))


def object_stream_in_itself():
    return _with_object_stream(stream(b"2 0 4 0 R", b"/Type /ObjStm /N 1 /First 4 /Extends 4 0 R"))


def _with_object_stream(holder):
    """Object 2, the page tree, lies in object stream 4; the table is a stream, object 5."""
    objects = {1: CATALOG, 3: page(), 4: holder}
    parts = [HEADER]
    place = len(HEADER)
    places = {}
    for number, body in objects.items():
        places[number] = place
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        place += len(parts[-1])
    rows = [(0, 0, 65535), (1, places[1], 0), (2, 4, 0), (1, places[3], 0), (1, places[4], 0), (1, place, 0)]
    table = b"".join(kind.to_bytes(1) + where.to_bytes(4) + more.to_bytes(2) for kind, where, more in rows)
    entries = b"/Type /XRef /W [1 4 2] /Size 6 /Root 1 0 R"
    parts.append(b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(table, entries), place))
    return b"".join(parts)


def cut_in_the_middle():
    data = _file(CATALOG, PAGES, page(), stream(SEEN), FONT)
    return data[: len(data) // 2]


def nothing_but_a_header():
    return HEADER


def long_name():
    return _file(b"<< /Type /Catalog /Pages 2 0 R /" + b"A" * 5_000_000 + b" 1 >>", PAGES, page())


def long_string():
    return _file(b"<< /Type /Catalog /Pages 2 0 R /X (" + b"\\(" * 2_000_000 + b") >>", PAGES, page())


def long_number():
    return _file(b"<< /Type /Catalog /Pages 2 0 R /X " + b"9" * 2_000_000 + b" >>", PAGES, page())


def many_fields(count=20_000):
    fields = b" ".join(b"%d 0 R" % (n + 4) for n in range(count))
    kids = [
        b"<< /FT /Sig /T (f%d) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>" % n for n in range(count)
    ]
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % fields
    return _file(catalog, PAGES, page(), *kids)


def marks_without_end(count=200_000):
    return _file(CATALOG, PAGES, page(), stream(b"/ByteRange [0 9 9 9] 1 0 obj " * count))


ALL = [
    circular_pages, page_that_is_its_own_child, wide_page_tree, reference_to_itself, circle_of_references,
    circular_form, deep_arrays, deep_dictionaries_in_the_catalog, wrong_table, table_of_zeros, table_at_nowhere,
    tables_in_a_circle,
    many_revisions, million_objects, table_that_claims_much, page_bomb, nested_bomb, nested_filters, nested_hex_filters,
    many_bombs, object_stream_bomb, object_stream_that_lies, object_stream_in_itself, cut_in_the_middle,
    nothing_but_a_header, long_name, long_string, long_number, many_fields, marks_without_end,
]  # fmt: skip
