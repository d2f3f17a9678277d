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
    assert STC in refused.json["ErrorDesc"] and "12/QĐ-UBND" in refused.json["ErrorDesc"]
    assert sent.json["status"] == "OK"
    text = f"{told['sendStatusDesc']}" if "sendStatusDesc" in told else str(told)
    assert STC in text and "sáp nhập" in text and "12/QĐ-UBND" in text and "20/10/2026" in text
    assert "was merged into" in text
