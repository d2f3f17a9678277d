"""The review queue: seen, matched, released and returned by a person, on the pages and by the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edxml import reader
from edxml.testing.packages import make_package, make_status
from hub import admin, clock
from hub.flow import content, intake, pickup, views
from hub.flow.thread import statuses
from hub.states import Audience
from hub.store import alarms, events

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
NAME = f"{A},2026/11/21,13/QĐ-SNV"


class Hand:
    """A system's hand: gives packages to the hub directly."""

    def __init__(self, office) -> None:
        self.office, self.hub = office, office.hub

    @property
    def system(self):
        return self.hub.system(self.office.system_id)

    async def give(self, data: bytes):
        return await intake.accept(self.hub, statuses.pieces(data), intake.Submission(self.system, "api"))


@pytest.fixture
def sender(snv) -> Hand:
    return Hand(snv)


@pytest.fixture
def recipient(stc) -> Hand:
    return Hand(stc)


async def ask(hub, name, **args):
    """The result of an admin command, or its error code."""
    answer = await admin.answer(hub, name, {"operator": "an", **args})
    return answer["result"] if "result" in answer else answer["error"]["code"]


async def kinds(hand) -> list[str]:
    page = await pickup.inbox(hand.hub, hand.system, limit=50)
    return [one.status_code or one.kind for one in page.items]


async def journal(hub, package_id) -> list[tuple[str, str]]:
    rows = await hub.db.read(lambda connection: events.of_package(connection, package_id))
    return [(row.type, row.actor) for row in rows]


async def test_a_message_is_matched_with_the_document_a_person_names(hub, sender, recipient):
    taken = await sender.give(make_package(A, (B,), document_id="khác-hẳn", number="13", notation="QĐ-SNV"))
    early = await recipient.give(make_status("03", B, (A, f"{A},2026/01/01,13/QĐ-SNV"), "Số đến: 5"))

    shown = await ask(hub, "review.show", package_id=early.package_id)
    done = await ask(hub, "review.match", package_id=early.package_id, to=taken.package_id)

    assert [one["package_id"] for one in shown["candidates"]] == [taken.package_id]
    assert (shown["from"], shown["code"], shown["recipients"]) == (B, "03", [A])
    assert done["original"] == taken.package_id
    [copy] = (await views.package(hub, sender.system, taken.package_id)).deliveries
    assert (copy.business_status, copy.arrival_number) == ("03", "5")
    assert await kinds(sender) == ["03"]
    assert ("package.released", "user:an") in await journal(hub, early.package_id)
    assert (await ask(hub, "review.list"))["messages"] == []


async def test_it_is_not_matched_with_what_never_went_between_the_two(hub, sender, recipient, province):
    await province.agencies(C)
    await province.system("third", C)
    foreign = await sender.give(make_package(A, (C,)))
    early = await recipient.give(make_status("03", B, (A, NAME), "Số đến: 5"))

    answer = await ask(hub, "review.match", package_id=early.package_id, to=foreign.package_id)

    assert answer == "state_conflict"
    assert await ask(hub, "review.match", package_id=early.package_id, to="nowhere") == "not_found"
    assert (await views.package(hub, sender.system, foreign.package_id)).deliveries[0].business_status is None
    assert len((await ask(hub, "review.list"))["messages"]) == 1


async def test_a_message_about_a_document_older_than_the_hub_is_released(hub, sender, recipient):
    early = await sender.give(make_package(A, (B,), document_id=NAME, business_type=1, reason="Ban hành nhầm"))
    before = await kinds(recipient)

    assert await ask(hub, "review.release", package_id=early.package_id, reason=" ") == "reason_required"
    done = await ask(hub, "review.release", package_id=early.package_id, reason="văn bản năm 2020")

    assert (before, done) == ([], {"released": 1})
    assert await kinds(recipient) == ["recall"]
    assert await ask(hub, "review.release", package_id=early.package_id, reason="nữa") == "not_found"
    assert await hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR)) == []


async def test_many_are_released_by_sender_and_day(hub, sender, recipient):
    for number in range(3):
        await recipient.give(make_status("01", B, (A, f"{A},2026/01/0{number + 1},1/QĐ-SNV")))
    await sender.give(make_package(A, (B,), document_id=NAME, business_type=1, reason="Ban hành nhầm"))
    today = clock.local(hub.clock.now()).date()

    early = await ask(hub, "review.release", sender=B, before=today.isoformat(), reason="cũ")
    done = await ask(
        hub, "review.release", sender=B, before=(today + timedelta(days=1)).isoformat(), reason="văn bản cũ"
    )

    assert (early, done) == ({"released": 0}, {"released": 3})
    assert [one["from"] for one in (await ask(hub, "review.list"))["messages"]] == [A]
    assert await ask(hub, "review.release", reason="tất cả") == "usage"
    assert await ask(hub, "review.release", before="hôm qua", reason="x") == "usage"


async def test_a_message_sent_back_never_leaves_and_its_sender_is_told_by_the_hub(hub, sender, recipient):
    early = await recipient.give(make_status("03", B, (A, NAME), "Số đến: 5"))

    done = await ask(hub, "review.return", package_id=early.package_id, reason="sai số ký hiệu")
    late = await sender.give(make_package(A, (B,), document_id=NAME))

    assert done["status"] == "returned"
    assert await kinds(sender) == []
    assert (await views.package(hub, sender.system, late.package_id)).deliveries[0].business_status is None
    [mine] = (await views.package(hub, recipient.system, early.package_id)).deliveries
    assert mine.status == "cancelled"
    [notice] = [one for one in (await pickup.inbox(hub, recipient.system, limit=9)).items if one.kind == "status"]
    body = await content.of_package(hub, recipient.system, notice.package_id)
    status = reader.read(b"".join([piece async for piece in body.chunks()])).status
    assert status is not None
    assert (status.sender.organ_id, status.code) == ("000.00.00.H99", "02")
    assert "sai số ký hiệu" in status.description


async def test_the_pages_do_the_same(hub, sender, recipient, operator):
    taken = await sender.give(make_package(A, (B,), document_id="khác-hẳn", number="13", notation="QĐ-SNV"))
    first = await recipient.give(make_status("03", B, (A, f"{A},2026/01/01,13/QĐ-SNV"), "Lời riêng của nơi nhận"))
    second = await recipient.give(make_status("01", B, (A, NAME)))
    third = await recipient.give(make_status("01", B, (A, f"{A},2026/01/02,2/QĐ-SNV")))

    page = await operator.get("/console/review")
    shown = await operator.get(f"/console/review/{first.package_id}")
    token = shown.form_token
    path = "/console/review/{}/{}".format
    matched = await operator.post(path(first.package_id, "match"), form_token=token, to=taken.package_id)
    nothing = await operator.post(path(second.package_id, "release"), form_token=token, reason=" ")
    released = await operator.post(path(second.package_id, "release"), form_token=token, reason="văn bản cũ")
    returned = await operator.post(path(third.package_id, "return"), form_token=token, reason="sai ngày ban hành")

    assert page.words.count("QĐ-SNV") == 3
    assert "Lời riêng" not in page.text + shown.text
    assert "khác-hẳn" in shown.text
    assert nothing.status == 422
    assert {matched.status, released.status, returned.status} <= {200, 303}
    assert "Không có bản tin nào." in (await operator.get("/console/review")).words
    assert sorted(await kinds(sender)) == ["01", "03"]
    assert (await operator.get(f"/console/review/{taken.package_id}")).status == 404
    assert (await operator.get("/console/review/x")).status == 404
