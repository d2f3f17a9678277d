"""N: whatever the axis does to what it offers, nothing is lost and nothing is doubled."""

from __future__ import annotations

import json

import pytest
from fake_peers.axis import OK

from edxml import reader
from edxml.testing import make_package
from hub.flow import dispatch, routing
from hub.store import deliveries, endpoints, tables

from .looking import MINISTRY, OFFICE, alarms, rows_of, waiting


async def test_n_10_our_own_package_coming_back_is_dropped_with_evidence_however_it_was_rewritten(
    hub, axis, collector, sender
):
    document = make_package(OFFICE, MINISTRY)
    await sender.give(document)
    rewritten = document.replace(b"</edXML:TraceHeaderList>", b"<!-- through the axis --></edXML:TraceHeaderList>")
    axis.offers["edoc"] = [("d1", document), ("d2", rewritten)]

    await collector.turn()

    assert rewritten != document
    assert [mark[:2] for mark in axis.marks] == [("d1", "done"), ("d2", "done")]
    assert await waiting(hub, sender.office) == []
    assert await alarms(hub) == []
    kept = [row for row in await rows_of(hub, tables.packages) if row.status == "rejected"]
    assert [row.document_id for row in kept] == [reader.read(document).document_id] * 2


async def test_n_10_a_package_in_our_name_that_we_never_sent_is_answered_and_alarmed(hub, axis, collector, snv):
    axis.offers["edoc"] = [("d1", make_package(OFFICE, OFFICE))]

    await collector.turn()

    assert axis.marks[0][:2] == ("d1", "fail")
    assert await waiting(hub, snv) == []
    assert ["axis_package_refused" in text for text in await alarms(hub)] == [True]


async def test_n_06_what_a_line_has_cut_is_not_refused_for_good(hub, axis, collector, snv):
    """Only what comes twice with equal bytes can never be taken."""
    document = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("d1", document)]
    axis.script["downloadEdoc"] = [document[:2000], document[:3000], document]

    await collector.turn()
    between = list(axis.marks)
    await collector.turn()

    assert between == []
    assert axis.marks == [("d1", "done", "")]
    assert [row.sha256 for row in await waiting(hub, snv)] == [reader.read(document).sha256]


async def test_items_that_always_fail_do_not_keep_those_behind_them_waiting_for_ever(hub, axis, collector, snv):
    broken = [(f"broken{number}", b"") for number in range(12)]
    axis.offers["edoc"] = [*broken, ("good", make_package(MINISTRY, OFFICE))]
    axis.script["getEdoc"] = [{"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "x", "data": ""}]

    for _ in range(12):
        await collector.turn()

    assert [mark[:2] for mark in axis.marks] == [("good", "done")]


async def test_n_06_a_list_of_nothing_is_believed_only_when_the_count_agrees(hub, axis, collector):
    axis.script["getReceivedEdocList"] = [{**OK, "data": None}]
    axis.script["countReceiveEdoc"] = [{**OK, "count": 10}]

    silent = await collector.turn()
    axis.script["countReceiveEdoc"] = [{**OK, "count": 0}]
    empty = await collector.turn()

    assert (silent.answered, empty.answered) == (False, True)


async def test_n_08_a_row_that_names_nothing_is_alarmed_and_stops_no_other(hub, axis, collector, snv):
    row = {"docId": "d1", "status": "initial"}
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE))]
    unnamed = {"docId": None, "from": MINISTRY, "created_time": "21/11/2026 08:00:00"}
    axis.script["getReceivedEdocList"] = [{**OK, "data": [unnamed, None, row]}]

    for _ in range(4):
        await collector.turn()

    assert axis.marks[0][:2] == ("d1", "done")
    told = [json.loads(one) for one in await alarms(hub)]
    assert {one["alarm"] for one in told} == {"axis_item_stuck"}
    assert any(f"{MINISTRY} 21/11/2026" in one["remote_id"] for one in told)


async def test_n_04_fetching_fails_and_sending_goes_on(hub, axis, collector, sender):
    """Each way has its own health, and its own alarm."""
    axis.script["getReceivedEdocList"] = [(200, "<html>")]
    fast = hub.settings.dispatch.model_copy(update={"backoff_seconds": (0,)})
    hub.settings = hub.settings.model_copy(update={"dispatch": fast})
    for _ in range(4):
        await collector.turn()
    sent = await sender.give(make_package(OFFICE, MINISTRY))
    dispatcher = dispatch.Dispatcher(hub, collector._connections._tools)
    await dispatcher.turn()
    await dispatcher.idle()
    await dispatcher.close()

    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package_id)))[0]
    assert row.status == "delivered"
    assert [json.loads(one)["alarm"] for one in await alarms(hub)] == ["not_collected"]


async def test_n_04_sending_fails_and_is_alarmed_though_fetching_works(hub, axis, collector, sender):
    axis.script["sendEdoc"] = [(200, "<html>")]
    fast = hub.settings.dispatch.model_copy(update={"backoff_seconds": (0,)})
    hub.settings = hub.settings.model_copy(update={"dispatch": fast})
    await sender.give(make_package(OFFICE, MINISTRY))
    dispatcher = dispatch.Dispatcher(hub, collector._connections._tools)
    for _ in range(4):
        await dispatcher.turn()
        await dispatcher.idle()
        await collector.turn()
    await dispatcher.close()

    known = await hub.db.read(lambda c: endpoints.get(c, routing.AXIS))
    assert known.failures >= 3
    assert [json.loads(one)["alarm"] for one in await alarms(hub)] == ["endpoint_down"]


@pytest.mark.parametrize("answer", ["", "Service Unavailable", "PGh0bWw+PC9odG1sPg=="])
async def test_n_06_content_that_is_no_xml_is_trouble_and_never_refused_for_good(hub, axis, collector, snv, answer):
    """The same words twice prove nothing: a proxy says them as long as it likes."""
    document = make_package(MINISTRY, OFFICE)
    axis.offers["edoc"] = [("d1", document)]
    axis.script["downloadEdoc"] = [answer if " " in answer else b""]
    axis.script["getEdoc"] = [{**OK, "data": "" if " " in answer else answer}]
    for _ in range(4):
        await collector.turn()
    between = list(axis.marks)
    axis.script.clear()
    for _ in range(8):
        await collector.turn()

    assert between == []
    assert axis.marks == [("d1", "done", "")]
    assert [row.sha256 for row in await waiting(hub, snv)] == [reader.read(document).sha256]


async def test_n_02_a_document_given_again_and_written_anew_has_one_effect(hub, axis, collector, snv):
    """The axis reads and writes every package on its way: a second copy has other bytes and the same files."""
    document = make_package(MINISTRY, OFFICE)
    anew = document.replace(b"</edXML:TraceHeaderList>", b"<!-- on its way --></edXML:TraceHeaderList>")
    axis.offers["edoc"] = [("d1", document), ("d2", anew), ("d3", document)]

    await collector.turn()

    assert anew != document
    assert [mark[:2] for mark in axis.marks] == [("d1", "done"), ("d2", "done"), ("d3", "done")]
    assert [row.sha256 for row in await waiting(hub, snv)] == [reader.read(document).sha256]
    assert await alarms(hub) == []


async def test_a_document_with_other_files_under_the_same_id_is_no_repeat(hub, axis, collector, snv):
    name = f"{MINISTRY},2026/11/20,7/BTC"
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, OFFICE, name)),
                           ("d2", make_package(MINISTRY, OFFICE, name, size=20_000))]  # fmt: skip

    await collector.turn()

    assert [mark[:2] for mark in axis.marks] == [("d1", "done"), ("d2", "fail")]
    assert any("axis_package_refused" in text for text in await alarms(hub))


async def test_r_120_the_focal_mailbox_may_be_another_agency(hub, axis, collector, province):
    """law: R-120 QĐ28 Đ7.3c."""
    await province.agencies("000.00.09.H99")
    office = await province.system("van-thu-ubnd", "000.00.09.H99")
    named = hub.settings.hub.model_copy(update={"focal_organ_id": "000.00.09.H99"})
    hub.settings = hub.settings.model_copy(update={"hub": named})
    axis.offers["edoc"] = [("d1", make_package(MINISTRY, "000.77.77.H99"))]

    await collector.turn()

    assert [row.recipient for row in await waiting(hub, office)] == ["000.00.09.H99"]
    assert [("focal_mailbox" in text, "000.77.77.H99" in text) for text in await alarms(hub)] == [(True, True)]


async def test_n_03_what_comes_before_its_document_waits_for_it_and_then_follows(hub, axis, collector, snv):
    name = f"{MINISTRY},2026/11/20,8/BTC"
    update = make_package(MINISTRY, OFFICE, name, business_type=2, reason="Sửa hạn trả lời")
    axis.offers["edoc"] = [("d1", update)]
    await collector.turn()
    before = [row.held_for for row in await rows_of(hub, tables.packages)], await waiting(hub, snv)

    axis.offers["edoc"] = [("d1", update), ("d2", make_package(MINISTRY, OFFICE, name))]
    await collector.turn()

    assert before == (["unmatched"], [])
    assert [row.business_type for row in await waiting(hub, snv)] == [0, 2]
    assert [mark[:2] for mark in axis.marks] == [("d1", "done"), ("d2", "done")]


async def test_n_07_a_list_that_repeats_skips_and_begins_anew_loses_and_doubles_nothing(hub, axis, collector, snv):
    documents = {f"d{number}": make_package(MINISTRY, OFFICE) for number in range(6)}
    axis.offers["edoc"] = list(documents.items())
    listed = [["d0", "d1", "d1", "d0"], ["d4"], [], ["d3", "d2", "d0"], list(documents)]
    axis.script["getReceivedEdocList"] = [
        {**OK, "data": [{"docId": name} for name in names]} for names in listed for names in (names, [])
    ]

    for _ in listed:
        await collector.turn()

    assert sorted(row.sha256 for row in await waiting(hub, snv)) == sorted(
        reader.read(one).sha256 for one in documents.values()
    )


async def test_n_09_an_agency_of_ours_has_one_way_though_the_axis_knows_it_too(hub, axis, province, snv, stc, sender):
    document = make_package(OFFICE, "000.00.02.H99")

    sent = await sender.give(document)

    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package_id)))[0]
    assert (row.system_id, axis.said("sendEdoc")) == (stc.system_id, [])


async def test_n_12_a_credential_that_the_axis_no_longer_takes_is_alarmed_and_everything_waits(
    hub, axis, collector, sender
):
    refused = {"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "wrong SystemId or SecretKey"}
    axis.script |= {"getReceivedEdocList": [refused], "sendEdoc": [refused]}
    fast = hub.settings.dispatch.model_copy(update={"backoff_seconds": (0,)})
    hub.settings = hub.settings.model_copy(update={"dispatch": fast})
    sent = await sender.give(make_package(OFFICE, MINISTRY))
    dispatcher = dispatch.Dispatcher(hub, collector._connections._tools)
    for _ in range(4):
        await dispatcher.turn()
        await dispatcher.idle()
        await collector.turn()
    await dispatcher.close()

    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package_id)))[0]
    told = [json.loads(one) for one in await alarms(hub)]
    assert row.status == "queued"
    assert {one["alarm"] for one in told} == {"not_collected", "endpoint_down"}
    assert all("15" in one["reason"] and "SecretKey" in one["reason"] for one in told)
