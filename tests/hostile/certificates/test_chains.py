"""Group E, the chain: E-01 to E-05, E-09, E-11, E-13. Nothing passes that does not deserve it, and none takes long."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edxml.testing.authority import RESPONDER, SIGNER, STAMPER
from edxml.testing.certify import AUTHORITY, name_of
from edxml.trust.certificates import Trust
from edxml.verdict import SubIndication

from .chains import DAY, NOW, SECOND, Chain, authority, below, mesh, new_ca, self_signed, signer, unknown_critical

GOOD = None
NO_CHAIN = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
MISUSE = SubIndication.CHAIN_CONSTRAINTS_FAILURE
GENERAL = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
WEAK = SubIndication.CRYPTO_CONSTRAINTS_FAILURE
BOUNDS = SubIndication.OUT_OF_BOUNDS_NO_POE


def with_long_exponent() -> rsa.RSAPrivateKey:
    """A sound RSA key whose public exponent is as long as its modulus: private and public one exchanged."""
    own = rsa.generate_private_key(65537, 2048).private_numbers()
    public = rsa.RSAPublicNumbers(own.d, own.public_numbers.n)
    numbers = rsa.RSAPrivateNumbers(
        own.p, own.q, 65537, rsa.rsa_crt_dmp1(65537, own.p), rsa.rsa_crt_dmq1(65537, own.q), own.iqmp, public
    )
    return numbers.private_key()


def timed(*, begins=None, ends=None, at=NOW) -> Chain:
    ca = new_ca()
    return Chain(signer(ca, validity=(begins, ends)), trust=ca.trust(), at=at)


def short_lived_authority(at) -> Chain:
    ca = new_ca()
    above = authority(ca, "ngắn hạn", validity=(None, NOW))
    trust = ca.trust().with_revocation(crls=[ca.crl_for(above)])
    return Chain(signer(ca, issuer=above), (above.certificate_der,), trust, at=at)


def trusted(leaf_of) -> Chain:
    ca = new_ca()
    return Chain(leaf_of(ca), trust=ca.trust())


def with_usages(*oids) -> Chain:
    return trusted(lambda ca: signer(ca, replace(SIGNER, extended=oids)))


def leaf_as_authority() -> Chain:
    ca = new_ca()
    holder = signer(ca)
    return Chain(signer(ca, issuer=holder), (holder.certificate_der,), ca.trust())


def two_roots_of_one_name() -> Chain:
    real, other = new_ca(), new_ca()
    trust = real.trust()
    return Chain(signer(real), trust=replace(trust, state=(other.root_pem, *trust.state)))


def cross_signed_loop() -> Chain:
    """A ↔ B ↔ C certify each other; only A is also certified by the anchor's intermediate."""
    ca = new_ca()
    a, b, c = (authority(ca, name, issuer=None) for name in ("A", "B", "C"))
    loop = [(a, b), (b, c), (c, a), (b, a), (c, b), (a, c)]
    crossed = [authority(ca, one.name, issuer=other, key=one.key) for one, other in loop]
    lone = signer(ca, issuer=c)
    trust = ca.trust().with_revocation(crls=[ca.crl_for(one) for one in (a, b, c)])
    return Chain(lone, tuple(one.certificate_der for one in (a, *crossed)), trust)


def buried_among_strangers() -> Chain:
    ca = new_ca()
    useless = [self_signed(f"thừa {n}").certificate_der for n in range(100)]
    return Chain(signer(ca), tuple(useless), ca.trust())


def named(shape_names) -> Chain:
    """An authority that may only certify one organisation's names, and a signer with others."""
    ca = new_ca()
    permitted = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")])
    limits = x509.NameConstraints([x509.DirectoryName(permitted)], [x509.DNSName("gov.vn")])
    above = authority(ca, "có giới hạn", AUTHORITY.with_extra((limits, True)))
    trust = ca.trust().with_revocation(crls=[ca.crl_for(above)])
    subject, extra = shape_names
    leaf = ca.make("organisation", "x", subject, SIGNER.with_extra(*extra), issuer=above)
    return Chain(leaf, (above.certificate_der,), trust)


def alternative(*names) -> tuple:
    return ((x509.SubjectAlternativeName(names), False),)


VN = name_of("Sở Nội vụ", organisation="UBND")
FOREIGN = x509.Name(
    [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.COMMON_NAME, "Sở Nội vụ")]
)


def rewritten(change, ca=None) -> Chain:
    """A certificate changed by hand and not signed again, or signed by nobody."""
    ca = ca or new_ca()
    good = signer(ca)
    value = asn1_x509.Certificate.load(good.certificate_der)
    change(value)
    return Chain(Forged(value.dump(force=True)), trust=ca.trust())


class Forged:
    """Bytes that stand where a signer's certificate stands."""

    def __init__(self, der: bytes) -> None:
        self.certificate_der = der


def set_serial(number):
    def change(value):
        value["tbs_certificate"]["serial_number"] = number

    return change


def set_version_1(value):
    value["tbs_certificate"]["version"] = "v1"
    del value["tbs_certificate"]["extensions"]


CASES = [
    # E-01: the border of time is a second wide
    pytest.param(lambda: timed(begins=NOW, ends=NOW), GOOD, id="E-01 first second"),
    pytest.param(lambda: timed(begins=NOW + SECOND), BOUNDS, id="E-01 not yet valid by one second"),
    pytest.param(lambda: timed(ends=NOW - SECOND), BOUNDS, id="E-01 expired by one second"),
    pytest.param(lambda: timed(ends=NOW, at=NOW.replace(microsecond=999_999)), GOOD, id="E-01 last second, to its end"),
    pytest.param(lambda: timed(ends=datetime(2060, 1, 1, tzinfo=UTC)), GOOD, id="E-01 GeneralizedTime after 2050"),
    pytest.param(lambda: short_lived_authority(NOW), GOOD, id="E-01 authority in its last second"),
    pytest.param(lambda: short_lived_authority(NOW + SECOND), GENERAL, id="E-01 authority expired by one second"),
    # E-02: nobody we know
    pytest.param(lambda: Chain(self_signed(), trust=new_ca().trust()), NO_CHAIN, id="E-02 self-signed"),
    pytest.param(lambda: Chain(signer(new_ca()), trust=new_ca().trust()), NO_CHAIN, id="E-02 unknown root, equal name"),
    pytest.param(lambda: Chain(signer(new_ca())), NO_CHAIN, id="E-02 no trust at all"),
    pytest.param(
        lambda: Chain(signer(ca := new_ca()), (ca.root.certificate_der, ca.intermediate.certificate_der),
                      new_ca(name="khác").trust()),
        NO_CHAIN, id="E-02 a root that only the document brings",
    ),
    # E-03: who may not issue
    pytest.param(leaf_as_authority, MISUSE, id="E-03 leaf used as authority"),
    pytest.param(lambda: below(new_ca(), AUTHORITY, AUTHORITY), GOOD, id="E-03 two further authorities"),
    pytest.param(lambda: below(new_ca(), replace(AUTHORITY, path_length=0), AUTHORITY), MISUSE, id="E-03 pathLen"),
    pytest.param(lambda: below(new_ca(), replace(AUTHORITY, path_length=0)), GOOD, id="E-03 pathLen just kept"),
    pytest.param(lambda: below(new_ca(), replace(AUTHORITY, ca=None)), MISUSE, id="E-03 basicConstraints missing"),
    pytest.param(lambda: below(new_ca(), replace(AUTHORITY, ca=False)), MISUSE, id="E-03 basicConstraints say no"),
    pytest.param(
        lambda: below(new_ca(), replace(AUTHORITY, usage=frozenset({"crl_sign"}))), MISUSE, id="E-03 no keyCertSign"
    ),
    pytest.param(
        lambda: below(new_ca(), replace(AUTHORITY, extended=(ExtendedKeyUsageOID.SERVER_AUTH,))),
        MISUSE, id="E-03 authority for web servers",
    ),
    pytest.param(lambda: below(new_ca(), *[AUTHORITY] * 9), NO_CHAIN, id="E-03 longer than any real path"),
    pytest.param(lambda: rewritten(set_version_1), NO_CHAIN, id="E-03 version 1, changed by hand"),
    # E-04, E-05: shapes that cost time
    pytest.param(two_roots_of_one_name, GOOD, id="E-04 two roots of one name"),
    pytest.param(cross_signed_loop, GOOD, id="E-04 cross-signed loop with one way out"),
    pytest.param(buried_among_strangers, GOOD, id="E-05 100 useless certificates"),
    pytest.param(lambda: mesh(new_ca(), 9, 1), NO_CHAIN, id="E-05 mesh of nine"),
    pytest.param(lambda: mesh(new_ca(), 4, 8), NO_CHAIN, id="E-05 mesh of four, eightfold"),
    pytest.param(
        lambda: Chain(signer(ca := new_ca()), trust=ca.trust(intermediate=False)),
        NO_CHAIN, id="E-05 missing intermediate",
    ),
    # E-09: issued for something else
    pytest.param(lambda: with_usages(ExtendedKeyUsageOID.SERVER_AUTH), MISUSE, id="E-09 web server"),
    pytest.param(lambda: with_usages(ExtendedKeyUsageOID.CODE_SIGNING), MISUSE, id="E-09 code signing"),
    pytest.param(lambda: trusted(lambda ca: signer(ca, STAMPER)), MISUSE, id="E-09 time-stamping"),
    pytest.param(lambda: trusted(lambda ca: signer(ca, RESPONDER)), MISUSE, id="E-09 OCSP signing"),
    pytest.param(lambda: with_usages(ExtendedKeyUsageOID.EMAIL_PROTECTION), GOOD, id="E-09 State certificates"),
    pytest.param(with_usages, GOOD, id="E-09 no extended usage at all"),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, replace(SIGNER, usage=frozenset({"key_encipherment"})))),
        MISUSE, id="E-09 encryption only",
    ),
    pytest.param(lambda: trusted(lambda ca: ca.intermediate), MISUSE, id="E-09 an authority signs a document"),
    pytest.param(
        lambda: trusted(
            lambda ca: signer(ca, replace(SIGNER, usage=frozenset({"digital_signature", "key_cert_sign"})))
        ),
        MISUSE, id="E-09 keyCertSign without being an authority",
    ),
    # E-13: odd certificates
    pytest.param(lambda: rewritten(set_serial(0)), NO_CHAIN, id="E-13 serial 0, changed by hand"),
    pytest.param(lambda: rewritten(set_serial(-5)), NO_CHAIN, id="E-13 negative serial, changed by hand"),
    pytest.param(lambda: rewritten(set_serial(1 << 167)), NO_CHAIN, id="E-13 serial of 21 bytes, changed by hand"),
    pytest.param(
        lambda: trusted(lambda ca: ca.make("person", "", x509.Name([]), SIGNER)), MISUSE, id="E-13 empty subject"
    ),
    pytest.param(
        lambda: trusted(lambda ca: ca.make("person", "", vast_name(), SIGNER)), GENERAL, id="E-13 64 KB subject"
    ),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, SIGNER.with_extra(unknown_critical()))),
        MISUSE, id="E-13 critical unknown",
    ),
    pytest.param(
        lambda: below(new_ca(), AUTHORITY.with_extra(unknown_critical())), MISUSE, id="E-13 critical unknown above"
    ),
    pytest.param(lambda: Chain(Forged(b""), trust=new_ca().trust()), GENERAL, id="E-13 no bytes"),
    pytest.param(lambda: Chain(Forged(b"\x30\x82\xff\xff"), trust=new_ca().trust()), GENERAL, id="E-13 cut short"),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, key=with_long_exponent())), WEAK, id="E-05 RSA key that costs time"
    ),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, key=rsa.generate_private_key(65537, 1024))), WEAK, id="E-13 RSA-1024"
    ),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, key=ec.generate_private_key(ec.SECP256K1()))), WEAK, id="E-13 secp256k1"
    ),
    pytest.param(
        lambda: trusted(lambda ca: signer(ca, key=ec.generate_private_key(ec.SECP384R1()))), GOOD, id="E-13 P-384"
    ),
    # name constraints (E-11 outside the suite)
    pytest.param(lambda: named((VN, ())), GOOD, id="E-11 permitted name"),
    pytest.param(lambda: named((FOREIGN, ())), MISUSE, id="E-11 subject outside the permitted names"),
    pytest.param(lambda: named((VN, alternative(x509.DNSName("a.gov.vn")))), MISUSE, id="E-11 excluded host"),
    pytest.param(lambda: named((VN, alternative(x509.DNSName("*.vn")))), MISUSE, id="E-11 pattern over excluded"),
    pytest.param(lambda: named((VN, alternative(x509.DNSName("a.example")))), GOOD, id="E-11 another host"),
]  # fmt: skip


def vast_name() -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{n:05}" + "a" * 59) for n in range(1000)]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vĩ đại"), *parts])


@pytest.mark.parametrize(("make", "expected"), CASES)
def test_a_chain_is_judged_and_costs_little(make, expected):
    chain = make()
    begun = time.process_time()

    result = chain.check()

    assert result.problem is expected, result.detail
    assert time.process_time() - begun < 1


def test_one_serial_number_of_two_authorities_is_two_certificates():  # E-13
    """A revocation is about issuer and number together."""
    ca, other = new_ca(), new_ca(name="CA thứ hai")
    mine = signer(ca, replace(SIGNER, serial=77))
    theirs = signer(other, replace(SIGNER, serial=77))
    other.revoke(theirs, NOW - DAY)
    both = Trust(state=(*ca.trust().state, *other.trust().state), crls=(*ca.trust().crls, *other.trust().crls))

    assert Chain(mine, trust=both).check().problem is None
    assert Chain(theirs, trust=both).check().problem is SubIndication.REVOKED_NO_POE


def test_the_order_of_certificates_does_not_matter():  # E-05
    chain = below(new_ca(), AUTHORITY, AUTHORITY, AUTHORITY)

    assert chain.check().problem is None
    assert replace(chain, others=chain.others[::-1]).check().problem is None


def test_a_path_is_remembered_to_the_last_second_of_what_it_rests_on():  # E-01
    """The border of a remembered path is the border of an unremembered one."""
    ca = new_ca(crl_days=30)
    ends = NOW + DAY
    chain = Chain(signer(ca, validity=(None, ends)), trust=ca.trust())
    assert chain.check().problem is None

    assert replace(chain, at=ends).check().problem is None
    assert replace(chain, at=ends + SECOND).check().problem is BOUNDS
    assert replace(chain, at=NOW - 731 * DAY).check().problem is not None


def test_a_path_is_remembered_only_while_its_answers_are_fresh():  # E-01
    ca = new_ca(crl_days=1)
    chain = Chain(signer(ca), trust=ca.trust())
    assert chain.check().problem is None

    assert replace(chain, at=NOW + DAY).check().problem is None
    assert replace(chain, at=NOW + DAY + SECOND).check().problem is SubIndication.TRY_LATER


def test_what_passed_under_one_trust_says_nothing_under_another():
    ca = new_ca()
    chain = Chain(signer(ca), trust=ca.trust())
    assert chain.check().problem is None
    ca.revoke(chain.leaf)

    assert replace(chain, trust=ca.trust()).check().problem is SubIndication.REVOKED_NO_POE


def test_what_passed_is_remembered_and_what_did_not_is_looked_at_again():
    ca = new_ca()
    good, undecided = (Chain(signer(ca), trust=ca.trust(revocation=known)) for known in (True, False))

    assert good.check() is good.check()
    assert undecided.check() is not undecided.check()


def test_no_byte_of_a_certificate_can_be_changed_and_pass():
    ca = new_ca()
    good = signer(ca)
    trust = ca.trust()
    der = good.certificate_der

    for place in range(0, len(der), 7):
        spoilt = der[:place] + bytes([der[place] ^ 0x01]) + der[place + 1 :]
        assert Chain(Forged(spoilt), trust=trust).check().problem is not None, place
