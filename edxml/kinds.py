"""What a file is, told from its bytes; names and labels only decide between formats that share a signature."""

from __future__ import annotations

import struct
from typing import Final

HEAD_BYTES: Final = 65_536
TAIL_BYTES: Final = 16_384

_MAGIC: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"(\xb5/\xfd", "zst"),
    (b"MSCF", "cab"),
    (b"ITSF", "chm"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b"\xcf\xfa\xed\xfe", "exe"),
    (b"\xce\xfa\xed\xfe", "exe"),
    (b"\xca\xfe\xba\xbe", "exe"),
    (b"L\0\0\0\x01\x14\x02\0", "lnk"),
    (b"#!", "script"),
)
ZIPPED: Final = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"})
COMPOUND: Final = frozenset({"ole", "doc", "xls", "ppt", "msg", "msi"})
ARCHIVES: Final = frozenset({"zip", "rar", "7z", "gz", "bz2", "xz", "zst", "tar", "cab", "chm"})
ACTIVE: Final = frozenset({"exe", "lnk", "script", "msi", "html", "svg"})
"""Kinds that run or are rendered with scripts."""
# fmt: off
PROGRAMS: Final = frozenset({
    "exe", "com", "scr", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "msi", "msp", "cpl",
    "jar", "lnk", "pif", "reg", "sh", "dll", "sys", "apk", "app", "url", "chm", "html", "htm", "xhtml", "shtml",
    "mht", "mhtml", "svg", "svgz", "php", "asp", "aspx", "jsp", "py", "docm", "dotm", "xlsm", "xltm", "xlam", "pptm",
    "ppsm",
})
# fmt: on
"""Extensions of files that run or are rendered with scripts."""
_PICTURES: Final = frozenset({"png", "jpg", "gif", "tif", "bmp"})
_MARKUP: Final = (b"<html", b"<script", b"<svg", b"<?php", b"<iframe")
_PAGE: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<table", b"<iframe", b"<meta")
_OLE: Final = frozenset({"doc", "xls", "ppt", "msg", "msi"})
_OFFICE: Final = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"))
_OPEN_DOCUMENT: Final = (
    (b"opendocument.text", "odt"),
    (b"opendocument.spreadsheet", "ods"),
    (b"opendocument.presentation", "odp"),
)
_BINARY_NAMES: Final = frozenset(
    {
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "odt",
        "ods",
        "odp",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "tif",
        "tiff",
        "zip",
        "rar",
        "7z",
    }
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_TEXT_CONTROL: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def extension(name: str) -> str:
    """Extension in lower case without the dot; empty when there is none."""
    _, dot, tail = name.rpartition(".")
    return tail.strip().lower() if dot else ""


def sniff(head: bytes, tail: bytes, name: str) -> str:
    """Kind of the file: pdf, zip, docx, xlsx, pptx, odt, doc, xls, ppt, png, jpg, …, txt, empty or unknown.

    head, tail: first HEAD_BYTES and last TAIL_BYTES of the file at most.
    """
    if not head:
        return "empty"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if kind == "zip":
                return _zip_kind(head, tail)
            if kind == "ole":
                return extension(name) if extension(name) in _OLE else "doc"
            if kind != "exe" or b"\0" in head[:64]:  # a text may begin with the same letters
                return kind
    return "tar" if head[257:262] == b"ustar" else _text_kind(head, name)


def also(head: bytes, tail: bytes, kind: str) -> str:
    """Another format that the same bytes are for other programs ("zip", "html", "exe", …); empty for an honest file.

    A line of text before a PDF's mark is no format: scanners and portals put one there.
    """
    if kind == "pdf":
        before = sniff(head[: head.find(b"%PDF-")].strip(), b"", "")
        if before not in ("empty", "txt", "unknown"):
            return before
    if kind not in ZIPPED and _ends_as_zip(tail):
        return "zip"
    if kind in _PICTURES:
        text = head.lower()
        return "html" if any(mark in text for mark in _MARKUP) else ""
    return ""


def open_document(head: bytes) -> str | None:
    """odt, ods or odp by the text of the entry `mimetype`; None for anything else."""
    return next((kind for mark, kind in _OPEN_DOCUMENT if mark in head), None)


def single_entry(head: bytes, tail: bytes) -> str | None:
    """Name of the only entry of a zip; None when it is no zip or holds another number of entries."""
    at = tail.rfind(b"PK\x05\x06")
    if not head.startswith(b"PK\x03\x04") or at < 0 or len(tail) - at < 22:
        return None
    entries, total, size = struct.unpack_from("<HHI", tail, at + 8)
    begin = at - size
    if entries != 1 or total != 1 or begin < 0 or size < 46 or tail[begin : begin + 4] != b"PK\x01\x02":
        return None
    (flags,) = struct.unpack_from("<H", tail, begin + 8)
    (length,) = struct.unpack_from("<H", tail, begin + 28)
    raw = tail[begin + 46 : begin + 46 + length]
    return raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")


def is_zipped(inner: str | None, outer: str) -> bool:
    """Whether a zip with the single entry `inner` is only the transport wrapping of a file called `outer`.

    No .docx or .xlsx holds one entry of its own kind, so equal extensions prove it; a .zip in a .zip proves nothing.
    """
    return inner is not None and extension(outer) not in ("", "zip") and extension(inner) == extension(outer)


def is_ruined(head: bytes, kind: str, name: str) -> bool:
    """Whether a binary file was decoded and encoded as UTF-8 text on its way (EF BF BD runs), beyond repair."""
    if b"\xef\xbf\xbd" not in head or (kind in ("txt", "xml", "rtf") and extension(name) not in _BINARY_NAMES):
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as wrong:
        # The head may end inside a character; anything earlier proves that real binary bytes survived.
        if len(head) < HEAD_BYTES or wrong.start < len(head) - 3:
            return False
        text = head[: wrong.start].decode("utf-8")
    return text.count(_REPLACEMENT) >= 2 or (kind == "unknown" and _REPLACEMENT in text)


def _zip_kind(head: bytes, tail: bytes) -> str:
    if head[30:38] == b"mimetype":
        kind = open_document(head[38:128])
        if kind is not None:
            return kind
    if b"[Content_Types].xml" in head or b"[Content_Types].xml" in tail:
        for mark, kind in _OFFICE:
            if mark in tail or mark in head:
                return kind
    return "zip"


def _ends_as_zip(tail: bytes) -> bool:
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return False
    (size,) = struct.unpack_from("<I", tail, at + 12)
    (comment,) = struct.unpack_from("<H", tail, at + 20)
    begin = at - size
    return at + 22 + comment == len(tail) or (begin >= 0 and tail[begin : begin + 4] == b"PK\x01\x02")


def _text_kind(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "txt"
    if head.translate(None, _TEXT_CONTROL) != head:
        return "unknown"
    marked = _marked_text(head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower())
    if marked is not None:
        return marked
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as wrong:
        if len(head) < HEAD_BYTES or wrong.start < len(head) - 3:
            # text of an old code page has no mark of its own
            return "txt" if extension(name) in ("txt", "csv") else "unknown"
    return "txt"


def _marked_text(start: bytes) -> str | None:
    if start.startswith(b"<?xml"):
        return "svg" if b"<svg" in start else "html" if b"<html" in start else "xml"
    if start.startswith(_PAGE):
        return "html"
    if start.startswith(b"<svg"):
        return "svg"
    return "script" if start.startswith(b"#!") else None
