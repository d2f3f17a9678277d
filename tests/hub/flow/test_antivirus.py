"""Every attachment is scanned before it is delivered: by a real clamd, or by none that answers."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import UTC, datetime

import pytest
from clamav import clamd, infected  # noqa: F401 - a fixture
from held import journal, newest, row

from edxml.faults import Fault, Refusal
from edxml.testing import make_package, plain_pdf
from hub import scanner as scanners
from hub.clock import FakeClock
from hub.flow import officers, pickup, quarantine
from hub.jobs import keeping
from hub.scanner import Scanner
from hub.store import events

A, B = "000.00.01.H99", "000.00.02.H99"


def scanning(hub, address: str) -> Scanner:
    hub.scanner = Scanner(address, timeout_seconds=20, stream_bytes=2_000_000, in_thread=hub.in_thread)
    return hub.scanner


@pytest.fixture
def scanned(hub, clamd, monkeypatch):  # noqa: F811
    """The hub with a real scanner."""
    monkeypatch.setattr(scanners, "REST_SECONDS", 0.0)
    scanning(hub, clamd.address)
    return clamd


def carrying(name: str, data: bytes, **more) -> bytes:
    return make_package(A, (B,), attachments=[("van-ban.pdf", plain_pdf(2_000)), (name, data)], **more)


def zipped(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("phu-luc.txt", b"x")
        archive.writestr("trong.doc", data)
    return made.getvalue()


async def inbox(recipient):
    return list((await pickup.inbox(recipient.hub, recipient.system, limit=10)).items)


async def refused(work) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value


@pytest.mark.clamav
async def test_a_clean_package_travels(scanned, sender, recipient):
    accepted = await sender.give(carrying("phu-luc.pdf", plain_pdf(3_000)))

    assert accepted.status == "accepted"
    assert len(await inbox(recipient)) == 1


@pytest.mark.clamav
@pytest.mark.parametrize(
    ("name", "data"),
    [("phu-luc.doc", infected()), ("goi.zip", zipped(infected())), ("gia.pdf", b"%PDF-1.7\n" + infected())],
    ids=["plain", "in a zip", "called a pdf"],
)
async def test_an_infected_package_is_refused_and_sealed_away(scanned, sender, recipient, name, data):
    """law: R-178 TT Đ5.1 BD Đ2.4"""
    hub = sender.hub

    refusal = await refused(sender.give(carrying(name, data)))
    kept = await newest(hub)

    assert refusal.fault is Fault.VIRUS
    assert refusal.instance == kept.id
    assert (kept.status, kept.held_for, kept.fault, kept.subject) == ("quarantined", "virus", "virus", "")
    assert kept.key is not None
    assert hub.blobs.exists(kept.id)
    assert await journal(hub, kept.id) == ["package.rejected", "package.quarantined"]
    assert await inbox(recipient) == []


@pytest.mark.clamav
async def test_the_same_virus_again_is_refused_and_kept_once(scanned, sender, recipient):
    data = carrying("phu-luc.doc", infected())

    answers = await asyncio.gather(*(refused(sender.give(data)) for _ in range(4)))

    assert {answer.fault for answer in answers} == {Fault.VIRUS}
    assert len(list(sender.hub.blobs.list_ids())) == 1


@pytest.mark.clamav
async def test_what_was_infected_is_erased_when_its_time_is_over(scanned, sender, recipient):
    hub = sender.hub
    hub.clock = FakeClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    await refused(sender.give(carrying("phu-luc.doc", infected())))
    kept = await newest(hub)

    hub.clock.advance(seconds=29 * 86_400)
    await keeping.turn(hub)
    assert (await row(hub, kept.id)).status == "quarantined"
    hub.clock.advance(seconds=2 * 86_400)
    await keeping.turn(hub)
    erased = await row(hub, kept.id)

    assert (erased.status, erased.key, erased.held_for) == ("erased", None, None)
    assert not hub.blobs.exists(kept.id)
    assert await journal(hub, kept.id) == ["package.rejected", "package.quarantined", "package.erased"]
    receipts = await hub.db.read(lambda connection: events.receipts_of(connection, kept.id))
    nonces = {one.type: one.nonce for one in receipts}
    assert nonces["package.rejected"] is None
    assert len(nonces["package.erased"]) == 16


@pytest.mark.clamav
async def test_a_package_waits_while_the_scanner_is_down_and_goes_when_it_is_back(scanned, sender, recipient):
    hub = sender.hub
    scanned.stop()
    normal = await sender.give(carrying("phu-luc.pdf", plain_pdf(3_000)))
    ill = await sender.give(carrying("phu-luc.pdf", plain_pdf(3_000) + b"\n%" + infected() + b"\n"))
    await keeping.turn(hub)
    assert (normal.status, ill.status) == ("held", "held")
    assert await inbox(recipient) == []

    scanned.start()
    await keeping.turn(hub)

    assert [one.package_id for one in await inbox(recipient)] == [normal.package_id]
    assert (await row(hub, normal.package_id)).held_for is None
    assert (await journal(hub, normal.package_id))[-1] == "package.released"
    stopped = await row(hub, ill.package_id)
    assert (stopped.status, stopped.held_for) == ("quarantined", "virus")
    assert "package.quarantined" in await journal(hub, ill.package_id)
    assert list(hub.scratch.iterdir()) == []


async def test_an_urgent_package_travels_with_a_warning_while_the_scanner_is_down(hub, sender, recipient):
    """law: R-178"""
    scanning(hub, "unix:/nonexistent/clamd.ctl")

    accepted = await sender.give(make_package(A, (B,), priority=1))

    assert accepted.status == "accepted"
    [told] = [one.title_en for one in accepted.warnings if one.code == "virus"]
    assert told == "Antivirus: the scanner cannot be reached (FileNotFoundError)"
    assert len(await inbox(recipient)) == 1


async def test_a_held_package_goes_by_no_path_but_the_three(hub, sender, recipient):
    """A turn of the job with a scanner that is down releases nothing."""
    scanning(hub, "unix:/nonexistent/clamd.ctl")
    held = await sender.give(make_package(A, (B,)))

    for _ in range(3):
        await keeping.turn(hub)

    assert (await row(hub, held.package_id)).status == "held"
    assert await inbox(recipient) == []


@pytest.mark.clamav
async def test_what_was_refused_for_a_virus_is_never_released(scanned, sender, recipient):
    await refused(sender.give(carrying("phu-luc.doc", infected())))
    kept = await newest(sender.hub)

    both = officers.Officers("an", "binh")
    assert (await refused(officers.release(sender.hub, kept.id, both, "nhầm"))).fault is Fault.STATE_CONFLICT
    assert (await refused(quarantine.add(sender.hub, kept.id, "op", "x"))).fault is Fault.STATE_CONFLICT
