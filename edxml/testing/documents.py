"""Made-up PDFs: plain, signed as real offices sign, and spoiled on purpose."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from edxml.testing.authority import TestCA, TestSigner
from edxml.trust.revocation_sources import NOTHING, Stapled

if TYPE_CHECKING:
    from edxml.testing.tsa import TestStamper

DEFAULT_SIGNERS = (("person", "Nguyễn Văn An"), ("organisation", "UBND tỉnh Thử Nghiệm"))
SIGNATURE_HEX = 16_384  # reserve for one CMS in hex digits, as real tools leave


def ascii_of(text: str) -> str:
    """Vietnamese without its marks, for the one font that every PDF reader has."""
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in flat if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def plain_pdf(size_bytes: int = 0, text: str = "Văn bản thử nghiệm", pages: int = 1) -> bytes:
    """A valid PDF 1.7 of `pages` pages with one line of text each; at least `size_bytes` long, at most 30 more.

    Padding lies in a stream of its own, incompressible by declaration, so that any size is made in no time.
    """
    line = ascii_of(text).replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /TrucPadding 4 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
        b"",
    ]
    for n in range(pages):
        content = f"BT /F1 13 Tf 85 770 Td ({line} - {n + 1}) Tj ET".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    objects[3] = _padding(0)
    missing = size_bytes - len(assemble(objects))
    objects[3] = _padding(max(missing, 0))
    return assemble(objects)


def _padding(length: int) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (length, b"\x00" * length)


def assemble(objects: Sequence[bytes], version: str = "1.7") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    parts = [b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode()]
    offsets = []
    place = len(parts[0])
    for number, body in enumerate(objects, 1):
        offsets.append(place)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        place += len(parts[-1])
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, place))
    return b"".join(parts)


def signed_pdf(
    ca: TestCA,
    signers: Sequence[tuple[str, str] | TestSigner] = DEFAULT_SIGNERS,
    size_bytes: int = 0,
    *,
    text: str = "Văn bản thử nghiệm",
    pages: int = 1,
    at: datetime | None = None,
    timestamp: bool = False,
    certify: bool = True,
    visible: bool = True,
    reason: str | None = None,
) -> bytes:
    """A PDF signed as real offices do: the first signature certifies (DocMDP P=2), each further one has its own field.

    signers: ("person"|"organisation", name) or a TestSigner, in order of signing.
    at: the time the first signer claims (default: the authority's now); each further one claims a minute more.
    timestamp: add a token of the test TSA with the claimed time.
    """
    data = plain_pdf(size_bytes, text, pages)
    for index, who in enumerate(signers):
        signer = who if isinstance(who, TestSigner) else ca.issue(*who)
        moment = (at or ca.now) + timedelta(minutes=index)
        data = sign_once(
            data, ca, signer, index, moment,
            timestamp=moment if timestamp else None, certify=certify and index == 0, visible=visible, reason=reason,
        )  # fmt: skip
    return data


def sign_once(
    data: bytes,
    ca: TestCA,
    signer: TestSigner,
    index: int,
    moment: datetime,
    *,
    timestamp: datetime | None = None,
    certify: bool = False,
    visible: bool = True,
    reason: str | None = None,
    digest: str = "sha256",
    box: tuple[int, int, int, int] | None = None,
    stamp_text: str | None = None,
    stamper: TestStamper | None = None,
    stapled: Stapled = NOTHING,
    attribute: datetime | None = None,
) -> bytes:
    """One more signature, number `index`, in a new field of the first page; box: left, bottom, right, top in points.

    stamp_text: what the widget draws, in letters without marks (default: signer and time).
    timestamp: the time of a token by the authority's own stamper; stamper: another one instead.
    stapled: revocation answers that come in the signature. attribute: the claimed time in the CMS, if not `moment`.
    """
    from pyhanko.sign import fields, signers  # noqa: PLC0415 (0.4 s to import)

    from edxml.testing import signing, tsa  # noqa: PLC0415

    place = box or (60 + 130 * (index % 4), 500 - 60 * (index // 4), 170 + 130 * (index % 4), 540 - 60 * (index // 4))
    name = f"Signature{index + 1}"
    metadata = signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm=digest,
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        reason=reason,
        name=signer.name,
    )
    field = fields.SigFieldSpec(name, on_page=0, box=place if visible else None)
    if timestamp is not None and stamper is None:
        stamper = tsa.TestStamper(ca.tsa(), timestamp)
    reserve = SIGNATURE_HEX + 2 * sum(map(len, (*stapled.crls, *stapled.ocsps)))
    return signing.sign(
        data, signer, metadata, field, moment, reserve=reserve, stamper=stamper, text=stamp_text, stapled=stapled,
        attribute=attribute,
    )  # fmt: skip


def flip_byte(data: bytes, place: int | None = None) -> bytes:
    """The same PDF with one byte of its first page's text changed, inside every signed range."""
    where = data.index(b" Tj ET") - 6 if place is None else place
    return data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :]


def append_revision(data: bytes, text: str = "Nội dung đã bị thay") -> bytes:
    """The same PDF with an incremental update that nobody signed and that replaces the first page's text."""
    from pyhanko.pdf_utils import generic  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    content = f"BT /F1 13 Tf 85 770 Td ({ascii_of(text)}) Tj ET".encode()
    page[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=content))
    writer.mark_update(page.container_ref)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
