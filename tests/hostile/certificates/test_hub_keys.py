"""E-17, E-18: the hub's own receipt key when its certificate has ended, when it is gone, and when it is replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from province import settings_of

from agency_registry import edit
from edxml.testing import make_package
from hub import app, key_making
from hub.clock import FakeClock
from hub.flow import intake
from hub.keys import KeyProblem
from hub.store import events

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


async def test_e_17_with_an_ended_certificate_no_receipt_is_issued_and_the_reason_is_named(target, hub):
    """A receipt nobody can verify is none: intake waits, at both doors, and goes on with a new certificate."""
    now = hub.clock.now()
    hub.clock = FakeClock(hub.keys.receipt_ends)
    await target.still_serves()
    hub.clock.advance(seconds=1)
    data = make_package(SENDER, (RECIPIENT,))
    target.sender.token = target.recipient.token = ""

    heard = await target.offer(data)
    wire = await target.vxp.do("sendEdoc", data, SENDER)

    assert (heard.status, heard.code) == (503, "dependency_down")
    assert "receipt certificate" in heard.json["detail"]
    assert (wire.code, wire.json["DocId"]) == ("20", "")
    assert await target.recipient.inbox() == []
    hub.clock = FakeClock(now)
    target.sender.token = target.recipient.token = ""
    assert (await target.offer(data)).status == 201
    await target.recipient.receive()


@pytest.mark.parametrize("name", ["receipt.key", "receipt.crt"])
async def test_e_17_without_its_key_no_hub_opens_and_the_file_is_named(new_folder, tmp_path, name):
    folder = Path(shutil.copytree(new_folder, tmp_path / "D"))
    (folder / "keys" / name).unlink()

    with pytest.raises(KeyProblem, match=name):
        await app.open_hub(settings_of(folder))


async def test_e_18_receipts_issued_before_a_rotation_verify_after_it(new_folder, tmp_path):
    folder = Path(shutil.copytree(new_folder, tmp_path / "D"))
    first = await app.open_hub(settings_of(folder))
    system_id, _ = await first.db.write(lambda connection: registered(connection, first))
    data = make_package(SENDER, (RECIPIENT,))
    old = (await given(first, system_id, data)).receipt
    await app.close_hub(first)

    key_making.rotate(folder / "keys", "receipt", "000.00.00.H99")
    second = await app.open_hub(settings_of(folder))
    try:
        again = await given(second, system_id, data)
        new = (await given(second, system_id, make_package(SENDER, (RECIPIENT,)))).receipt
        kept = await second.db.read(lambda c: events.receipt_of(c, "package.accepted", package_id=again.package_id))
        assert (again.repeated, again.receipt, kept) == (True, old, old)
        assert second.keys.verify_receipt(old)
        assert second.keys.verify_receipt(new)
        assert old.split(".")[0] != new.split(".")[0], "another certificate"
    finally:
        await app.close_hub(second)


def registered(connection, hub):
    for code in (SENDER, RECIPIENT):
        edit.add_agency(connection, code, f"Cơ quan {code}")
    edit.add_system(connection, name="stc", organ_ids=(RECIPIENT,), wrap=hub.keys.wrap)
    return edit.add_system(connection, name="snv", organ_ids=(SENDER,), wrap=hub.keys.wrap)


async def given(hub, system_id: str, data: bytes):
    async def body():
        yield data

    await hub.reload()
    return await intake.accept(hub, body(), intake.Submission(hub.system(system_id), "api"))
