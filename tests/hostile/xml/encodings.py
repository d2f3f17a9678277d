"""Group B as data: bytes that are no UTF-8, text that is not what it looks like, names that want to be paths."""

from __future__ import annotations

from .malformed import case, into_subject, replaced

_ENCODING, _NOT = "xml_encoding", "xml_not_well_formed"
DECLARED = b'encoding="UTF-8"'


def told(name: str):
    """The declaration names another encoding than the bytes have."""
    return replaced(DECLARED, b'encoding="' + name.encode() + b'"')


BYTES = (
    case("B-01a", "UTF-16 with a mark", lambda d: d.decode().encode("utf-16"), _ENCODING),
    case("B-01b", "UTF-16 without", lambda d: d.decode().encode("utf-16-le"), _ENCODING, _NOT),
    case("B-01c", "UTF-32", lambda d: d.decode().encode("utf-32"), _ENCODING, _NOT),
    case("B-01d", "declared windows-1258", told("windows-1258"), _ENCODING),
    case("B-01e", "declared UTF-7", told("UTF-7"), _ENCODING),
    case("B-01f", "EBCDIC", lambda d: d.decode().encode("cp500", "replace"), _ENCODING, _NOT),
    case("B-01g", "declared UTF-16, bytes UTF-8", told("UTF-16"), _ENCODING),
    case("B-02a", "overlong", into_subject(b"\xc0\xaf"), _ENCODING, _NOT),
    case("B-02b", "a lone surrogate", into_subject(b"\xed\xa0\x80"), _ENCODING, _NOT),
    case("B-02c", "NUL", into_subject(b"a\0b"), _NOT),
    case("B-02d", "U+FFFE", into_subject("\ufffe".encode()), _NOT),
    case("B-02e", "a letter cut in two", into_subject("ế".encode()[:2]), _ENCODING, _NOT),
)

TEXTS = {
    "B-03 decomposed": "V/v ba\u0301o ca\u0301o quy\u0301 I",
    "B-05 an old code page": "C«ng hßa x· héi chñ nghÜa ViÖt Nam",
    "B-06 a turn of direction": "hoa don\u202efdp.exe",
    "B-07a beyond the first plane": "Tài liệu \U0001f600 \U00020000",
    "B-07b many marks on one letter": "a" + "\u0301" * 450,
    "B-07c private use": "\ue000 và \u0378",
}

NAMES = {
    "B-10a up": "../../x.pdf",
    "B-10b up in Windows": "..\\..\\x.pdf",
    "B-10c absolute": "/etc/cron.d/x.pdf",
    "B-10d a drive": "C:\\x.pdf",
    "B-10e encoded": "x%2e%2e%2fy.pdf",
    "B-10f a share": "\\\\host\\share.pdf",
    "B-10g a stream": "ten:ads.pdf",
    "B-10h a device": "CON.pdf",
    "B-10i an option": "-rf.pdf",
    "B-10j a home": "~root.pdf",
    "B-11a a quote": 'a"b.pdf',
    "B-11b a semicolon": "a;b.pdf",
    "B-11c an escape": "a\u009b31mb.pdf",
    "B-06b direction": "hoa-don\u202efdp.pdf",
}
