"""What one agency learns of another's mail by the flows between them: nothing (threats F-05, F-06, F-11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from actors import Office

from agency_registry import edit, importer
from edxml.testing import make_package, make_status, plain_pdf

S, R, X, SECTOR = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.20.H99"
WHY = edit.Why(actor="an", reason="226/QĐ-UBND")


def reply(to, document_id, number="6"):
    answers = [{"organ_id": S, "document_id": document_id}]
    said = {"from": R, "to": to, "subject": "Trả lời", "number": number, "notation": "CV-X", "date": "2026-11-20"}
    return {**said, "answers": answers}, ("tra-loi.pdf", plain_pdf(2000, f"Số: {number}/CV-X"))


@pytest.fixture
async def second(offices, province):
    """The recipient's second system: it stores copies, and another system answers."""
    await province.agencies(SECTOR)
    made = await province.system("sector", SECTOR)
    await province.change(lambda c: edit.attach_agencies(c, made.system_id, [R], part="second", why=WHY))
    async with Office(province.url, made.system_id, made.secret, (SECTOR,)) as one:
        yield one


async def announced_by_a_merger(province, day):
    await province.change(lambda c: edit.merge_agencies(c, [S], into=X, why=WHY, on=day))


async def announced_by_a_list(province, day):
    rows = f"organ_id,name,valid_to,successors\n{S},Sở Nội vụ,{day.isoformat()},{X}\n".encode()
    await province.change(lambda c: importer.import_agencies(c, rows, scope="province", why=WHY))


@pytest.mark.parametrize("announce", [announced_by_a_merger, announced_by_a_list])
@pytest.mark.parametrize("way", ["recall", "update", "take-back"])
async def test_f_11_whose_merger_is_only_announced_speaks_for_itself_alone(offices, province, hub, announce, way):
    """Until that day the successor neither withdraws nor changes what the other has sent."""
    sender, _, successor = offices
    sent = await sender.send(make_package(S, (R,)))
    await announce(province, hub.clock.now().date() + timedelta(days=30))
    name = sent["document_id"]
    said = {
        "recall": make_package(X, (R,), document_id=name, business_type=1, reason="Sai", attachments=()),
        "update": make_package(
            X, (X,), document_id=name, business_type=2, reason="Sai", attachments=(), receivers=[(R, 0), (X, 1)]
        ),
        "take-back": make_status("13", X, (R, name), "Lấy lại"),
    }[way]

    heard = (await successor.offer(said)).expect(201)

    assert heard["status"] == "held"
    shown = await sender.package(sent["package_id"])
    assert [(one["recipient"], one["status"], one["recall_state"]) for one in shown["deliveries"]] == [
        (R, "available", "none")
    ]
    assert await successor.inbox() == []


async def test_f_05_words_that_were_given_back_are_not_shown_beside_another_document(offices):
    """law: R-129"""
    sender, recipient, _ = offices
    wrong = await sender.send(
        make_package(S, (R,), number="9", document_id=f"{S},2026/11/20,9/SNV-VP", subject="RIÊNG")
    )
    first, _, _ = await recipient.receive()
    (await recipient.say(first["delivery_id"], "02", reason="Gửi nhầm nơi", reason_code="WRONG_RECIPIENT", staff="An"))
    await sender.send(make_package(S, (R,), number="9", document_id=f"{S},2026/11/20,09/SNV-VP", subject="MỚI"))
    second, _, _ = await recipient.receive()

    alone = await recipient.get(f"/inbox/{first['delivery_id']}/duplicates")
    beside = (await recipient.get(f"/inbox/{second['delivery_id']}/duplicates")).expect(200)

    assert (await recipient.package(wrong["package_id"]))["subject"] == ""
    assert (alone.status, alone.code) == (404, "not_found")
    assert [beside["delivery"]["subject"], beside["others"]] == ["MỚI", []]


async def test_f_06_a_copy_of_a_reply_does_not_name_the_document_that_went_to_others(offices):
    sender, recipient, stranger = offices
    asked = await sender.send(make_package(S, (R,)))
    await recipient.receive()

    answered = (await recipient.send_files(*reply([S, X], asked["document_id"]))).expect(201)["package_id"]

    assert (await recipient.package(answered))["original_id"] == asked["package_id"]
    assert (await sender.package(answered))["original_id"] == asked["package_id"]
    assert (await stranger.package(answered))["original_id"] is None
    for line in await stranger.timeline(answered) + await stranger.events():
        assert asked["package_id"] not in str(line)


async def test_f_16_a_system_that_stores_a_copy_cannot_say_that_the_other_one_is_destroyed(offices, second):
    """Its own copy was stopped before it left; the document must not be erased under the one who has it."""
    sender, recipient, _ = offices
    sent = await sender.send(make_package(S, (R,)))
    await recipient.receive()
    await sender.withdraw(sent["package_id"], kind="take_back")

    await second.offer(make_status("15", R, (S, sent["document_id"]), "Đã hủy"))
    before = await sender.package(sent["package_id"])
    await recipient.offer(make_status("15", R, (S, sent["document_id"]), "Đã hủy xong"))
    after = await sender.package(sent["package_id"])

    assert (before["status"], before["deliveries"][0]["recall_state"]) == ("accepted", "asked")
    assert (after["status"], after["deliveries"][0]["recall_state"]) == ("erased", "destroyed")


async def test_f_12_what_a_reply_says_it_answers_marks_nobody_elses_document(offices):
    """A stranger cannot make another's document count as answered, by any of its names."""
    sender, recipient, stranger = offices
    asked = await sender.send(make_package(S, (R,), number="31", due_date="2026/12/30"))
    await recipient.receive()
    for number, name in enumerate((asked["document_id"], asked["package_id"], asked["document_id"].lower())):
        said, file = reply([S], name, number=str(50 + number))
        (await stranger.send_files({**said, "from": X}, file)).expect(201)

    shown = await sender.package(asked["package_id"])

    assert [one["replied_by"] for one in shown["deliveries"]] == [None]
    assert "package.linked" not in {one["type"] for one in await sender.timeline(asked["package_id"])}
