"""Characters, file names, subjects: found where they are, and nothing else. law: R-043 HN Đ4.2"""

from __future__ import annotations

import hashlib
import unicodedata

import pytest

from edxml.testing import make_package, plain_pdf
from hub.flow import content, views
from hub.flow.checks import file_names, old_code_page

from .conftest import NOTATION, NUMBER, SUBJECT, A, B

FILES = [("vb.pdf", plain_pdf(text=f"Số: {NUMBER}/{NOTATION}"))]


@pytest.mark.parametrize("text", ["Giao ban\x7f quý", "Giao ban \x9b quý", "Giao ban \x80 quý"])
async def test_a_control_character_is_refused(ask, text):
    said = await ask("api", subject=text, attachments=FILES)

    assert (said.fault, said.check) == ("profile_invalid", "control_characters")
    assert said.detail.startswith("U+00")
    assert text not in said.detail


@pytest.mark.parametrize("text", ["Giao ban\nquý IV", "Giao ban\tquý IV"])
async def test_line_ends_and_tabs_are_white_space(ask, text):
    assert (await ask("api", subject=text, attachments=FILES)).fault is None


@pytest.mark.parametrize(
    ("text", "page"),
    [
        pytest.param("Céng hßa x· héi chñ nghÜa ViÖt Nam", "TCVN3", id="B-05 TCVN3"),
        pytest.param("C«ng hßa", "TCVN3", id="B-05 as in the catalogue"),
        pytest.param("QuyÕt ®Þnh vÒ viÖc", "TCVN3", id="B-05 with đ"),
        pytest.param("Coäng hoøa xaõ hoäi chuû nghóa", "VNI", id="B-05 VNI"),
        ("Cộng hòa xã hội chủ nghĩa Việt Nam", None),
        ("Khoán toàn cục, hoá đơn quý", None),
        ("Báo cáo công tác", None),
        ("Về việc «Năm an toàn»", None),
        ("Microsoft® Windows®, 25 m², 30°C", None),
        ("Université de Genève", None),
        ("Größenänderung", None),
        (unicodedata.normalize("NFD", "Cộng hòa xã hội"), None),
        ("", None),
    ],
)
def test_old_code_pages_are_told_from_unicode(text, page):
    assert old_code_page.looks_like(text) == page


async def test_the_bytes_of_a_text_are_never_changed(sender, recipient):
    """B-03, B-05, B-06: decomposed letters, an old code page, signs that turn the text; delivered as they came."""
    for subject in (unicodedata.normalize("NFD", SUBJECT), "C«ng hßa x· héi chñ nghÜa", "Mời \u202e họp giao ban"):
        data = make_package(A, (B,), subject=subject, attachments=FILES)

        accepted = await sender.give(data)

        kept = await (await content.of_package(sender.hub, sender.system, accepted.package_id)).read()
        assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(data).hexdigest() == accepted.sha256


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=f"B-10 {name!r}")
        for name in (
            "../../x", "..\\..\\x", "/etc/cron.d/x", "C:\\x", "x%2e%2e%2fy", "....//", "\\\\host\\share", "name:ads",
            "CON", "aux.txt", "-rf", "~root", ".", "   ",
        )
    ]
    + [pytest.param(name, id=f"B-11 {name!r}") for name in ("a\r\nb.pdf", "a\tb", 'a"b.pdf', "a;b.pdf", "a\x1bb.pdf")]
    + [pytest.param("ấ" * 100 + ".pdf", id="B-09 long")],
)  # fmt: skip
def test_names_that_other_software_may_misread_are_named(name):
    assert file_names.trouble(name) is not None


@pytest.mark.parametrize("name", ["Báo cáo (1).pdf", "console.pdf", "7-SNV-VP_ký số.pdf", "a.b.c.pdf", "com10.txt"])
def test_plain_names_are_left_alone(name):
    assert file_names.trouble(name) is None


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("a.pdf", "a.pdf"), id="B-13 equal"),
        pytest.param(("ấ.pdf", unicodedata.normalize("NFD", "ấ.pdf")), id="B-13 in another form"),
        pytest.param(("A.pdf", "a.PDF"), id="B-13 in another case"),
    ],
)
async def test_files_with_one_name_are_delivered_both_in_their_order(sender, recipient, names):
    files = [(name, plain_pdf(text=f"{number}: {NUMBER}/{NOTATION}")) for number, name in enumerate(names)]

    accepted = await sender.give(make_package(A, (B,), subject=SUBJECT, attachments=files))

    assert [one.code for one in accepted.warnings].count("repeated_file_name") == 1
    seen = (await views.package(sender.hub, recipient.system, accepted.package_id)).attachments
    assert [one["sha256"] for one in seen] == [hashlib.sha256(data).hexdigest() for _, data in files]


@pytest.mark.parametrize(
    ("subject", "warned"),
    [
        ("V/v mời họp", True),
        ("v/v MỜI HỌP.", True),
        ("Giấy mời", True),
        ("abc", True),
        ("V/v mời họp giao ban công tác cải cách hành chính ngày 03/3", False),
        ("Quyết định về việc nâng lương", False),
    ],
)
async def test_a_summary_says_who_when_and_about_what(ask, subject, warned):  # law: R-047 CB Đ6.1a
    said = await ask("api", subject=subject, attachments=FILES)

    assert (said.outcome("subject_empty") == "warn") is warned


@pytest.mark.parametrize(("due", "warned"), [("2019-01-01", True), ("2099-12-31", False), ("", False)])
async def test_the_deadline_is_not_before_the_day_of_issue(ask, due, warned):  # law: R-041 HN Đ10.2d
    said = await ask("vxp", due_date=due, attachments=FILES)

    assert (said.outcome("due_date") == "warn") is warned


@pytest.mark.parametrize("name", ["Quyết định", "QUYẾT ĐỊNH", "Sao y", "Nghị định", "Công văn", "Giấy mời họp", "Khác"])
async def test_types_of_the_list_are_known(ask, name):  # law: R-036 NĐ30 PL III.I, R-015
    assert (await ask("api", type_name=name, attachments=FILES)).outcome("document_type") is None


async def test_an_endless_text_hides_nothing_and_is_searched_beside_the_event_loop(ask, sender, monkeypatch):
    """B-07: bounded by the size of the header, not by what a check looks at."""
    import threading

    from hub.flow.checks import control_characters

    threads = set()
    first = control_characters._first
    monkeypatch.setattr(control_characters, "_first", lambda text: threads.add(threading.get_ident()) or first(text))

    said = await ask("api", subject="Mời họp giao ban quý " * 100_000 + "\x85", attachments=FILES)

    assert (said.fault, said.check) == ("profile_invalid", "control_characters")
    assert threading.get_ident() not in threads


async def test_a_secrecy_stamp_at_the_end_of_an_endless_subject_is_seen(ask):
    """law: R-009"""
    said = await ask("api", subject="Mời họp giao ban quý " * 10_000 + "(TUYỆT MẬT)", attachments=FILES)

    assert said.fault == "secret"
