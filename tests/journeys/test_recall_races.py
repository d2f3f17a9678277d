"""Recall and delivery race over real HTTP while the hub is killed: a copy never left, or it left and is asked back.

Three parties are compared when all is quiet: what the sender is told at the API, which bytes and which wishes the
recipients hold, and the hub's journal with its receipts, verified with nothing but the published certificates.

TRUC_RACES=10000 tries ten thousand documents; TRUC_SEED begins elsewhere. A failure prints the seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from journeys.law.audit import Audit, leaf
from journeys.races import GONE, OWNER, SENDER, Client, World, open_world, settings_in
from vxp_client import unpadded_sha256

from edxml import reader
from edxml.testing import make_package, make_status
from hub import app, states
from hub.http import server
from hub.sections import Listen
from hub.store import deliveries, events

SEED = int(os.environ.get("TRUC_SEED", "2026"))
TURNS = int(os.environ.get("TRUC_RACES", "16"))
TOGETHER = 8
REASON = "Ban hành nhầm"
STATE = {None: "asked", "agreed": "agreed", "destroyed": "destroyed", "refused": "refused"}


class Turn:
    """One document, everybody who reaches for it, and how it is had back."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.chance = random.Random(seed)
        self.to = self.chance.sample(list(OWNER), self.chance.randint(1, 5))
        self.document = f"race-{seed}"
        size = self.chance.choice((400, 400, 300_000))
        self.data = make_package(SENDER, tuple(self.to), document_id=self.document, size=size, number=str(seed))

    @property
    def sender(self) -> Client:
        return self.world.sender

    def mine(self, name: str, code: str) -> list[str]:
        """The agencies that have the bytes when that system got them for one of them."""
        return [code] if name == "each" else [one for one in self.to if OWNER[one] == name]

    # --------------------------------------------------------------------------------------------------- the race

    async def race(self) -> None:
        """Send, and let everybody act at once."""
        sent = await self.world.surely(lambda: self.again(self.sender, lambda: self.sender.native.send(self.data)))
        self.package_id = sent["package_id"]
        self.first = {one["recipient"]: one["delivery_id"] for one in sent["deliveries"]}
        listed = await self.world.surely(lambda: self.sender.sdk("getSentEdocList", "edoc", docId=self.package_id))
        self.items = {row["toCode"]: row["receiverDocId"] for row in listed.json["data"]}
        work: list[Awaitable[None]] = [self.late(self.have_back_somehow)]
        for name in {OWNER[code] for code in self.to} - {"pushed"}:
            work += [self.late(self.door(name)) for _ in range(self.chance.randrange(3))]
        await asyncio.gather(*work)

    async def again(self, client: Client, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do it; whoever loses the answer signs in again before the next try."""
        try:
            return await act()
        except GONE:
            client.native.token = ""
            raise

    async def late(self, act: Callable[[], Awaitable[None]]) -> None:
        """At a random moment; a client whose server dies may try once more or give up, and some leave in between."""
        await asyncio.sleep(self.chance.choice((0, 0, 0.005, 0.02, 0.1, 0.5)))
        task = asyncio.ensure_future(act())
        if self.chance.random() < 0.1:
            await asyncio.wait([task], timeout=self.chance.random() / 20)
            task.cancel()
        with contextlib.suppress(*GONE, asyncio.CancelledError):
            await task

    async def have_back_somehow(self) -> None:
        way = self.chance.choice(("auto", "take_back", "recall", "cancel", "some", "wire 13", "wire 1"))
        if way == "wire 13":
            for code in self.to:
                message = make_status("13", SENDER, (code, self.document), description=REASON)
                assert (await self.sender.sdk("sendEdoc", message, SENDER, "status")).ok
        elif way == "wire 1":
            about = {"document_id": self.document, "business_type": 1, "reason": REASON, "attachments": ()}
            message = make_package(SENDER, tuple(self.to), number=str(self.seed), **about)
            assert (await self.sender.sdk("sendEdoc", message, SENDER)).ok
        else:
            said: dict[str, Any] = {"reason": REASON, "kind": "auto" if way == "some" else way}
            if way == "some":
                said["recipients"] = self.chance.sample(self.to, self.chance.randint(1, len(self.to)))
            heard = await self.sender.native.post(f"/packages/{self.package_id}/withdraw", json=said)
            assert heard.status == 200 or heard.code == "recall_too_late", heard.body

    async def withdrawn(self) -> None:
        """Whoever got no answer, or took back from some only, asks for all of it."""

        async def ask() -> Any:
            return await self.sender.native.withdraw(self.package_id, REASON)

        await self.world.surely(lambda: self.again(self.sender, ask))

    def door(self, name: str) -> Callable[[], Awaitable[None]]:
        """One way of that system to its copy: native with or without a lease, or the national protocol."""
        client, act = self.world.clients[name], self.chance.choice((self.leased, self.straight, self.national))
        code = self.chance.choice([code for code in self.to if OWNER[code] == name])
        return lambda: act(client, code)

    async def leased(self, client: Client, code: str) -> None:
        delivery_id = self.first[code]
        leased = await client.native.post(f"/inbox/{delivery_id}/lease")
        if leased.status != 200 or self.chance.random() < 0.1:
            assert leased.status in (200, 404, 409), leased.body
            return
        data = await self.content(client, code)
        if data is not None and self.chance.random() < 0.5:
            said = {"lease": leased.json["lease"], "sha256": reader.read(data).sha256}
            acked = await client.native.post(f"/inbox/{delivery_id}/ack", json=said)
            assert acked.status in (200, 404, 409), acked.body

    async def straight(self, client: Client, code: str) -> None:
        await self.content(client, code)

    async def content(self, client: Client, code: str) -> bytes | None:
        """The bytes at the native door: every copy of the caller's is exposed with them."""
        got = {(self.document, one) for one in self.to if OWNER[one] == client.name}
        if client.name == "each":
            got = {(self.document, code)}
        whole = self.chance.random() > 0.1
        data = await client.stream(self.package_id, lambda: self.world.ledger.got.update(got), whole=whole)
        assert data in (None, self.data), self.seed
        return data

    async def national(self, client: Client, code: str) -> None:
        item = self.items[code]
        got = {(self.document, one) for one in self.mine(client.name, code)}
        await client.sdk("getReceivedEdocList")
        try:
            reply, data = await client.sdk("getEdoc", item)
        except http.client.IncompleteRead as broken:
            if b'"data"' in broken.partial:
                self.world.ledger.got |= got
            raise
        if reply.ok:
            self.world.ledger.got |= got
            assert data == self.data, self.seed
            if self.chance.random() < 0.6:
                await client.sdk("updateStatus", item, self.chance.choice(("done", "done", "fail", "processing")))

    # ------------------------------------------------------------------------------------------------ the answers

    async def answered(self) -> None:
        """Whoever was asked for its copy answers, or not, at the door it likes."""
        asked = [code for code in self.to if (self.document, code) in self.world.ledger.asked]
        for code in asked:
            word = self.chance.choice((None, "agreed", "destroyed", "refused"))
            if word is not None:
                await self.world.surely(lambda code=code, word=word: self.answer(code, word))
                self.world.ledger.answered[self.document, code] = word

    async def answer(self, code: str, word: str) -> None:
        client = self.world.clients[OWNER[code]]
        number = "16" if word == "refused" else "15"
        if client.name == "pushed" or self.chance.random() < 0.5:
            words = {"agreed": "Đồng ý", "destroyed": "Đã hủy", "refused": "Đã dùng"}[word]
            message = make_status(number, code, reader.read(self.data), words)
            assert (await client.sdk("sendEdoc", message, code, "status")).ok
            return
        said = {"destroyed": True} if word == "destroyed" else {}
        heard = await client.native.say(self.first[code], number, description="vì", **said)
        assert heard.status in (200, 201), (self.seed, heard.body)


class Books:
    """The three parties side by side, on a hub that stands still."""

    def __init__(self, world: World, hub: Any, audit: Audit) -> None:
        self.world, self.hub, self.audit = world, hub, audit
        self.heard: set[tuple[str, str, str]] = set()
        self.outcomes: Counter[str] = Counter()

    async def hear(self) -> None:
        """The sender takes every answer that waits for it."""
        native = self.world.sender.native
        while await native.inbox():
            _, data, _ = await native.receive(wait=0)
            package = reader.read(data)
            assert package.status is not None
            self.heard.add((package.document_id, package.sender_id, package.status.code))

    async def compare(self, turn: Turn) -> None:
        """Every copy of a document in exactly one of two ends, the same for all three."""
        shown = await turn.sender.native.package(turn.package_id)
        journal = list(await self.hub.db.read(lambda c: events.of_package(c, turn.package_id)))
        await self.proven(turn, journal)
        rows = {row.recipient: row for row in await self.rows(turn)}
        assert sorted(rows) == sorted(turn.to)
        for one in shown["deliveries"]:
            row = rows[one["recipient"]]
            told = [line.type for line in journal if line.delivery_id == row.id]
            at = (f"TRUC_SEED={turn.seed} TRUC_RACES=1", row.recipient, row.status, row.recall_state, told)
            assert (one["status"], one["recall_state"]) == (row.status, row.recall_state), at
            if row.status == "cancelled":
                self.never_left(turn, row, told, at)
            else:
                await self.asked_back(turn, row, told, at)

    def never_left(self, turn: Turn, row: Any, told: list[str], at: object) -> None:
        """No byte with the recipient, no wish either; the sender is told so; one line of the journal says it."""
        ledger, copy = self.world.ledger, (turn.document, row.recipient)
        assert copy not in ledger.got, at
        assert (row.exposed_at, row.recall_state) == (None, "never_delivered"), at
        assert told.count("delivery.cancelled") == 1, at
        assert "delivery.delivered" not in told, at
        if copy in ledger.asked:
            assert "delivery.exposed" in told, at  # asked for while a byte of it seemed to leave
        self.outcomes["never left"] += 1

    async def asked_back(self, turn: Turn, row: Any, told: list[str], at: object) -> None:
        """Exposed, asked for once, the wish on its way or there; what the recipient answered is what all know."""
        ledger, copy = self.world.ledger, (turn.document, row.recipient)
        word = ledger.answered.get(copy)
        assert row.exposed_at is not None, at
        assert "delivery.exposed" in told, at
        assert "delivery.cancelled" not in told, at
        assert sum(told.count(one) for one in ("recall.asked", "takeback.asked")) == 1, at
        assert row.recall_state == STATE[word], (at, word)
        assert copy in ledger.asked or await self.travels(turn, row.recipient), at
        if word is not None:
            code = "16" if word == "refused" else "15"
            assert (*copy, code) in self.heard, at
            assert any(one.endswith(f".{word}") for one in told), at
        self.outcomes[f"left, {row.recall_state}"] += 1
        self.outcomes["of those with a byte"] += copy in ledger.got

    async def travels(self, turn: Turn, recipient: str) -> bool:
        """Whether a message that asks for the copy waits to go to a system that did not take it yet."""

        def look(connection):
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM deliveries d JOIN packages p ON p.id = d.package_id WHERE d.recipient = ? AND "
                "p.document_id = ? AND (p.status_code = '13' OR p.business_type = 1) "
                "AND d.status IN ('queued', 'sending')",
                (recipient, turn.document),
            )
            return bool(found.scalar())

        return await self.hub.db.read(look)

    async def proven(self, turn: Turn, journal: list[Any]) -> None:
        """Each proving line has its receipt, which the sender holds too; verified offline, it says the same."""
        shown = (await turn.sender.native.get(f"/packages/{turn.package_id}/receipts")).expect()["receipts"]
        for one in shown:
            said = self.audit.verified(one["receipt"])
            assert (said["event"], said["leaf"]) == (one["type"], one["leaf"])
            if one["nonce"]:
                assert leaf(one["nonce"], one["canonical"]) == one["leaf"]
        of_journal = Counter(line.receipt for line in journal if line.receipt)
        assert all((line.receipt is not None) == (line.type in states.PROVING) for line in journal)
        assert Counter(one["receipt"] for one in shown) <= of_journal
        for line in journal:
            if line.receipt:
                said = self.audit.verified(line.receipt)
                assert (said["event"], said["leaf"]) == (line.type, line.leaf)

    async def rows(self, turn: Turn) -> list[Any]:
        return list(await self.hub.db.read(lambda c: deliveries.of_package(c, turn.package_id)))


async def drain(world: World, client: Client) -> None:
    """A system takes everything that waits for it."""
    while True:
        page = await client.native.inbox(limit="200")
        taken = 0
        for item in page:
            leased = await client.native.post(f"/inbox/{item['delivery_id']}/lease")
            if leased.status != 200:
                continue
            data = await client.native.content(item["package_id"])
            world.takes_in(data, item["recipient"])
            await client.native.ack(item["delivery_id"], leased.json["lease"], data)
            taken += 1
        if not taken:
            assert not page, page
            return


async def play(world: World) -> list[Turn]:
    """All documents, some together; the hub is killed in most of the rounds."""
    turns = [Turn(world, SEED + number) for number in range(TURNS)]
    documents = {
        unpadded_sha256(turn.data): (turn.document, [code for code in turn.to if OWNER[code] == "pushed"])
        for turn in turns
    }
    for start in range(0, len(turns), TOGETHER):
        some = turns[start : start + TOGETHER]
        killing = world.chance.random() < 0.7
        race = asyncio.gather(*(turn.race() for turn in some))
        if killing:
            await asyncio.sleep(world.chance.uniform(0.05, 1))
            await world.kill()
        await race
        await asyncio.gather(*(turn.withdrawn() for turn in some))
        pulling = [client for name, client in world.clients.items() if name in OWNER.values() and name != "pushed"]
        await asyncio.gather(*(drain(world, client) for client in pulling))
        world.pushed(documents)
        await asyncio.gather(*(turn.answered() for turn in some))
    return turns


async def stand_still(world: World, stack: contextlib.AsyncExitStack) -> Any:
    """The hub's folder opened again with its doors, and nobody inside who acts of himself."""
    await world.stop()
    hub = await app.open_hub(settings_in(world.folder))
    stack.push_async_callback(app.close_hub, hub)
    running = server.runner(server.build(hub, Listen(port=0, doors=("vxp", "api"))), 1)
    await running.setup()
    stack.push_async_callback(running.cleanup)
    await server.site(hub.settings, Listen(port=world.port), running).start()
    return hub


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_recall_and_delivery_race_over_http_while_the_hub_is_killed(tmp_path):
    """law: R-153, R-146, R-159"""
    began = time.monotonic()
    print(f"TRUC_SEED={SEED} TRUC_RACES={TURNS}")
    async with contextlib.AsyncExitStack() as stack:
        world = await open_world(tmp_path / "D", SEED, stack)
        await world.start()
        turns = await play(world)
        hub = await stand_still(world, stack)
        for client in world.clients.values():
            client.native.token = ""
        known = (await world.sender.native.call("GET", "/api/../.well-known/truc.json")).expect()[
            "receipt_certificates"
        ]
        books = Books(world, hub, Audit(None, None, known))
        await books.hear()
        world.pushed({})
        for turn in turns:
            await books.compare(turn)
    seconds = time.monotonic() - began
    print(f"{TURNS} documents, {world.kills} kills, {seconds:.0f} s: {dict(sorted(books.outcomes.items()))}")
    assert books.outcomes["never left"]
    assert books.outcomes["of those with a byte"]
