"""The registry with history at the native door: one agency on any day, each kind of change with its day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from agency_registry import edit
from agency_registry.edit import Why
from edxml.testing import make_package
from hub.clock import FakeClock
from hub.flow import registry

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
OTHER = "000.00.08.H99"


@pytest.fixture
def sections() -> dict:
    return {"listen": [{"port": 0, "doors": ["vxp", "api"]}]}


def why(hub) -> Why:
    return Why("an", "sắp xếp", "12/QĐ-UBND", hub.clock.now(), decided_on=date(2026, 10, 20))


async def change(hub, act, *args, **more):
    return await registry.change(hub, lambda c: act(c, *args, why=why(hub), **more))


async def test_one_agency_is_told_as_it_stood_on_a_day(offices, province, hub):
    """law: R-026 QĐ28 Đ16.1."""
    sender, _, _ = offices
    hub.clock = FakeClock(START)
    await province.agencies(OTHER)
    await change(hub, edit.merge_agencies, [OTHER], "000.00.02.H99", on=date(2026, 7, 1))

    before = (await sender.get(f"/agencies/{OTHER}", params={"on": "2026-06-30"})).expect(200)
    after = (await sender.get(f"/agencies/{OTHER}")).expect(200)
    heir = (await sender.get("/agencies/000.00.02.h99")).expect(200)

    assert (before["state"], before["successors"]) == ("active", [])
    assert after["state"] == "closed"
    assert [one["organ_id"] for one in after["successors"]] == ["000.00.02.H99"]
    assert after["successors"][0]["path"] == [{
        "kind": "merged_into", "organ_id": OTHER, "successor": "000.00.02.H99", "first_day": "2026-07-01",
        "decision": "12/QĐ-UBND", "decided_on": "2026-10-20",
    }]  # fmt: skip
    assert [one["organ_id"] for one in heir["predecessors"]] == [OTHER]
    (await sender.get("/agencies/000.00.77.H99")).expect(404)
    (await sender.get(f"/agencies/{OTHER}", params={"on": "soon"})).expect(422)


async def test_each_kind_of_change_arrives_with_its_day(offices, province, hub):
    sender, _, _ = offices
    hub.clock = FakeClock(START)
    await province.agencies(OTHER, "H99.1", "H99.2", "H99.3")
    version = hub.directory.version
    await change(hub, edit.rename_agency, OTHER, "Tên mới", on=date(2027, 1, 1))
    await change(hub, edit.move_agency, "H99.1", "H99.2", on=date(2026, 7, 1))
    await change(hub, edit.recode_agency, "H99.2", "H99.22", on=date(2026, 8, 1))
    await change(hub, edit.split_agency, "H99.1", [OTHER, "H99.3"], on=date(2026, 9, 1))
    await change(hub, edit.reopen_agency, "H99.1", on=date(2026, 10, 1))
    await change(hub, edit.merge_agencies, ["H99.3"], OTHER, on=date(2027, 2, 1))
    await change(hub, edit.close_agency, "H99.1", on=date(2027, 3, 1))

    items = (await sender.get("/agencies/changes", params={"since": str(version)})).expect(200)["items"]

    told = [(one["change"], one["organ_id"], one["on"]) for one in items if one["on"]]
    assert told == [
        ("renamed", OTHER, "2027-01-01"), ("moved", "H99.1", "2026-07-01"), ("recoded", "H99.22", "2026-08-01"),
        ("split", "H99.1", "2026-09-01"), ("reopened", "H99.1", "2026-10-01"), ("merged", "H99.3", "2027-02-01"),
        ("closed", "H99.1", "2027-03-01"),
    ]  # fmt: skip
    assert (items[0]["agency"]["name"], items[0]["later"]["name"]) == (f"Cơ quan {OTHER}", "Tên mới")


async def test_the_refusal_names_the_successor_in_the_callers_language(offices, province, hub):
    """law: R-026 QĐ28 Đ16.1."""
    sender, _, _ = offices
    await province.agencies(OTHER)
    await change(hub, edit.merge_agencies, [OTHER], "000.00.02.H99")
    both = make_package(to=(OTHER, "000.00.02.H99"), document_id="B")

    refused = (await sender.offer(make_package(to=(OTHER,), document_id="A"))).expect(422)
    told = await sender.send(both)
    row = next(one for one in told["deliveries"] if one["recipient"] == OTHER)
    shown = (await sender.get(f"/packages/{told['package_id']}")).expect(200)

    assert refused["code"] == "org_closed"
    assert "sáp nhập vào 000.00.02.H99" in refused["detail"]
    assert row["code"] == "org_closed"
    assert "sáp nhập vào 000.00.02.H99" in row["detail"]
    assert "was merged into 000.00.02.H99" in row["detail"]
    assert "12/QĐ-UBND" in next(one for one in shown["deliveries"] if one["recipient"] == OTHER)["reason"]


async def test_the_successor_is_told_to_whom_it_was_written(offices, province, hub):
    """law: R-026 QĐ28 Đ16.1."""
    sender, recipient, _ = offices
    await province.agencies(OTHER)
    await change(hub, edit.merge_agencies, [OTHER], "000.00.02.H99")
    flows = hub.profile.flows.model_copy(update={"closed_code": "successor"})
    hub.profile = dataclasses.replace(hub.profile, flows=flows)

    told = await sender.send(make_package(to=(OTHER,), document_id="A"))
    [item] = (await recipient.get("/inbox")).expect(200)["items"]

    assert [one["code"] for one in told["warnings"] if one["code"] == "sent_to_successor"]
    assert [(one["recipient"], one["copy"]) for one in told["deliveries"]] == [("000.00.02.H99", "successor")]
    assert item["addressed_to"]["code"] == OTHER
    assert item["addressed_to"]["name"] == f"Cơ quan {OTHER}"
    assert (item["addressed_to"]["kind"], item["addressed_to"]["decision"]) == ("merged_into", "12/QĐ-UBND")
