"""An infected document at each door: refused with the code of that door, sealed away, seen by nobody."""

from __future__ import annotations

import pytest
from actors import Office
from clamav import clamd, infected  # noqa: F401 - a fixture
from held import newest

from edxml.testing import make_package, make_status, plain_pdf
from hub.scanner import Scanner

A, B = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@pytest.fixture
async def scanned(hub, clamd):  # noqa: F811
    hub.scanner = Scanner(clamd.address, timeout_seconds=20, stream_bytes=2_000_000, in_thread=hub.in_thread)
    return hub


def ill(**more) -> bytes:
    return make_package(A, B, attachments=[("van-ban.pdf", plain_pdf(2_000)), ("a.pdf", infected())], **more)


@pytest.mark.clamav
async def test_the_native_door_says_virus(scanned, snv, stc):
    """law: R-178 TT Đ5.1"""
    async with (
        Office(snv.url, snv.system_id, snv.secret, (A,)) as sender,
        Office(stc.url, stc.system_id, stc.secret, (B,)) as recipient,
    ):
        heard = await sender.offer(ill())
        kept = await newest(scanned)
        shown = (await sender.get(f"/packages/{kept.id}")).expect()
        receipt = await sender.get(f"/packages/{kept.id}/receipt")

        assert (heard.status, heard.code) == (422, "virus")
        assert shown["status"] == "quarantined"
        assert receipt.status == 200
        for path in ("content", "attachments/0"):
            assert (await sender.get(f"/packages/{kept.id}/{path}")).code == "not_found"
        assert (await sender.post(f"/packages/{kept.id}/withdraw", json={"reason": "x"})).code == "not_found"
        assert (await recipient.get(f"/packages/{kept.id}")).code == "not_found"
        assert await recipient.inbox() == []
        assert (await sender.offer(make_package(A, B))).status == 201  # good ones are still taken


@pytest.mark.clamav
async def test_the_vxp_door_says_21(scanned, snv, stc):
    heard = await snv.do("sendEdoc", ill(), A)

    assert (heard.code, heard.ok) == ("21", False)
    assert (await newest(scanned)).status == "quarantined"
    assert (await stc.do("countReceiveEdoc")).json["count"] == 0
    assert (await snv.do("getSentEdocList")).json["data"] == []


def cut(package: bytes, element: str) -> bytes:
    """One element of a package, with its tags."""
    start, end = package.index(f"<{element}>".encode()), package.rindex(f"</{element}>".encode())
    return package[start:end] + f"</{element}>".encode()


@pytest.mark.clamav
async def test_a_status_message_carries_no_files_and_so_no_virus(scanned, snv, stc):
    data, carrier = make_status("03", B, (A, "000.00.01.H99,2026/11/20,7/SNV-VP")), ill()
    for element, place in (("edXML:edXMLBody", b"</edXML:edXMLEnvelope>"), ("AttachmentEncoded", b"</edXML>")):
        data = data.replace(place, cut(carrier, element) + place)

    heard = await stc.do("sendEdoc", data, B, "status")

    assert heard.code == "22"
    assert (await newest(scanned)).fault == "profile_invalid"
    assert (await snv.do("countReceiveStatus")).json["count"] == 0
