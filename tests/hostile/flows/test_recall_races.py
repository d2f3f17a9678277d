"""A document that is wanted back while it is on its way: two outcomes only, and both sides agree (threats J)."""

from __future__ import annotations

import asyncio

import pytest

from edxml.testing import make_package, make_status

S, R, X = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
REASON = {"reason": "Ban hành nhầm"}


async def copies(sender, package_id):
    """Recipient -> (status, recall state)."""
    shown = await sender.package(package_id)
    return {one["recipient"]: (one["status"], one["recall_state"]) for one in shown["deliveries"]}


async def types(office, package_id):
    return [one["type"] for one in await office.timeline(package_id)]


@pytest.mark.parametrize("kind", ["auto", "cancel", "take_back", "recall"])
async def test_j_01_wanted_back_before_it_left_it_is_never_delivered(offices, kind):
    sender, recipient, _ = offices
    sent = await sender.send(make_package(S, (R,)))
    waiting = await recipient.inbox()

    await sender.withdraw(sent["package_id"], kind=kind)

    late = await recipient.post(f"/inbox/{waiting[0]['delivery_id']}/lease")
    assert await copies(sender, sent["package_id"]) == {R: ("cancelled", "never_delivered")}
    assert (late.status, late.code) == (404, "not_found")
    assert await recipient.inbox() == []
    assert "delivery.cancelled" in await types(sender, sent["package_id"])
    assert sent["package_id"] not in str(await recipient.events())


@pytest.mark.parametrize("kind", ["auto", "recall"])
async def test_j_02_hand_over_and_recall_at_one_moment_have_two_outcomes(offices, kind):
    sender, recipient, _ = offices
    outcomes = set()
    for number in range(8):
        sent = await sender.send(make_package(S, (R,)))
        delivery = sent["deliveries"][0]["delivery_id"]

        async def take(delivery=delivery, sent=sent):
            lease = await recipient.post(f"/inbox/{delivery}/lease")
            return lease, await recipient.get(f"/packages/{sent['package_id']}/content")

        async def want(sent=sent):
            return await sender.post(f"/packages/{sent['package_id']}/withdraw", json={**REASON, "kind": kind})

        first, second = (take, want) if number % 2 else (want, take)
        heard = await asyncio.gather(first(), second())
        (_, content), wanted = heard if number % 2 else heard[::-1]
        state = (await copies(sender, sent["package_id"]))[R]
        outcomes.add((state[1], content.status))
        assert wanted.status == 200
        assert "delivery.exposed" in await types(sender, sent["package_id"]) or state[1] == "never_delivered"

    assert outcomes <= {("never_delivered", 404), ("asked", 200)}


async def test_j_03_after_the_acknowledgement_it_can_only_be_asked_for(offices):
    sender, recipient, _ = offices
    sent = await sender.send(make_package(S, (R,)))
    await recipient.receive()

    late = await sender.post(f"/packages/{sent['package_id']}/withdraw", json={**REASON, "kind": "cancel"})
    await sender.withdraw(sent["package_id"])

    assert (late.status, late.code) == (409, "recall_too_late")
    assert await copies(sender, sent["package_id"]) == {R: ("delivered", "asked")}


async def test_j_04_nobody_but_its_sender_wants_a_document_back_and_it_once(offices):
    sender, recipient, stranger = offices
    sent = await sender.send(make_package(S, (R,)))
    await recipient.receive()
    foreign = [
        await one.post(f"/packages/{sent['package_id']}/{what}", json=body)
        for one in (recipient, stranger)
        for what, body in (("withdraw", REASON), ("update", {**REASON, "subject": "Khác"}))
    ]
    name = sent["document_id"]
    forged = [
        make_package(X, (R,), document_id=name, business_type=1, reason="Sai", attachments=()),
        make_package(X, (R,), document_id=name, business_type=2, reason="Sai", attachments=(), receivers=[(R, 0)]),
        make_status("13", X, (R, name), "Lấy lại"),
        make_status("13", X, (R, sent["package_id"]), "Lấy lại"),
        make_status("15", X, (S, name), "Đã hủy"),
        make_status("15", R, (S, name), "Đã hủy, không ai hỏi"),
    ]
    for one in forged:
        heard = await (recipient if one is forged[-1] else stranger).offer(one)
        assert heard.status in (201, 403), heard.body[:300]
    untouched = await copies(sender, sent["package_id"])

    for _ in range(2):
        await sender.withdraw(sent["package_id"], kind="recall")
    recall = next(one for one in (await sender.get("/packages")).json["items"] if one["kind"] == "recall")
    again = await sender.post(f"/packages/{recall['package_id']}/withdraw", json=REASON)

    assert {(one.status, one.code) for one in foreign} == {(404, "not_found")}
    assert untouched == {R: ("delivered", "none")}
    assert (again.status, again.code) == (409, "state_conflict")
    assert (await types(sender, sent["package_id"])).count("recall.asked") == 1


async def test_j_05_an_update_and_a_recall_at_one_moment_leave_nothing_half_done(offices):
    sender, recipient, stranger = offices
    sent = await sender.send(make_package(S, (R,)))
    await recipient.receive()
    path = f"/packages/{sent['package_id']}"

    updated, recalled = await asyncio.gather(
        sender.post(f"{path}/update", json={**REASON, "subject": "Mới", "add": [X]}),
        sender.post(f"{path}/withdraw", json={**REASON, "kind": "recall"}),
    )

    assert (updated.status, recalled.status) == (201, 200), (updated.body[:300], recalled.body[:300])
    state = await copies(sender, sent["package_id"])
    assert state[R] == ("delivered", "asked")
    assert state.get(X) in {None, ("available", "none"), ("cancelled", "never_delivered")}
    kinds = [one["kind"] for one in await stranger.inbox()]
    assert kinds in ([], ["new", "update"]), "an update without its document"
    asked = [one for one in await types(sender, sent["package_id"]) if one == "recall.asked"]
    assert len(asked) == 1


async def test_j_07_of_twenty_recipients_each_has_its_own_outcome(province, offices):
    sender = offices[0]
    codes = tuple(f"000.00.{number}.H99" for number in range(10, 30))
    await province.agencies(*codes)
    offices_of = [await province.system(f"n{code[7:9]}", code) for code in codes]
    sent = await sender.send(make_package(S, codes))
    for one in offices_of[:7]:
        waiting = await one.waiting()
        await one.do("getEdoc", waiting[0]["docId"])

    told = await sender.withdraw(sent["package_id"])

    states = [one["recall_state"] for one in told["recipients"]]
    assert (len(states), states.count("asked"), states.count("never_delivered")) == (20, 7, 13)
    for one in offices_of[7:]:
        assert await one.waiting() == []


async def test_j_08_a_recall_while_the_recipient_is_away_comes_before_its_first_attempt(offices):
    sender, recipient, _ = offices
    sent = await sender.send(make_package(S, (R,)))
    await sender.post(f"/packages/{sent['package_id']}/update", json={**REASON, "subject": "Mới"})
    await sender.withdraw(sent["package_id"], kind="recall")

    offered = await recipient.inbox()
    delivery = sent["deliveries"][0]["delivery_id"]
    lease = await recipient.post(f"/inbox/{delivery}/lease")

    assert offered == []
    assert lease.status == 404


async def test_j_09_whoever_opens_a_document_at_the_moment_of_its_recall_is_on_record_in_order(offices):
    sender, recipient, _ = offices
    sent = await sender.send(make_package(S, (R,)))
    await recipient.lease(sent["deliveries"][0]["delivery_id"])
    path = f"/packages/{sent['package_id']}"

    heard = await asyncio.gather(
        *(recipient.get(f"{path}/content") for _ in range(3)),
        sender.post(f"{path}/withdraw", json=REASON),
        *(recipient.get(f"{path}/content") for _ in range(3)),
    )

    assert {one.status for one in heard} <= {200, 404}
    lines = await sender.timeline(sent["package_id"])
    assert [one["seq"] for one in lines] == sorted(one["seq"] for one in lines)
    assert sum(one["type"] == "delivery.exposed" for one in lines) <= 1
