"""Doing the same to a hub and to its book, and comparing them after every step."""

from __future__ import annotations

import contextlib
import functools

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from hypothesis.stateful import rule as hypothesis_rule

from edxml.testing import make_package

from . import comparing, evidence, meaning
from .book import Book, Copy, NotAllowed, Sent
from .people import People

AGENCIES = st.sampled_from("ABCDEFG")
TO = st.lists(AGENCIES, min_size=1, max_size=4, unique=True)
WHICH = st.integers(0, 40)
DOOR = st.sampled_from(("api", "vxp"))


class NothingToDoError(Exception):
    """A rule finds nothing it could be tried on; the life goes on."""


def need(condition: object) -> None:
    """Go on only where there is something to do."""
    if not condition:
        raise NothingToDoError


def rule(**chosen):
    """A rule that may find nothing to do."""

    def of(act):
        @functools.wraps(act)
        def tried(self, **given):
            self.sound = False
            with contextlib.suppress(NothingToDoError):
                act(self, **given)

        return hypothesis_rule(**chosen)(tried)

    return of


class Acting(RuleBasedStateMachine):
    """One hub and its book, and what every rule needs; `folder` and `place` are set by the test."""

    folder = place = None
    number = 0

    def __init__(self):
        super().__init__()
        type(self).number += 1
        self.ready = self.sound = False
        self.said = 0
        self.written: list[Sent] = []
        self.changed: set[str] = set()

    @initialize(keeps=st.booleans())
    def begin(self, keeps):
        self.book = Book(keeps=keeps)
        self.people = People(self.folder, self.place / f"M{self.number}", self.book)
        self.hub_keys = (self.people.folder / "keys" / "receipt.crt").read_bytes()
        self.journal = evidence.Journal(self.hub_keys)
        self.last: Sent | None = None
        self.latest = self.people.clock.now()
        self.ready = True
        for number, to in enumerate(("BCD", "CFGE", "DC")):
            sent = Sent("A", "a", f"d-{number}", b"", to=tuple(to))
            codes = [self.code(one) for one in to]
            sent.data = make_package(self.code("A"), codes, document_id=sent.document, subject=self.unique(), size=600)
            self.give(sent)
        comparing.bind(self.book, self.people, self.people.read(comparing.look))

    def teardown(self):
        if not self.ready:
            return
        try:
            if self.sound:
                self.the_end()
        finally:
            self.people.close()
            self.people.loop.close()

    @property
    def hub(self):
        return self.people.hub

    def pick(self, which, among=None) -> Sent:
        among = self.book.sent if among is None else among
        need(among)
        self.last = among[which % len(among)]
        return self.last

    def copy(self, which, part, among=None) -> Copy:
        sent = self.pick(which, among)
        need(sent.copies)
        return sent.copies[part % len(sent.copies)]

    def both(self, expected, work):
        """Do it to the book and to the hub: both do it, or both refuse. The hub's answer, None for a refusal."""
        try:
            expected()
            allowed = True
        except NotAllowed:
            allowed = False
        answer, refusal = self.people.tried(work)
        assert allowed == (refusal is None), refusal.detail if refusal else "the hub did what is not allowed"
        return answer if refusal is None else None

    def give(self, sent: Sent, door="api", held=()):
        """Hand in a package that was written before, at this door of its system."""
        sent.held |= set(held)
        accepted, refusal = self.people.tried(self.people.hand(sent.system, door).give(sent.data))
        if accepted is not None:
            sent.id, sent.sha256, sent.receipt, sent.answer = (
                accepted.package_id, accepted.sha256, accepted.receipt, accepted,
            )  # fmt: skip
            assert not accepted.repeated
        try:
            meaning.admit(self.book, sent)
        except NotAllowed:
            assert accepted is None, "the hub took what is to be refused"
            return
        assert accepted is not None, (refusal.fault, refusal.detail, comparing.told_of(sent))
        assert accepted.status == sent.status
        self.last = sent

    def unique(self) -> str:
        self.said += 1
        return f"lần {self.said}"

    def code(self, agency) -> str:
        return self.book.codes[agency][-1]

    @invariant()
    def the_book_is_right(self):
        if not self.ready:
            return
        self.sound = False
        seen = self.people.read(comparing.look)
        comparing.bind(self.book, self.people, seen)
        comparing.compare(self.book, self.people, seen)
        comparing.lists(self.book, self.people)
        self.people.read(self.journal.grow)
        if self.last is not None:
            comparing.views_of(self.book, self.people, self.last)
        self.sound = True

    def the_end(self):
        for sent in self.book.sent:
            comparing.views_of(self.book, self.people, sent)
        comparing.inboxes(self.book, self.people)
        comparing.bytes_of(self.book, self.people)
        self.people.read(self.journal.unchanged)
        self.people.read(lambda c: evidence.alarms_stand_once(c, self.journal))
