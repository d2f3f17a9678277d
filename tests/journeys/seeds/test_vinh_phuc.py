"""QLVB of Vĩnh Phúc: one central system at the VXP door for the 35 agencies of the decision's list."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from journeys.law.town import Party, Sent
from vxp_client import Sdk

from edxml import reader
from edxml.model import Package
from edxml.testing import make_package, make_status
from hub import clock
from hub.store import packages

from .setting import Setting, listed, open_setting

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUTSIDE = "000.00.90.H99"
INDUSTRY, EDUCATION, HEALTH = "000.00.06.H99", "000.00.07.H99", "000.00.21.H99"
SUBJECT = "Lấy ý kiến dự thảo kế hoạch công tác năm 2027"


@dataclass
class Central:
    """The central system: one credential, one service object, a box for each of its agencies and no other.

    boxes: code -> DocumentId -> the package, as that agency's clerk sees it.
    """

    party: Party
    sdk: Sdk = field(init=False)
    boxes: dict[str, dict[str, Package]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sdk = self.party.vxp.sdk()

    async def call(self, method: str, *args: object, **more: str):
        return await self.party.vxp.do(method, *args, sdk=self.sdk, **more)

    async def poll(self) -> None:
        """Fetch everything; of To only its own agencies count, and each gets it once."""
        for item in (await self.call("getReceivedEdocList", "edoc")).json["data"]:
            reply, data = await self.call("getEdoc", item["docId"])
            assert reply.ok
            self.fetched.append(item["docId"])
            package = reader.read(data)
            for code in package.recipient_ids:
                if code in self.party.codes:
                    self.boxes.setdefault(code, {})[package.document_id] = package
            assert (await self.call("updateStatus", item["docId"], "done")).ok

    async def says(self, agency: str, document_id: str, code: str, words: str = "") -> None:
        """One agency's clerk speaks, through the one credential, in that agency's name."""
        message = make_status(code, agency, self.boxes[agency][document_id], words)
        assert (await self.call("sendEdoc", message, agency, "status")).ok


async def opened(folder, stack, changes=()) -> tuple[Setting, Central, Party]:
    setting = await open_setting("vinh-phuc-qlvb", folder, stack, changes=changes)
    return setting, Central(setting.by_name["qlvb-vinh-phuc"]), setting.by_name["phan-mem-rieng"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vinh_phuc(tmp_path_factory):
    listed()
    async with contextlib.AsyncExitStack() as stack:
        yield await opened(tmp_path_factory.mktemp("vinh-phuc") / "D", stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(vinh_phuc):
    return await vinh_phuc[0].auditor()


def kept(setting: Setting, by: Party, doc_id: str, data: bytes) -> Sent:
    return setting.keep(Sent(by, {"package_id": doc_id}, data, "vxp"))


async def test_thirty_five_agencies_are_listed_with_their_hosts_and_one_system(vinh_phuc):
    """law: R-236 VP Đ4, R-023: names and hosts of the list; a host is where an agency is reached, not who it is."""
    setting, central, _ = vinh_phuc
    code, answer = await setting.operator("agency", "list", "--limit", "100")
    agencies = {one["organ_id"]: one for one in answer["agencies"] if one["organ_id"] in central.party.codes}

    assert code == 0
    assert len(central.party.codes) == len(agencies) == 35
    assert agencies[INDUSTRY]["host"] == "isoct.vinhphuc.gov.vn"
    assert all(one["host"].endswith(".vinhphuc.gov.vn") for one in agencies.values())
    assert (await central.call("getAgenciesList")).ok
    by_host = make_package(OUTSIDE, "isoct.vinhphuc.gov.vn", subject=SUBJECT)
    heard = await setting.by_name["phan-mem-rieng"].native.offer(by_host)
    assert heard.status == 422


async def test_one_item_for_many_agencies_each_answers_for_itself(vinh_phuc, audit):
    """law: R-117 HN Đ10.3a, R-124: fetched once, a row and a status for each."""
    _, central, outside = vinh_phuc
    data = make_package(OUTSIDE, (INDUSTRY, EDUCATION, HEALTH), subject=SUBJECT)
    document = reader.read(data).document_id
    sent = await outside.sends_by_sdk(data)

    await central.poll()
    await central.says(INDUSTRY, document, "03", "Số đến: 8; Ngày đến: 2026-11-21")
    await central.says(EDUCATION, document, "02", "Không thuộc thẩm quyền của Sở")
    await central.poll()

    assert len(central.fetched) == 1, "35 agencies, one item"
    assert {code for code, box in central.boxes.items() if document in box} == {INDUSTRY, EDUCATION, HEALTH}
    rows = {row["toCode"]: row["receiveStatus"] for row in await outside.vxp.sent(docId=sent.id)}
    assert rows == {INDUSTRY: "done", EDUCATION: "done", HEALTH: "done"}
    copies = await outside.copies(sent)
    assert {code: one["business_status"] for code, one in copies.items()} == {
        INDUSTRY: "03", EDUCATION: "02", HEALTH: None,
    }  # fmt: skip
    assert copies[INDUSTRY]["arrival_number"] == "8"
    heard = {reader.read(one).status.code for _, one in await outside.takes_by_sdk("status")}
    assert heard == {"02", "03"}
    await audit(sent)


async def test_the_native_inbox_says_whose_each_line_is_so_that_a_clerk_sees_only_his(vinh_phuc, audit):
    """law: R-008 HN Đ20.2d: one line for each agency, the register of one agency from it alone."""
    _, central, outside = vinh_phuc
    sent = await outside.sends(make_package(OUTSIDE, (INDUSTRY, HEALTH), subject=SUBJECT))
    lines = await central.party.native.inbox()
    of_one = [one for one in lines if one["recipient"] == INDUSTRY]

    assert sorted(one["recipient"] for one in lines) == [INDUSTRY, HEALTH]
    assert len(of_one) == 1
    await central.poll()
    assert {code for code, one in (await outside.copies(sent)).items() if one["status"] == "delivered"} == {
        INDUSTRY, HEALTH,
    }  # fmt: skip
    assert OUTSIDE not in central.boxes
    await audit(sent)


async def test_between_two_agencies_behind_it_and_a_recall_of_one(vinh_phuc, audit):
    """law: R-145 HN Đ9.2, R-153, R-235: inside traffic passes under this profile, and stands in the books."""
    setting, central, _ = vinh_phuc
    data = make_package(INDUSTRY, (EDUCATION, HEALTH, OUTSIDE), subject=SUBJECT)
    document = reader.read(data).document_id
    reply = await central.call("sendEdoc", data, INDUSTRY)
    assert reply.ok
    sent = kept(setting, central.party, reply.json["DocId"], data)
    await central.poll()
    recall = make_package(
        INDUSTRY, (EDUCATION, HEALTH, OUTSIDE), document_id=document, business_type=1, reason="Sai", attachments=[]
    )
    assert (await central.call("sendEdoc", recall, INDUSTRY)).ok
    await central.poll()
    await central.says(EDUCATION, document, "15", "Đã hủy")
    await central.says(HEALTH, document, "16", "Đã xử lý xong")

    states = {code: one["recall_state"] for code, one in (await central.party.copies(sent)).items()}
    assert states == {EDUCATION: "destroyed", HEALTH: "refused", OUTSIDE: "never_delivered"}
    recorded = (await central.party.native.get(f"/packages/{sent.id}/verdicts")).expect()["checks"]
    row = await setting.hub.db.read(lambda connection: packages.get(connection, sent.id))
    assert "inside" in {one["check"] for one in json.loads(row.checks)} | {one["check"] for one in recorded}
    await audit(sent, repeats=False)


async def test_denunciations_and_an_old_code_page_do_not_travel(vinh_phuc):
    """law: R-014 VP Đ7.1, R-043 VP Đ5.2"""
    _, central, outside = vinh_phuc
    reply = await central.call(
        "sendEdoc", make_package(INDUSTRY, OUTSIDE, subject="Đơn tố cáo của công dân xã Thử Nghiệm"), INDUSTRY
    )
    old = await outside.native.offer(make_package(OUTSIDE, INDUSTRY, subject="C«ng hßa x· héi chñ nghÜa"))

    assert (reply.ok, reply.code) == (False, "21")
    assert (old.status, old.json["check"]) == (422, "old_code_page")


async def test_a_planned_stop_and_what_is_entered_afterwards(vinh_phuc, audit):
    """law: R-170 VP Đ6.2 as far as it is there: nothing is lost, the day of issue stays the real one."""
    setting, central, outside = vinh_phuc
    data = make_package(INDUSTRY, OUTSIDE, subject=SUBJECT)
    stopped = await setting.operator("intake", "stop", "--reason", "Bảo trì máy chủ đến 20 giờ")
    meanwhile = await central.call("sendEdoc", data, INDUSTRY)
    started = await setting.operator("intake", "start")
    later = await central.call("sendEdoc", data, INDUSTRY)

    assert (stopped[0], started[0]) == (0, 0)
    assert (meanwhile.ok, meanwhile.code) == (False, "20"), "our trouble, try again"
    assert later.ok
    [(_, got)] = await outside.takes_by_sdk()
    assert reader.read(got).header.promulgation == reader.read(data).header.promulgation
    await audit(kept(setting, central.party, later.json["DocId"], data))


async def test_registers_are_drawn_for_each_agency_by_itself(vinh_phuc):
    """law: R-202 HN Đ15.1, R-203: figures by agency, not by system."""
    setting, central, outside = vinh_phuc
    sent = await outside.sends_by_sdk(make_package(OUTSIDE, INDUSTRY, subject=SUBJECT))
    await central.poll()
    await central.says(INDUSTRY, sent.read.document_id, "02", "Không thuộc thẩm quyền của Sở")
    month = f"{clock.local(setting.clock.now()):%Y-%m}"
    mine = {code: await setting.month(month, code) for code in (INDUSTRY, EDUCATION, HEALTH, OUTSIDE)}

    assert mine[EDUCATION]["documents_sent"] == 0
    copies = await setting.copies_sent(OUTSIDE)
    assert mine[OUTSIDE]["deliveries"] == len(copies)
    assert mine[OUTSIDE]["refused"] == len([one for one in copies if one["business_status"] == "02"]) >= 1
    by_level = await setting.operator("report", "monthly", "--month", month, "--by", "level")
    assert by_level[0] == 0


async def test_an_item_for_each_agency_where_the_central_system_wants_it(tmp_path, vinh_phuc):
    """law: R-117: `item_per_agency = true` in the pattern."""
    async with contextlib.AsyncExitStack() as stack:
        change = (("item_per_agency = false", "item_per_agency = true"),)
        _, central, outside = await opened(tmp_path / "D", stack, change)
        sent = await outside.sends_by_sdk(make_package(OUTSIDE, (INDUSTRY, EDUCATION, HEALTH), subject=SUBJECT))
        listed_ = (await central.call("getReceivedEdocList", "edoc")).json["data"]
        assert (await central.call("updateStatus", listed_[0]["docId"], "done")).ok
        rows = await outside.vxp.sent(docId=sent.id)

        assert len({one["docId"] for one in listed_}) == 3
        assert len({row["receiverDocId"] for row in rows}) == 3
        assert sorted(row["receiveStatus"] for row in rows).count("done") == 1
