"""Group E, time-stamps: E-15, E-16. A token proves a time only if everything about it is known and good."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper

from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, plain_pdf
from edxml.testing.authority import SIGNER, STAMPER, TestSigner
from edxml.testing.certify import name_of
from edxml.testing.documents import sign_once
from edxml.testing.tsa import GOOD, TestStamper, TokenShape
from edxml.testing.waiting import finish
from edxml.trust.certificates import Trust
from edxml.trust.timestamp_check import CLOCK_TOLERANCE
from edxml.verdict import SignatureReport, SubIndication, Verdict

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
OLD = NOW - 5 * DAY
TRUSTED, CLAIMED = "timestamp", "claimed"


@dataclass
class Scene:
    """A signature of five days ago, its time-stamp, and what is known when it is judged."""

    ca: TestCA
    stamper: TestSigner
    shape: TokenShape = GOOD
    stamped_at: datetime = OLD
    trust: Trust | None = None


def ca_with(shape=STAMPER, **more) -> Scene:
    ca = TestCA(now=NOW)
    return Scene(ca, ca.make("tsa", "TSA", name_of("TSA", organisation=ca.name), shape, issuer=ca.root, **more))


def shaped(**how):
    def make() -> Scene:
        return replace(ca_with(), shape=TokenShape(**how))

    return make


def usages(*oids, critical=True):
    return lambda: ca_with(replace(STAMPER, extended=oids, extended_critical=critical))


def names_another() -> Scene:
    scene = ca_with()
    return replace(scene, shape=TokenShape(named=scene.ca.tsa()))


def by_a_stranger() -> Scene:
    return replace(ca_with(), stamper=TestCA(now=NOW).tsa())


def revoked(since) -> Scene:
    scene = ca_with()
    scene.ca.revoke(scene.stamper, since)
    return scene


def without_list() -> Scene:
    scene = ca_with()
    return replace(scene, trust=replace(scene.ca.trust(), crls=(scene.ca.crl_for(scene.ca.intermediate),)))


def with_its_own_list() -> Scene:
    """The intermediate's status is asked of the root's list too, so both lists come from elsewhere."""
    scene = without_list()
    return replace(scene, shape=TokenShape(crls=(scene.ca.crl_for(scene.ca.root),)))


def state_only() -> Scene:
    """The same authority, trusted for documents and not for time-stamps."""
    scene = ca_with()
    return replace(scene, trust=replace(scene.ca.trust(), tsa=()))


CASES = [
    pytest.param(ca_with, TRUSTED, id="E-15 good"),
    pytest.param(lambda: ca_with(key=ec.generate_private_key(ec.SECP384R1())), TRUSTED, id="E-15 good, P-384"),
    pytest.param(shaped(accuracy_seconds=60), TRUSTED, id="E-15 good to a minute"),
    pytest.param(shaped(accuracy_seconds=86_400), CLAIMED, id="E-15 good to a day"),
    pytest.param(shaped(imprint=b"\x11" * 32), CLAIMED, id="E-15 wrong imprint"),
    pytest.param(shaped(imprint=b"\x11" * 20), CLAIMED, id="E-15 imprint too short"),
    pytest.param(shaped(alters_time=OLD - 30 * DAY), CLAIMED, id="E-15 time changed after signing"),
    pytest.param(shaped(names_signer=False), CLAIMED, id="E-15 signing-certificate missing"),
    pytest.param(names_another, CLAIMED, id="E-15 signing-certificate of another"),
    pytest.param(usages(ExtendedKeyUsageOID.SERVER_AUTH), CLAIMED, id="E-15 TLS certificate"),
    pytest.param(
        usages(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH), CLAIMED, id="E-15 two usages"
    ),
    pytest.param(usages(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), CLAIMED, id="E-15 any usage"),
    pytest.param(usages(ExtendedKeyUsageOID.TIME_STAMPING, critical=False), CLAIMED, id="E-15 usage not critical"),
    pytest.param(lambda: ca_with(SIGNER), CLAIMED, id="E-15 a signer's certificate"),
    pytest.param(
        lambda: replace(ca_with(), ca=(ca := TestCA(now=NOW)), stamper=ca.root), CLAIMED, id="E-15 the TSA's CA"
    ),
    pytest.param(by_a_stranger, CLAIMED, id="E-15 an authority nobody trusts"),
    pytest.param(state_only, CLAIMED, id="E-15 trusted for documents only"),
    pytest.param(
        lambda: replace(ca_with(), stamped_at=NOW + CLOCK_TOLERANCE), TRUSTED, id="E-15 genTime at the tolerance"
    ),
    pytest.param(
        lambda: replace(ca_with(), stamped_at=NOW + CLOCK_TOLERANCE + SECOND), CLAIMED, id="E-15 genTime in the future"
    ),
    pytest.param(
        lambda: replace(ca_with(validity=(NOW - DAY, None)), stamped_at=NOW - 2 * DAY), CLAIMED,
        id="E-15 genTime before the authority's certificate",
    ),
    pytest.param(lambda: ca_with(validity=(None, NOW - SECOND)), CLAIMED, id="E-15 authority's certificate ended"),
    pytest.param(lambda: revoked(NOW - DAY), CLAIMED, id="E-15 authority revoked"),
    pytest.param(without_list, CLAIMED, id="E-15 authority's revocation unknown"),
    pytest.param(with_its_own_list, TRUSTED, id="E-15 the list comes in the token"),
]  # fmt: skip


@pytest.fixture
def judge(tmp_path):
    def verdict(scene: Scene, signer: TestSigner | None = None) -> SignatureReport:
        stamper = TestStamper(scene.stamper, scene.stamped_at, scene.shape)
        who = signer or scene.ca.organisation("Sở Nội vụ")
        data = sign_once(plain_pdf(), scene.ca, who, 0, OLD, stamper=stamper)
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        (report,) = verify_pdf(str(path), "a.pdf", scene.trust or scene.ca.trust(), NOW).signatures
        return report

    return verdict


@pytest.mark.parametrize(("make", "source"), CASES)
def test_a_token_proves_a_time_or_warns(judge, make, source):
    scene = make()

    report = judge(scene)

    assert report.time_source == source, report.warnings
    assert report.signed_at == (scene.stamped_at if source == TRUSTED else OLD)
    assert ("timestamp_not_trusted" in report.warnings) is (source == CLAIMED)


def test_an_ended_certificate_is_saved_by_a_good_token_only(judge):
    """The token is the only proof here: a bad one leaves the question open, and never fails the signature."""
    for make, verdict in ((ca_with, Verdict.PASSED), (shaped(imprint=b"\x11" * 32), Verdict.INDETERMINATE)):
        scene = make()
        report = judge(scene, scene.ca.issue("organisation", "Sở Nội vụ", not_after=NOW - DAY))

        assert report.verdict is verdict


def test_while_an_authority_cannot_be_asked_the_question_stays_open(judge):  # E-16, law: R-072
    scene = without_list()
    scene = replace(scene, stamper=with_address(scene))

    report = judge(scene, scene.ca.issue("organisation", "Sở Nội vụ", not_after=NOW - DAY))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)
    assert "timestamp_revocation_unknown" in report.warnings
    assert {need.certificate for need in report.needs} == {scene.stamper.certificate_der}


def with_address(scene: Scene) -> TestSigner:
    scene.ca.address = "http://ca.example"
    return scene.ca.make("tsa", "TSA", name_of("TSA", organisation="x"), STAMPER, issuer=scene.ca.root)


def test_a_token_of_another_signature_proves_nothing_here(tmp_path):  # E-15 old token replayed
    scene = ca_with()
    first = TestStamper(scene.stamper, OLD)

    class Replaying(TestStamper):
        async def async_timestamp(self, message_digest, md_algorithm):  # noqa: ARG002 (that is the fault)
            return first.token(bytes(32), md_algorithm)

    data = sign_once(plain_pdf(), scene.ca, scene.ca.person("Lê An"), 0, NOW, stamper=Replaying(scene.stamper, OLD))
    (tmp_path / "b.pdf").write_bytes(data)
    (report,) = verify_pdf(str(tmp_path / "b.pdf"), "b.pdf", scene.ca.trust(), NOW).signatures

    assert (report.time_source, report.signed_at) == (CLAIMED, NOW)


# --- stamps over the document


def stamped(scene: Scene, data: bytes, moment: datetime) -> bytes:
    """The document with one more time-stamp over all of it."""
    out = io.BytesIO()
    stamper = PdfTimeStamper(TestStamper(scene.stamper, moment, scene.shape))
    finish(stamper.async_timestamp_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), "sha256", output=out))
    return out.getvalue()


def reported(tmp_path, scene: Scene, data: bytes):
    (tmp_path / "c.pdf").write_bytes(data)
    return verify_pdf(str(tmp_path / "c.pdf"), "c.pdf", scene.ca.trust(), NOW)


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [
        pytest.param(1, Verdict.PASSED, id="E-15 a stamp good to a second"),
        pytest.param(60, Verdict.INDETERMINATE, id="E-15 a stamp too vague to say on which side of an end"),
    ],
)
def test_a_stamp_over_the_document_proves_no_more_than_its_accuracy(tmp_path, accuracy, verdict):
    scene = shaped(accuracy_seconds=accuracy)()
    ended = scene.ca.issue("organisation", "Sở Nội vụ", not_after=OLD + 30 * SECOND)
    data = sign_once(plain_pdf(), scene.ca, ended, 0, OLD)

    report = reported(tmp_path, scene, stamped(scene, data, OLD))

    assert report.verdict is verdict, report
    assert report.timestamps[0].latest == OLD + accuracy * SECOND


def test_what_decided_about_a_stamps_authority_is_evidence_too(tmp_path):  # law: R-071 TT15/2025 Đ5
    scene = with_its_own_list()
    own = hashlib.sha256(scene.shape.crls[0]).hexdigest()
    stamper = TestStamper(scene.stamper, OLD, scene.shape)
    data = sign_once(plain_pdf(), scene.ca, scene.ca.organisation("Sở Nội vụ"), 0, OLD, stamper=stamper)

    report = reported(tmp_path, replace(scene, ca=scene.ca), stamped(scene, data, OLD))

    assert report.signatures[0].revocation.answers
    assert report.timestamps[0].answers
    alone = verify_pdf(str(tmp_path / "c.pdf"), "c.pdf", scene.trust, NOW)
    assert own in alone.signatures[0].revocation.answers
    assert own in alone.timestamps[0].answers


def test_local_time_written_as_utc_is_no_signature_of_the_future(tmp_path):  # law: R-080
    """Signed this minute, the attribute seven hours ahead as the portal's tool writes it; /M says the truth."""
    scene = ca_with()
    ahead = sign_once(plain_pdf(), scene.ca, scene.ca.organisation("Sở Nội vụ"), 0, NOW, attribute=NOW + 7 * HOUR)

    report = reported(tmp_path, scene, ahead)

    assert report.verdict is Verdict.PASSED, report
    assert report.signatures[0].claimed_at == NOW


def test_a_stamp_over_the_document_proves_nothing_of_a_signature_after_it(tmp_path):
    scene = ca_with()
    first = sign_once(plain_pdf(), scene.ca, scene.ca.person("Lê An"), 0, OLD)
    ended = scene.ca.issue("organisation", "Sở Nội vụ", not_after=NOW - DAY)

    report = reported(tmp_path, scene, sign_once(stamped(scene, first, OLD), scene.ca, ended, 1, OLD))

    assert [s.verdict for s in report.signatures] == [Verdict.PASSED, Verdict.INDETERMINATE], report
    assert report.signatures[1].sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_a_certificate_that_ended_long_ago_is_not_acquitted_by_the_list_of_today(tmp_path):
    """Its issuer may have taken it off its list since; the stamp proves the time and nothing about revocation."""
    scene = ca_with()
    ended = scene.ca.issue("organisation", "Sở Nội vụ", not_after=NOW - 100 * DAY)
    data = sign_once(plain_pdf(), scene.ca, ended, 0, NOW - 101 * DAY)

    report = reported(tmp_path, scene, stamped(scene, data, NOW - 101 * DAY))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER), report
