"""Official e-mail, the provincial data platform, an office system that is called."""

from __future__ import annotations

import contextlib
import hashlib
import json

import pytest
import pytest_asyncio
from fake_peers import receiver
from patience import until
from standardwebhooks.webhooks import Webhook

from edxml import reader
from edxml.testing import make_package, make_status

from .setting import open_setting, peer

pytestmark = pytest.mark.asyncio(loop_scope="module")

JUSTICE, LAND = "000.00.02.H99", "000.00.03.H99"
SUBJECT = "Xác nhận quy hoạch thửa đất số 7"
QLVB = 'name = "qlvb-so-tnmt"\nfor = ["000.00.03.H99"]'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside(tmp_path_factory):
    """The office system of one agency is called over HTTP; the other's fetches."""
    office = peer("push")
    await office.start()
    told = office.settings()
    how = f'\nconnector = "push"\nsettings = {{ endpoint = "{told["endpoint"]}", secret = "{told["secret"]}" }}'
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(office.stop)
        folder = tmp_path_factory.mktemp("beside") / "D"
        setting = await open_setting("mot-cua", folder, stack, changes=((QLVB, QLVB + how),))
        yield setting, office


async def test_an_office_system_that_is_called_gets_it_once_and_answers_through_the_sdk(beside):
    """law: R-104 HN Đ10.2c, R-121: pushed with a digest said back; 03 by its own software."""
    setting, office = beside
    sender, land = setting.by_name["qlvb-so-tu-phap"], setting.by_name["qlvb-so-tnmt"]
    sent = await sender.sends(make_package(JUSTICE, LAND, subject=SUBJECT))
    await sender.native.until(sent.id, LAND, "delivered")
    assert (await land.says_by_sdk(make_status("03", LAND, sent.read, "Số đến: 5; Ngày đến: 2026-11-21"))).ok
    await sender.native.withdraw(sent.id, "Nhầm thửa", kind="recall")
    await until(lambda: len(office.stored) >= 2)
    assert (await land.says_by_sdk(make_status("15", LAND, sent.read, "Đã hủy"))).ok
    row = (await sender.copies(sent))[LAND]
    audit = await setting.auditor()

    assert hashlib.sha256(sent.data).hexdigest() in office.stored.values()
    assert (row["arrival_number"], row["recall_state"]) == ("5", "destroyed")
    listed = json.dumps((await setting.operator("system", "list"))[1])
    assert office.settings()["secret"] not in listed
    await audit(sent)


async def test_the_mail_system_is_told_that_something_waits_and_nothing_of_it(beside):
    """law: R-005 HN Đ6.2: a notice without number, summary, sender or file; the mail is written from it alone."""
    setting, _ = beside
    sender, office = setting.by_name["qlvb-so-tnmt"], setting.by_name["qlvb-so-tu-phap"]
    mail = await receiver.Receiver(script=[receiver.said(204)]).start()
    setting.stack.push_async_callback(mail.stop)
    made = (await office.native.post("/webhooks", json={"url": mail.url})).expect(201)
    data = make_package(LAND, JUSTICE, subject=SUBJECT, number="4711", notation="STNMT-VP")
    sent = await sender.sends_by_sdk(data)

    call = (await until(lambda: [one for one in mail.calls if sent.id.encode() in one.body]))[0]
    notice = Webhook(made["secret"]).verify(call.body, call.headers)
    letter = f"Có văn bản mới chờ văn thư trên hệ thống quản lý văn bản ({notice['type']})."

    package = reader.read(data)
    for word in (SUBJECT, "4711", "STNMT", package.document_id, package.attachments[0].name, LAND):
        assert word not in call.body.decode()
        assert word not in letter
    assert b"%PDF" not in call.body


async def test_a_provincial_data_platform_finds_its_five_operations(beside):
    """law: R-234: the list, sending, the list of what came, fetching, the status; at the platform's own path."""
    setting, _ = beside
    agency = await setting.agency("Cơ quan sau nền tảng")
    gateway, office = await setting.system(agency), setting.by_name["qlvb-so-tu-phap"]
    sdk = gateway.vxp.sdk(endpoint=f"{setting.url}/XrdAdapter/adapter")

    async def call(method: str, *args: object, **more: str):
        return await gateway.vxp.do(method, *args, sdk=sdk, **more)

    codes = [one["code"] for one in (await call("getAgenciesList")).json["data"]]
    reply = await call("sendEdoc", make_package(agency, JUSTICE, subject=SUBJECT), agency)
    await office.takes_all()
    await office.sends(make_package(JUSTICE, agency, subject=SUBJECT))
    [item] = (await call("getReceivedEdocList", "edoc")).json["data"]
    fetched, data = await call("getEdoc", item["docId"])
    done = await call("updateStatus", item["docId"], "done")

    assert {agency, JUSTICE, LAND} <= set(codes)
    assert reply.ok
    assert reply.json["DocId"]
    assert (fetched.ok, done.ok) == (True, True)
    assert reader.read(data).sender_id == JUSTICE
    assert (await call("getReceivedEdocList", "edoc")).json["data"] == []
