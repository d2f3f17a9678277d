"""The trust axis of a verdict: chain, time, revocation and usage, and how the verifier behaves."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import timedelta

import pytest

from edxml.pdf import signature
from edxml.testing import TestCA, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.trust.certificates import Role, Trust
from edxml.trust.timestamp_check import CLOCK_TOLERANCE
from edxml.verdict import SubIndication, Verdict

DAY = timedelta(days=1)
ORGANISATION = [("organisation", "Sở Nội vụ")]


def test_without_an_anchor_nothing_is_known(judge, signed):
    for trust in (Trust(), TestCA().trust()):
        report = judge(signed, trust)
        assert (report.verdict, report.sub_indication) == (
            Verdict.INDETERMINATE,
            SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        )


def test_a_missing_intermediate_is_undecided(judge, ca, signed):
    report = judge(signed, ca.trust(intermediate=False))

    assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert report.verdict is Verdict.INDETERMINATE


def test_a_missing_revocation_answer_is_undecided(judge, ca, signed):  # law: R-072 HN Đ9.1
    report = judge(signed, ca.trust(revocation=False))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)


def test_a_stale_revocation_list_is_undecided(judge, ca, signed):
    report = judge(signed, at=ca.now + 30 * DAY)

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)


def test_the_anchor_says_whether_the_state_or_a_public_authority_vouches(judge, ca, signed):
    assert {s.anchor for s in judge(signed).signatures} == {"state"}
    assert {s.anchor for s in judge(signed, ca.trust(purpose="public")).signatures} == {"public"}


@pytest.fixture
def own():
    return TestCA()


def test_revoked_before_signing_fails(judge, own):  # law: R-069 TT15/2025 Đ6
    signer = own.person("Lê An")
    data = signed_pdf(own, [signer])
    own.revoke(signer, own.now - DAY)

    report = judge(data, own.trust())

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.REVOKED)


def test_revoked_after_the_claimed_time_is_undecided_without_proof_of_it(judge, own):
    signer = own.person("Lê An")
    data = signed_pdf(own, [signer], at=own.now - 2 * DAY)
    own.revoke(signer, own.now - DAY)

    report = judge(data, own.trust())

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.REVOKED_NO_POE)


def test_a_time_stamp_before_the_revocation_proves_the_signature(judge, own):
    signer = own.person("Lê An")
    data = signed_pdf(own, [signer], at=own.now - 2 * DAY, timestamp=True)
    own.revoke(signer, own.now - DAY)

    assert judge(data, own.trust()).verdict is Verdict.PASSED


def test_a_time_stamp_of_a_stranger_proves_nothing(judge, own):
    signer = own.person("Lê An")
    stranger = TestCA()
    data = sign_once(plain_pdf(), stranger, signer, 0, own.now - 2 * DAY, timestamp=own.now - 2 * DAY)
    own.revoke(signer, own.now - DAY)

    report = judge(data, own.trust())

    assert report.sub_indication is SubIndication.REVOKED_NO_POE
    assert "timestamp_not_trusted" in report.signatures[0].warnings


def test_expired_is_undecided_unless_a_time_stamp_proves_it_was_in_time(judge, own):
    signer = own.issue("person", "Lê An", not_after=own.now - DAY)
    old = own.now - 5 * DAY

    assert judge(signed_pdf(own, [signer], at=old), own.trust()).sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert judge(signed_pdf(own, [signer]), own.trust()).sub_indication is SubIndication.EXPIRED
    assert judge(signed_pdf(own, [signer], at=old, timestamp=True), own.trust()).verdict is Verdict.PASSED


def test_a_signature_from_before_its_certificate_is_not_valid(judge, own):  # law: R-080
    signer = own.issue("person", "Lê An", not_before=own.now + DAY)

    report = judge(signed_pdf(own, [signer]), own.trust())

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.NOT_YET_VALID)


def test_a_signature_from_the_future_is_not_valid(judge, own):  # law: R-080
    within, beyond = (own.now + CLOCK_TOLERANCE + step * timedelta(seconds=1) for step in (0, 1))

    near = judge(signed_pdf(own, ORGANISATION, at=within), own.trust(), own.now)
    far = judge(signed_pdf(own, ORGANISATION, at=beyond), own.trust(), own.now)

    assert near.verdict is Verdict.PASSED
    assert (far.verdict, far.sub_indication) == (Verdict.FAILED, SubIndication.NOT_YET_VALID)
    assert far.signatures[0].warnings[0] == "signed_in_future"


def test_a_time_stamping_certificate_signs_no_documents(judge, own):
    report = judge(signed_pdf(own, [own.tsa()]), own.trust())

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.CHAIN_CONSTRAINTS_FAILURE)


def test_a_registered_role_goes_before_the_subject(judge, own):
    data = signed_pdf(own, [("organisation", "Sở Nội vụ")])
    (plain,) = judge(data, own.trust()).signatures

    (known,) = judge(data, replace(own.trust(), roles=((plain.fingerprint, Role.PERSON),))).signatures

    assert (plain.role, known.role) == (Role.ORGANISATION, Role.PERSON)


# --- manners


def test_no_exception_leaves_and_none_is_called_unsigned(judge, signed, monkeypatch):
    def explode(*_):
        raise MemoryError

    monkeypatch.setattr(signature, "_verify", explode)

    assert judge(signed).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_file_cut_anywhere_is_never_passed_and_never_unsigned(judge, signed, cut):
    assert judge(signed[: len(signed) * cut // 20]).verdict in (Verdict.INDETERMINATE, Verdict.FAILED)


def test_reports_and_trust_travel_between_processes(judge, ca, signed):
    report, trust = judge(signed), ca.trust()

    assert pickle.loads(pickle.dumps(report)) == report
    assert pickle.loads(pickle.dumps(trust)) == trust


async def test_it_works_while_an_event_loop_runs(judge, signed):
    assert judge(signed).verdict is Verdict.PASSED


def test_no_report_repeats_an_identity_number(judge, ca, signed):
    for trust in (None, Trust(), ca.trust(revocation=False)):
        assert "CCCD" not in repr(judge(signed, trust))
