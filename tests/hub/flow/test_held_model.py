"""Random lives of documents that are held, stopped, damaged, declared, withdrawn and sent again.

Never handed over while it is kept back, never lost, one effect; whatever order things come in.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field

import hypothesis
from held import stamped
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from agency_registry import edit
from edxml.faults import Refusal
from edxml.testing import make_package
from hub import app
from hub.flow import content, hold, intake, items, officers, operate, pickup, quarantine
from hub.flow.recalls import withdraw
from hub.jobs import keeping
from hub.settings import from_mapping
from hub.store import deliveries, events, packages
from hub.store import items as stored

from .conftest import Hand
from .test_hostile_model import SETTINGS, Office

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
AGENCIES = {"one": A, "two": B, "three": C}
RECIPIENTS = {B: "two", C: "three"}
BOTH = officers.Officers("an", "binh")
ENDED = {"cancelled", "failed"}


@dataclass
class Sent:
    """What the model knows of one package. status: at the last look; exposed, delivered: delivery ids.

    asked_for: somebody did what may end a copy of it.
    """

    data: bytes
    accepted: intake.Accepted
    good: bytes
    status: str
    exposed: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    asked_for: bool = False

    @property
    def id(self) -> str:
        return self.accepted.package_id


class Kept(RuleBasedStateMachine):
    """One hub, one sender, two recipients; `folder` and `place` are set by the test."""

    folder = place = None
    number = 0
    sent = Bundle("sent")

    def __init__(self):
        super().__init__()
        type(self).number += 1
        target = shutil.copytree(self.folder, self.place / f"K{self.number}")
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
            for code in AGENCIES.values():
                edit.add_agency(connection, code, f"Cơ quan {code}")
            for name, code in AGENCIES.items():
                edit.add_system(connection, name=name, organ_ids=[code], wrap=self.hub.keys.wrap)

        await self.hub.db.write(register)
        await self.hub.reload()
        return {name: Hand(Office(self.hub, name)) for name in AGENCIES}

    def teardown(self):
        try:
            self.nothing_is_lost()
        finally:
            self.do(app.close_hub(self.hub))
            self.loop.close()

    def row(self, package):
        return self.do(self.hub.db.read(lambda c: packages.get(c, package.id)))

    def rows(self, package):
        return self.do(self.hub.db.read(lambda c: deliveries.of_package(c, package.id)))

    def path(self, package):
        return self.hub.blobs.path(package.id)

    @rule(
        target=sent,
        to=st.sampled_from(((B,), (C,), (B, C))),
        document=st.integers(0, 2),
        kind=st.sampled_from((0, 0, 0, 3)),  # recalls and updates live in model/
        looks_secret=st.booleans(),
    )
    def send(self, to, document, kind, looks_secret):
        made = stamped if looks_secret else make_package
        data = made(
            A,
            to,
            document_id=f"d-{document}",
            subject=f"V/v việc {len(self.all)}",
            business_type=kind,
            replaces=[(f"d-{document}-old", to)] if kind == 3 else (),
        )
        accepted = self.tried(self.hands["one"].give(data))
        if accepted is None:
            return multiple()
        assert accepted.status == ("held" if made is stamped else "accepted")
        one = Sent(data, accepted, self.hub.blobs.path(accepted.package_id).read_bytes(), accepted.status)
        self.all.append(one)
        return one

    def _may_end(self, document_id):
        for one in self.all:
            one.asked_for |= one.accepted.document_id == document_id

    @rule(package=sent)
    def repeat(self, package):
        again, first = self.do(self.hands["one"].give(package.data)), package.accepted
        assert again.repeated
        assert (again.package_id, again.receipt, again.status) == (first.package_id, first.receipt, first.status)
        assert again.deliveries == first.deliveries

    @rule(package=sent, caller=st.sampled_from(("one", "one", "one", "two")))
    def declare(self, package, caller):
        done = self.tried(hold.declare(self.hub, self.hands[caller].system, package.id, "Nguyễn Thị Lan"))
        assert done is None or caller == "one"

    @rule(package=sent)
    def stop(self, package):
        self.tried(quarantine.add(self.hub, package.id, "an", "gửi nhầm"))

    @rule(package=sent)
    def let_go(self, package):
        self.tried(officers.release(self.hub, package.id, BOTH, "đã xem"))

    @rule(package=sent)
    def erase(self, package):
        package.asked_for = True
        self.tried(officers.erase(self.hub, package.id, BOTH, "theo lệnh"))

    @rule(package=sent, where=st.sampled_from((20, -1)))
    def damage(self, package, where):
        if self.path(package).exists():
            data = bytearray(package.good)
            data[where] ^= 1
            self.path(package).write_bytes(bytes(data))

    @rule(package=sent, where=st.sampled_from((20, -1)))
    def damage_while_it_is_fetched(self, package, where):
        self.damage(package, where)
        for which in range(len(package.accepted.deliveries)):
            self.fetch(package, which, read=True, acknowledge=True)

    @rule(package=sent)
    def restore(self, package):
        if self.path(package).exists():
            self.path(package).write_bytes(package.good)

    @rule()
    def look_after(self):
        self.do(keeping.turn(self.hub))

    @rule(package=sent, which=st.integers(0, 1), read=st.booleans(), acknowledge=st.booleans())
    def fetch(self, package, which, read, acknowledge):
        row = self.rows(package)[which % len(package.accepted.deliveries)]
        system = self.hands[RECIPIENTS[row.recipient]].system
        lease = self.tried(pickup.lease(self.hub, system, row.id))
        if read:
            got = self.tried(self._read(system, package))
            assert got is None or got == package.data
        if acknowledge:
            token = lease.lease if lease is not None else row.lease or "none"
            self.tried(pickup.acknowledge(self.hub, system, row.id, token, package.accepted.sha256))

    async def _read(self, system, package):
        return await (await content.of_package(self.hub, system, package.id)).read()

    @rule(caller=st.sampled_from(("two", "three")), word=st.sampled_from(("", "done", "fail", "processing")))
    def vxp(self, caller, word):
        system = self.hands[caller].system
        for item in self.do(items.received(self.hub, system, "edoc"))[:2]:
            got = self.tried(self._item(system, item.doc_id))
            assert got is None or got in [one.data for one in self.all]
            if word:
                self._failed(word, got)
                self.tried(items.update(self.hub, system, item.doc_id, word, "thử"))

    @rule(package=sent, caller=st.sampled_from(("two", "three")), word=st.sampled_from(("done", "fail")))
    def vxp_by_a_known_id(self, package, caller, word):
        """The docIds of earlier lists, whatever became of them."""
        system = self.hands[caller].system
        for row in self.rows(package):
            if row.item_id is not None:
                got = self.tried(self._item(system, row.item_id))
                assert got is None or got == package.data
                self._failed(word, package.data)
                self.tried(items.update(self.hub, system, row.item_id, word, "thử"))

    def _failed(self, word, data):
        for one in self.all:
            one.asked_for |= word == "fail" and data in (None, one.data)

    async def _item(self, system, doc_id):
        return await (await items.fetch(self.hub, system, doc_id)).read()

    @rule(
        package=sent,
        which=st.integers(0, 1),
        act=st.sampled_from((operate.hold, operate.release, operate.resend, operate.cancel)),
    )
    def operator(self, package, which, act):
        row = self.rows(package)[which % len(package.accepted.deliveries)]
        package.asked_for |= act is operate.cancel
        self.tried(act(self.hub, row.id, "an", "thử"))

    @rule(package=sent, kind=st.sampled_from(("auto", "cancel", "take_back")))
    def withdraw(self, package, kind):
        self._may_end(package.accepted.document_id)
        work = withdraw.withdraw(self.hub, self.hands["one"].system, package.id, reason="Gửi nhầm", kind=kind)
        self.tried(work)

    @invariant()
    def nothing_leaves_that_is_kept_back(self):
        waiting, offered = self._seen()
        for package in self.all:
            now = self.row(package)
            journal = self.do(self.hub.db.read(lambda c, one=package: events.of_package(c, one.id)))
            rows = self.rows(package)
            exposed = {one.delivery_id for one in journal if one.type == "delivery.exposed"}
            delivered = [one.delivery_id for one in journal if one.type == "delivery.delivered"]
            # it was let go before a byte left, also when one and the same call found the damage
            assert exposed <= package.exposed or package.status == "accepted"
            assert len(delivered) == len(set(delivered)), "one effect"
            assert set(delivered) <= exposed
            assert set(delivered) <= package.delivered or "damaged" not in (now.held_for or "")
            assert [one.type for one in journal].count("package.accepted") == 1
            assert package.asked_for or now.status != "erased"
            assert package.asked_for or not {row.status for row in rows} & ENDED
            available = {row.id for row in rows if row.status == "available"}
            assert available & waiting == (available if now.status == "accepted" else set())
            assert not ({row.item_id for row in rows} & offered) or now.status == "accepted"
            package.exposed, package.delivered, package.status = exposed, set(delivered), now.status

    def _seen(self):
        """What the recipients are offered: delivery ids, and docIds."""
        waiting, offered = set(), set()
        for name in RECIPIENTS.values():
            system = self.hands[name].system
            waiting |= {one.delivery_id for one in self.do(pickup.inbox(self.hub, system, limit=500)).items}
            listed = self.do(self.hub.db.read(lambda c, one=system: _listed(c, one.id)))
            offered |= set(listed)
        return waiting, offered

    def nothing_is_lost(self):
        """When everything was declared, restored and released, whoever waits for a document gets its bytes."""
        for package in self.all:
            self.restore(package)
            self.declare(package, "one")
            self.let_go(package)
        self.do(keeping.turn(self.hub))
        for package in self.all:
            erased = self.row(package).status == "erased"
            for row in self.rows(package):
                if row.status == "held":
                    self.tried(operate.release(self.hub, row.id, "an", "xong"))
            for row in self.rows(package):
                if row.status == "available":
                    assert not erased
                    system = self.hands[RECIPIENTS[row.recipient]].system
                    lease = self.do(pickup.lease(self.hub, system, row.id))
                    assert self.do(self._read(system, package)) == package.data
                    digest = package.accepted.sha256
                    assert self.do(pickup.acknowledge(self.hub, system, row.id, lease.lease, digest))
                else:
                    assert row.status in ENDED | {"delivered"}, row.status


def _listed(connection, system_id):
    rows = stored.offer(connection, system_id, "edoc", since="", until="", limit=500)
    return [row.id for row in rows]


def test_what_is_kept_back_is_never_handed_over_and_never_lost(new_folder, tmp_path):
    Kept.folder, Kept.place = new_folder, tmp_path
    run_state_machine_as_test(
        Kept,
        settings=hypothesis.settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            print_blob=False,
        ),
    )
