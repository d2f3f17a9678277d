"""What the axis offers is taken in once, acknowledged after our commit, and never lost."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from fake_peers.axis import OK
from patience import until

from connectors import base, outgoing
from edxml import reader
from edxml.faults import Fault, Refusal
from edxml.testing import make_package, make_status
from hub import log
from hub.flow import dispatch, health, intake, operate, peers, routing
from hub.flow.collecting import keeping
from hub.store import collected, deliveries, endpoints, events, packages, tables

from .looking import MINISTRY, OFFICE, alarms, remembered, rows_of, waiting


async def test_a_document_is_taken_in_and_acknowledged(hub, axis, collector, snv):
    document = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("d1", document)]

    turn = await collector.turn()

    found = await waiting(hub, snv)
    assert (turn.took, turn.answered) == (1, True)
    assert [(row.sender, row.sha256, row.door) for row in found] == [(MINISTRY, reader.read(document).sha256, "axis")]
    assert axis.marks == [("d1", "done", "")]
    assert await remembered(hub) == []


async def test_done_is_said_only_after_our_own_commit(hub, axis, collector, snv):
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE))]
    seen = []

    def mark(_fields, _body):
        seen.append(hub.db.path.read_bytes() != b"" and len(axis.marks))
        return OK

    axis.script["updateStatus"] = [mark]
    await collector.turn()

    assert seen == [0]
    assert len(await waiting(hub, snv)) == 1


async def test_an_acknowledgement_that_failed_is_repeated_without_fetching_again(hub, axis, collector, snv):
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE))]
    axis.script["updateStatus"] = [(502, "<html>")]
    await collector.turn()
    between = await remembered(hub)
    del axis.script["updateStatus"]

    await collector.turn()

    assert between == [("d1", "taken")]
    assert len(axis.said("downloadEdoc")) == 1
    assert axis.marks == [("d1", "done", "")]
    assert len(await waiting(hub, snv)) == 1
    assert await remembered(hub) == []


async def test_the_same_package_under_another_docid_is_one_package(hub, axis, collector, snv):
    document = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("d1", document), ("d2", document)]

    await collector.turn()

    assert len(await waiting(hub, snv)) == 1
    assert [mark[:2] for mark in axis.marks] == [("d1", "done"), ("d2", "done")]


async def test_a_package_that_can_never_be_taken_is_answered_and_alarmed(hub, axis, collector, snv):
    good = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("bad", b"<edXML><not closed"), ("good", good)]

    await collector.turn()

    assert axis.marks[0][:2] == ("bad", "fail")
    assert axis.marks[0][2].startswith("xml_not_well_formed")
    assert axis.marks[1][:2] == ("good", "done")
    assert ["axis_package_refused" in text for text in await alarms(hub)] == [True]
    rejected = [row for row in await rows_of(hub, tables.packages) if row.status == "rejected"]
    assert [row.fault for row in rejected] == ["xml_not_well_formed"]
    assert axis.badly_signed == 0


async def test_a_refusal_that_could_not_be_told_is_told_later_and_alarmed_once(hub, axis, collector):
    axis.offers["edoc"] = [("bad", b"<edXML><not closed")]
    axis.script["updateStatus"] = [(502, "<html>")]
    await collector.turn()
    await collector.turn()
    del axis.script["updateStatus"]

    await collector.turn()  # passed over once
    await collector.turn()

    assert len(await alarms(hub)) == 1
    assert axis.marks[0][:2] == ("bad", "fail")
    assert await remembered(hub) == []


@pytest.mark.parametrize(("document_id", "arrives"), [("2015/09/30,1/SNV", ["01"]), ("2026/01/02,1/SNV", [])])
async def test_a_status_of_old_times_reaches_its_addressee_and_one_that_may_fit_waits(
    hub, axis, collector, snv, document_id, arrives
):
    axis.offers["status"] = [("s1", make_status("01", MINISTRY, (OFFICE, f"{OFFICE},{document_id}")))]

    await collector.turn()

    assert [row.status_code for row in await waiting(hub, snv)] == arrives
    assert [row.held_for for row in await rows_of(hub, tables.packages)] == [None if arrives else "unmatched"]


async def test_an_unknown_code_of_ours_goes_to_the_focal_mailbox(hub, axis, collector, province):
    """law: R-120 QĐ28 Đ7.3c."""
    await province.agencies("000.00.00.H99")
    centre = await province.system("centre", "000.00.00.H99")
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, "000.77.77.H99"))]

    await collector.turn()

    assert [row.recipient for row in await waiting(hub, centre)] == ["000.00.00.H99"]
    assert axis.marks == [("d1", "done", "")]
    assert [("focal_mailbox" in text, "000.77.77.H99" in text) for text in await alarms(hub)] == [(True, True)]


async def test_one_item_that_cannot_be_fetched_does_not_stop_the_next(hub, axis, collector, snv):
    axis.offers["edoc"] = [("broken", b""), ("d2", make_package(MINISTRY, OFFICE))]
    axis.script["getEdoc"] = [{"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "x", "data": ""}]

    for _ in range(4):
        await collector.turn()

    assert len(await waiting(hub, snv)) == 1
    assert axis.marks == [("d2", "done", "")]
    assert ["axis_item_stuck" in text for text in await alarms(hub)] == [True]


async def test_an_axis_that_answers_with_pages_is_down_and_not_empty(hub, axis, collector):
    axis.script["getReceivedEdocList"] = [(502, "<html>Bad Gateway</html>")]
    dispatch = hub.settings.dispatch.model_copy(update={"backoff_seconds": (0,)})
    hub.settings = hub.settings.model_copy(update={"dispatch": dispatch})

    for _ in range(5):
        await collector.turn()
    down = await hub.db.read(lambda c: endpoints.get(c, health.inward(routing.AXIS)))
    del axis.script["getReceivedEdocList"]
    await collector.turn()
    up = await hub.db.read(lambda c: endpoints.get(c, health.inward(routing.AXIS)))

    assert down.failures >= 3
    assert len(await alarms(hub)) == 1
    assert (up.failures, up.retry_at) == (0, None)


async def test_while_intake_is_stopped_nothing_is_fetched_or_refused(hub, axis, collector, snv):
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE))]
    await operate.stop_intake(hub, "op", "maintenance")
    await collector.turn()
    before = list(axis.calls)
    await operate.start_intake(hub, "op")

    await collector.turn()

    assert before == []
    assert len(await waiting(hub, snv)) == 1


async def test_trouble_of_our_own_leaves_it_with_the_axis(hub, axis, collector, snv, monkeypatch):
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE))]

    async def full(*_):
        raise Refusal(Fault.STORAGE_FULL, "disk")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "accept", full)
        await collector.turn()
    marks = list(axis.marks)
    await collector.turn()

    assert marks == []
    assert len(await waiting(hub, snv)) == 1


async def test_a_crash_between_commit_and_acknowledgement_doubles_nothing(hub, axis, collector, snv):
    document = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("d1", document)]
    axis.script["updateStatus"] = [30]
    task = asyncio.create_task(collector.turn())
    await until(lambda: axis.said("updateStatus"))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del axis.script["updateStatus"]
    await hub.db.write(lambda c: collected.forget(c, routing.AXIS, "d1"))  # not even this was written

    await collector.turn()

    assert len(await waiting(hub, snv)) == 1
    assert axis.marks == [("d1", "done", "")]


async def test_the_loop_asks_again_at_once_after_something_was_sent(hub, axis, province):
    slow = hub.settings.axis.model_copy(update={"poll_seconds": 60})
    hub.settings = hub.settings.model_copy(update={"axis": slow})
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=30) as http:
        stop = asyncio.Event()
        tools = base.Tools(http, hub.clock.now, log.get(), 30)
        loop = asyncio.create_task(keeping.run(hub, tools, stop))
        await until(lambda: len(axis.said("getReceivedEdocList")) == 2)  # documents, statuses
        await asyncio.sleep(0.3)
        before = len(axis.said("getReceivedEdocList"))

        hub.bell.ring([dispatch.SENT_BELL])
        await until(lambda: len(axis.said("getReceivedEdocList")) >= 4)
        await asyncio.sleep(0.3)

        assert (before, len(axis.said("getReceivedEdocList"))) == (2, 4)
        stop.set()
        await loop


async def test_packages_seen_by_identity_only(hub, axis, collector, snv):
    """The bytes that entered are the bytes that lie here."""
    document = make_package(MINISTRY, OFFICE, size=400_000)
    axis.offers["edoc"] = [("d1", document)]

    await collector.turn()

    row = (await waiting(hub, snv))[0]
    stored = await hub.db.read(lambda c: packages.get(c, row.id))
    assert (stored.sha256, stored.size) == (reader.read(document).sha256, len(document))


async def test_what_the_axis_could_not_hand_on_is_signed_and_alarmed_once(hub, axis, collector, sender):
    """law: R-119, R-111 HN Đ6.2."""
    sent = await sender.give(make_package(OFFICE, MINISTRY))
    dispatcher = dispatch.Dispatcher(hub, collector._connections._tools)
    await dispatcher.turn()
    await dispatcher.idle()
    await dispatcher.close()
    row = {"senderDocId": "doc-1", "toCode": MINISTRY.lower(), "sendStatus": "done", "receiveStatus": "fail",
           "receiveStatusDesc": "Đơn vị nhận bị khóa"}  # fmt: skip
    axis.script["getSentEdocList"] = [{**OK, "data": [row, {"senderDocId": "unknown", "sendStatus": "fail"}]}]

    for _ in range(3):
        collector._beyond.looked_at = None
        await collector.turn()

    delivery = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package_id)))[0]
    receipt = await hub.db.read(lambda c: events.receipt_of(c, "relay.rejected", package_id=sent.package_id))
    assert (delivery.status, delivery.reason) == ("delivered", "relay: Đơn vị nhận bị khóa")
    assert hashlib.sha256("Đơn vị nhận bị khóa".encode()).hexdigest().encode() in hub.keys.verify_receipt(receipt)
    told = [json.loads(one) for one in await alarms(hub)]
    wanted = [("axis_could_not_hand_on", "operator"), ("paper_due", "sender")]
    assert [(one["alarm"], one["audience"]) for one in told] == wanted


async def test_an_inner_peer_hub_is_called_with_its_sealed_secret(hub, axis, province, sender):
    """Any system may be reached by the axis's protocol; its secret lies wrapped among its settings."""
    await province.agencies("000.00.05.H99")
    settings = {"endpoint": axis.url, "system_id": "x", "secret": peers.sealed(hub.keys, axis.secret)}
    await province.system("peer", "000.00.05.H99", connector="vxp", settings=settings)
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        dispatcher = dispatch.Dispatcher(hub, base.Tools(http, hub.clock.now, log.get(), 1))

        sent = await sender.give(make_package(OFFICE, "000.00.05.H99"))
        await dispatcher.turn()
        await dispatcher.idle()
        await dispatcher.close()

    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package_id)))[0]
    journal = [one.type for one in await hub.db.read(lambda c: events.of_package(c, sent.package_id))]
    assert (row.status, axis.badly_signed) == ("delivered", 0)
    assert "relay.accepted" not in journal
    assert axis.secret not in str(hub.directory.system("peer").settings)
