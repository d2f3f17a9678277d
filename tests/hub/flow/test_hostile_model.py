"""Random lives of documents among three systems, compared with a small model after every step.

Nothing lost, nothing doubled, no foreign sight, stopped means never exposed, delivered is never offered again, the
first receipt never changes.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from agency_registry import edit
from edxml.faults import Refusal
from edxml.testing import make_package, make_status
from hub import app
from hub.context import Hub
from hub.flow import content, intake, items, operate, pickup, views
from hub.flow.recalls import withdraw
from hub.flow.thread import statuses
from hub.settings import from_mapping
from hub.store import events, packages
from hub.store import items as stored

from .conftest import Hand

AGENCIES = {"one": ("000.00.01.H99",), "two": ("000.00.02.H99", "000.00.03.H99"), "three": ("000.00.04.H99",)}
OWNER = {code: name for name, codes in AGENCIES.items() for code in codes}
CODES = tuple(OWNER)
SYSTEMS = tuple(AGENCIES)


SETTINGS = {
    "hub": {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": True},
    "listen": [{"port": 0, "doors": ["vxp"]}],
}


@dataclass
class Office:
    """What a Hand needs of a registered system."""

    hub: Hub
    system_id: str


@dataclass
class Copy:
    """What the model knows of one delivery."""

    id: str
    recipient: str
    exposed: bool = False
    receipt: str | None = None


@dataclass
class Sent:
    """What the model knows of one package."""

    by: str
    data: bytes
    accepted: intake.Accepted
    copies: list[Copy] = field(default_factory=list)


class Life(RuleBasedStateMachine):
    """One hub, three systems; `folder` and `place` are set by the test."""

    folder = place = None
    number = 0
    sent = Bundle("sent")

    def __init__(self):
        super().__init__()
        type(self).number += 1
        target = shutil.copytree(self.folder, self.place / f"D{self.number}")
        self.loop = asyncio.new_event_loop()
        self.all: list[Sent] = []
        self.hub = self.do(app.open_hub(from_mapping(SETTINGS, target / "hub.toml")))
        self.hands = self.do(self._people())

    def do(self, work):
        return self.loop.run_until_complete(work)

    def tried(self, work):
        """The answer, or None when the hub refuses: a refusal is always allowed, a wrong effect never."""
        try:
            return self.do(work)
        except Refusal:
            return None

    async def _people(self):
        def register(connection):
            for code in CODES:
                edit.add_agency(connection, code, f"Cơ quan {code}")
            return {
                name: edit.add_system(connection, name=name, organ_ids=codes, wrap=self.hub.keys.wrap)[0]
                for name, codes in AGENCIES.items()
            }

        ids = await self.hub.db.write(register)
        await self.hub.reload()
        return {name: Hand(Office(self.hub, ids[name])) for name in AGENCIES}

    def teardown(self):
        self.do(app.close_hub(self.hub))
        self.loop.close()

    def copy(self, package, which):
        return package.copies[which % len(package.copies)]

    def expose(self, package, system):
        """The system has the bytes now: they are the sender's, and no copy of it may be called stopped."""
        for copy in package.copies:
            if OWNER[copy.recipient] == system and self.facts(package)[copy.id].exposed_at is not None:
                copy.exposed = True
        assert any(copy.exposed for copy in package.copies if OWNER[copy.recipient] == system)

    def facts(self, package):
        seen = self.do(views.package(self.hub, self.hands[package.by].system, package.accepted.package_id))
        return {one.delivery_id: one for one in seen.deliveries}

    @rule(
        target=sent,
        sender=st.sampled_from(CODES),
        to=st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True),
        document=st.integers(0, 3),
        kind=st.sampled_from((0, 0, 0, 2, 3, 1)),
        size=st.sampled_from((0, 400)),
    )
    def send(self, sender, to, document, kind, size):
        data = make_package(
            sender,
            tuple(to),
            document_id=f"d-{document}",
            size=500 + size,
            business_type=kind,
            replaces=[(f"d-{document}-old", tuple(to))] if kind == 3 else (),
        )
        accepted = self.tried(self.hands[OWNER[sender]].give(data))
        if accepted is None:
            return multiple()
        assert not accepted.repeated
        copies = [Copy(one.delivery_id, one.recipient) for one in accepted.deliveries]
        assert [copy.recipient for copy in copies] == to
        made = Sent(OWNER[sender], data, accepted, copies)
        self.all.append(made)
        return made

    @rule(package=sent)
    def repeat(self, package):
        again = self.do(self.hands[package.by].give(package.data))
        first = package.accepted
        assert again.repeated
        assert (again.package_id, again.receipt, again.status) == (first.package_id, first.receipt, first.status)
        assert again.deliveries == first.deliveries

    @rule(package=sent, which=st.integers(0, 3), caller=st.sampled_from(SYSTEMS))
    def lease(self, package, which, caller):
        copy = self.copy(package, which)
        hand = self.hands[caller]
        if self.tried(pickup.lease(self.hub, hand.system, copy.id)) is None:
            return
        assert caller == OWNER[copy.recipient]
        assert copy.receipt is None
        got = self.do(self._read(hand, package))
        assert got == package.data
        self.expose(package, caller)

    @rule(package=sent, which=st.integers(0, 3), caller=st.sampled_from(SYSTEMS), right=st.booleans())
    def acknowledge(self, package, which, caller, right):
        copy = self.copy(package, which)
        hand = self.hands[caller]
        lease = self.tried(pickup.lease(self.hub, hand.system, copy.id))
        token = lease.lease if lease is not None else "none"
        digest = package.accepted.sha256 if right else "0" * 64
        receipt = self.tried(pickup.acknowledge(self.hub, hand.system, copy.id, token, digest))
        if lease is not None:
            self.expose(package, caller)
        if receipt is None:
            return
        assert right
        assert caller == OWNER[copy.recipient]
        assert copy.receipt in (None, receipt)
        copy.receipt = receipt

    @rule(package=sent, caller=st.sampled_from(SYSTEMS))
    def read_content(self, package, caller):
        got = self.tried(self._read(self.hands[caller], package))
        if got is None:
            return
        assert got == package.data
        if caller != package.by:
            self.expose(package, caller)

    async def _read(self, hand, package):
        return await (await content.of_package(self.hub, hand.system, package.accepted.package_id)).read()

    @rule(caller=st.sampled_from(SYSTEMS), act=st.sampled_from(("get", "done", "fail", "processing", "twice")))
    def vxp(self, caller, act):
        hand = self.hands[caller]
        listed = self.do(items.received(self.hub, hand.system, "edoc"))
        assert len(listed) == self.do(items.count(self.hub, hand.system, "edoc"))
        for item in listed[:2]:
            got = self.do(self._fetched(hand, item.doc_id))
            package = next(one for one in self.all if one.data == got)
            mine = [copy for copy in package.copies if OWNER[copy.recipient] == caller]
            named = [copy for copy in mine if copy.recipient in item.recipients]
            assert named
            assert {copy.recipient for copy in named} == set(item.recipients)
            assert all(copy.receipt is None for copy in named), "delivered is never offered again"
            self.expose(package, caller)
            if act == "get":
                continue
            for word in ("done", "done") if act == "twice" else (act,):
                self.do(items.update(self.hub, hand.system, item.doc_id, word, "thử"))
            facts = self.facts(package)
            wanted = {"done": "delivered", "twice": "delivered", "fail": "failed", "processing": "available"}[act]
            assert {facts[copy.id].status for copy in named} == {wanted}

    async def _fetched(self, hand, doc_id):
        return await (await items.fetch(self.hub, hand.system, doc_id)).read()

    @rule(package=sent, caller=st.sampled_from(SYSTEMS))
    def foreign_item(self, package, caller):
        """Every docId the sender is told of, tried by everybody."""
        for row in self.do(items.sent(self.hub, self.hands[package.by].system, "edoc")):
            if not row.receiver_doc_id or OWNER[row.recipient] == caller:
                continue
            assert self.tried(items.fetch(self.hub, self.hands[caller].system, row.receiver_doc_id)) is None

    @rule(
        package=sent,
        which=st.integers(0, 3),
        act=st.sampled_from((operate.hold, operate.release, operate.release, operate.resend, operate.cancel)),
    )
    def operator(self, package, which, act):
        self.tried(act(self.hub, self.copy(package, which).id, "an", "thử"))

    @rule(
        package=sent,
        caller=st.sampled_from(SYSTEMS),
        kind=st.sampled_from(withdraw.KINDS),
        which=st.none() | st.integers(0, 3),
    )
    def withdraw(self, package, caller, kind, which):
        to = None if which is None else [self.copy(package, which).recipient]
        work = withdraw.withdraw(
            self.hub,
            self.hands[caller].system,
            package.accepted.package_id,
            reason="Gửi nhầm",
            kind=kind,
            recipients=to,
        )
        answer = self.tried(work)
        if answer is None:
            return
        assert caller == package.by
        for one in answer:
            assert one.recall_state != "none" or one.recipient not in {copy.recipient for copy in package.copies}

    @rule(package=sent, which=st.integers(0, 3), code=st.sampled_from(("01", "02", "03", "06", "15", "16")))
    def status(self, package, which, code):
        copy = self.copy(package, which)
        system = self.hands[OWNER[copy.recipient]].system
        self.tried(statuses.say(self.hub, system, copy.id, statuses.Said(code, reason="thử")))

    @rule(package=sent, claims=st.sampled_from(CODES), code=st.sampled_from(("02", "03", "15")))
    def status_of_a_stranger(self, package, claims, code):
        """Only a recipient's own word counts."""
        before = self.facts(package)
        document = package.accepted.document_id
        named = self.do(views.package(self.hub, self.hands[package.by].system, package.accepted.package_id)).sender
        if any(copy.recipient == claims for one in self.all for copy in one.copies):
            return
        self.tried(self.hands[OWNER[claims]].give(make_status(code, claims, (named, document))))
        assert self.facts(package) == before

    @invariant()
    def every_promise_holds(self):
        for package in self.all:
            facts = self.facts(package)
            assert [one.recipient for one in facts.values()] == [copy.recipient for copy in package.copies]
            types = self.do(self.hub.db.read(lambda c, one=package: _types(c, one.accepted.package_id)))
            for copy in package.copies:
                one = facts[copy.id]
                mine = types.get(copy.id, [])
                assert mine.count("delivery.exposed") == (one.exposed_at is not None)
                assert mine.count("delivery.delivered") == (one.status == "delivered")
                if copy.exposed:
                    assert one.exposed_at is not None
                if one.status == "cancelled":
                    assert not copy.exposed
                    assert one.exposed_at is None
                if copy.receipt is not None:
                    assert one.status == "delivered"
                if one.recall_state == "never_delivered":
                    assert one.status == "cancelled"
        for name, hand in self.hands.items():
            waiting = {one.delivery_id for one in self.do(pickup.inbox(self.hub, hand.system, limit=500)).items}
            known = {copy.id: copy for one in self.all for copy in one.copies}
            assert all(OWNER[known[one].recipient] == name for one in waiting if one in known)
            for package in self.all:
                facts = self.facts(package)
                mine = {copy.id for copy in package.copies if OWNER[copy.recipient] == name}
                available = {one for one in mine if facts[one].status == "available"}
                assert mine & waiting == (available if self.travels(package) else set())
            self.same_in_items(hand, name)
            self.sees_only_its_own(hand, name)

    def travels(self, package) -> bool:
        """What speaks of a document that is not here is kept back until it comes."""
        read = self.hub.db.read(lambda connection: packages.get(connection, package.accepted.package_id))
        return self.do(read).status == "accepted"

    def same_in_items(self, hand, name):
        """Whatever the inbox offers a VXP system is offered too, and nothing else."""
        offered = {}
        for row in self.do(self.hub.db.read(lambda c: _open_items(c, hand.system.id))):
            offered.setdefault(row.package_id, set()).add(row.id)
        for package in self.all:
            facts = self.facts(package)
            waits = any(
                facts[copy.id].status == "available" for copy in package.copies if OWNER[copy.recipient] == name
            )
            assert (waits and self.travels(package)) == (package.accepted.package_id in offered)

    def sees_only_its_own(self, hand, name):
        for package in self.all:
            if package.by == name:
                continue
            seen = self.tried(views.package(self.hub, hand.system, package.accepted.package_id))
            if seen is None:
                continue
            assert not seen.is_sender
            assert {OWNER[one.recipient] for one in seen.deliveries} == {name}


def _types(connection, package_id):
    found = {}
    for row in events.of_package(connection, package_id, limit=10_000):
        found.setdefault(row.delivery_id, []).append(row.type)
    return found


def _open_items(connection, system_id):
    return stored.offer(connection, system_id, "edoc", since="", until="", limit=1000)


def test_random_lives_keep_every_promise(new_folder, tmp_path):
    Life.folder, Life.place = new_folder, tmp_path
    run_state_machine_as_test(
        Life,
        settings=hypothesis.settings(
            max_examples=5,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
