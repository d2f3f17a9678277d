"""What is kept back does nothing to others until it travels: a held reply, a held replacement, junk in the queue."""

from __future__ import annotations

import pytest
from held import stamped

from edxml.testing import make_package, make_status
from edxml.testing.pages import Line, official_page
from hub.flow.thread import waiting

S, R, X = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
SECRET_LOOKING = official_page(more=[Line("MẬT", 100.0, 132.0, 13.0)])
NOT_SECRET = {"declaration": "not_secret", "declared_by": "An"}
NAME = f"{S},2026/11/21,77/QĐ-SNV"


async def test_a_held_reply_has_answered_nothing_until_it_is_released(offices):
    """A reply nobody gets must not end the call for one."""
    sender, recipient, _ = offices
    asked = await sender.send(make_package(S, (R,), due_date="2026/12/30"))
    await recipient.receive()
    said = {"from": R, "to": [S], "subject": "Trả lời", "number": "5", "notation": "CV-X", "date": "2026-11-20"}
    answers = [{"organ_id": S, "document_id": asked["document_id"]}]

    sent = (await recipient.send_files({**said, "answers": answers}, ("a.pdf", SECRET_LOOKING))).expect(201)
    before = (await sender.package(asked["package_id"]))["deliveries"][0]["replied_by"]
    seen = [line for line in await sender.events() if sent["package_id"] in str(line)]
    for _ in range(2):
        (await recipient.post(f"/packages/{sent['package_id']}/declare", json=NOT_SECRET)).expect(200)
    after = (await sender.package(asked["package_id"]))["deliveries"][0]["replied_by"]
    linked = [line for line in await sender.timeline(asked["package_id"]) if line["type"] == "package.linked"]

    assert (sent["status"], before, seen) == ("held", None, [])
    assert (after, len(linked)) == (sent["package_id"], 1)


async def test_j_06_a_held_replacement_tells_nobody_and_stops_the_old_one_when_it_travels(offices):
    sender, recipient, _ = offices
    seen = await sender.send(make_package(S, (R,)))
    await recipient.receive()
    unseen = await sender.send(make_package(S, (R,)))
    old = [(one["document_id"], [R]) for one in (seen, unseen)]

    new = (await sender.offer(stamped(S, (R,), business_type=3, reason="Sai", replaces=old))).expect(201)
    told = [line for line in await recipient.events() if new["package_id"] in str(line)]
    offered = [one["kind"] for one in await recipient.inbox()]
    for _ in range(2):
        (await sender.post(f"/packages/{new['package_id']}/declare", json=NOT_SECRET)).expect(200)
    after = [one["kind"] for one in await recipient.inbox()]
    linked = [line for line in await recipient.timeline(seen["package_id"]) if line["type"] == "replace.linked"]

    assert (new["status"], told, offered) == ("held", [], ["new"])
    assert (after, len(linked)) == (["replacement"], 1)
    assert "meant" not in str(linked)


async def test_j_06_a_replacement_of_a_held_document_is_the_only_one_that_is_delivered(offices):
    sender, recipient, _ = offices
    old = (await sender.offer(stamped(S, (R,)))).expect(201)

    new = await sender.send(make_package(S, (R,), business_type=3, reason="Sai", replaces=[(old["document_id"], [R])]))
    (await sender.post(f"/packages/{old['package_id']}/declare", json=NOT_SECRET)).expect(200)

    assert old["status"] == "held"
    assert [one["package_id"] for one in await recipient.inbox()] == [new["package_id"]]
    assert (await sender.package(old["package_id"]))["replaced_by"] == new["package_id"]


async def test_what_strangers_say_of_a_document_to_come_is_not_read_in_its_commit(offices, hub, monkeypatch):
    """One agency's junk does not make another's document slow: only who takes part in it is heard."""
    sender, recipient, stranger = offices
    for number in range(20):
        await stranger.send(make_status("03", X, (S, NAME), f"Số đến: {number}"))
    mine = await recipient.send(make_status("03", R, (S, NAME), "Số đến: 7"))
    settled = []
    monkeypatch.setattr(waiting, "resettle", _counting(settled, waiting.resettle))

    sent = await sender.send(make_package(S, (R,), document_id=NAME, number="77", notation="QĐ-SNV"))

    assert settled == [mine["package_id"]]
    assert (await sender.package(sent["package_id"]))["deliveries"][0]["arrival_number"] == "7"


async def test_one_system_fills_the_review_queue_to_its_own_bound_and_no_further(offices, monkeypatch):
    sender, recipient, stranger = offices
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 3)
    held = [await stranger.offer(make_status("01", X, (S, f"{S},2026/11/21,{n}/A"))) for n in range(5)]

    others = await recipient.offer(make_status("01", R, (S, NAME)))
    sent = await sender.offer(make_package(S, (R,)))

    assert [one.status for one in held] == [201, 201, 201, 409, 409]
    assert {one.code for one in held[3:]} == {"base_unknown"}
    assert (others.status, others.json["status"], sent.status) == (201, "held", 201)


def _counting(found, real):
    def counted(connection, hub, now, one, *more):
        found.append(one.package_id)
        return real(connection, hub, now, one, *more)

    return counted


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


async def test_g_01_an_update_that_waits_behind_a_held_document_is_repeated_with_its_first_receipt(offices):
    sender = offices[0]
    name = f"{S},2026/11/21,91/QĐ-SNV"
    await sender.offer(stamped(S, (R,), document_id=name, number="91", notation="QĐ-SNV"))
    update = make_package(
        S, (R,), document_id=name, number="91", notation="QĐ-SNV", business_type=2, reason="Sửa", attachments=()
    )

    first = (await sender.offer(update)).expect(201)
    again = (await sender.offer(update)).expect(200)

    assert again == first
    assert (await sender.timeline(first["package_id"]))[0]["type"] == "package.accepted"
