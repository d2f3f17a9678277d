"""After the story: a document every few seconds, between agencies taken by lot, until the demo is stopped."""

from __future__ import annotations

import asyncio
import itertools
import random
from datetime import datetime

from hub import clock
from hub.cli.demo import papers
from hub.cli.demo.offices import NativeOffice
from hub.cli.demo.telling import Teller, size
from hub.cli.demo.world import World

PAUSE_SECONDS = 4.0
_FIRST_NUMBER = 1001


async def go_on(world: World, teller: Teller) -> None:
    """Send, receive, answer, tell it in one line; every fourth document is left waiting for the operator to see."""
    teller.say()
    chance = random.Random()  # noqa: S311 - who writes to whom, no secret
    offices = (world.ubnd, world.building, world.commune)
    for number in itertools.count(_FIRST_NUMBER):
        await asyncio.sleep(PAUSE_SECONDS)
        sender, receiver = chance.sample(offices, 2)
        await _one(world, teller, sender, receiver, number)


async def _one(world: World, teller: Teller, sender: NativeOffice, receiver: NativeOffice, number: int) -> None:
    paper = papers.Paper("endless", sender.role, str(number), "CV-TN", f"V/v trao đổi công việc số {number}",
                         random.randrange(40, 400) * papers.KB)  # fmt: skip  # noqa: S311
    began = datetime.now(clock.VIETNAM)
    pdf = await asyncio.to_thread(paper.pdf, world.ca)
    data = papers.package(paper, pdf, (receiver.role,))
    await sender.send(data)
    text = f"{began:%H:%M:%S}  {number}/CV-TN {size(len(data)):>7}  {sender.role.short} → {receiver.role.short}"
    if number % 4 == 0:
        teller.say(f"   {text}: đang chờ nơi nhận / waits")
        return
    taken = await receiver.take(paper.document_id)
    await receiver.say(taken, "03", description="Đã vào sổ")
    await sender.take(paper.document_id, kind="status", code="03")
    spent = (datetime.now(clock.VIETNAM) - began).total_seconds()
    right = "đúng từng byte" if taken.data == data else "SAI BYTE"
    teller.say(f"   {text}: giao xong, {right}, 03 đã về, {spent:.1f} giây")
