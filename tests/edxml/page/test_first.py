"""Page 1 of published documents is read as a person reads it, in the pass that verifies."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edxml.page.facts import Colour, PageText, Scan
from edxml.pdf.signature import verify_pdf
from edxml.trust.certificates import Trust

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "pdf"
SCANS = [
    "portal-file-1009-ttg-2024-timestamp-before-claimed-time.pdf",
    "portal-file-1039-ttg-2024-plain-signature.pdf",
    "portal-file-1139-ttg-2024-timestamp-6h-after-claimed-time.pdf",
    "portal-file-199-ndcp-2026-sha1-imprint.pdf",
]
TEXTS = {
    "congbao-2026-cades-software-service-ca.pdf": [
        "CHÍNH PHỦ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 28/2026/NĐ-CP", "CÔNG BÁO/Số 82/Ngày 04-02-2026",
    ],
    "congbao-blhs-2015-field-with-broken-byterange.pdf": [
        "PHẦN VĂN BẢN QUY PHẠM PHÁP LUẬT", "Luật số 100/2015/QH13 ngày 27 tháng 11 năm 2015",
    ],
    "congbao-qd-28-2018-orphan-signature-no-field.pdf": ["THỦ TƯỚNG CHÍNH PHỦ", "Số: 28/2018/QĐ-TTg"],
    "nd-49-2026-one-org-signature.pdf": ["Số: 49/2026/NĐ-CP", "Hà Nội, ngày 31 tháng 01 năm 2026", "NGHỊ ĐỊNH"],
    "nd-50-2026-person-then-5-org-signatures.pdf": ["Số: 50 /2026/NĐ-CP", "Hà Nội, ngày 31 tháng 01năm 2026"],
    "qd-ubnd-phu-tho-2025-3-org-signatures-no-timestamp.pdf": [
        "Số: 63 /2025/QĐ-CTUBND", "Phú Thọ, ngày 17 tháng 10 năm 2025", "QUYẾT ĐỊNH",
    ],
    "vbhn-vpqh-blhs-4-org-signatures.pdf": ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BỘ LUẬT", "HÌNH SỰ"],
}  # fmt: skip

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published documents do not lie beside the project")


@functools.cache
def facts(name):
    return verify_pdf(str(SAMPLES / name), name, Trust(), datetime(2026, 11, 21, tzinfo=UTC)).page


@pytest.mark.parametrize("name", TEXTS)
def test_a_published_document_is_read_line_by_line(name):  # law: R-076 TT Đ7.2.2
    page = facts(name)

    assert page.text is PageText.READABLE
    assert set(TEXTS[name]) <= {s.text for s in page.segments}
    assert not any("\ufffd" in s.text for s in page.segments)


@pytest.mark.parametrize("name", SCANS)
def test_a_signed_scan_has_no_text_but_its_picture_is_measured(name):  # law: R-055 HN Đ9.3b
    page = facts(name)

    assert page.is_scan
    assert page.text is PageText.NONE
    assert page.scan == Scan(200, Colour.BLACK_WHITE)


def test_number_and_date_drawn_by_signatures_stand_in_their_line():
    lines = [s.text for s in facts("nd-50-2026-person-then-5-org-signatures.pdf").segments]

    assert lines.index("Số: 50 /2026/NĐ-CP") < lines.index("NGHỊ ĐỊNH")


@pytest.mark.parametrize(
    ("name", "pages", "version"),
    [
        ("vbhn-vpqh-blhs-4-org-signatures.pdf", 277, (1, 7)),
        ("portal-file-1139-ttg-2024-timestamp-6h-after-claimed-time.pdf", 1, (1, 4)),
    ],
)
def test_pages_version_and_size_are_facts_of_the_file(name, pages, version):
    page = facts(name)

    assert (page.pages, page.version) == (pages, version)
    assert abs(page.width_mm - 210) < 5
    assert abs(page.height_mm - 297) < 5
