"""What the books and the bytes keep as it came, and what nobody gets who is only named."""

from __future__ import annotations

import ast
import json
import re
from datetime import date

import pytest

from edxml import codes, model, reader, writer
from edxml.testing import make_package, plain_pdf
from hub.flow import content, pickup, views
from hub.flow.thread import statuses
from hub.states import MOVES, DeliveryStatus, Mode
from hub.store import deliveries, packages

A, B = "000.00.01.H99", "000.00.02.H99"


def with_header(**parts) -> bytes:
    """A package whose header says more than the usual one."""
    header = model.MessageHeader(
        sender=model.Organization(A, "Sở Nội vụ"),
        recipients=(model.Organization(B, "Sở Tài chính"),),
        document_id=f"{A},2026/11/20,12/BC-SNV",
        code=model.Code("12", "BC-SNV"),
        document_type=model.DocumentType(2, None, "Báo cáo"),
        subject="Về việc báo cáo",
        signer=model.Signer("KT. GIÁM ĐỐC", "Phó Giám đốc", "Nguyễn Văn An"),
        **parts,
    )
    business = model.Business(document_id=header.document_id, type=codes.BusinessType.NEW)
    return writer.write_edoc(header, business, (), [writer.OutgoingAttachment("12-BC-SNV.pdf", plain_pdf())])


async def rows_of(hub, package_id):
    return await hub.db.read(lambda connection: deliveries.of_package(connection, package_id))


async def test_a_place_that_is_only_named_gets_nothing(sender, recipient):
    """law: R-110"""
    places = ("Lưu: VT", "UBND các xã")
    sent = await sender.give(with_header(to_places=places))

    found = await (await content.of_package(sender.hub, recipient.system, sent.package_id)).read()
    assert reader.read(found).header.to_places == places
    assert [row.recipient for row in await rows_of(sender.hub, sent.package_id)] == [B]


async def test_the_code_of_a_document_is_kept_whole_and_in_its_parts(sender, recipient):
    """law: R-028 HN Đ8.3"""
    day = date(2026, 11, 20)
    name = f"{A},2026/11/20,12/BC-SNV"
    sent = await sender.give(make_package(A, B, document_id=name, number="12", notation="BC-SNV", issued_on=day))

    row = await sender.hub.db.read(lambda connection: packages.get(connection, sent.package_id))
    assert (row.document_id, row.sender, row.year, row.number, row.notation) == (name, A, "2026", "12", "BC-SNV")


@pytest.mark.parametrize("value", [0, 1, 2, 3, 9])
async def test_the_mark_of_a_directive_travels_as_it_came(sender, recipient, value):
    """law: R-038"""
    sent = await sender.give(with_header(steering_type=value))

    found = await (await content.of_package(sender.hub, recipient.system, sent.package_id)).read()

    assert reader.read(found).header.steering_type == value


async def test_who_sent_is_in_the_books_by_system_and_organisation(sender, recipient):
    """law: R-201 HN Đ20.2c, R-002 QĐ28 Đ3.2"""
    sent = await sender.give(make_package(A, B))

    row = await sender.hub.db.read(lambda connection: packages.get(connection, sent.package_id))
    assert (row.sender, row.system_id) == (A, sender.office.system_id)


async def test_every_act_on_a_document_stands_in_its_history_in_order(sender, recipient):
    """law: R-196 QĐ28 Đ10.2p, R-106 HN Đ7.3, R-033 NĐ30 Đ22.2, R-144 HN Đ12.1"""
    hub = sender.hub
    sent = await sender.give(make_package(A, B))
    [item] = (await pickup.inbox(hub, recipient.system, limit=10)).items
    lease = await pickup.lease(hub, recipient.system, item.delivery_id)
    receipt = await pickup.acknowledge(hub, recipient.system, item.delivery_id, lease.lease, item.sha256)
    said = statuses.Said("03", arrival_number="125", arrival_date="2026-11-21")
    await statuses.say(hub, recipient.system, item.delivery_id, said)

    told = await views.timeline(hub, sender.system, sent.package_id)

    types = [one.type for one in told]
    wanted = ["package.accepted", "delivery.exposed", "delivery.delivered", "status.03"]
    assert [one for one in types if one in wanted] == wanted
    assert [one.seq for one in told] == sorted(one.seq for one in told)
    [row] = await rows_of(hub, sent.package_id)
    assert (row.business_status, row.arrival_number) == ("03", "125")
    proven = json.loads(hub.keys.verify_receipt(receipt))
    assert (proven["event"], proven["recipient"], proven["sha256"]) == ("delivery.delivered", B, sent.sha256)


async def test_a_line_of_the_history_is_never_written_over_or_taken_away(project_root):
    """law: R-196: the journal grows; only nonces of what was erased go, and persons' words when their time is over."""
    changing = {}
    for path in sorted((project_root / "hub").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        known = {"tables.events", *re.findall(r"^(_\w+)(?:, _\w+)* = tables\.events\b", text, re.MULTILINE)}
        for node in ast.walk(ast.parse(text)):
            changes = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("update", "delete") and node.args
            if changes and ast.unparse(node.args[0]) in known:
                changing.setdefault(path.relative_to(project_root).as_posix(), []).append(node.func.id)

    assert changing == {"hub/store/events.py": ["update"], "hub/store/retention.py": ["update"]}


async def test_no_status_waits_for_paper(sender, recipient):
    """law: R-081 HN Đ7.2: a document that paper follows can be fetched at once."""
    sent = await sender.give(make_package(A, B, paper=1))

    [row] = await rows_of(sender.hub, sent.package_id)
    assert (row.mode, row.status) == (Mode.BOTH, DeliveryStatus.AVAILABLE)
    assert not [status for moves in MOVES.values() for status in moves if "paper" in status]
