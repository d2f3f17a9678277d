"""After the story: a document every few seconds, between agencies taken by lot, until the demo is stopped."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from datetime import datetime

from hub import clock
from hub.cli.demo import papers
from hub.cli.demo.offices import TROUBLE, NativeOffice, NothingCameError
from hub.cli.demo.papers import Paper
from hub.cli.demo.proof import Checks, Promise
from hub.cli.demo.telling import Teller, decimal, size
from hub.cli.demo.world import World

PAUSE_SECONDS = 4.0
_FIRST_NUMBER = 1001


async def go_on(world: World, checks: Checks, teller: Teller) -> None:
    """Send, receive, answer, tell it in one line; every fourth document is left waiting for an operator to see."""
    teller.say()
    chance = random.Random()  # noqa: S311 - who writes to whom, no secret
    offices = (world.ubnd, world.building, world.commune)
    for number in itertools.count(_FIRST_NUMBER):
        await asyncio.sleep(PAUSE_SECONDS)
        sender, receiver = chance.sample(offices, 2)
        size_bytes = chance.randrange(40, 400) * papers.KB
        paper = papers.Paper("endless", sender.role, str(number), "CV-TN", f"V/v trao đổi số {number}", size_bytes)
        text = f"{datetime.now(clock.VIETNAM):%H:%M:%S}  {number}/CV-TN  {sender.role.short} → {receiver.role.short}"
        try:
            told = await _one(world, paper, sender, receiver, leave=number % 4 == 0)
        except TROUBLE as trouble:
            claim = f"văn bản {number}/CV-TN đi tới cùng"
            teller.check(checks.note(Promise.ONCE, claim, holds=False, seen=f"{type(trouble).__name__}: {trouble}"))
        else:
            teller.say(f"   {text}: {told}")


async def _one(world: World, paper: Paper, sender: NativeOffice, receiver: NativeOffice, *, leave: bool) -> str:
    """One document; what to say of it."""
    began = time.monotonic()
    pdf = await asyncio.to_thread(paper.pdf, world.ca)
    data = papers.package(paper, pdf, (receiver.role,))
    await sender.send(data)
    if leave:
        return f"{size(len(data))}, đang chờ nơi nhận đến lấy / waits to be fetched"
    taken = await receiver.take(paper.document_id)
    if taken.data != data:
        message = "other bytes arrived"
        raise NothingCameError(message)
    await receiver.say(taken, "03", description="Đã vào sổ")
    await sender.take(paper.document_id, kind="status", code="03")
    return f"{size(len(data))}, đúng từng byte, trạng thái 03 đã về sau {decimal(time.monotonic() - began)} giây"
