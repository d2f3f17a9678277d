"""Verdicts add up: the worst signature decides a file, the worst signed file a document, the main file its worth."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

from edxml.verdict import (
    DocumentReport,
    FileReport,
    Integrity,
    LegalValue,
    Role,
    SignatureReport,
    SubIndication,
    Verdict,
)

P, I, F, U = Verdict.PASSED, Verdict.INDETERMINATE, Verdict.FAILED, Verdict.UNSIGNED  # noqa: E741


def signature(verdict=P, role=Role.ORGANISATION, why=None, mark=None):
    return SignatureReport(
        "UBND xã", "CA", role, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "claimed", verdict, why, Integrity.FINAL,
        copy_mark=mark,
    )  # fmt: skip


def file(*verdicts, name="a.pdf"):
    return FileReport.of(name, [signature(v) for v in verdicts]) if verdicts else FileReport(name, U)


@pytest.mark.parametrize(
    ("verdicts", "expected"), [((P,), P), ((P, P), P), ((P, I), I), ((I, F), F), ((F, P, P), F), ((P, P, F), F)]
)
def test_every_signature_of_a_file_counts(verdicts, expected):  # law: R-069 TT15/2025 Đ6
    assert file(*verdicts).verdict is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([file(P)], P),
        ([file(P), file()], P),
        ([file(P), file(I)], I),
        ([file(I), file(F)], F),
        ([file()], I),
        ([], I),
        ([file(), file(P)], I),
        ([file(), file(F)], F),
    ],
)
def test_a_document_has_the_verdict_of_its_worst_signed_file_and_never_passes_by_its_annexes(files, expected):
    assert DocumentReport.of(files).verdict is expected


def test_an_unsigned_document_is_for_information_and_says_so():  # law: R-062 QĐ28 Đ4.2
    report = DocumentReport.of([file()])

    assert report.is_unsigned
    assert report.sub_indication is SubIndication.NO_SIGNATURE
    assert report.legal_value is LegalValue.INFORMATION
    assert "để biết, tham khảo" in report.as_json()["sentence"]


def test_an_original_is_signed_by_a_person_and_by_the_organisation():  # law: R-061 NĐ30 Đ5.1
    both = FileReport.of("a.pdf", [signature(role=Role.PERSON), signature()])

    assert DocumentReport.of([both]).legal_value is LegalValue.ORIGINAL
    assert (
        DocumentReport.of([FileReport.of("a.pdf", [signature(role=Role.PERSON)])]).legal_value is LegalValue.INFORMATION
    )


def test_a_copy_needs_its_mark_unless_the_profile_says_otherwise():  # law: R-065 NĐ30 Đ25.1c
    plain, marked = (FileReport.of("a.pdf", [signature(mark=m)]) for m in (None, "SAO Y"))

    assert DocumentReport.of([plain]).legal_value is LegalValue.INFORMATION
    assert DocumentReport.of([marked]).legal_value is LegalValue.COPY
    assert DocumentReport.of([plain], copy_needs_mark=False).legal_value is LegalValue.COPY


def test_an_annex_does_not_make_the_main_file_an_original():
    annex = FileReport.of("b.pdf", [signature(role=Role.PERSON), signature()])

    assert DocumentReport.of([file(P), annex]).legal_value is LegalValue.INFORMATION


def test_the_json_has_the_shape_outside_tools_rely_on():
    """D-12: who signed, when and by which clock, which revision, with what, and what was known of its revocation."""
    report = DocumentReport.of([file(I)]).as_json()

    assert {"verdict", "sub_indication", "legal_value", "files"} <= report.keys()
    (one,) = report["files"]
    assert {"name", "verdict", "sub_indication", "signatures"} <= one.keys()
    (only,) = one["signatures"]
    assert {"signer", "issuer", "role", "signed_at", "time_source", "verdict", "sub_indication"} <= only.keys()
    assert {"integrity", "revision", "covers", "algorithm", "valid_from", "valid_to", "checked_at"} <= only.keys()
    assert only["revocation"].keys() == {"status", "kind", "source", "as_of", "answers"}
    assert only["signed_at"] == "2026-01-02T10:04:05+07:00"
    json.dumps(report)


@pytest.mark.parametrize("why", list(SubIndication))
@pytest.mark.parametrize("verdict", [P, I, F])
def test_every_verdict_has_a_sentence_for_a_clerk(verdict, why):  # law: R-070 TT15/2025 Đ6
    report = DocumentReport.of([FileReport.of("a.pdf", [signature(verdict, why=why)])]).as_json()

    for sentence in (
        report["sentence"],
        report["files"][0]["sentence"],
        report["files"][0]["signatures"][0]["sentence"],
    ):
        assert sentence.endswith(".")
        assert "None" not in sentence


def test_a_report_travels_between_processes():
    report = DocumentReport.of([file(P, I)])

    assert pickle.loads(pickle.dumps(report)) == report
