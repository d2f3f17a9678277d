"""A package that is kept back does not exist for its recipients, at any door; its sender knows why."""

from __future__ import annotations

import uuid

import pytest
from actors import Office
from held import NO_SCANNER, journal, stamped

from edxml import model, writer
from edxml.testing import make_package
from hub.flow import figures
from hub.store import deliveries

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
PACKAGE_CALLS = [
    ("GET", "/packages/{id}", {}),
    ("GET", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/content", {"headers": {"Range": "bytes=0-9"}}),
    ("GET", "/packages/{id}/content", {"headers": {"If-None-Match": "*"}}),
    ("HEAD", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/attachments/0", {}),
    ("GET", "/packages/{id}/timeline", {}),
    ("GET", "/packages/{id}/verdicts", {}),
    ("GET", "/packages/{id}/receipt", {}),
    ("GET", "/packages/{id}/receipts", {}),
    ("POST", "/packages/{id}/withdraw", {"json": {"reason": "x"}}),
    ("POST", "/packages/{id}/declare", {"json": {"declaration": "not_secret", "declared_by": "x"}}),
]
DELIVERY_CALLS = [
    ("POST", "/inbox/{id}/lease", {}),
    ("POST", "/inbox/{id}/ack", {"json": {"lease": "x", "sha256": "0" * 64}}),
    ("POST", "/inbox/{id}/status", {"json": {"code": "03"}}),
]


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "antivirus": NO_SCANNER}


@pytest.fixture
async def both(snv, stc):
    """Sender and recipient, each at the VXP door and at the native one."""
    async with (
        Office(snv.url, snv.system_id, snv.secret, (SENDER,)) as sender,
        Office(stc.url, stc.system_id, stc.secret, (RECIPIENT,)) as recipient,
    ):
        yield snv, stc, sender, recipient


async def item_of(hub, package_id: str):
    return (await hub.db.read(lambda connection: deliveries.of_package(connection, package_id)))[0].item_id


def told(heard) -> tuple:
    return heard.status, {name: value for name, value in heard.headers.items() if name != "date"}, heard.body


async def test_a_held_package_is_taken_in_and_its_sender_is_told(both):
    """law: R-178 TT Đ5.1"""
    _, _, sender, _ = both

    answered = (await sender.offer(make_package(SENDER, RECIPIENT))).expect(201)
    shown = (await sender.get(f"/packages/{answered['package_id']}")).expect()
    events = (await sender.get(f"/packages/{answered['package_id']}/timeline")).expect()["events"]

    assert answered["status"] == shown["status"] == "held"
    assert shown["held_for"] == ["scanner"]
    assert answered["receipt"]
    assert "virus" in [one["code"] for one in answered["warnings"]]
    assert [one["type"] for one in events][:2] == ["package.accepted", "package.held"]


async def test_a_repeat_gets_the_first_answer_also_after_the_release(both):
    """law: R-114"""
    _, _, sender, recipient = both
    both[0].hub.scanner = None
    data = stamped(SENDER, RECIPIENT)
    first = (await sender.offer(data)).expect(201)
    await declare(sender, first["package_id"])

    again = (await sender.offer(data)).expect(200)

    assert again == first
    assert len(await recipient.inbox()) == 1


async def test_for_its_recipient_a_held_package_is_as_one_that_never_was(both):
    """law: R-012"""
    snv, stc, sender, recipient = both
    accepted = (await sender.offer(make_package(SENDER, RECIPIENT))).expect(201)
    package_id, delivery_id = accepted["package_id"], accepted["deliveries"][0]["delivery_id"]

    for calls, real in ((PACKAGE_CALLS, package_id), (DELIVERY_CALLS, delivery_id)):
        for method, path, more in calls:
            absent = await recipient.call(method, path.format(id=uuid.uuid4()), **more)
            foreign = await recipient.call(method, path.format(id=real), **more)
            assert absent.status == 404, path
            assert told(foreign) == told(absent), path
    assert await recipient.inbox() == []
    assert (await recipient.get("/events")).expect()["items"] == []

    assert (await stc.do("getReceivedEdocList")).json["data"] == []
    assert (await stc.do("countReceiveEdoc")).json["count"] == 0
    item_id = await item_of(snv.hub, package_id)
    absent = await stc.do("downloadEdoc", str(uuid.uuid4()))
    hidden = await stc.do("downloadEdoc", item_id)
    assert (hidden.http_status, hidden.body) == (absent.http_status, absent.body) == (404, b"")
    for word in ("done", "fail", "processing"):
        absent = await stc.do("updateStatus", str(uuid.uuid4()), word)
        hidden = await stc.do("updateStatus", item_id, word)
        assert hidden.body == absent.body
    month = figures.month_of(snv.hub.clock.now())
    received = {one.organ_id: one.documents_received for one in await figures.monthly(snv.hub, month)}
    assert received[RECIPIENT] == 0


async def test_the_status_of_a_document_its_recipient_cannot_know_says_nothing_about_it(both):
    """A recipient that guesses the DocumentId of a held document hears what it hears of any other guess."""
    _, _, sender, recipient = both
    held = (await sender.offer(make_package(SENDER, RECIPIENT))).expect(201)

    answers = []
    for number, document_id in enumerate((held["document_id"], "000.00.01.H99,2026/01/01,999/KH-ABC")):
        heard = (await recipient.offer(status_about(document_id, number))).expect(201)
        answers.append([one["code"] for one in heard["warnings"]])

    assert answers[0] == answers[1] == ["base_unknown"]


def status_about(document_id: str, number: int) -> bytes:
    return writer.write_status(
        model.StatusMessage(
            sender=model.Organization(RECIPIENT, "Sở Tài chính"),
            response_for=model.ResponseFor(SENDER, f"{number}/KH", document_id, "2026/01/01"),
            staff=None,
            code="03",
            description="",
            timestamp="2026/11/21 10:00:00",
        )
    )


async def test_a_vxp_sender_hears_ok_and_reads_the_reason_in_its_list(both):
    snv, _, _, _ = both

    sent = await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    [row] = (await snv.do("getSentEdocList")).json["data"]

    assert sent.ok
    assert row["senderDocId"] == sent.json["DocId"]
    assert (row["sendStatus"], row["receiveStatus"]) == ("processing", "initial")
    assert "quét mã độc" in row["sendStatusDesc"]


async def declare(office, package_id: str, **more):
    said = {"declaration": "not_secret", "declared_by": "Nguyễn Thị Văn Thư", **more}
    return await office.post(f"/packages/{package_id}/declare", json=said)


async def held_for_a_stamp(both) -> str:
    """A package held for a stamp alone."""
    both[0].hub.scanner = None
    return (await both[2].offer(stamped(SENDER, RECIPIENT))).expect(201)["package_id"]


async def test_the_senders_clerk_declares_and_the_recipient_gets_it(both):
    """law: R-011 R-012 NĐ30 PL VI"""
    snv, stc, sender, recipient = both
    package_id = await held_for_a_stamp(both)

    declared = (await declare(sender, package_id)).expect()
    events = (await sender.get(f"/packages/{package_id}/timeline")).expect()["events"]

    assert declared == {"package_id": package_id, "status": "accepted"}
    [released] = [one for one in events if one["type"] == "package.released"]
    assert released["detail"]["declaration"] == "not_secret"
    assert released["detail"]["declared_by"] == "Nguyễn Thị Văn Thư"
    assert (await stc.do("countReceiveEdoc")).json["count"] == 1
    item, _, _ = await recipient.receive()
    assert item["package_id"] == package_id
    assert (await snv.do("getSentEdocList")).json["data"][0]["sendStatus"] == "done"


async def test_a_declaration_needs_a_name_and_a_held_package(both):
    _, _, sender, _ = both
    package_id = await held_for_a_stamp(both)

    assert (await declare(sender, package_id, declared_by="  ")).code == "reason_required"
    assert (await declare(sender, package_id, declaration="maybe")).code == "schema_invalid"
    free = (await sender.offer(make_package(SENDER, RECIPIENT))).expect(201)["package_id"]
    assert (await declare(sender, free)).code == "state_conflict"


async def test_a_declaration_by_anybody_else_hears_of_nothing(both, province):
    snv, _, _, recipient = both
    package_id = await held_for_a_stamp(both)
    await province.agencies(STRANGER)
    stranger = await province.system("stranger", STRANGER)

    async with Office(stranger.url, stranger.system_id, stranger.secret, (STRANGER,)) as other:
        for office in (recipient, other):
            absent = await declare(office, str(uuid.uuid4()))
            foreign = await declare(office, package_id)
            assert absent.code == "not_found"
            assert told(foreign) == told(absent)
    assert "package.released" not in await journal(snv.hub, package_id)


async def test_a_stamped_and_unscanned_package_waits_for_both(both):
    _, _, sender, recipient = both
    accepted = (await sender.offer(stamped(SENDER, RECIPIENT))).expect(201)

    declared = (await declare(sender, accepted["package_id"])).expect()
    shown = (await sender.get(f"/packages/{accepted['package_id']}")).expect()

    assert declared["status"] == shown["status"] == "held"
    assert shown["held_for"] == ["scanner"]
    assert await recipient.inbox() == []
    assert (await declare(sender, accepted["package_id"])).expect()["status"] == "held"
