"""Group E, revocation: E-06, E-07, E-08, E-10. Good only by a fresh, fitting, signed answer; else "cannot tell"."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from edxml.testing import TestCA
from edxml.testing.answers import Period, Revoked, ocsp_answer
from edxml.testing.authority import RESPONDER, SIGNER
from edxml.testing.certify import AUTHORITY, Addresses, name_of
from edxml.trust import answer_names, revocation_check
from edxml.trust.certificates import TrustFiles
from edxml.trust.revocation_sources import Stapled
from edxml.verdict import SubIndication

from .chains import DAY, NOW, SECOND, Chain, authority, new_ca, signer
from .revocations import CASES, GOOD, LATER, REVOKED, WEEK, Case, big_list

MOST_SECONDS = 0.01


@pytest.mark.parametrize(("make", "expected"), CASES)
def test_an_answer_is_believed_or_not(make, expected):  # law: R-072 HN Đ9.1
    chain = make(Case())

    result = chain.check()

    assert result.problem is expected, result.detail
    status = {GOOD: "good", REVOKED: "revoked"}.get(expected)
    assert status is None or result.revocation.status == status


def test_a_long_list_is_read_once_and_asked_often():  # E-06
    case = Case()
    trust = case.base.with_revocation(crls=big_list(case, [], 100_000))
    people = [signer(case.ca) for _ in range(30)]
    assert Chain(people[0], trust=trust).check().problem is None
    begun = time.process_time()

    for one in people[1:]:
        assert Chain(one, trust=trust).check().problem is None

    assert (time.process_time() - begun) / len(people) < MOST_SECONDS


@pytest.mark.parametrize(
    ("days", "expected"),
    [pytest.param(1, GOOD, id="E-07 responder alive"), pytest.param(3, LATER, id="E-07 responder has ended since")],
)
def test_an_answer_speaks_no_longer_than_its_responder_lives(days, expected):
    """Else the key of a responder that ended could go on saying "good", antedated, for ever."""
    now = datetime.now(UTC).replace(microsecond=0)  # the library writes the real moment into an answer
    ca = TestCA(now=now)
    leaf = signer(ca)
    responder = ca.make("ocsp", "OCSP", name_of("OCSP", organisation="CA"), RESPONDER, validity=(None, now + 2 * DAY))
    answer = ocsp_answer(
        leaf.certificate, ca.intermediate.certificate, responder.holder, Period(now - DAY, now + 300 * DAY), embed=True
    )
    trust = replace(ca.trust(), crls=(ca.crl_for(ca.root),), ocsps=(answer,))

    assert Chain(leaf, trust=trust, at=now + days * DAY).check().problem is expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(("key_cert_sign", "crl_sign"), GOOD, id="E-06 an authority that may sign lists"),
        pytest.param(("key_cert_sign",), LATER, id="E-06 an authority that may not sign lists"),
    ],
)
def test_only_who_may_sign_lists_is_believed_in_one(usage, expected):
    ca = new_ca()
    above = authority(ca, "cấp dưới", replace(AUTHORITY, usage=usage))
    trust = ca.trust().with_revocation(crls=(ca.crl_for(above),))

    assert Chain(signer(ca, issuer=above), (above.certificate_der,), trust).check().problem is expected


def test_a_certificate_on_hold_is_asked_about_again():
    ca = new_ca(address="http://ca.example")
    leaf = signer(ca)
    ca.revoke(leaf, NOW - DAY, x509.ReasonFlags.certificate_hold)

    result = Chain(leaf, trust=ca.trust()).check()

    assert result.problem is LATER
    assert {need.certificate for need in result.needs} == {leaf.certificate_der}


# --- what the hub fetched


@pytest.fixture
def served(tmp_path):
    """An authority whose certificates say where its answers are, trusted through files."""
    ca = new_ca(address="http://ca.example")
    folder, kept = ca.write_trust(tmp_path / "trust", revocation=False), tmp_path / "answers"
    for place in ("crl", "ocsp"):
        (kept / place).mkdir(parents=True)
    return ca, TrustFiles(str(folder), str(kept), grace_hours=2), kept


def keep_list(kept, ca, issuer, at=NOW):
    (kept / answer_names.answer_name_crl(ca.crl_url(issuer))).write_bytes(ca.crl_for(issuer, at))


def keep_answer(kept, leaf, ca, period, revoked=None):
    issuer = ca.intermediate
    name = answer_names.answer_name_ocsp(leaf.certificate_der, issuer.certificate_der)
    data = ocsp_answer(leaf.certificate, issuer.certificate, issuer.holder, period, revoked=revoked)
    (kept / name).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def test_what_is_missing_is_named_with_its_addresses(served):  # E-08, law: R-072
    ca, files, _ = served
    leaf = signer(ca)

    result = Chain(leaf, trust=files.load()).check()

    assert result.problem is LATER
    assert [(n.kind, n.urls, n.certificate) for n in result.needs] == [
        ("ocsp", ("http://ca.example/ocsp",), leaf.certificate_der),
        ("crl", ("http://ca.example/crl/intermediate.crl",), leaf.certificate_der),
        ("ocsp", ("http://ca.example/ocsp",), ca.intermediate.certificate_der),
        ("crl", ("http://ca.example/crl/root.crl",), ca.intermediate.certificate_der),
    ]
    assert {n.issuer for n in result.needs[:2]} == {ca.intermediate.certificate_der}


def test_a_fetched_answer_decides_as_soon_as_it_lies_there(served):  # E-08, law: R-071
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    assert chain.check().problem is LATER

    keep_list(kept, ca, ca.root)
    assert [n.kind for n in chain.check().needs] == ["ocsp", "crl"]
    digest = keep_answer(kept, chain.leaf, ca, WEEK)

    result = chain.check()
    assert result.problem is None
    assert (result.revocation.kind, result.revocation.source, result.revocation.as_of) == ("ocsp", "cache", WEEK.since)
    assert result.revocation.answers[0] == digest
    assert len(result.revocation.answers) == 2


def test_what_is_remembered_says_nothing_of_a_time_before_the_answers(served):
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root)
    keep_list(kept, ca, ca.intermediate)
    assert chain.check().problem is None

    assert replace(chain, at=NOW - DAY).check().problem is LATER


def test_a_newer_answer_ends_what_was_remembered(served):
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root)
    keep_list(kept, ca, ca.intermediate)
    assert chain.check().problem is None
    ca.revoke(chain.leaf, NOW - DAY)

    keep_list(kept, ca, ca.intermediate, NOW + SECOND)

    assert chain.check().problem is REVOKED


def test_an_answer_that_comes_while_another_is_read_is_not_passed_over(served, monkeypatch):
    """What is remembered rests on the files as they were before they were read."""
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root)
    keep_list(kept, ca, ca.intermediate)
    ask = revocation_check.status

    def ask_then_revoke(*question):
        answer = ask(*question)
        ca.revoke(chain.leaf, NOW - DAY)
        keep_list(kept, ca, ca.intermediate, NOW + SECOND)
        return answer

    with monkeypatch.context() as moment:
        moment.setattr(revocation_check, "status", ask_then_revoke)
        assert chain.check().problem is None

    assert chain.check().problem is REVOKED


def test_an_ocsp_answer_that_arrives_ends_what_a_list_had_decided(served):
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root)
    keep_list(kept, ca, ca.intermediate)
    assert chain.check().problem is None

    revoked = Revoked(chain.leaf.certificate.serial_number, NOW - DAY)
    keep_answer(kept, chain.leaf, ca, Period(NOW, NOW + DAY), revoked)

    assert chain.check().problem is REVOKED


@pytest.mark.parametrize(
    ("late", "status", "warnings"),
    [
        pytest.param(timedelta(hours=2), "good", ("revocation_stale",), id="E-08 within the grace"),
        pytest.param(timedelta(hours=2, seconds=1), "unknown", (), id="E-08 beyond the grace"),
    ],
)
def test_a_stale_answer_is_named_and_never_enough(served, late, status, warnings):  # law: R-072
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root, NOW + 7 * DAY)
    keep_list(kept, ca, ca.intermediate)

    result = replace(chain, at=NOW + 7 * DAY + late).check()

    assert (result.problem, result.revocation.status, result.warnings) == (LATER, status, warnings)
    assert [n.kind for n in result.needs] == ["ocsp", "crl"]


@pytest.mark.parametrize("rubbish", [b"", b"\x30\x80", b"<html>"], ids=["E-10 empty", "E-10 cut", "E-10 a page"])
def test_rubbish_in_the_cache_is_no_answer(served, rubbish):
    ca, files, kept = served
    chain = Chain(signer(ca), trust=files.load())
    keep_list(kept, ca, ca.root)
    (kept / answer_names.answer_name_crl(ca.crl_url(ca.intermediate))).write_bytes(rubbish)
    (kept / answer_names.answer_name_ocsp(chain.leaf.certificate_der, ca.intermediate.certificate_der)).write_bytes(
        rubbish
    )

    assert chain.check().problem is LATER


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/x.crl", "http://169.254.169.254/latest", "file:///etc/passwd", "ldap://x/y", "http://a/../../b"],
    ids=lambda address: f"E-10 {address}",
)
def test_an_address_is_told_and_never_followed_nor_a_path(served, address):
    """Whoever may use a network guards it; here an address only names a file in the folder."""
    ca, files, _ = served
    leaf = signer(ca, replace(SIGNER, addresses=Addresses(crl=(address,))))

    result = Chain(leaf, trust=files.load()).check()

    assert result.problem is LATER
    assert result.needs[0].urls == (address,)
    assert answer_names.answer_name_crl(address).removeprefix("crl/").removesuffix(".crl").isalnum()


# --- what comes with the document


def test_an_answer_in_the_document_is_as_good_as_any():
    case = Case()
    by_list = Chain(case.leaf, trust=case.base, stapled=Stapled(crls=(case.list(),)))
    by_ocsp = replace(by_list, stapled=Stapled(ocsps=(case.answer(),)))

    for chain in (by_list, by_ocsp):
        result = chain.check()
        assert (result.problem, result.revocation.source) == (None, "document")


def test_an_answer_in_one_document_says_nothing_of_the_next():
    case = Case()
    with_answer = Chain(case.leaf, trust=case.base, stapled=Stapled(crls=(case.list(),)))
    assert with_answer.check().problem is None

    assert replace(with_answer, stapled=Stapled()).check().problem is LATER


def test_a_good_answer_in_the_document_does_not_hide_a_newer_revocation():
    case = Case()
    old = case.answer(Period(NOW - 2 * DAY, NOW + DAY))
    trust = case.base.with_revocation(crls=[case.list(entries=[case.line()])])

    assert Chain(case.leaf, trust=trust, stapled=Stapled(ocsps=(old,))).check().problem is REVOKED


# --- against proven time


@pytest.mark.parametrize(
    ("since", "problem"),
    [
        pytest.param(NOW - DAY + SECOND, GOOD, id="E-06 revoked a second after the proven time"),
        pytest.param(NOW - DAY, REVOKED, id="E-06 revoked at the proven time"),
    ],
)
def test_a_revocation_counts_from_its_own_second(since, problem):
    case = Case()
    chain = case.with_lists(case.list(entries=[case.line(since)]))

    assert chain.check(known=NOW - DAY).problem is problem


def test_an_authority_revoked_after_the_proven_time_still_vouches():
    case = Case()
    case.ca.revoke(case.ca.intermediate, NOW - DAY)
    chain = Chain(case.leaf, trust=case.ca.trust())

    assert chain.check().problem is SubIndication.REVOKED_CA_NO_POE
    assert chain.check(known=NOW - 2 * DAY).problem is None


def test_a_list_that_no_longer_names_ended_certificates_acquits_none():
    """An entry stays until the first list after the certificate's end; a much later one says nothing of it."""
    case = Case()
    ended = signer(case.ca, validity=(None, NOW - 30 * DAY))
    proven = NOW - 40 * DAY
    keeps = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.60"), b"\x18\x0f20200101000000Z"), False),)

    lists = (case.list(), case.list(extra=keeps))
    late, keeping = (Chain(ended, trust=case.base.with_revocation(crls=[one])) for one in lists)

    assert late.check(known=proven).problem is LATER
    assert keeping.check(known=proven).problem is None
