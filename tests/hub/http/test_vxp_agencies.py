"""Agencies at the VXP door: the lists, and requests that two persons decide."""

from __future__ import annotations

import asyncio
import json
import re
import time

import pytest
import vxp_client
from sqlalchemy import select

from agency_registry import edit, tables
from agency_registry.agency import Agency
from agency_registry.directory import Directory
from edxml.testing import make_package


async def proposals(province) -> list[tuple[str, str, str]]:
    def look(connection):
        rows = connection.execute(select(tables.agency_proposals).order_by(tables.agency_proposals.c.id))
        return [(row.kind, row.organ_id, row.state) for row in rows]

    return await province.hub.db.read(look)


def request(code="000.00.09.H99", name="Đơn vị thử", **more) -> str:
    return json.dumps({"id": "", "pcode": "000.00.01.H99", "code": code, "name": name, **more}, ensure_ascii=False)


async def test_the_list_of_agencies(province, snv):
    await province.agencies("000.01.01.H99", parent="000.00.01.H99", legacy_code="01.01.H99", email="a@b.vn")
    await province.agencies("000.00.08.H99")
    await province.change(lambda c: edit.close_agency(c, "000.00.08.H99", why=edit.Why(reason="nhập")))

    items = {item["code"]: item for item in (await snv.do("getAgenciesList")).json["data"]}

    child, parent = items["000.01.01.H99"], items["000.00.01.H99"]
    assert set(items) == {"000.01.01.H99", "000.00.01.H99"}, "closed ones are left out"
    assert list(child) == ["id", "pid", "code", "name", "mail", "oldCode"]
    assert all(isinstance(value, str) for value in child.values())
    assert (child["pid"], parent["pid"]) == (parent["id"], "")
    assert (child["name"], child["mail"], child["oldCode"]) == ("Cơ quan 000.01.01.H99", "a@b.vn", "01.01.H99")


async def test_the_list_with_both_codes(province, snv):
    await province.agencies("H99.7", legacy_code="000.00.07.H99")

    items = {item["code"]: item for item in (await snv.do("getAgenciesListQD20")).json["data"]}

    assert list(items["H99.7"]) == ["id", "code", "name", "mail", "code102"]
    assert items["H99.7"]["code102"] == "000.00.07.H99"
    assert items["000.00.01.H99"]["code102"] == "000.00.01.H99"


async def test_units_to_synchronise_tell_centre_and_end(province, snv):
    await province.agencies("000.00.08.H99")
    await province.change(lambda c: edit.close_agency(c, "000.00.08.H99", why=edit.Why(reason="nhập")))

    items = {item["code"]: item for item in (await snv.do("getSynchronizeUnit")).json["data"]}

    own, ended = items["000.00.01.H99"], items["000.00.08.H99"]
    assert (own["centerCode"], own["deleted"], own["isAgency"]) == ("snv", False, True)
    assert (ended["centerCode"], ended["deleted"]) == ("", True)
    assert own["version"] < ended["version"] == province.hub.directory.version
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", ended["modifyDate"])


async def test_a_change_shows_in_the_next_list(province, snv):
    before = (await snv.do("getAgenciesList")).json["data"]
    await province.agencies("000.00.08.H99")
    after = (await snv.do("getAgenciesList")).json["data"]

    assert len(after) == len(before) + 1


async def test_registering_is_only_proposed(province, snv):
    """The body is signed by nobody: two persons decide (law: R-025 R-193 HN Đ8.2)."""
    first = await snv.do("registerAgency", request())
    again = await snv.do("registerAgency", request())

    assert first.ok
    assert again.ok
    assert await proposals(province) == [("add", "000.00.09.H99", "proposed")]
    assert province.hub.directory.agency("000.00.09.H99") is None


async def test_deleting_is_only_proposed(province, snv):
    reply = await snv.do("deleteAgency", "000.00.01.H99")

    assert reply.ok
    assert await proposals(province) == [("delete", "000.00.01.H99", "proposed")]
    assert province.hub.directory.agency("000.00.01.H99").state == "active"


async def test_a_system_asks_only_for_its_own_agencies(province, snv, stc):
    renamed = await snv.do("registerAgency", request("000.00.02.H99", "Sở của tôi"))
    deleted = await snv.do("deleteAgency", "000.00.02.H99")
    unknown = await snv.do("deleteAgency", "000.00.77.H99")

    assert (renamed.code, deleted.code, unknown.code) == ("19", "19", "21")
    assert await proposals(province) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"id":"","code":"999.010.01.H22","name":"Test","mail":cc"","mobile":333""}',  # as the SDK's example sends it
        "[" * 60_000,
        request(code=""),
        request(name=""),
        request(code="000.00.09.H99; DROP TABLE agencies"),
        request(mobile=["1"]),
        request(name={"a": "b"}),
        request(name="=1+1"),
        request(name="x" * 70_000),
    ],
)
async def test_a_bad_request_is_refused_with_a_reason(province, snv, body):
    reply = await snv.do("registerAgency", body)

    assert reply.json["status"] == "FAIL"
    assert reply.code in {"10", "21"}
    assert await proposals(province) == []


class TestDemo:
    @pytest.fixture
    def sections(self):
        return {"hub": {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "demo": True}}

    async def test_the_demo_applies_at_once(self, snv, stc):
        added = await snv.do("registerAgency", request())
        sent = await stc.do("sendEdoc", make_package("000.00.02.H99", "000.00.09.H99"), "000.00.02.H99")
        waiting = (await snv.do("getReceivedEdocList")).json["data"]
        removed = await snv.do("deleteAgency", "000.00.09.H99")
        late = await stc.do("sendEdoc", make_package("000.00.02.H99", "000.00.09.H99"), "000.00.02.H99")

        assert added.ok
        assert sent.ok
        assert [item["to"] for item in waiting] == ["000.00.09.H99"]
        assert removed.ok
        assert late.json["status"] == "FAIL"


async def test_the_national_list_leaves_in_two_seconds(province, snv):
    """120,000 agencies in one reply: the protocol has no paging."""
    names = "Ủy ban nhân dân xã {} huyện Thử Nghiệm tỉnh Thử Nghiệm"
    entries = [Agency(n, f"H{n % 90 + 10}.{n}", names.format(n), email=f"xa{n}@example.vn") for n in range(120_000)]
    known = province.hub.directory
    province.hub.directory = Directory(known.version + 1, entries, known.systems())
    sdk = snv.sdk()

    started = time.monotonic()
    first = await asyncio.to_thread(sdk.agency.call, "getAgenciesList", {})
    cold = time.monotonic() - started
    started = time.monotonic()
    again = await asyncio.to_thread(sdk.agency.call, "getAgenciesList", {})
    warm = time.monotonic() - started
    plain = await asyncio.to_thread(without_gzip, sdk)

    vxp_client.listed(first, "id", "code", "name")
    assert len(first.json["data"]) == 120_000
    assert first.body == again.body == plain.body
    assert first.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    print(f"cold {cold:.2f} s, warm {warm:.2f} s, {len(first.body)} bytes, {first.headers['content-length']} packed")
    assert warm < 2


def without_gzip(sdk) -> vxp_client.Reply:
    service = sdk.agency
    keep = service.exchange
    service.exchange = lambda head, body, *, wait: keep(head.replace(b"gzip,deflate", b"identity"), body, wait=wait)
    return service.call("getAgenciesList", {})
