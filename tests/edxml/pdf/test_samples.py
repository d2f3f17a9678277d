"""Published State documents as they are: none that is genuine fails, the two damaged ones are told apart."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edxml.pdf.signature import verify_pdf
from edxml.trust.certificates import Role, Trust
from edxml.verdict import Integrity, SubIndication, Verdict

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "pdf"
AT = datetime(2026, 11, 21, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published documents do not lie beside the project")

FINAL, EXTENDED = Integrity.FINAL, Integrity.EXTENDED
GENUINE = {
    "nd-50-2026-person-then-5-org-signatures.pdf": [EXTENDED] * 5 + [FINAL],
    "vbhn-vpqh-blhs-4-org-signatures.pdf": [EXTENDED] * 3 + [FINAL],
    "qd-ubnd-phu-tho-2025-3-org-signatures-no-timestamp.pdf": [EXTENDED] * 2 + [FINAL],
    "nd-49-2026-one-org-signature.pdf": [FINAL],
    "congbao-2026-cades-software-service-ca.pdf": [FINAL],
    "portal-file-1009-ttg-2024-timestamp-before-claimed-time.pdf": [FINAL],
    "portal-file-1139-ttg-2024-timestamp-6h-after-claimed-time.pdf": [FINAL],
    "portal-file-1039-ttg-2024-plain-signature.pdf": [FINAL],
    "portal-file-199-ndcp-2026-sha1-imprint.pdf": [FINAL],
}


@functools.cache
def judge(name):
    trust = Trust.from_folder(SAMPLES / "certificates")
    return verify_pdf(str(SAMPLES / name), name, trust, AT)


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_document_is_undecided_only_for_want_of_an_intermediate(
    name,
):  # law: R-069 TT15/2025 Đ6, R-075 TT Đ6.5
    report = judge(name)

    assert [s.integrity for s in report.signatures] == GENUINE[name]
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[-1].sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert report.signatures[-1].role is Role.ORGANISATION


def test_number_date_and_seal_are_signatures_of_the_same_office():
    report = judge("nd-50-2026-person-then-5-org-signatures.pdf")

    assert [s.signer for s in report.signatures] == ["Trần Hồng Hà", *["CHÍNH PHỦ"] * 5]


def test_time_stamps_out_of_order_or_before_the_claimed_time_are_shown_and_not_judged():
    report = judge("portal-file-1009-ttg-2024-timestamp-before-claimed-time.pdf")

    (only,) = report.signatures
    assert only.timestamp_at < only.claimed_at
    assert "clock_differs" in only.warnings
    assert "sha1_in_timestamp" in only.warnings


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("portal-file-1009-ttg-2024-timestamp-before-claimed-time.pdf", -694),
        ("portal-file-1139-ttg-2024-timestamp-6h-after-claimed-time.pdf", 22_846),
        ("portal-file-1039-ttg-2024-plain-signature.pdf", 2),
        ("portal-file-199-ndcp-2026-sha1-imprint.pdf", 437),
    ],
)
def test_the_claimed_time_is_the_one_in_the_pdf_whatever_the_attribute_says(name, seconds):
    """The portal's tool writes local time into the attribute as if it were UTC, seven hours late."""
    (only,) = judge(name).signatures

    assert (only.timestamp_at - only.claimed_at).total_seconds() == seconds
    assert ("clock_differs" in only.warnings) is (abs(seconds) > 600)


def test_an_extract_that_kept_its_signature_field_fails():
    report = judge("congbao-blhs-2015-field-with-broken-byterange.pdf")

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.FORMAT_FAILURE)
    assert report.signatures[0].integrity is Integrity.BROKEN


def test_an_extract_with_the_dead_remainder_of_a_signature_is_unsigned():
    report = judge("congbao-qd-28-2018-orphan-signature-no-field.pdf")

    assert (report.verdict, report.note) == (Verdict.UNSIGNED, "orphan_signature")
    assert report.signatures == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("nd-50-2026-person-then-5-org-signatures.pdf", ["", "50", "31", "01", "2026", ""]),
        ("vbhn-vpqh-blhs-4-org-signatures.pdf", ["135", "05", "9", ""]),
        ("qd-ubnd-phu-tho-2025-3-org-signatures-no-timestamp.pdf", ["63", "", "63"]),
    ],
)
def test_number_and_date_are_read_from_the_widgets_of_the_signatures(name, shown):
    assert [s.shown for s in judge(name).signatures] == shown
