"""accept(): safe before the answer, one effect whatever the repeats, nothing left of a refusal."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import func, select

from agency_registry import edit
from edxml.faults import Fault, Refusal
from edxml.testing import make_package, plain_pdf
from hub.flow import content, intake, operate, pickup, views
from hub.store import tables

from .conftest import pieces

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


async def rows(hub, table) -> int:
    return await hub.db.read(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())


async def refused(work) -> Fault:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.fault


async def test_a_repeat_gets_the_first_receipt_byte_for_byte(sender, recipient):
    """law: R-114"""
    data = make_package(A, (B,))

    first = await sender.give(data)
    second = await sender.give(data, piece=7)

    assert not first.repeated
    assert second.repeated
    assert (second.package_id, second.receipt) == (first.package_id, first.receipt)
    assert await rows(sender.hub, tables.deliveries) == 1
    assert list(sender.hub.blobs.list_ids()) == [first.package_id]


async def test_sixteen_equal_packages_at_the_same_moment_are_one(sender, recipient):
    data = make_package(A, (B,), size=50_000)

    answers = await asyncio.gather(*(sender.give(data) for _ in range(16)))

    assert len({answer.receipt for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
    assert await rows(sender.hub, tables.packages) == 1
    assert len(list(sender.hub.blobs.list_ids())) == 1


async def test_the_recipient_gets_the_senders_bytes(sender, recipient):
    """law: R-019 CB Đ3.2"""
    data = make_package(A, (B,), size=300_000)
    accepted = await sender.give(data)

    page = await pickup.inbox(sender.hub, recipient.system, limit=10)
    lease = await pickup.lease(sender.hub, recipient.system, page.items[0].delivery_id)
    got = await (await content.of_package(sender.hub, recipient.system, lease.package_id)).read()

    assert got == data
    assert accepted.sha256 == hashlib.sha256(data).hexdigest() == page.items[0].sha256


async def test_the_receipt_is_signed_and_names_what_was_taken(sender, recipient):
    """law: R-144 HN Đ12.1"""
    data = make_package(A, (B,))

    accepted = await sender.give(data)

    said = json.loads(sender.hub.keys.verify_receipt(accepted.receipt))
    assert said["event"] == "package.accepted"
    assert said["sha256"] == hashlib.sha256(data).hexdigest()
    assert said["recipients"] == [{"recipient": B, "status": "available"}]
    assert "subject" not in said


async def test_a_system_sends_only_in_the_name_of_its_agencies(sender, recipient):
    """law: R-008 HN Đ20.2d"""
    assert await refused(recipient.give(make_package(A, (B,)))) is Fault.SENDER_NOT_ALLOWED
    assert await rows(sender.hub, tables.deliveries) == 0


async def test_unknown_and_unconnected_recipients_do_not_stop_the_others(sender, recipient, province):
    """law: R-111 BD Đ3.3, R-117 HN Đ10.3a"""
    await province.agencies(C)

    accepted = await sender.give(make_package(A, (B, C, "000.00.77.H99")))

    answers = {view.recipient: (view.status, view.fault) for view in accepted.deliveries}
    assert answers == {
        B: ("available", None),
        C: ("not_connected", Fault.NOT_CONNECTED),
        "000.00.77.H99": ("failed", Fault.ORG_UNKNOWN),
    }


async def test_no_deliverable_recipient_is_a_refusal(sender):
    """law: R-001 HN Đ2.1"""
    assert await refused(sender.give(make_package(A, ("000.00.77.H99",)))) is Fault.ORG_UNKNOWN


@pytest.mark.parametrize("code", [A, B])
async def test_who_is_suspended_neither_sends_nor_receives(sender, recipient, province, code):
    """law: R-001 HN Đ2.1"""
    why = edit.Why(actor="an", reason="thử")
    await province.change(lambda connection: edit.suspend_agency(connection, code, why=why))

    with pytest.raises(Refusal) as raised:
        await sender.give(make_package(A, (B,)))

    assert raised.value.fault is Fault.ORG_SUSPENDED
    assert code in raised.value.detail


async def test_other_content_under_the_same_document_id_is_a_conflict(sender, recipient):
    """law: R-028 HN Đ8.3, R-114 R-115 NĐ30 Đ18.3"""
    await sender.give(make_package(A, (B,), document_id="d-1", attachments=[("a.pdf", plain_pdf(text="một"))]))
    other = make_package(A, (B,), document_id="d-1", attachments=[("a.pdf", plain_pdf(text="hai"))])

    assert await refused(sender.give(other)) is Fault.CONFLICT


async def test_the_same_attachments_to_a_further_recipient_are_a_supplementary_sending(sender, recipient, province):
    await province.agencies(C)
    await province.system("third", C)
    files = [("a.pdf", plain_pdf(text="Số: 7/SNV-VP"))]
    first = await sender.give(make_package(A, (B,), document_id="d-1", number="7", attachments=files))

    more = await sender.give(make_package(A, (C,), document_id="d-1", number="7", attachments=files))

    assert "supplementary" in [warning.code for warning in more.warnings]
    assert more.package_id != first.package_id


async def test_a_number_and_notation_used_twice_in_a_year_is_told_and_stops_nothing(sender, recipient):
    """law: R-030 R-031 NĐ30 Đ15.1, R-198 NĐ30 PL VI"""
    day, next_year = date(2026, 3, 2), date(2027, 3, 2)
    numbered = [("12", "QĐ-SNV", day), ("12", "QĐ-SNV", day), ("12", "GM-SNV", day), ("12", "QĐ-SNV", next_year)]

    answers = [
        await sender.give(
            make_package(A, (B,), document_id=f"d-{index}", number=number, notation=notation, issued_on=day)
        )
        for index, (number, notation, day) in enumerate(numbered)
    ]

    told = [[warning.code for warning in answer.warnings] for answer in answers]
    assert ["same_number" in codes for codes in told] == [False, True, False, False]
    assert {answer.status for answer in answers} == {"accepted"}


@pytest.mark.parametrize("subject", ["(MẬT) Báo cáo", "TUYỆT MẬT", "[TỐI MẬT] Kế hoạch", "MẬT: Công văn"])
async def test_a_secrecy_stamp_is_refused_and_leaves_neither_bytes_nor_subject(sender, recipient, subject):
    """law: R-009 HN Đ1.2"""
    assert await refused(sender.give(make_package(A, (B,), subject=subject))) is Fault.SECRET

    kept = await sender.hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())
    assert (kept.status, kept.fault, kept.subject, kept.fault_detail) == ("rejected", "secret", "", None)
    assert list(sender.hub.blobs.list_ids()) == []


@pytest.mark.parametrize("subject", ["Quy chế bảo mật thông tin", "Về bí mật kinh doanh", "V/v Mật ong Hòa Bình"])
async def test_words_that_only_sound_secret_pass(sender, recipient, subject):
    """law: R-012"""
    assert (await sender.give(make_package(A, (B,), subject=subject))).status == "accepted"


async def test_nothing_of_a_broken_body_stays(sender, recipient):
    data = make_package(A, (B,), size=200_000)

    async def breaks_off():
        yield data[:100_000]
        raise ConnectionResetError

    with pytest.raises((ConnectionError, Refusal)):
        await intake.accept(sender.hub, breaks_off(), intake.Submission(sender.system, "api"))

    assert list(sender.hub.blobs.list_ids()) == []
    assert await rows(sender.hub, tables.packages) == 0
    assert list(sender.hub.scratch.iterdir()) == []


async def test_a_caller_that_goes_away_during_the_commit_leaves_a_whole_package(sender, recipient):
    """Cancelled at any moment: either nothing is there, or row and bytes both are."""
    hub = sender.hub
    for turn in range(40):
        data = make_package(A, (B,), document_id=f"d-{turn}", size=20_000)
        task = asyncio.create_task(sender.give(data))
        await asyncio.sleep(turn * 0.0004)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    known = await hub.db.read(lambda connection: set(connection.execute(select(tables.packages.c.id)).scalars()))

    assert set(hub.blobs.list_ids()) == known


async def test_a_stopped_intake_says_why_and_starts_again(sender, recipient):
    await operate.stop_intake(sender.hub, "an", "Bảo trì đến 18 giờ")
    with pytest.raises(Refusal, match="Bảo trì") as caught:
        await sender.give(make_package(A, (B,)))
    await operate.start_intake(sender.hub, "an")

    assert caught.value.fault is Fault.INTAKE_STOPPED
    assert (await sender.give(make_package(A, (B,)))).status == "accepted"


async def test_a_dry_run_stores_nothing(sender, recipient):
    said = await intake.dry_run(sender.hub, pieces(make_package(A, (B,))), intake.Submission(sender.system, "api"))

    assert [view.recipient for view in said.recipients] == [B]
    assert await rows(sender.hub, tables.packages) == 0
    assert list(sender.hub.blobs.list_ids()) == []


async def test_the_digest_decides_whether_a_trailing_line_end_is_part_of_the_file(sender, recipient):
    """protocol.md A.4: the SDK adds CRLF to the body, and writes each byte of the digest without its leading zero."""
    data = make_package(A, (B,), document_id="d-1")
    unpadded = "".join(f"{byte:x}" for byte in hashlib.sha256(data).digest())
    with_end = make_package(A, (B,), document_id="d-2") + b"\r\n"

    stripped = await sender.give(data + b"\r\n", hash_file=unpadded)
    kept = await sender.give(with_end, hash_file=hashlib.sha256(with_end).hexdigest())

    assert stripped.sha256 == hashlib.sha256(data).hexdigest()
    assert kept.sha256 == hashlib.sha256(with_end).hexdigest()
    assert await refused(sender.give(data, hash_file="0" * 64)) is Fault.DIGEST_MISMATCH


async def test_foreign_packages_do_not_exist(sender, recipient, province):
    """law: R-142 NĐ30 PL VI, R-199 BD Đ2.3"""
    await province.agencies(C)
    third = province.hub.system((await province.system("third", C)).system_id)
    accepted = await sender.give(make_package(A, (B,)))
    page = await pickup.inbox(sender.hub, recipient.system, limit=1)

    for work in (
        views.package(sender.hub, third, accepted.package_id),
        views.timeline(sender.hub, third, accepted.package_id),
        views.receipts(sender.hub, third, accepted.package_id),
        content.of_package(sender.hub, third, accepted.package_id),
        pickup.lease(sender.hub, third, page.items[0].delivery_id),
        pickup.acknowledge(sender.hub, third, page.items[0].delivery_id, "x", accepted.sha256),
    ):
        assert await refused(work) is Fault.NOT_FOUND
    assert (await pickup.inbox(sender.hub, third, limit=10)).items == ()
