"""One package's page: what an operator sees of it and does with its deliveries, and what he does not see."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from held import stamped

from edxml.testing import make_package, make_status
from hub.flow.recalls import withdraw
from hub.store import deliveries

SUBJECT = "Về việc bổ nhiệm ông Trần Quyết Thắng"


@pytest.fixture
async def sent(hub, snv, stc):
    """A document on its way: package id and delivery id."""
    file = make_package(
        subject=SUBJECT, number="57", notation="QĐ-SNV", document_id="000.00.01.H99.2026.11.21.57.QĐ-SNV"
    )
    answer = await snv.do("sendEdoc", file, "000.00.01.H99")
    package_id = answer.json["DocId"]
    rows = await hub.db.read(lambda connection: deliveries.of_package(connection, package_id))
    return package_id, rows[0].id


async def status_of(hub, delivery_id):
    row = await hub.db.read(lambda connection: deliveries.get(connection, delivery_id))
    return row.status


async def test_the_page_says_where_a_package_is(operator, sent):
    page = await operator.get(f"/console/packages/{sent[0]}")

    assert page.status == 200
    assert "57/QĐ-SNV Đã tiếp nhận" in page.words
    assert "Cơ quan 000.00.02.H99 000.00.02.H99 Chờ nơi nhận lấy" in page.words
    assert "Trục tiếp nhận gói tin, đã lập biên nhận package.accepted" in page.words
    assert "Không ký số" in page.words


async def test_the_page_leads_to_the_calls_about_this_package(operator, sent, hub):
    row = await hub.db.read(lambda connection: deliveries.get(connection, sent[1]))
    page = await operator.get(f"/console/packages/{sent[0]}")
    log = f"/console/systems/{row.system_id}/calls?package={sent[0]}"

    assert f'href="{log}"' in page.text
    assert page.words.count("Các lần gọi về gói tin này") == 2  # of the sending system and of the receiving one
    assert (await operator.get(log)).status == 200


async def test_the_page_says_why_a_package_is_held_and_who_acts_next(operator, hub, snv, stc):
    """law: R-012 R-191"""
    answer = await snv.do("sendEdoc", stamped("000.00.01.H99", "000.00.02.H99", subject=SUBJECT), "000.00.01.H99")

    page = await operator.get(f"/console/packages/{answer.json['DocId']}")
    front = await operator.get("/console")

    assert "Đang giữ . Trang 1 có dấu hiệu mật. Văn thư nơi gửi khai báo không mật, hoặc thu hồi." in page.words
    assert "bổ nhiệm" not in page.text
    assert "van-ban.pdf" not in page.text
    assert "1 gói tin: đang giữ" in front.words


async def test_the_page_says_what_the_checks_found_and_what_the_document_is_worth(operator, sent):
    """law: R-070 TT15/2025 Đ6, R-191"""
    vietnamese = await operator.get(f"/console/packages/{sent[0]}")
    english = await operator.get(f"/console/packages/{sent[0]}?lang=en")

    assert "Giá trị pháp lý Văn bản không có chữ ký số, chỉ để biết, tham khảo" in vietnamese.words
    assert "Tệp chính không có chữ ký số unsigned_main Lưu ý chỉ để biết, tham khảo" in vietnamese.words
    assert "The main file is not signed unsigned_main" in english.words


async def test_an_operator_sees_no_subject_and_no_file_name(operator, sent, snv, stc, hub):
    """law: R-191 CB Đ11, S-06."""
    paths = ["/console", "/console/packages", f"/console/packages/{sent[0]}", "/console/packages?q=57/QĐ-SNV"]

    texts = [(await operator.get(path)).text for path in paths]

    assert not [text for text in texts if "bổ nhiệm" in text or "57-QĐ-SNV.pdf" in text]


async def test_the_words_of_the_parties_are_not_shown(operator, sent, snv, stc, hub):
    """law: R-142 NĐ30 PL VI; R-191 CB Đ11."""
    package_id, _ = sent
    document_id = "000.00.01.H99.2026.11.21.57.QĐ-SNV"
    system = hub.system("snv")
    refusal = make_status("02", "000.00.02.H99", ("000.00.01.H99", document_id), "Ý kiến nội bộ về ông Thắng")
    await stc.do("sendEdoc", refusal, "000.00.02.H99")
    await withdraw.withdraw(hub, system, package_id, reason="Nhầm tên ông Thắng")

    page = await operator.get(f"/console/packages/{package_id}")

    assert "status.02" in page.words
    assert "ông Thắng" not in page.words


async def test_hold_and_release(operator, sent, hub):
    package_id, delivery_id = sent

    held = await operator.act(package_id, delivery_id, "hold", "Chờ xác minh")
    at_held = await status_of(hub, delivery_id)
    page = await operator.get(held.headers["Location"].split("#")[0])
    released = await operator.act(package_id, delivery_id, "release", "Đã xác minh")

    assert held.status == released.status == 303
    assert at_held == "held"
    assert "Đã giữ bản gửi lại." in page.words
    assert "Người vận hành giữ bản gửi lại delivery.held" in page.words
    assert "user:van-hanh Lý do: Chờ xác minh" in page.words
    assert await status_of(hub, delivery_id) == "available"


async def test_cancel_then_send_again_is_refused_in_a_sentence(operator, sent, hub):
    package_id, delivery_id = sent

    await operator.act(package_id, delivery_id, "cancel", "Gửi nhầm")
    again = await operator.act(package_id, delivery_id, "resend", "Gửi lại xem sao")

    assert await status_of(hub, delivery_id) == "cancelled"
    assert again.status == 409
    assert "Trạng thái hiện tại không cho phép việc này. Xem lại tiến trình" in again.words


async def test_a_copy_that_left_cannot_be_cancelled(operator, sent, stc, hub):
    package_id, delivery_id = sent
    item = (await stc.do("getReceivedEdocList")).json["data"][0]
    await stc.do("getEdoc", item["docId"])

    page = await operator.get(f"/console/packages/{package_id}")
    late = await operator.act(package_id, delivery_id, "cancel", "Muộn rồi")

    assert "Hủy bản gửi" not in page.words
    assert late.status == 409
    assert "Đã quá muộn để lấy lại" in late.words
    assert await status_of(hub, delivery_id) == "available"


@pytest.mark.parametrize("reason", ["", "   "])
async def test_an_action_wants_a_reason(operator, sent, hub, reason):
    package_id, delivery_id = sent

    refused = await operator.act(package_id, delivery_id, "hold", reason)

    assert refused.status == 422
    assert "Phải nêu lý do" in refused.words
    assert await status_of(hub, delivery_id) == "available"


async def test_a_delivery_of_another_package_is_not_found(operator, sent, snv, hub):
    other = (await snv.do("sendEdoc", make_package(), "000.00.01.H99")).json["DocId"]

    refused = await operator.act(other, sent[1], "hold", "Thử")

    assert refused.status == 404
    assert await status_of(hub, sent[1]) == "available"


async def test_a_refused_package_says_why_and_what_to_do(operator, snv, stc):
    await snv.do("sendEdoc", make_package(to="000.00.99.H99"), "000.00.01.H99")
    listed = await operator.get("/console/packages?status=rejected")
    package_id = listed.text.split('href="/console/packages/')[1].split('"')[0]

    page = await operator.get(f"/console/packages/{package_id}")

    assert "org_unknown" in listed.words
    assert "Không tìm thấy mã định danh cơ quan nhận . Kiểm tra lại mã định danh" in page.words


@pytest.mark.parametrize("how", ["package", "delivery", "document", "number", "whole", "notation", "spaces"])
async def test_search_leads_to_the_one_package(operator, sent, how):
    asked = {
        "package": sent[0],
        "delivery": sent[1].upper(),
        "document": "000.00.01.H99.2026.11.21.57.QĐ-SNV",
        "number": "57",
        "whole": "57/qđ-snv",
        "notation": "QĐ-SNV",
        "spaces": f"  {sent[0]} ",
    }[how]

    async with operator.session.get(operator.url + "/console/packages", params={"q": asked}) as answer:
        assert str(answer.url) == f"{operator.url}/console/packages/{sent[0]}"


@pytest.mark.parametrize("text", ["nothing", "bổ nhiệm", "'; DROP TABLE packages", "%", "\ud800", "\x00", "a" * 5000])
async def test_search_finds_nothing_politely(operator, sent, text):
    page = await operator.get("/console/packages?q=" + quote(text, errors="surrogatepass"))

    assert page.status == 200
