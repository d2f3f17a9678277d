"""Crashes, outages, full disks, wrong clocks: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from dataclasses import replace
from datetime import timedelta

import patience
import pytest
from fake_peers import interrupting

from connectors import base
from connectors.agent import lock, settings
from connectors.forms import answering
from edxml import reader
from edxml.testing import make_package
from hub import clock
from hub.store import heartbeats

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
LIVES = 4
"""Tests among which the steps are divided."""


def status(about: bytes, code: str, **more) -> bytes:
    package = reader.read(about)
    form = answering.Form.model_validate({"from": RECIPIENT, "code": code, "document_id": package.document_id, **more})
    return answering.write(form, answering.about(package), str, clock.Clock().now())


async def arrived(sender, package_id: str) -> bool:
    [delivery] = (await sender.package(package_id))["deliveries"]
    return delivery["status"] == "delivered" and delivery["business_status"] == "01"


# ----------------------------------------------------------------------------------------------- crashes


async def die_at(beside, step: int) -> bool:
    """Let an agent live so many steps; whether it died before its work was done."""
    life = interrupting.Life(step)
    with contextlib.suppress(interrupting.DeadError):
        async with beside.opened(
            hub=lambda inner: interrupting.Mortal(inner, life), office=lambda inner: interrupting.Mortal(inner, life)
        ) as agent:
            interrupting.mortal_ledger(agent, life)
            try:
                await agent.once()
            finally:
                running = [task for one in agent._directions for task in one.handing_over.running]
                await asyncio.gather(*running, return_exceptions=True)
    return life.left < 0


@pytest.mark.parametrize("first", range(LIVES))
async def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(beside, sender, first):
    """Each document is hit by a crash at another step of its way; every step is one of some document's.

    law: R-172 HN Đ7.1
    """
    sent, offered, step, alive = [], [], first, True
    while alive:
        package = make_package(SENDER, RECIPIENT, number=str(1000 + step))
        sent.append((await sender.send(package))["package_id"])
        beside.desk.offer(f"d{step}", make_package(RECIPIENT, SENDER, number=str(5000 + step)))
        offered.append(f"d{step}")
        alive = await die_at(beside, step)
        await beside.once()
        step += LIVES
    for _ in range(4):  # what was confirmed just before a crash shows itself by its absence
        status_now = await beside.once()

    arrivals = [one["document_id"] for one in beside.desk.arrivals if one["type"] == "edoc"]
    assert len(arrivals) == len(set(arrivals)) == len(sent)
    assert all([await arrived(sender, package_id) for package_id in sent])
    received = [item["document_id"] for item, _ in await sender.receive_all() if item["kind"] == "new"]
    assert len(received) == len(set(received)) == len(offered)
    assert all(beside.desk.told(name)[0]["receipt"] for name in offered)
    assert (status_now["waiting_in"], status_now["waiting_out"], status_now["untold"]) == (0, 0, 0)


# ----------------------------------------------------------------------------------------------- outages


def without_hub(beside):
    """The same agent while nothing listens at the hub's address."""
    values = beside.settings.whole.model_dump()
    values["hub"]["settings"]["url"] = "http://127.0.0.1:9"
    whole = settings.Whole.model_validate(values)
    return replace(beside, settings=settings.Settings(beside.settings.path, whole))


async def test_days_without_the_hub_are_caught_up_urgent_first(beside, sender):
    """law: R-172 HN Đ7.1"""
    away = without_hub(beside)
    for number in range(3):
        beside.desk.offer(f"d{number}", make_package(RECIPIENT, SENDER, number=str(number + 1)))
        status_now = await away.once()
    beside.desk.offer("urgent", make_package(RECIPIENT, SENDER, number="99", priority=3))
    status_now = await away.once()

    assert status_now["waiting_out"] == 4
    assert "hub_away" in {one["code"] for one in status_now["problems"]}
    assert beside.desk.told("d0") == []
    await beside.once()
    items = await sender.inbox()
    assert [item["urgency"] for item in items] == [3, 0, 0, 0]
    assert all(beside.desk.told(name) for name in ("d0", "d1", "d2", "urgent"))


async def test_days_without_the_office_system_keep_everything_and_then_the_urgent_come_first(beside, sender):
    """law: R-172 HN Đ7.1"""
    sent = []
    with beside.desk.trouble("away"):
        for number in range(3):
            sent.append(await sender.send(make_package(SENDER, RECIPIENT, number=str(number + 1))))
            await beside.once()
        sent.append(await sender.send(make_package(SENDER, RECIPIENT, number="99", priority=3)))
        status_now = await beside.once()

    assert status_now["waiting_in"] == 4
    assert "office_away" in {one["code"] for one in status_now["problems"]}
    assert not await arrived(sender, sent[0]["package_id"])
    await beside.once()
    assert beside.desk.arrivals[0]["document_id"] == sent[-1]["document_id"]
    assert all([await arrived(sender, one["package_id"]) for one in sent])


async def test_doubt_at_the_office_system_is_asked_again_and_handed_over_once(beside, sender):
    await sender.send(make_package(SENDER, RECIPIENT))

    with beside.desk.trouble("in doubt"):
        status_now = await beside.once()
    again = await patience.until(lambda: _settled(beside))

    assert status_now["waiting_in"] == 1
    assert len(beside.desk.arrivals) == 1
    assert again["waiting_in"] == 0


async def _settled(beside):
    found = await beside.once()
    return found if not (found["waiting_in"] or found["untold"]) else None


class LosesAnswers(interrupting.Mortal):
    """The hub hears every acknowledgement, and its answers are lost."""

    async def collect(self, message_type: str):
        async for incoming in self.inner.collect(message_type):
            confirm = incoming.confirm

            async def lost(taken, confirm=confirm):
                await confirm(taken)
                message = "the answer was lost"
                raise base.PeerTroubleError(message)

            incoming.confirm = lost
            yield incoming


async def test_a_lost_acknowledgement_hands_over_once(beside, sender):
    sent = await sender.send(make_package(SENDER, RECIPIENT))

    await beside.once(hub=lambda inner: LosesAnswers(inner, interrupting.Life(10**9)))
    for _ in range(3):
        status_now = await beside.once()

    assert len(beside.desk.arrivals) == 1
    assert status_now["untold"] == 0
    assert await arrived(sender, sent["package_id"])


async def test_the_same_document_twice_is_one_with_one_receipt(beside, sender):
    package = make_package(RECIPIENT, SENDER)
    beside.desk.offer("d1", package)
    await beside.once()
    beside.desk.offer("again", package)
    await beside.once()

    assert len(await sender.inbox()) == 1
    assert beside.desk.told("d1")[0]["receipt"] == beside.desk.told("again")[0]["receipt"]


async def test_an_old_name_with_new_bytes_is_a_new_document(beside, sender):
    for number in ("1", "2"):
        beside.desk.offer("d", make_package(RECIPIENT, SENDER, number=number))
        await beside.once()

    assert len(await sender.inbox()) == 2
    assert len(beside.desk.told("d")) == 2


async def test_an_office_that_is_deaf_is_told_later_and_the_hub_not_asked_again(beside, sender):
    beside.desk.offer("d1", make_package(RECIPIENT, SENDER))

    with beside.desk.trouble("deaf"):
        first = await beside.once()
    await beside.once()

    assert first["untold"] == 1
    assert len(beside.desk.told("d1")) == 1
    assert len(await sender.inbox()) == 1


# ------------------------------------------------------------------------------------------ recall, clock


async def test_a_recalled_document_that_still_waits_is_never_handed_over(beside, sender):
    """law: R-146 HN Đ9.2"""
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    with beside.desk.trouble("away"):
        await beside.once()
        [asked] = (await sender.withdraw(sent["package_id"]))["recipients"]
        await beside.once()
    await beside.once()

    assert asked["recall_state"] == "asked"
    assert beside.desk.arrivals == []
    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (delivery["status"], delivery["recall_state"]) == ("delivered", "destroyed")
    assert (await beside.once())["untold"] == 0


async def test_a_recall_of_what_was_handed_over_reaches_the_office_system(beside, sender):
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    await beside.once()

    await sender.withdraw(sent["package_id"])
    await beside.once()

    first, second = beside.desk.arrivals
    assert first["document_id"] == second["document_id"] == sent["document_id"]
    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert delivery["recall_state"] == "asked"


async def test_a_recall_of_what_perhaps_arrived_follows_it_to_the_office_system(beside, sender):
    """law: R-146 HN Đ9.2"""
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    with beside.desk.trouble("in doubt"):
        await beside.once()
    await sender.withdraw(sent["package_id"])
    await patience.until(lambda: _settled(beside))

    kinds = [reader.read(beside.desk.data(one["item_id"])) for one in beside.desk.arrivals]
    assert [one.document_id for one in kinds] == [sent["document_id"]] * 2
    assert kinds[0].message_type == "edoc"
    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert delivery["recall_state"] == "asked"


async def test_two_agents_never_work_in_one_folder(beside):
    async with beside.opened():
        with pytest.raises(lock.FolderBusyError, match=str(os.getpid())):
            async with beside.opened():
                pass


async def test_a_clock_that_was_set_back_puts_nothing_off_for_days(beside, sender):
    class NextWeek(clock.Clock):
        def now(self):
            return super().now() + timedelta(days=7)

    with beside.desk.trouble("in doubt"):
        beside.desk.offer("d1", make_package(RECIPIENT, SENDER))
        await sender.send(make_package(SENDER, RECIPIENT))
        await replace(beside, clock=NextWeek()).once()

    assert (await beside.once())["waiting_in"] == 0


class Ahead(clock.Clock):
    """Ten minutes fast."""

    def now(self):
        return super().now() + timedelta(minutes=10)


async def test_a_clock_ten_minutes_wrong_still_signs_in_and_is_told(beside, sender, hub):
    """law: R-094 HN Đ12.3, R-175 HN Đ20.3c"""
    sent = await sender.send(make_package(SENDER, RECIPIENT))

    status_now = await replace(beside, clock=Ahead()).once()

    assert await arrived(sender, sent["package_id"])
    assert 595 <= status_now["clock_seconds"] <= 605
    assert "clock_differs" in {one["code"] for one in status_now["problems"]}
    kept = await hub.db.read(lambda connection: heartbeats.get(connection, "recipient"))
    assert 595 <= kept.clock_seconds <= 605
    assert kept.software == "truc-agent/test"


# --------------------------------------------------------------------------------------------------- room


@pytest.mark.parametrize("more_settings", [{"agent": {"spool_megabytes": 1}}])
async def test_a_full_spool_is_an_alarm_and_nothing_is_lost(beside, sender):
    sent = []
    with beside.desk.trouble("away"):
        for number in range(3):
            package = make_package(SENDER, RECIPIENT, number=str(number + 1), attachments=[("a.pdf", pdf(400_000))])
            sent.append((await sender.send(package))["package_id"])
        status_now = await beside.once()
        beside.desk.offer("d1", make_package(RECIPIENT, SENDER))

    assert status_now["waiting_in"] == 1
    assert "spool_full" in {one["code"] for one in status_now["problems"]}
    while status_now["waiting_in"] or "spool_full" in {one["code"] for one in status_now["problems"]}:
        status_now = await beside.once()
    assert len(beside.desk.arrivals) == 3
    assert all([await arrived(sender, one) for one in sent])


@pytest.mark.parametrize("more_settings", [{"agent": {"spool_megabytes": 1}}])
async def test_a_full_spool_still_hears_of_a_recall(beside, sender):
    sent = []
    with beside.desk.trouble("away"):
        for number in range(2):
            package = make_package(SENDER, RECIPIENT, number=str(number + 1), attachments=[("a.pdf", pdf(500_000))])
            sent.append((await sender.send(package))["package_id"])
        await beside.once()
        await sender.withdraw(sent[0])
        await beside.once()
    for _ in range(3):
        await beside.once()

    [first] = (await sender.package(sent[0]))["deliveries"]
    assert first["recall_state"] == "destroyed"
    assert len(beside.desk.arrivals) == 1
    assert await arrived(sender, sent[1])


def pdf(size: int) -> bytes:
    from edxml.testing import plain_pdf

    return plain_pdf(size)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MiB on which the agent's folder lies."""
    place = tmp_path / "agent" / "agent-data"
    place.mkdir(parents=True)
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("a small disk can only be made by root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


async def test_a_full_disk_is_an_alarm_and_nothing_is_lost(small_disk, beside, sender):
    filler = small_disk / "filler"
    with contextlib.suppress(OSError):
        filler.write_bytes(bytes(1_500_000))
    sent = await sender.send(make_package(SENDER, RECIPIENT, attachments=[("a.pdf", pdf(800_000))]))
    beside.desk.offer("d1", make_package(RECIPIENT, SENDER, attachments=[("a.pdf", pdf(800_000))]))

    status_now = await beside.once()

    assert "spool_full" in {one["code"] for one in status_now["problems"]}
    assert beside.desk.arrivals == []
    filler.unlink()
    await beside.once()
    assert len(beside.desk.arrivals) == 1
    assert await arrived(sender, sent["package_id"])
    assert beside.desk.told("d1")
