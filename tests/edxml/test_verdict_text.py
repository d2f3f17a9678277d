"""A clerk reads one sentence: who, by whose certificate, when, whole or not, valid or not, and what it is worth."""

from __future__ import annotations

import ast
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edxml import verdict_phrases, verdict_text
from edxml.pdf.appearance import COPY_MARKS
from edxml.verdict import (
    DocumentReport,
    FileReport,
    Integrity,
    LegalValue,
    Revocation,
    Role,
    SignatureReport,
    SubIndication,
    Verdict,
)

ROOT = Path(verdict_text.__file__).parent
SIGNED = datetime(2026, 1, 31, 13, 54, 28, tzinfo=UTC)
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
GOOD = Revocation("good", "crl", "cache", AT - timedelta(minutes=40))


def signature(signer="Trần An", role=Role.PERSON, verdict=Verdict.PASSED, why=None, **more):
    values = {"integrity": Integrity.EXTENDED, "time_source": "timestamp", "signed_at": SIGNED} | more
    return SignatureReport(
        signer, "CA Nhà nước G2", role, values.pop("signed_at"), values.pop("time_source"), verdict, why,
        values.pop("integrity"), valid_from=SIGNED - timedelta(days=9), valid_to=SIGNED + timedelta(days=9),
        revocation=GOOD, checked_at=AT, **values,
    )  # fmt: skip


def seal(**more):
    return signature("UBND tỉnh", Role.ORGANISATION, **more)


def sentences(*signatures, warnings=(), **more):
    report = DocumentReport.of([FileReport.of("a.pdf", signatures, warnings)], **more)
    return report, report.as_json()["sentence"], report.as_json()["sentence_en"]


def test_an_original_is_told_whole():  # law: R-070 TT15/2025 Đ6, R-061 NĐ30 Đ5.1
    report, vietnamese, english = sentences(signature(), *[seal()] * 5)

    assert report.legal_value is LegalValue.ORIGINAL
    for part in (
        "hợp lệ", "Trần An (cá nhân, chứng thư do CA Nhà nước G2 cấp)",
        "lúc 20:54:28 ngày 31/01/2026 theo dấu thời gian",
        "UBND tỉnh (cơ quan, 5 chữ ký", "nội dung nguyên vẹn", "chứng thư số còn hiệu lực lúc ký",
        "có giá trị như bản gốc", "có đủ chữ ký số của người có thẩm quyền và của cơ quan",
    ):  # fmt: skip
        assert part in vietnamese
    for part in ("valid", "Trần An (person, certificate of CA Nhà nước G2)", "by time-stamp", "value of an original"):
        assert part in english


@pytest.mark.parametrize("mark", list(COPY_MARKS.values()))
def test_a_copy_is_called_by_its_kind(mark):  # law: R-064 NĐ30 Đ25, R-065 NĐ30 Đ25.1c
    report, vietnamese, english = sentences(seal(copy_mark=mark))

    assert report.legal_value is LegalValue.COPY
    assert "có giá trị như bản sao" in vietnamese
    assert f"dấu {mark} ({verdict_phrases.COPY_KINDS[mark][0]})" in vietnamese
    assert "value of a copy" in english


def test_a_copy_without_a_mark_is_one_by_the_provinces_rule_only():  # law: R-065 NĐ30 Đ25.1c
    assert "chỉ để biết, tham khảo vì chưa có chữ ký số của người có thẩm quyền" in sentences(seal())[1]
    assert "bản sao vì theo quy định của tỉnh" in sentences(seal(), copy_needs_mark=False)[1]


@pytest.mark.parametrize(
    ("signed", "because"),
    [
        (signature(), "chưa có chữ ký số của cơ quan"),
        (signature(role=Role.UNKNOWN), "chưa xác định được chữ ký nào"),
    ],
)
def test_a_document_for_information_says_what_is_missing(signed, because):  # law: R-062 QĐ28 Đ4.2
    report, vietnamese, _ = sentences(signed)

    assert report.legal_value is LegalValue.INFORMATION
    assert "chỉ để biết, tham khảo" in vietnamese
    assert because in vietnamese


def test_an_unsigned_document_does_not_replace_paper():  # law: R-062 QĐ28 Đ4.2, R-066 CB Đ7.2a
    report = DocumentReport.of([FileReport("a.pdf", Verdict.UNSIGNED)]).as_json()

    assert "không thay bản giấy" in report["sentence"]
    assert "does not replace paper" in report["sentence_en"]


@pytest.mark.parametrize(
    ("age", "vietnamese", "english"),
    [
        (timedelta(minutes=40), "cách đây 40 phút", "40 min ago"),
        (timedelta(hours=30), "cách đây 30 giờ", "30 h ago"),
        (timedelta(days=3), "cách đây 3 ngày", "3 days ago"),
    ],
)
def test_the_degraded_mode_is_said_with_the_age_of_the_list(age, vietnamese, english):  # law: R-072 HN Đ9.1
    stale = seal(
        verdict=Verdict.INDETERMINATE, why=SubIndication.TRY_LATER, warnings=("revocation_stale",),
    )  # fmt: skip
    stale = replace(stale, revocation=replace(GOOD, as_of=AT - age))
    report, told, told_en = sentences(stale)

    assert report.verdict is Verdict.INDETERMINATE
    assert f"đã kiểm tra theo danh sách thu hồi lưu {vietnamese}" in told
    assert english in told_en
    assert vietnamese in report.files[0].as_json()["signatures"][0]["sentence"]
    assert "tham khảo cho đến khi kết luận được" in told


def test_the_age_of_a_fresh_answer_is_shown_too():
    assert "chưa bị thu hồi theo dữ liệu cách lúc kiểm tra 40 phút" in verdict_text.signature(seal())


@pytest.mark.parametrize(
    ("signed_at", "told"),
    [
        (SIGNED, "chứng thư số còn hiệu lực lúc ký"),
        (SIGNED + timedelta(days=10), "chứng thư số đã hết hạn lúc ký"),
        (SIGNED - timedelta(days=10), "chứng thư số chưa có hiệu lực lúc ký"),
        (None, "không xét được hạn chứng thư số lúc ký"),
    ],
)
def test_the_period_of_the_certificate_is_held_against_the_time_of_signing(signed_at, told):
    assert told in verdict_text.signature(seal(signed_at=signed_at))


def test_a_failure_names_the_file_and_the_reason():
    report, vietnamese, english = sentences(
        seal(verdict=Verdict.FAILED, why=SubIndication.HASH_FAILURE, integrity=Integrity.CHANGED)
    )

    assert report.verdict is Verdict.FAILED
    assert "KHÔNG hợp lệ (a.pdf): nội dung tệp đã bị thay đổi sau khi ký" in vietnamese
    assert "changed after signing" in english


def test_the_time_by_the_signers_clock_is_called_so():
    assert "theo máy người ký" in verdict_text.signature(seal(time_source="claimed"))
    assert "by the signer's clock" in verdict_text.signature(seal(time_source="claimed"), verdict_text.EN)


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.INDETERMINATE, Verdict.FAILED])
@pytest.mark.parametrize("why", list(SubIndication))
@pytest.mark.parametrize("integrity", list(Integrity))
def test_every_state_has_one_whole_sentence_in_both_languages(verdict, why, integrity):
    one = SignatureReport(None, None, Role.UNKNOWN, None, "none", verdict, why, integrity)
    report = DocumentReport.of([FileReport.of("a.pdf", [one, one])]).as_json()
    file = report["files"][0]

    for holder in (report, file, file["signatures"][0]):
        for sentence in (holder["sentence"], holder["sentence_en"]):
            assert sentence.endswith(".")
            assert not set(sentence) & set("{}\n")
            assert "None" not in sentence
            assert "; ;" not in sentence
            assert ": ;" not in sentence


def test_every_word_exists_in_both_languages_with_the_same_places():
    tables = [value for value in vars(verdict_phrases).values() if isinstance(value, dict)]
    pairs = [pair for table in tables for pair in table.values() if isinstance(pair, tuple)]

    assert len(pairs) > 60
    for vietnamese, english in pairs:
        assert vietnamese
        assert english
        assert _places(vietnamese) == _places(english)
    for table, names in (
        (verdict_phrases.REASONS, SubIndication),
        (verdict_phrases.INTEGRITY, Integrity),
        (verdict_phrases.ROLES, Role),
        (verdict_phrases.WORTH, LegalValue),
        (verdict_phrases.COPY_KINDS, COPY_MARKS.values()),
    ):
        assert set(table) == set(names)


def test_every_note_and_warning_that_the_code_gives_has_words():
    given = {"notes": set(), "warnings": set()}
    for path in ROOT.rglob("*.py"):
        for kind, slugs in _slugs(ast.parse(path.read_text(encoding="utf-8"))).items():
            given[kind] |= slugs

    assert {"no_timestamp", "clock_differs", "read_forgivingly", "organisation_before_person"} <= given["warnings"]
    assert {"orphan_signature", "not_a_pdf", "other_format"} <= given["notes"]
    assert given["notes"] - set(verdict_phrases.NOTES) == set()
    assert given["warnings"] - set(verdict_phrases.WARNINGS) == set()


def test_every_active_content_that_the_code_finds_has_words():
    from edxml.pdf import active

    found = set()
    for name, value in vars(active).items():
        if isinstance(value, dict) and not name.startswith("__"):
            found |= {v for v in value.values() if isinstance(v, str) and v.isidentifier()}
    tree = ast.parse(Path(active.__file__).read_text(encoding="utf-8"))
    found |= {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }

    assert "javascript" in found
    assert found - set(verdict_phrases.ACTIVE) == set()


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _slugs(tree: ast.AST) -> dict[str, set[str]]:
    """String constants given as notes or warnings: keywords, and what functions about warnings or doubts hold."""
    found = {"notes": set(), "warnings": set()}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "note":
            found["notes"] |= _constants(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "warnings":
            found["warnings"] |= _constants(node.value)
        elif isinstance(node, ast.FunctionDef) and any(w in node.name for w in ("warnings", "doubts")):
            found["warnings"] |= _constants(ast.Module(node.body[1:] if ast.get_docstring(node) else node.body, []))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_undecided", "_doubted"):
            kind = "notes" if node.func.id == "_undecided" else "warnings"
            found[kind] |= {slug for argument in node.args for slug in _constants(argument)}
    return found


def _constants(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and "_" in one.value and one.value.islower()
    }
