"""The fault table is complete, in two languages, and its codes are those of the protocol."""

from __future__ import annotations

import copy
import pickle

import pytest

from edxml.faults import Fault, Refusal

SLUGS = """
xml_not_well_formed xml_dtd_forbidden xml_limit xml_encoding schema_invalid profile_invalid org_unknown
org_closed org_suspended org_ambiguous not_connected sender_not_allowed sig_missing sig_invalid sig_coverage
sig_alg_forbidden sig_multiple pdf_unreadable pdf_sig_invalid pdf_modified_after_sign pdf_active_content
cert_untrusted cert_expired cert_not_yet_valid cert_revoked cert_usage cert_identity_mismatch
format_not_allowed attachment_mismatch secret excluded_kind virus revocation_unavailable timestamp_unavailable
auth_required forbidden not_found conflict state_conflict recall_too_late reason_required base_unknown
lease_lost digest_mismatch too_large unsupported_type rate_limited overloaded storage_full dependency_down
intake_stopped internal
""".split()  # noqa: SIM905 - read as the contract lists them


def test_every_slug_of_the_contract_is_a_fault_and_no_other():
    assert [fault.slug for fault in Fault] == SLUGS


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.slug)
def test_every_row_is_complete(fault):
    """law: R-240"""
    assert fault.vxp_code in {"10", "15", "18", "19", "20", "21", "22", "23"}
    assert 400 <= fault.http_status < 600
    assert fault.retry in ("never", "later")
    assert fault.who in ("sender", "recipient", "operator", "nobody")
    for text in (fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en):
        assert 5 < len(text) < 140
    assert fault.title_en.isascii() or "…" in fault.title_en
    assert not fault.title_vi.isascii()
    assert Fault.of(fault.slug) is fault


def test_no_title_and_no_row_is_said_twice():
    assert len({fault.title_vi for fault in Fault}) == len({fault.title_en for fault in Fault}) == len(Fault)


def test_what_is_our_trouble_may_be_tried_again_and_nothing_else_says_20():
    for fault in Fault:
        assert (fault.vxp_code == "20") == (fault.http_status >= 500 or fault.http_status == 429)
        if fault.vxp_code == "20":
            assert fault.retry == "later"


def test_a_refusal_says_slug_place_and_detail_and_stays_short():
    refusal = Refusal(Fault.SCHEMA_INVALID, "x" * 900, where="a/b")

    assert len(refusal.detail) == 500
    assert str(refusal).startswith("schema_invalid: a/b: xxx")
    assert str(Refusal(Fault.INTERNAL)) == "internal"


def test_a_refusal_survives_the_way_between_processes():
    refusal = Refusal(Fault.PDF_UNREADABLE, "why", where="a.pdf")

    for again in (pickle.loads(pickle.dumps(refusal)), copy.copy(refusal)):
        assert (again.fault, again.detail, again.where) == (Fault.PDF_UNREADABLE, "why", "a.pdf")
