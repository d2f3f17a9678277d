"""Which documents also go on paper, by profile."""

from __future__ import annotations

import pytest

from hub import profile
from hub.flow import checks
from hub.profile import PaperRule
from hub.profile.paper import Described, rule_for

LETTER = Described("Công văn", "12", "UBND-VX", "V/v đôn đốc báo cáo tiến độ")
NORMATIVE = Described("Quyết định", "40", "2019/QĐ-UBND", "Ban hành quy chế văn bản điện tử")


def decided(name: str, document: Described, kind: str = "so", organ_id: str = "000.00.05.H99") -> str:
    """`with`, `never`, or '' when the profile does not say."""
    found = rule_for(profile.load(name, checks.SETTABLE).paper, document, kind, organ_id)
    return found.paper if found is not None else ""


def test_the_national_case_is_the_government_and_the_prime_minister():
    """law: R-166 QĐ28 Đ7.2"""
    assert decided("national", LETTER, organ_id="000.00.00.G22") == "with"
    assert decided("national", LETTER) == decided("national", NORMATIVE) == ""


@pytest.mark.parametrize(
    ("document", "kind", "told"),
    [
        (LETTER, "so", ""),
        (LETTER, "bo", "with"),
        (NORMATIVE, "so", "with"),
        (Described("Quyết định", "2019", "QĐ-UBND", "Cử đoàn đi công tác"), "so", ""),
        (Described("Tờ trình", "5", "TTr-STC", "Đề nghị ban hành đề án"), "ubnd-tinh", "with"),
        (Described("", "5", "TTr-STC", "Đề nghị ban hành đề án"), "ubnd-tinh", "with"),
        (Described("Tờ trình", "5", "TTr-STC", "Đề nghị ban hành đề án"), "so", ""),
        (Described("Báo cáo", "9", "BC-TTr", "Giải quyết khiếu nại của công dân"), "so", "with"),
        (Described("Quyết định", "9", "QĐ-UBND", "Bổ nhiệm cán bộ"), "so", "with"),
        (Described("Công văn", "9", "STC-NS", "Quyết toán ngân sách năm 2025"), "so", "with"),
    ],
)
def test_ha_nam_sends_these_on_paper_too(document, kind, told):
    """law: R-163 HN Đ6.5"""
    assert decided("ha-nam-2019", document, kind) == told


@pytest.mark.parametrize(
    ("document", "kind", "told"),
    [
        (NORMATIVE, "so", "with"),
        (Described("Tờ trình", "5", "TTr-STC", "Phê duyệt đề án"), "ubnd-tinh", "with"),
        (Described("Chỉ thị", "3", "CT-UBND", "Phòng chống thiên tai"), "so", "with"),
        (Described("Kế hoạch", "3", "KH-STC", "Phân bổ dự toán ngân sách"), "so", "with"),
        (Described("Kế hoạch", "3", "KH-SYT", "Tập huấn nghiệp vụ"), "so", "never"),
        (Described("Giấy mời", "3", "GM-UBND", "Họp giao ban tháng 5"), "so", "never"),
        (Described("Báo cáo", "3", "BC-SYT", "Báo cáo tháng 5 về y tế cơ sở"), "so", "never"),
        (Described("Công văn", "3", "SYT-TCCB", "Sắp xếp tổ chức bộ máy"), "so", "with"),
        (Described("Công văn", "3", "SYT-VP", "Góp ý dự thảo quy chế"), "so", "never"),
        (LETTER, "so", ""),
        (Described("Khác", "3", "SYT-VP", "Cung cấp thông tin"), "so", ""),
    ],
)
def test_cao_bang_names_what_goes_on_paper_and_what_never(document, kind, told):
    """law: R-164 CB Đ8.2, R-165 CB Đ8.1"""
    assert decided("cao-bang-2017", document, kind) == told


def test_a_word_is_a_whole_word_however_it_is_written():
    rule = PaperRule(name="x", paper="with", subjects=("khiếu nại",))

    assert rule_for([rule], Described("", "", "", "Về KHIẾU  NẠI của công dân"), "", "") is rule
    assert rule_for([rule], Described("", "", "", "Về khiếu nạitố"), "", "") is None
