"""What page 1 says is compared with what the sender declares; nothing of the page stands in a finding."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from edxml import codes, model
from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, pages, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.pages import Line, official_page, scanned_page, text_page
from edxml.trust.certificates import Trust
from hub.flow.checks import (
    invisible_signature,
    page_amount,
    page_metadata,
    page_size,
    scan,
    secret_stamp,
    urgency_stamp,
)
from hub.flow.checks.base import Action, CheckedFile, Outcome, Subject

SAMPLES = Path(__file__).parents[4].parent / "shared" / "samples" / "pdf"
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
ON = date(2026, 11, 20)


@dataclass
class Desk:
    """Where checks are asked about made-up documents."""

    folder: Path

    async def ask(self, check, *pdfs, number="12", notation="BC-SNV", on=ON, priority=0, page_amount=None):
        header = model.MessageHeader(
            sender=model.Organization("000.00.01.H99", "Sở Nội vụ"),
            code=model.Code(number, notation),
            promulgation=model.Promulgation("An Bình", on, ""),
            other=model.OtherInfo(priority=priority, page_amount=page_amount),
        )
        files = [self._file(n, data) for n, data in enumerate(pdfs)]
        package = model.Package("edoc", header, model.Business(), (), None, tuple(f.attachment for f in files), "", 0)
        return await check.find(None, Subject(package, "000.00.01.H99", None, "api", NOW, files))

    def _file(self, number, data):
        name = f"{number}.pdf"
        if isinstance(data, bytes):
            path = self.folder / name
            path.write_bytes(data)
            report = verify_pdf(str(path), name, Trust(), NOW)
        else:
            report = _published(data)
        attachment = model.Attachment(name, name, "", "", "pdf", False, (0, 0), 0, "")
        return CheckedFile(attachment, None, report)


@functools.cache
def _published(path: Path):
    return verify_pdf(str(path), path.name, Trust(), NOW)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def with_line(text, x=100.0, y=132.0, size=13.0):
    return official_page(more=[Line(text, x, y, size)])


# --- law: R-012 NĐ30 PL I.III.2a


@pytest.mark.parametrize("text", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "TOI MAT", "TUYET MAT", "MAT", "M Ậ T", "T Ố I  M Ậ T",
                                  "[MẬT]", "* TUYỆT MẬT *", "ĐỘ MẬT: TỐI MẬT"])  # fmt: skip
async def test_a_stamp_of_secrecy_holds_the_document_for_the_senders_clerk(desk, text):
    (finding,) = await desk.ask(secret_stamp, with_line(text))

    assert (finding.action, finding.reason, finding.fault.slug) == (Action.HOLD, "secret_stamp", "secret")
    assert set(secret_stamp.CHECK.outcomes.values()) == {Outcome.ENFORCE}
    assert secret_stamp.CHECK.fixed


async def test_letters_of_a_stamp_may_stand_far_apart(desk):
    page = official_page(more=[Line("M", 90, 132), Line("Ậ", 125, 132), Line("T", 160, 132)])

    assert await desk.ask(secret_stamp, page)


async def test_a_stamp_drawn_by_an_annotation_or_in_an_annex_is_seen(desk):
    ca = TestCA()
    office, box = ca.issue("organisation", "Sở Nội vụ"), (60, 640, 160, 680)
    drawn = sign_once(plain_pdf(), ca, office, 0, ca.now, box=box, stamp_text="TOI MAT")

    assert await desk.ask(secret_stamp, drawn)
    (finding,) = await desk.ask(secret_stamp, official_page(), with_line("TUYỆT MẬT"))
    assert finding.where == "1.pdf"


@pytest.mark.parametrize(
    "text",
    [
        "bảo mật", "Mật", "mật", "bí mật kinh doanh", "BẢO MẬT", "QUY CHẾ BẢO MẬT THÔNG TIN",
        "V/v bảo vệ bí mật nhà nước", "BÍ MẬT NHÀ NƯỚC", "MẬT KHẨU", "MẬT ĐỘ XÂY DỰNG", "CƠ MẬT", "Độ mật: Thường",
        "MẶT", "MẤT", "ỦY BAN MẶT TRẬN", "TỐI MẬT là độ mật thứ hai",
    ],
)  # fmt: skip
async def test_a_phrase_with_the_word_is_no_stamp(desk, text):
    assert await desk.ask(secret_stamp, with_line(text)) == []


@pytest.mark.parametrize(
    "more",
    [
        [Line("MẬT", 100, 700)],  # at the foot
        [Line("QUY CHẾ BẢO", 240, 170, 14), Line("MẬT", 275, 188, 14)],  # a heading over two lines
        [Line("BẢO", 230, 170, 14), Line("MẬT", 290, 170, 14)],  # a heading with wide blanks
        [Line(text, 90 + 110 * n, 300) for n, text in enumerate(["TT", "THƯỜNG", "MẬT", "GHI CHÚ"])],
        [Line("MẬT", 90, 300), Line("TỐI MẬT", 250, 300)],
    ],
)
async def test_the_foot_a_broken_heading_and_the_head_of_a_table_are_no_stamps(desk, more):
    assert await desk.ask(secret_stamp, official_page(more=more)) == []


async def test_a_stamp_in_two_lines_is_one(desk):
    assert await desk.ask(secret_stamp, official_page(more=[Line("TUYỆT", 100, 135), Line("MẬT", 105, 150)]))


async def test_a_finding_says_nothing_of_the_document(desk):
    page = official_page(number="777/QĐ-XYZ", more=[Line("MẬT", 100, 132), Line("HỎA TỐC", 100, 160)])
    asked = [secret_stamp, urgency_stamp, page_metadata]

    found = [finding for check in asked for finding in await desk.ask(check, page)]
    told = " ".join(f"{finding.detail} {finding.detail_vi}" for finding in found)

    assert len(found) == 3
    assert not any(word in told for word in ("777", "XYZ", "BÁO CÁO", "MẬT"))


# --- law: R-057 NĐ30 PL I.III.2b


@pytest.mark.parametrize(
    ("text", "priority", "shown"),
    [
        ("HỎA TỐC", 0, 3), ("HOẢ TỐC", 1, 3), ("THƯỢNG KHẨN", 1, 2), ("KHẨN", 3, 3), ("KHẨN", 0, 1),
        ("HỎA TỐC HẸN GIỜ", 0, 4), ("K H Ẩ N", 0, 1),
    ],
)  # fmt: skip
async def test_a_stamp_of_urgency_that_differs_is_told_with_the_higher_of_the_two(desk, text, priority, shown):
    (finding,) = await desk.ask(urgency_stamp, with_line(text), priority=priority)

    assert finding.action is Action.WARN
    assert finding.detail.endswith(f"shown as {shown}")
    assert codes.Priority(shown).label_vi in finding.detail_vi


@pytest.mark.parametrize(
    ("text", "priority"),
    [("KHẨN", 1), ("HỎA TỐC", 3), ("HỎA TỐC", 4), ("Khẩn trương thực hiện", 0), ("CÔNG VĂN KHẨN", 0), ("", 2)],
)
async def test_a_stamp_that_agrees_and_no_stamp_at_all_are_silent(desk, text, priority):
    page = with_line(text) if text else official_page()

    assert await desk.ask(urgency_stamp, page, priority=priority) == []


# --- law: R-076 TT Đ7.2.2


@pytest.mark.parametrize("number", ["12", "012", "0012"])
async def test_number_and_date_on_the_page_are_found(desk, number):
    assert await desk.ask(page_metadata, official_page(), number=number) == []


@pytest.mark.parametrize("written", ["12 / BC-SNV", "012/BC-SNV", "12/2026/BC-SNV", "1 2/BC-SNV", "12/BC–SNV"])
async def test_blanks_leading_zeros_and_dashes_do_not_matter(desk, written):
    assert await desk.ask(page_metadata, official_page(written)) == []


async def test_a_number_that_is_nowhere_is_told(desk):
    (finding,) = await desk.ask(page_metadata, official_page("13/BC-SNV"))

    assert finding.action is Action.WARN
    assert "number" in finding.detail


async def test_a_number_only_inside_the_text_is_not_the_number_of_the_document(desk):
    assert await desk.ask(page_metadata, official_page("13/BC-SNV", more=[Line("12 biên chế", 100, 300)]))


async def test_another_date_in_the_head_of_the_page_is_told(desk):
    (finding,) = await desk.ask(page_metadata, official_page(day="ngày 19 tháng 11 năm 2026"))

    assert "date" in finding.detail


@pytest.mark.parametrize("day", ["ngày 20 tháng 11 năm 2026", "ngày    tháng 11 năm 2026", "ngày 20/11/2026"])
async def test_the_same_date_and_one_left_open_are_silent(desk, day):
    assert await desk.ask(page_metadata, official_page(day=day)) == []


async def test_a_number_drawn_by_a_signature_is_found(desk):
    ca = TestCA()
    office = ca.issue("organisation", "Sở Nội vụ")
    page = official_page("      /BC-SNV")
    assert await desk.ask(page_metadata, page)

    signed = sign_once(page, ca, office, 0, ca.now, box=(120, 722, 145, 738), stamp_text="12")
    assert await desk.ask(page_metadata, signed) == []


@pytest.mark.parametrize(
    "page",
    [
        scanned_page(200),
        scanned_page(200, recognised="So: 99/XYZ"),
        text_page([Line("Số: 99/QĐ-UBND", 90, 70)], legacy=True),
        b"%PDF-1.7 broken",
    ],
)
async def test_what_a_program_cannot_read_is_not_checkable(desk, page):
    assert await desk.ask(page_metadata, page) == []


# --- law: R-055 HN Đ9.3b, R-048 NĐ30 PL I.I, R-118 NĐ30 PL VI, R-049 NĐ30 PL I.II.7d


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (scanned_page(300), []),
        (scanned_page(200), []),
        (scanned_page(150), ["150 dpi"]),
        (scanned_page(300, "grey"), ["without colour"]),
        (scanned_page(100, "black_white", recognised="Bao cao"), ["100 dpi", "without colour"]),
        (scanned_page(300, version="1.3"), ["older than 1.4"]),
        (official_page(), []),
    ],
)
async def test_a_scan_below_what_the_decree_wants_is_told(desk, page, words):
    found = [finding.detail for finding in await desk.ask(scan, page)]

    assert len(found) == len(words)
    assert all(word in detail for word, detail in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("box", "silent"),
    [((595, 842), True), ((842, 595), True), ((600, 850), True), ((612, 792), False), ((420, 595), False)],
)
async def test_only_a_page_that_is_not_a4_stands_in_the_books(desk, box, silent):
    assert (await desk.ask(page_size, text_page([Line("Số: 1", 50, 50)], box=box)) == []) is silent
    assert set(page_size.CHECK.outcomes.values()) == {Outcome.RECORD}


@pytest.mark.parametrize(("said", "told"), [(None, False), (0, False), (3, False), (5, False), (4, True)])
async def test_a_number_of_pages_that_fits_neither_the_file_nor_all_is_told(desk, said, told):
    found = await desk.ask(page_amount, official_page(pages=3), official_page(pages=2), page_amount=said)

    assert bool(found) is told


async def test_a_signature_that_shows_nothing_is_told(desk):
    ca = TestCA()
    (finding,) = await desk.ask(invisible_signature, signed_pdf(ca, visible=False))

    assert "2 of 2" in finding.detail
    assert await desk.ask(invisible_signature, signed_pdf(ca)) == []


# --- the published documents

published = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published documents do not lie beside the project")
NUMBERS = {
    "nd-50-2026": ("50", "NĐ-CP", date(2026, 1, 31)),
    "nd-49-2026": ("49", "NĐ-CP", date(2026, 1, 31)),
    "qd-ubnd-phu-tho": ("63", "QĐ-CTUBND", date(2025, 10, 17)),
    "vbhn-vpqh": ("135", "VBHN-VPQH", date(2025, 9, 5)),
    "congbao-2026": ("28", "NĐ-CP", date(2026, 1, 19)),
    "congbao-qd-28": ("28", "QĐ-TTg", date(2018, 7, 12)),
    "congbao-blhs": ("100", "QH13", date(2015, 11, 27)),
    "portal-file-1009": ("1009", "QĐ-TTg", date(2024, 9, 19)),
}


@published
async def test_no_published_document_raises_an_alarm(desk):
    for path in sorted(SAMPLES.glob("*.pdf")):
        for check in (secret_stamp, urgency_stamp, invisible_signature, page_size):
            assert await desk.ask(check, path) == [], (path.name, check.__name__)


@published
@pytest.mark.parametrize("prefix", NUMBERS)
async def test_number_and_date_of_a_published_document_are_found_or_not_checkable(desk, prefix):
    (path,) = SAMPLES.glob(f"{prefix}*.pdf")
    number, notation, on = NUMBERS[prefix]

    assert await desk.ask(page_metadata, path, number=number, notation=notation, on=on) == []


@published
@pytest.mark.parametrize("prefix", ["nd-50-2026", "nd-49-2026", "qd-ubnd-phu-tho"])
async def test_a_wrong_number_for_a_published_document_is_told(desk, prefix):
    (path,) = SAMPLES.glob(f"{prefix}*.pdf")

    assert await desk.ask(page_metadata, path, number="7777", notation=NUMBERS[prefix][1])


def test_the_generators_make_what_they_say():
    assert pages.scanned_page(72).count(b"/Image") == 1
