"""Codes that are out of use: who is named, who gets the document instead, and what becomes of what already waits."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from province import PREFIX  # noqa: F401

from agency_registry import edit
from agency_registry.edit import Why
from edxml.testing import make_package, make_status
from hub.clock import FakeClock
from hub.flow import registry
from hub.jobs import registry as turning
from hub.store import deliveries, events

SNV, STC, OLD, THIRD = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.04.H99"
WHY = Why(actor="an", reason="sắp xếp tổ chức", decision="12/QĐ-UBND", decided_on=date(2026, 10, 20))
START = datetime(2026, 11, 2, 2, tzinfo=UTC)  # Monday, 09:00 in Vietnam


@pytest.fixture
async def old(hub, province, snv, stc):
    """A third agency with a system of its own, before anything is decided about it."""
    hub.clock = FakeClock(START)
    await province.agencies(OLD, THIRD)
    return await province.system("old", OLD)


def follow_profile(hub, policy: str) -> None:
    flows = hub.profile.flows.model_copy(update={"closed_code": policy})
    hub.profile = dataclasses.replace(hub.profile, flows=flows)


def why(hub) -> Why:
    return dataclasses.replace(WHY, at=hub.clock.now())


async def merge(hub, *codes, into=STC, on=None):
    return await registry.change(hub, lambda c: edit.merge_agencies(c, codes, into, why=why(hub), on=on))


async def rows(hub, package_id):
    return await hub.db.read(lambda c: deliveries.of_package(c, package_id))


async def test_the_refusal_of_a_closed_code_names_the_successor_and_the_decision(hub, snv, stc, old):
    """law: R-026 QĐ28 Đ16.1."""
    await merge(hub, OLD)

    refused = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)
    sent = await snv.do("sendEdoc", make_package(to=(STC, OLD), document_id="B"), SNV)
    told = {row["toCode"]: row for row in await snv.sent()}[OLD]

    assert refused.json["ErrorCode"] == "23"
    assert STC in refused.json["ErrorDesc"]
    assert "12/QĐ-UBND" in refused.json["ErrorDesc"]
    assert sent.json["status"] == "OK"
    text = told["sendStatusDesc"]
    assert STC in text
    assert "sáp nhập" in text
    assert "12/QĐ-UBND" in text
    assert "20/10/2026" in text
    assert "was merged into" in text


async def test_a_document_to_a_closed_code_reaches_the_successor_where_the_profile_says_so(hub, snv, stc, old):
    """law: R-026 QĐ28 Đ16.1."""
    follow_profile(hub, "successor")
    await merge(hub, OLD)

    sent = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)
    [row] = await rows(hub, sent.json["DocId"])
    [item] = await stc.waiting()

    assert sent.json["status"] == "OK"
    assert (row.recipient, row.written_as, row.copy, row.status) == (STC, OLD, "successor", "available")
    assert item["docId"] == row.item_id


async def test_its_own_entry_in_to_goes_before_one_for_another(hub, snv, stc, old):
    follow_profile(hub, "successor")
    await merge(hub, OLD)

    sent = await snv.do("sendEdoc", make_package(to=(OLD, STC), document_id="A"), SNV)

    assert [(row.recipient, row.copy) for row in await rows(hub, sent.json["DocId"])] == [(STC, "")]


@pytest.mark.parametrize("policy", ["refuse", "successor"])
async def test_nobody_guesses_among_several_successors(hub, snv, stc, old, policy):
    """law: R-026 QĐ28 Đ16.1."""
    follow_profile(hub, policy)
    await registry.change(hub, lambda c: edit.split_agency(c, OLD, [STC, THIRD], why=why(hub)))

    refused = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)

    assert refused.json["ErrorCode"] == "23"
    assert STC in refused.json["ErrorDesc"]
    assert THIRD in refused.json["ErrorDesc"]


async def test_a_replaced_code_leads_to_the_new_one_until_its_last_day_and_is_then_named(hub, snv, stc):
    """law: R-023 CB Đ4, R-026 QĐ28 Đ16.1."""
    hub.clock = FakeClock(START)
    until = date(2026, 11, 10)
    await registry.change(
        hub,
        lambda c: edit.recode_agency(
            c, STC, "H99.STC", why=Why(reason="mã mới", decision="9/QĐ", at=START), until=until
        ),
    )
    sent = await snv.do("sendEdoc", make_package(to=(STC,), document_id="A"), SNV)
    [row] = await rows(hub, sent.json["DocId"])
    hub.clock.set(datetime(2026, 11, 30, 2, tzinfo=UTC))
    await turning.look(hub)
    refused = await snv.do("sendEdoc", make_package(to=(STC,), document_id="B"), SNV)
    direct = await snv.do("sendEdoc", make_package(to=("H99.STC",), document_id="C"), SNV)

    assert (row.recipient, row.written_as, row.status, row.copy) == ("H99.STC", STC, "available", "")
    assert "H99.STC" in refused.json["ErrorDesc"]
    assert "9/QĐ" in refused.json["ErrorDesc"]
    assert direct.json["status"] == "OK"


async def test_what_is_decided_for_a_day_begins_at_midnight_in_vietnam_by_itself(hub, snv, stc, old):
    await merge(hub, OLD, on=date(2026, 11, 4))
    hub.clock.set(datetime(2026, 11, 3, 16, 59, 59, tzinfo=UTC))
    await turning.look(hub)
    before = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)
    hub.clock.advance(timedelta(seconds=1))
    await turning.look(hub)
    after = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="B"), SNV)

    assert (before.json["status"], after.json["ErrorCode"]) == ("OK", "23")
    assert 0 < turning.until_midnight(datetime(2026, 11, 3, 16, 59, 59, tzinfo=UTC)) < 2


async def test_what_waits_for_a_merged_agency_goes_to_its_successor_and_what_was_seen_stays(hub, snv, stc, old):
    """R-04 law: R-026 QĐ28 Đ16.1."""
    seen = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)
    waits = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="B"), SNV)
    both = await snv.do("sendEdoc", make_package(to=(OLD, STC), document_id="C"), SNV)
    [first] = await rows(hub, seen.json["DocId"])
    await old.do("getEdoc", first.item_id)

    await merge(hub, OLD)
    [stays], [goes] = await rows(hub, seen.json["DocId"]), await rows(hub, waits.json["DocId"])
    own = {(row.recipient, row.status, row.reason) for row in await rows(hub, both.json["DocId"])}
    story = await hub.db.read(lambda c: events.of_package(c, waits.json["DocId"]))

    assert (stays.recipient, stays.system_id, stays.copy) == (OLD, "old", "")
    assert (goes.recipient, goes.system_id, goes.copy, goes.status) == (STC, "stc", "successor", "available")
    assert goes.item_id in {item["docId"] for item in await stc.waiting()}
    assert own == {(STC, "available", None), (OLD, "cancelled", "successor_has_it")}
    assert [item["docId"] for item in await old.waiting()] == [first.item_id]
    assert "delivery.rerouted" in [one.type for one in story]


async def test_the_first_answer_comes_again_after_the_copy_went_to_a_successor(hub, snv, stc, old):
    package = make_package(to=(OLD,), document_id="A")
    first = await snv.do("sendEdoc", package, SNV)
    await merge(hub, OLD)
    again = await snv.do("sendEdoc", package, SNV)

    assert again.json == first.json


async def test_what_waits_follows_an_agency_to_its_new_system(hub, province, snv, stc, old):
    """R-04."""
    sent = await snv.do("sendEdoc", make_package(to=(OLD, STC), document_id="A"), SNV)
    await registry.change(hub, lambda c: edit.attach_agencies(c, "stc", [OLD], replace=True))

    goes = {row.recipient: row for row in await rows(hub, sent.json["DocId"])}

    assert {row.system_id for row in goes.values()} == {"stc"}
    assert goes[OLD].item_id == goes[STC].item_id, "one item for one system"
    assert await old.waiting() == []


async def test_what_no_system_receives_is_held_and_goes_on_when_one_does(hub, province, snv, stc, old):
    """R-04."""
    sent = await snv.do("sendEdoc", make_package(to=(OLD,), document_id="A"), SNV)
    await registry.change(hub, lambda c: edit.detach_agencies(c, "old", [OLD]))
    [held] = await rows(hub, sent.json["DocId"])
    left = await old.waiting()
    await registry.change(hub, lambda c: edit.attach_agencies(c, "stc", [OLD]))
    [goes] = await rows(hub, sent.json["DocId"])

    assert (held.status, held.system_id, held.fault, left) == ("held", None, "not_connected", [])
    assert (goes.status, goes.system_id, goes.fault) == ("available", "stc", None)
    assert goes.item_id in {item["docId"] for item in await stc.waiting()}


async def test_a_status_about_what_a_closed_agency_sent_reaches_its_successor(hub, snv, stc, old):
    """law: R-026 QĐ28 Đ16.1."""
    await old.do("sendEdoc", make_package(sender=OLD, to=(SNV,), document_id="A"), OLD)
    [item] = await snv.waiting()
    await snv.do("getEdoc", item["docId"])
    await snv.do("updateStatus", item["docId"], "done")
    await merge(hub, OLD)

    said = await snv.do("sendEdoc", make_status("01", SNV, (OLD, "A"), "Đã đến"), SNV)

    assert said.json["status"] == "OK"
    assert len(await stc.waiting("status")) == 1


async def test_what_waits_takes_the_new_code_and_its_first_answer_stays(hub, snv, stc):
    """R-04 law: R-026 QĐ28 Đ16.1."""
    hub.clock = FakeClock(START)
    package = make_package(to=(STC,), document_id="A")
    first = await snv.do("sendEdoc", package, SNV)
    await registry.change(hub, lambda c: edit.recode_agency(c, STC, "H99.STC", why=why(hub)))
    [row] = await rows(hub, first.json["DocId"])
    [item] = await stc.waiting()
    again = await snv.do("sendEdoc", package, SNV)

    assert (row.recipient, row.written_as, row.copy, row.item_id) == ("H99.STC", STC, "", item["docId"])
    assert again.json == first.json
