"""What is kept of what an authority answers: only what a verifier would take as an answer to that question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from edxml.testing import TestCA
from edxml.testing.answers import Period, crl, ocsp_answer
from edxml.testing.authority import RESPONDER, SIGNER
from edxml.testing.certify import name_of
from edxml.trust import revocation_questions
from edxml.verdict import Need

NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = Period(NOW - timedelta(days=1), NOW + timedelta(days=6))


@pytest.fixture(scope="module")
def ca():
    return TestCA(now=NOW, address="http://ca.example")


def need(ca, kind):
    return Need(kind, ("http://ca.example/x",), ca.person("Lê An").certificate_der, ca.intermediate.certificate_der)


def scope(**said):
    nothing = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
        "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False,
    }  # fmt: skip
    return ((x509.IssuingDistributionPoint(**{**nothing, **said}), True),)


def answer(ca, shape):
    """About a person, by a responder of some shape."""
    responder = ca.make("ocsp", "OCSP", name_of("OCSP", organisation="CA"), shape)
    above = ca.intermediate.certificate
    return ocsp_answer(ca.person("Lê An").certificate, above, responder.holder, WEEK, embed=True)


def listed(ca, **how):
    return crl(ca.intermediate.certificate.subject, ca.intermediate.key, WEEK, **how)


def test_a_good_answer_is_kept(ca):
    assert revocation_questions.check(need(ca, "crl"), listed(ca), NOW).next_at == WEEK.until
    assert revocation_questions.check(need(ca, "ocsp"), answer(ca, RESPONDER), NOW).as_of == WEEK.since


@pytest.mark.parametrize(
    "how",
    [
        {"extra": scope(only_contains_ca_certs=True)},
        {"extra": scope(indirect_crl=True)},
        {"extra": scope(full_name=[x509.UniformResourceIdentifier("http://elsewhere/y.crl")])},
        {"extra": ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.704.9"), b"\5\0"), True),)},
        {"extra": ((x509.DeltaCRLIndicator(3), True),), "number": 4},
    ],
    ids=["of authorities", "indirect", "of another place", "not understood", "delta"],
)
def test_a_list_that_says_nothing_of_the_certificate_takes_no_place(ca, how):  # E-06
    with pytest.raises(ValueError, match="list"):
        revocation_questions.check(need(ca, "crl"), listed(ca, **how), NOW)


def test_the_list_of_an_issuer_is_kept_whatever_it_speaks_of(ca):
    own = ca.intermediate.certificate_der
    data = listed(ca, extra=scope(only_contains_user_certs=True))

    assert revocation_questions.check(Need("crl", ("http://ca.example/x",), own, own), data, NOW)
    assert revocation_questions.issuer_of(data, [ca.root.certificate_der, own]) == own


@pytest.mark.parametrize(
    "shape",
    [SIGNER, replace(RESPONDER, usage=("key_encipherment",)), replace(RESPONDER, ca=True)],
    ids=["E-07 no responder", "E-07 may not sign", "E-07 an authority"],
)
def test_what_an_unfit_responder_says_takes_no_place(ca, shape):
    with pytest.raises(ValueError, match="not signed by the issuer or its responder"):
        revocation_questions.check(need(ca, "ocsp"), answer(ca, shape), NOW)
