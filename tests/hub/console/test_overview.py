"""The first page: who waits where and for how long, and the switch of the intake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from held import stamped

from edxml.testing import make_package
from hub.clock import FakeClock
from hub.flow import hold, intake

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture
def at_noon(hub) -> FakeClock:
    hub.clock = FakeClock(NOON)
    return hub.clock


async def test_the_queue_shows_each_destination_by_age(operator, at_noon, snv, stc):
    await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    at_noon.advance(timedelta(minutes=20))
    await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    at_noon.advance(timedelta(hours=9))  # the session lasts eight hours: sign in again
    await operator.sign_in("van-hanh")

    page = await operator.get("/console")

    assert page.status == 200
    assert "Cơ quan 000.00.02.H99 000.00.02.H99 stc Chờ nơi nhận lấy 2 quá lâu 9 giờ 20 phút · · · · 2 ·" in page.words
    assert "2 chờ quá 8 giờ" in page.words


async def test_what_was_refused_today_is_counted(operator, snv, stc):
    await snv.do("sendEdoc", b"<no/>", "000.00.01.H99")

    page = await operator.get("/console")

    assert "1 gói tin bị từ chối hôm nay" in page.words


async def test_yesterdays_refusals_are_not_counted_today(operator, at_noon, snv, stc):
    await snv.do("sendEdoc", b"<no/>", "000.00.01.H99")
    at_noon.set(datetime(2026, 11, 21, 17, 30, tzinfo=UTC))  # 00:30 of the 22nd in Viet Nam
    await operator.sign_in("van-hanh")

    page = await operator.get("/console")

    assert "0 gói tin bị từ chối hôm nay" in page.words


async def test_intake_is_stopped_and_started_with_a_reason(operator, hub):
    token = (await operator.get("/console")).form_token

    without = await operator.post("/console/intake/stop", form_token=token, reason="  ")
    stopped = await operator.post("/console/intake/stop", form_token=token, reason="Bảo trì máy chủ")
    page = await operator.get(stopped.headers["Location"])
    started = await operator.post("/console/intake/start", form_token=token, reason="Xong việc")

    assert without.status == 422
    assert "Phải nêu lý do" in without.words
    assert stopped.status == started.status == 303
    assert "Đang ngừng tiếp nhận Lý do: Bảo trì máy chủ" in page.words
    assert hub.intake_stopped is None


async def test_the_page_refreshes_itself_only_when_asked(operator):
    plain, refreshing = await operator.get("/console"), await operator.get("/console?refresh=1")

    assert "Refresh" not in plain.headers
    assert refreshing.headers["Refresh"] == "30"


async def test_the_page_speaks_english_when_chosen_and_remembers_it(operator):
    first = await operator.get("/console")
    chosen = await operator.get("/console?lang=en")
    later = await operator.get("/console", **{"Accept-Language": "vi"})

    assert '<html lang="vi">' in first.text
    assert '<html lang="en">' in chosen.text
    assert '<html lang="en">' in later.text
    assert "Destinations and age" in later.words


async def test_what_a_package_keeps_back_waits_for_no_recipient(operator, at_noon, hub, snv, stc):
    """A held document does not exist for its recipient: it is not in the queue, and goes there when it is released."""
    accepted = await intake.accept(
        hub, pieces(stamped("000.00.01.H99", "000.00.02.H99")), intake.Submission(hub.system(snv.system_id), "api")
    )
    at_noon.advance(timedelta(hours=9))
    await operator.sign_in("van-hanh")

    held = await operator.get("/console")
    there = await operator.get("/console/deliveries?recipient=000.00.02.H99&status=available")
    await hold.declare(hub, hub.system(snv.system_id), accepted.package_id, "Nguyễn Thị Lan")
    released = await operator.get("/console")

    assert "0 chờ quá 8 giờ" in held.words
    assert "Cơ quan 000.00.02.H99 000.00.02.H99" not in held.words
    assert accepted.package_id not in there.words
    assert "Cơ quan 000.00.02.H99 000.00.02.H99 stc Chờ nơi nhận lấy 1" in released.words


async def pieces(data: bytes):
    yield data
