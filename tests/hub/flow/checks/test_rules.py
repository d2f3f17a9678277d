"""Checks that a province's rules, a signature or a PDF's own content decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edxml.testing import signed_pdf
from edxml.testing.documents import assemble, flip_byte
from edxml.trust.certificates import TrustFiles
from hub import profile
from hub.flow import checks

from .conftest import DOORS, NOTATION, NUMBER, SUBJECT
from .test_formats import PDF

FILES = [("vb.pdf", PDF)]


@pytest.fixture
def province_of(sender):
    """province_of(name): the hub works under that profile."""

    def use(name: str) -> None:
        sender.hub.profile = profile.load(name, checks.SETTABLE)

    return use


@pytest.mark.parametrize(
    ("name", "subject", "type_name", "excluded"),
    [
        ("vinh-phuc-2014", "Đơn tố cáo ông A lấn chiếm đất", "Công văn", True),
        ("vinh-phuc-2014", "V/v đơn tố cáo của bà B", "Công văn", True),
        ("vinh-phuc-2014", SUBJECT, "Đơn tố cáo", True),
        ("vinh-phuc-2014", "Quy định về giải quyết đơn tố cáo trong ngành nội vụ", "Công văn", False),
        ("ha-nam-2019", "Đơn tố cáo ông A lấn chiếm đất", "Đơn", False),
        ("national", "Đơn tố cáo ông A lấn chiếm đất", "Đơn", False),
        ("thai-thuy-2019", "Đề thi học kỳ I môn Toán", "Công văn", True),
        ("binh-dinh-2017", "Quốc phòng: kế hoạch diễn tập", "Kế hoạch", True),
    ],
)
async def test_each_province_keeps_its_own_kinds_off_the_network(ask, province_of, name, subject, type_name, excluded):
    """law: R-014 VP Đ7.1, R-163 HN Đ6.5"""
    province_of(name)

    for door in DOORS:
        said = await ask(door, subject=subject, type_name=type_name, attachments=FILES)
        expected = checks.BY_SLUG["excluded_kind"].outcomes[door] if excluded else None
        assert said.outcome("excluded_kind") == expected
        if said.fault:
            assert said.fault == "excluded_kind"


def scripted(action: bytes) -> bytes:
    return assemble([
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        action,
    ])  # fmt: skip


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", id="D-13 JavaScript"),
        pytest.param(b"<< /S /Launch /F (calc.exe) >>", id="D-13 Launch"),
    ],
)
async def test_a_pdf_that_does_something_by_itself(ask, action):
    """law: R-019 CB Đ3.2"""
    files = [("vb.pdf", PDF), ("phu-luc.pdf", scripted(action))]

    for door in DOORS:
        said = await ask(door, attachments=files)
        assert said.outcome("active_content") == checks.BY_SLUG["active_content"].outcomes[door]
        assert said.fault in (None, "pdf_active_content")


async def test_a_link_to_a_page_is_harmless(ask):
    linked = assemble([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://chinhphu.vn) >> >>",
    ])  # fmt: skip

    assert (await ask("api", attachments=[("vb.pdf", PDF), ("b.pdf", linked)])).outcome("active_content") is None


async def test_a_proven_failure_is_refused_at_our_doors_and_marked_from_the_axis(ask, ca):
    """law: R-069 R-072 R-073"""
    broken = flip_byte(signed_pdf(ca, text=f"Số: {NUMBER}/{NOTATION}"))

    for door in DOORS[:3]:
        said = await ask(door, attachments=[("vb.pdf", broken)])
        assert (said.fault, said.check) == ("pdf_sig_invalid", "failed_signature")
    said = await ask("axis", attachments=[("vb.pdf", broken)])
    assert said.outcome("failed_signature") == "warn"


async def test_a_certificate_that_was_not_good_yet_is_named_as_the_reason(ask, ca, sender, tmp_path):
    """law: R-080"""
    sender.hub.trust = TrustFiles(str(ca.write_trust(tmp_path / "trusted")))
    early = ca.issue("organisation", "Cơ quan 000.00.01.H99", not_before=ca.now + timedelta(days=2))
    data = signed_pdf(ca, [early], text=f"Số: {NUMBER}/{NOTATION}")

    said = await ask("api", attachments=[("vb.pdf", data)])

    assert (said.fault, said.check) == ("cert_not_yet_valid", "failed_signature")


async def test_a_province_may_ask_for_signatures(ask, sender):
    """R-062: "unless the province says so"."""
    strict = {"unsigned_main": {"api": profile.Outcome.ENFORCE}}
    sender.hub.profile = replace(sender.hub.profile, checks=strict)

    assert (await ask("api", attachments=FILES)).fault == "sig_missing"
    assert (await ask("vxp", attachments=FILES)).fault is None


async def test_a_seal_alone_is_a_copy_where_the_profile_says_so(ask, ca, province_of):
    """law: R-065 CB Đ7.5"""
    seal = [("vb.pdf", signed_pdf(ca, [("organisation", "Cơ quan 000.00.01.H99")], text=f"Số: {NUMBER}/{NOTATION}"))]
    assert (await ask("api", attachments=seal)).outcome("person_signature") == "warn"

    province_of("cao-bang-2017")

    assert (await ask("api", attachments=seal)).outcome("person_signature") is None


async def test_a_recall_and_an_update_need_no_file(ask):
    for kind in (1, 2):
        said = await ask("api", business_type=kind, attachments=[], document_id="000.00.01.H99.2026.1")
        assert said.outcome("main_document") is None
        assert said.fault is None
