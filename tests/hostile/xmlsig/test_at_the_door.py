"""Group C at a hub that trusts somebody: whose signature it is, and what happens to a package that should be signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from actors import Office
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from agency_registry import edit
from edxml.package_signature.signing import Signer, sign_bytes
from edxml.testing import TestCA, make_package, make_status, package_signer
from hub.flow import intake
from hub.store import tables

from .forgery import self_signed

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
NOW = datetime.now(UTC).replace(microsecond=0)
CA = TestCA()
SNV = package_signer(CA, "Sở Nội vụ tỉnh Thử Nghiệm")
STC = package_signer(CA, "Sở Tài chính tỉnh Thử Nghiệm")


def signer_of(issued) -> Signer:
    return Signer(issued.key, (issued.certificate, CA.intermediate.certificate))


REVOKED = signer_of(CA.organisation("Cơ quan bị thu hồi"))
CA.revoke(CA.organisation("Cơ quan bị thu hồi"), NOW - timedelta(days=1))


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    return CA.write_trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def sections(trust) -> dict:
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "trust": {"folder": str(trust)}}


def package(signer: Signer | None = SNV, **more) -> bytes:
    return make_package(SENDER, (RECIPIENT,), size=2_000, signer=signer, **more)


async def register(target, signer: Signer, organ_id: str) -> None:
    """The operator registers the certificate for that agency."""
    pem = signer.certificates[0].public_bytes(Encoding.PEM)
    hub = target.vxp.hub
    await hub.db.write(lambda connection: edit.add_certificate(connection, organ_id, pem, "organisation"))
    await hub.reload()


async def books(target, package_id: str) -> list[dict[str, str]]:
    """What the hub keeps of the checks of a package."""
    column = tables.packages.c.checks
    query = select(column).where(tables.packages.c.id == package_id)
    return json.loads(await target.vxp.hub.db.read(lambda connection: connection.execute(query).scalar_one()))


def told(answer: dict) -> list[str]:
    """What the sender is told of the package's signature."""
    return [one["title"] for one in answer["warnings"] if one["code"] == "package_signature"]


async def test_a_package_signed_by_its_sender_is_accepted_and_the_books_say_so(target):
    await register(target, SNV, SENDER)

    answer = await target.sender.send(package())

    assert told(answer) == []
    (record,) = [one for one in await books(target, answer["package_id"]) if one["check"] == "package_signature"]
    assert record["outcome"] == "record"
    assert record["detail"].startswith("PASSED: Sở Nội vụ tỉnh Thử Nghiệm, certificate ")
    await target.recipient.receive()


async def test_a_certificate_nobody_registered_is_a_visible_warning(target):
    answer = await target.sender.send(package())

    assert told(answer) == ["Chứng thư ký gói tin chưa đăng ký cho cơ quan gửi: Sở Nội vụ tỉnh Thử Nghiệm"]
    await target.recipient.receive()


async def test_c_19_the_registered_certificate_of_another_agency_is_refused(target):
    await register(target, STC, RECIPIENT)

    assert await target.refused(package(STC)) == "cert_identity_mismatch"


async def test_c_19_a_certificate_in_another_agencys_name_is_refused(target):
    other = package_signer(CA, f"Cơ quan {RECIPIENT}")
    own = package_signer(CA, f"Cơ quan {SENDER}")

    assert await target.refused(package(other)) == "cert_identity_mismatch"
    assert told(await target.sender.send(package(own))) == []
    await target.recipient.receive()


async def test_c_19_a_status_in_another_agencys_name_is_refused(target):
    await register(target, STC, RECIPIENT)

    spoilt = sign_bytes(make_status("03", SENDER, (RECIPIENT, "000.00.02.H99,2026/01/02,1/STC-VP")), STC)

    assert await target.refused(spoilt) == "cert_identity_mismatch"


def out_of_time(not_before: datetime, not_after: datetime) -> Signer:
    return signer_of(CA.issue("organisation", "Sở Nội vụ", not_before=not_before, not_after=not_after))


KEY = CA.organisation("một khóa khác").key
CERTIFICATES = [
    pytest.param(lambda: Signer(KEY, (self_signed(KEY),)), "cert_untrusted", id="C-15k self-signed"),
    pytest.param(lambda: package_signer(TestCA(name="Kẻ khác")), "cert_untrusted", id="C-15l an unknown authority"),
    pytest.param(
        lambda: out_of_time(NOW - timedelta(days=9), NOW - timedelta(days=1)), "cert_expired", id="C-15m expired"
    ),
    pytest.param(
        lambda: out_of_time(NOW + timedelta(days=1), NOW + timedelta(days=9)),
        "cert_not_yet_valid",
        id="C-15n too early",
    ),
    pytest.param(lambda: REVOKED, "cert_revoked", id="C-15o revoked"),
    pytest.param(
        lambda: Signer(CA.intermediate.key, (CA.intermediate.certificate,)), "cert_usage", id="C-15p an authority signs"
    ),
]


@pytest.mark.parametrize(("make", "code"), CERTIFICATES)
async def test_c_15_only_a_certificate_that_may_sign_now_is_accepted(target, make, code):
    assert await target.refused(package(make())) == code


async def test_the_national_axis_rewrites_so_its_signatures_are_opaque(target):
    """R-079: neither whole nor broken is said of a signature that came over the axis."""
    hub = target.vxp.hub
    data = make_package("000.00.00.G22", (RECIPIENT,), size=2_000, signer=SNV)
    spoilt = data.replace(b"</SignatureValue>", b"AAAA</SignatureValue>", 1)

    async def body():
        yield spoilt

    accepted = await intake.accept(hub, body(), intake.Submission(hub.system(target.vxp.system_id), "axis"))

    assert "package_signature" not in {one.code for one in accepted.warnings}
    _, got, _ = await target.recipient.receive()
    assert got == spoilt


class TestWhereSignaturesAreDemanded:
    """C-01 at a hub whose systems must sign their packages."""

    @pytest.fixture
    def sections(self, trust) -> dict:
        return {
            "listen": [{"port": 0, "doors": ["api", "vxp"]}],
            "trust": {"folder": str(trust)},
            "intake": {"signed_packages_from": ["*"]},
        }

    async def test_c_01_a_package_without_its_signature_is_refused(self, snv, stc):
        data = package()
        start, end = data.index(b"<Signature "), data.index(b"</Signature>") + 12
        spoilt = {
            "removed": data[:start] + data[end:],
            "commented out": data[:start] + b"<!--" + data[start:end] + b"-->" + data[end:],
            "un-namespaced": package(None).replace(
                b"</edXML:edXMLHeader>", b"<Signature><SignedInfo/></Signature></edXML:edXMLHeader>", 1
            ),
            "never signed": package(None),
            "another namespace": data.replace(b"http://www.w3.org/2000/09/xmldsig#", b"urn:other", 1),
        }

        async with Office(snv.url, snv.system_id, snv.secret, snv.codes) as sender:
            assert {name: (await sender.offer(one)).code for name, one in spoilt.items()} == dict.fromkeys(
                spoilt, "sig_missing"
            )
            await sender.send(data)
        assert (await stc.do("getReceivedEdocList")).json["data"]
