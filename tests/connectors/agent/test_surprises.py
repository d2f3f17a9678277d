"""Connectors and disks that surprise: the agent lives on, and what surprises it holds up nobody else."""

from __future__ import annotations

import sqlite3

import patience
from fake_peers import interrupting

from connectors.agent import ledger
from edxml.testing import make_package

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


class Stumbles(interrupting.Mortal):
    """An office system's connector with mistakes: it fails at some packages, and when it is to wait for news."""

    def __init__(self, inner, poison: frozenset[str] = frozenset()) -> None:
        super().__init__(inner, interrupting.Life(1 << 30))
        self.poison = poison

    async def deliver(self, parcel):
        if parcel.document_id in self.poison:
            raise ZeroDivisionError
        return await super().deliver(parcel)

    async def news(self, seconds: float) -> None:  # noqa: ARG002
        raise ZeroDivisionError


async def test_packages_a_connector_stumbles_over_hold_up_no_other(beside, sender):
    poison = [
        make_package(SENDER, RECIPIENT, document_id=f"{SENDER},2026/11/20,{number}/P", priority=3)
        for number in range(6)
    ]
    for one in poison:
        await sender.send(one)
    await sender.send(make_package(SENDER, RECIPIENT, document_id=f"{SENDER},2026/11/20,9/GOOD"))
    names = frozenset(f"{SENDER},2026/11/20,{number}/P" for number in range(6))

    async with beside.opened(office=lambda inner: Stumbles(inner, names)) as agent:

        async def turns() -> bool:
            await agent.once()
            return bool(beside.desk.arrivals)

        await patience.until(turns)

    assert [one["document_id"] for one in beside.desk.arrivals] == [f"{SENDER},2026/11/20,9/GOOD"]


async def test_a_connector_that_fails_to_wait_does_not_end_the_agent(beside, sender, run_agent):
    async with run_agent(office=Stumbles):
        await sender.send(make_package(SENDER, RECIPIENT))
        await patience.until(lambda: bool(beside.desk.arrivals))


async def test_a_ledger_that_cannot_be_tidied_does_not_end_the_agent(beside, sender, run_agent, monkeypatch):
    def full(_ledger, before: str) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(ledger.Ledger, "forget", full)
    async with run_agent():
        await sender.send(make_package(SENDER, RECIPIENT))
        await patience.until(lambda: bool(beside.desk.arrivals))
