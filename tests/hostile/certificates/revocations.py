"""Group E as data, revocation: which answers are at hand, and what they make of a signer.

GOOD only by a fresh, fitting, signed answer; else "cannot tell".
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from edxml.testing import answers
from edxml.testing.answers import Period, Revoked, crl, ocsp_answer
from edxml.testing.authority import RESPONDER
from edxml.testing.certify import name_of
from edxml.trust.revocation_check import CLOCK_SKEW, WITHOUT_END
from edxml.verdict import SubIndication

from .chains import DAY, NOW, SECOND, Chain, new_ca, signer

GOOD = None
LATER = SubIndication.TRY_LATER
REVOKED = SubIndication.REVOKED_NO_POE
WEEK = Period(NOW - DAY, NOW + 6 * DAY)
TOMORROW = datetime.now(UTC).replace(microsecond=0) + DAY  # the library writes the real moment into an answer
HOLD, BACK = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl


class Case:
    """A signer whose own revocation is asked; its authority's is known."""

    def __init__(self) -> None:
        self.ca = new_ca()
        self.leaf = signer(self.ca)
        self.serial = self.leaf.certificate.serial_number
        self.base = replace(self.ca.trust(), crls=(self.ca.crl_for(self.ca.root),))

    def with_lists(self, *ders: bytes) -> Chain:
        return Chain(self.leaf, trust=self.base.with_revocation(crls=ders))

    def with_answers(self, *ders: bytes) -> Chain:
        return Chain(self.leaf, trust=self.base.with_revocation(ocsps=ders))

    def list(self, period=WEEK, entries=(), *, issuer=None, key=None, **more) -> bytes:
        above = issuer or self.ca.intermediate
        return crl(above.certificate.subject, key or above.key, period, entries, **more)

    def answer(self, period=WEEK, *, responder=None, about=None, embed=False, revoked=None) -> bytes:
        above = self.ca.intermediate
        return ocsp_answer(
            (about or self.leaf).certificate, above.certificate, (responder or above).holder, period,
            revoked=revoked, embed=embed,
        )  # fmt: skip

    def line(self, since=NOW - DAY, reason=x509.ReasonFlags.key_compromise) -> Revoked:
        return Revoked(self.serial, since, reason)

    def responder(self, shape=RESPONDER, **more):
        return self.ca.make("ocsp", "OCSP", name_of("OCSP", organisation="CA"), shape, **more)


def listed(**more):
    return lambda c: c.with_lists(c.list(**more))


def answered(**more):
    return lambda c: c.with_answers(c.answer(**more))


def scoped(**flags):
    """A list that speaks of a part only."""
    said = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
        "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False, **flags,
    }  # fmt: skip
    return ((x509.IssuingDistributionPoint(**said), True),)


def delta(base: int, **flags):
    return ((x509.DeltaCRLIndicator(base), True), *flags.get("extra", ()))


def with_delta(base_lines, delta_lines, *, number=5, base=5):
    return lambda c: c.with_lists(
        c.list(entries=base_lines(c), number=number),
        c.list(Period(NOW, NOW + DAY), delta_lines(c), number=9, extra=delta(base)),
    )


def nothing(_):
    return []


def hold(c):
    return [c.line(reason=HOLD)]


def taken_back(c):
    return [c.line(reason=BACK)]


def url(address):
    return [x509.UniformResourceIdentifier(address)]


def unknown(c):
    question = ocsp.OCSPRequestBuilder().add_certificate(
        c.leaf.certificate, c.ca.intermediate.certificate, hashes.SHA256()
    )
    asked = answers.asked(question.build().public_bytes(answers.DER))
    return answers.ocsp_reply(asked, c.ca.intermediate.holder, WEEK, known=False)


def revoked_responder(c):
    checked = replace(RESPONDER, extra=())  # its issuer did not except it from being checked
    responder = c.responder(checked)
    lists = [c.list(Period(NOW - 9 * DAY, NOW - SECOND), [Revoked(responder.certificate.serial_number, NOW - DAY)])]
    return Chain(c.leaf, trust=c.base.with_revocation(crls=lists, ocsps=[c.answer(responder=responder, embed=True)]))


def new_list_of_a_stranger(c):
    stranger = new_ca()
    return crl(c.ca.intermediate.certificate.subject, stranger.intermediate.key, WEEK)


def big_list(c, lines, count=2000):
    return [c.list(entries=[*(Revoked(1000 + n, NOW - DAY) for n in range(count)), *lines])]


def flipped(der):
    return der[:-3] + bytes([der[-3] ^ 1]) + der[-2:]


CASES = [
    pytest.param(listed(), GOOD, id="E-06 a good list"),
    pytest.param(lambda c: c.with_lists(), LATER, id="E-06 no list"),
    pytest.param(lambda c: c.with_lists(b"", b"\x30\x03abc", os.urandom(500)), LATER, id="E-06 no list but rubbish"),
    pytest.param(listed(period=Period(NOW - 9 * DAY, NOW)), GOOD, id="E-06 in its last second"),
    pytest.param(listed(period=Period(NOW - 9 * DAY, NOW - SECOND)), LATER, id="E-06 expired"),
    pytest.param(listed(period=Period(NOW + CLOCK_SKEW, NOW + DAY)), GOOD, id="E-06 a clock slightly ahead"),
    pytest.param(
        listed(period=Period(NOW + CLOCK_SKEW + SECOND, NOW + DAY)), LATER, id="E-06 not yet valid"
    ),
    pytest.param(lambda c: c.with_lists(c.list(key=c.ca.root.key)), LATER, id="E-06 wrong signature"),
    pytest.param(lambda c: c.with_lists(c.list(issuer=c.ca.root)), LATER, id="E-06 wrong issuer"),
    pytest.param(lambda c: c.with_lists(new_list_of_a_stranger(c)), LATER, id="E-06 a stranger of the same name"),
    pytest.param(listed(extra=scoped(indirect_crl=True)), LATER, id="E-06 indirect"),
    pytest.param(listed(extra=scoped(only_contains_ca_certs=True)), LATER, id="E-06 authorities only"),
    pytest.param(listed(extra=scoped(only_contains_user_certs=True)), GOOD, id="E-06 signers only"),
    pytest.param(listed(extra=scoped(only_contains_attribute_certs=True)), LATER, id="E-06 attributes only"),
    pytest.param(
        listed(extra=scoped(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))),
        LATER, id="E-06 some reasons only",
    ),
    pytest.param(listed(extra=scoped(full_name=url("http://elsewhere/x.crl"))), LATER, id="E-06 another place's list"),
    pytest.param(
        listed(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.704.9"), b"\5\0"), True),)),
        LATER, id="E-06 critical unknown extension",
    ),
    pytest.param(lambda c: c.with_lists(c.list(entries=[c.line()])), REVOKED, id="E-06 revoked"),
    pytest.param(
        lambda c: c.with_lists(c.list(Period(NOW - 9 * DAY, NOW - 2 * DAY), [c.line(NOW - 9 * DAY)])),
        REVOKED, id="E-06 revoked by an old list: a revocation is final",
    ),
    pytest.param(
        lambda c: c.with_lists(c.list(Period(NOW - 2 * DAY, NOW + DAY), [c.line()]), c.list()),
        REVOKED, id="E-06 revoked, and missing on a later list",
    ),
    pytest.param(lambda c: c.with_lists(c.list(entries=hold(c))), LATER, id="E-06 on hold"),
    pytest.param(
        lambda c: c.with_lists(c.list(Period(NOW - 2 * DAY, NOW + DAY), hold(c)), c.list()),
        GOOD, id="E-06 hold lifted by a later list",
    ),
    pytest.param(
        lambda c: c.with_lists(c.list(Period(NOW - DAY, NOW - SECOND), hold(c)), c.list(Period(NOW - 2 * DAY, NOW))),
        LATER, id="E-06 a hold that is newer than a good list goes before it, even past its end",
    ),
    pytest.param(lambda c: c.with_lists(c.list(number=9, extra=delta(5))), LATER, id="E-06 delta alone"),
    pytest.param(
        lambda c: c.with_lists(
            c.list(Period(NOW - 2 * DAY, NOW + DAY), number=5),
            c.list(Period(NOW - DAY, NOW - SECOND), [], number=9, extra=delta(5)),
        ),
        LATER, id="E-06 delta expired",
    ),
    pytest.param(
        lambda c: c.with_lists(c.list(number=5), c.list(Period(NOW, NOW + DAY), [c.line()], number=5, extra=delta(5))),
        GOOD, id="E-06 delta no newer than its list",
    ),
    pytest.param(with_delta(nothing, nothing), GOOD, id="E-06 list and delta"),
    pytest.param(with_delta(nothing, lambda c: [c.line()]), REVOKED, id="E-06 revoked by the delta"),
    pytest.param(with_delta(hold, taken_back), GOOD, id="E-06 hold lifted by the delta"),
    pytest.param(with_delta(hold, nothing), LATER, id="E-06 hold, and the delta does not lift it"),
    pytest.param(with_delta(hold, taken_back, base=6), LATER, id="E-06 delta of a later list"),
    pytest.param(lambda c: c.with_lists(*big_list(c, [])), GOOD, id="E-06 many entries, not among them"),
    pytest.param(lambda c: c.with_lists(*big_list(c, [c.line()])), REVOKED, id="E-06 one of many"),
    # E-07
    pytest.param(answered(), GOOD, id="E-07 good"),
    pytest.param(lambda c: c.with_answers(c.answer(revoked=c.line())), REVOKED, id="E-07 revoked"),
    pytest.param(lambda c: c.with_answers(c.answer(revoked=c.line(reason=HOLD))), LATER, id="E-07 on hold"),
    pytest.param(lambda c: c.with_answers(unknown(c)), LATER, id="E-07 unknown"),
    pytest.param(answered(period=Period(NOW - 2 * DAY, NOW - SECOND)), LATER, id="E-07 stale"),
    pytest.param(answered(period=Period(NOW - WITHOUT_END, None)), GOOD, id="E-07 no end, but new"),
    pytest.param(answered(period=Period(NOW - WITHOUT_END - SECOND, None)), LATER, id="E-07 no end, and old"),
    pytest.param(answered(period=Period(NOW + DAY, NOW + 2 * DAY)), LATER, id="E-07 of tomorrow"),
    pytest.param(lambda c: c.with_answers(c.answer(about=signer(c.ca))), LATER, id="E-07 about another certificate"),
    pytest.param(
        lambda c: c.with_answers(
            ocsp_answer(c.leaf.certificate, c.ca.root.certificate, c.ca.intermediate.holder, WEEK)
        ),
        LATER, id="E-07 about another issuer's certificate of that number",
    ),
    pytest.param(lambda c: c.with_answers(c.answer(responder=c.leaf)), LATER, id="E-07 signed by the signer itself"),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=c.leaf, embed=True)), LATER, id="E-07 responder without OCSP usage"
    ),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=c.responder(), embed=True)), GOOD, id="E-07 named responder"
    ),
    pytest.param(lambda c: c.with_answers(c.answer(responder=c.responder())), LATER, id="E-07 responder not shown"),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=c.responder(issuer=c.ca.root), embed=True)),
        LATER, id="E-07 responder of another issuer",
    ),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=c.responder(validity=(None, NOW - 300 * DAY)), embed=True)),
        LATER, id="E-07 responder expired",
    ),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=c.responder(validity=(TOMORROW, None)), embed=True)),
        LATER, id="E-07 responder of tomorrow",
    ),
    pytest.param(
        lambda c: c.with_answers(c.answer(responder=new_ca().ocsp_responder(), embed=True)),
        LATER, id="E-07 wrong responder",
    ),
    pytest.param(revoked_responder, LATER, id="E-07 responder revoked"),
    pytest.param(lambda c: c.with_answers(answers.unsuccessful()), LATER, id="E-07 responder says try later"),
    pytest.param(
        lambda c: c.with_answers(answers.unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)),
        LATER, id="E-07 responder says unauthorized",
    ),
    pytest.param(lambda c: c.with_answers(b"", b"0\0", os.urandom(300)), LATER, id="E-07 malformed"),
    pytest.param(lambda c: c.with_answers(c.answer()[:-20]), LATER, id="E-07 cut short"),
    pytest.param(lambda c: c.with_answers(flipped(c.answer())), LATER, id="E-07 one bit changed"),
    pytest.param(
        lambda c: Chain(c.leaf, trust=c.base.with_revocation(crls=[c.list(entries=[c.line()])], ocsps=[c.answer()])),
        REVOKED, id="E-07 good, and revoked by the list",
    ),
]  # fmt: skip
