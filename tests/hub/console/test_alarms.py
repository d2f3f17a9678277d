"""The operator's alarms: on a page, by the command line, and seen to with a reason."""

from __future__ import annotations

from datetime import UTC, datetime

from hub import admin
from hub.states import Audience
from hub.store import alarms

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def raise_two(hub) -> None:
    def work(connection) -> None:
        one = alarms.Alarm("watch_late", Audience.OPERATOR, mark="1", detail={"since": "x"})
        alarms.raise_(connection, hub.journal, NOW, one)
        theirs = alarms.Alarm("not_accepted", Audience.SENDER, "000.00.01.H99", "p", "d")
        alarms.raise_(connection, hub.journal, NOW, theirs)

    await hub.db.write(work)


async def test_an_operator_sees_its_own_alarms_and_says_what_was_done(operator, hub):
    await raise_two(hub)

    page = await operator.get("/console/alarms")
    assert "Việc theo dõi thời hạn đã bị gián đoạn" in page.words
    assert "Báo động 1" in page.words, "how many wait stands beside the link"
    assert "not_accepted" not in page.words

    refused = await operator.post("/console/alarms/1", form_token=page.form_token, reason=" ")
    assert refused.status == 422
    done = await operator.post("/console/alarms/1", form_token=page.form_token, reason="đã khởi động lại")
    assert done.status in (200, 303)
    assert "Không có báo động nào." in (await operator.get("/console/alarms")).words
    again = await operator.post("/console/alarms/1", form_token=page.form_token, reason="nữa")
    foreign = await operator.post("/console/alarms/2", form_token=page.form_token, reason="không phải của tôi")
    assert (again.status, foreign.status) == (404, 404)


async def test_the_command_line_lists_and_clears(hub):
    await raise_two(hub)

    [one] = (await admin.answer(hub, "alarm.list", {}))["result"]["alarms"]
    assert (one["number"], one["kind"], one["raised_at"]) == (1, "watch_late", "2026-11-23T09:00:00+07:00")
    nothing = await admin.answer(hub, "alarm.clear", {"number": 1, "operator": "a", "reason": " "})
    assert nothing["error"]["code"] == "reason_required"
    done = await admin.answer(hub, "alarm.clear", {"number": 1, "operator": "a", "reason": "xong"})
    assert done["result"] == {"number": 1, "state": "cleared"}
    assert (await admin.answer(hub, "alarm.list", {}))["result"]["alarms"] == []
