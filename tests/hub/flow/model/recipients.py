"""What recipients do: fetch, acknowledge, mark by VXP, and say what they think of a document, soon or late."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from edxml.testing import make_status
from hub.flow import items, pickup

from . import comparing, moves
from .acting import AGENCIES, DOOR, WHICH, Acting, need, rule
from .book import SECOND, Sent

WORDS = {"02": ("", "WRONG_RECIPIENT: không thuộc thẩm quyền", "OTHER: thiếu trang"), "15": ("", "Đã hủy văn bản")}
CODES = st.sampled_from(("01", "02", "03", "04", "05", "06", "15", "15", "16"))


class Recipients(Acting):
    """Rules of those who receive."""

    @rule(which=WHICH, part=st.integers(0, 5), caller=st.integers(0, 9), read=st.booleans())
    def lease(self, which, part, caller, read):
        copy = self.copy(which, part)
        system = self.caller(copy, caller)
        self._lease(copy, system)
        if read:
            self.read_content(copy.sent, system)

    def _lease(self, copy, system):
        work = pickup.lease(self.hub, self.people.system(system), copy.id)
        given = self.both(lambda: moves.lease(copy, system), work)
        if given is not None:
            copy.lease = given.lease

    def caller(self, copy, number) -> str:
        """Mostly the copy's own system, now and then another one."""
        systems = self.book.systems()
        return copy.system if copy.system and number < 8 else systems[number % len(systems)]

    def read_content(self, sent, system):
        got = self.both(
            lambda: moves.read(sent, system), comparing._read(self.people, self.people.system(system), sent.id)
        )
        assert got in (None, sent.data), "I5: the same bytes"

    @rule(which=WHICH, part=st.integers(0, 5), codes=st.lists(CODES, max_size=3), words=st.integers(0, 2))
    def receive(self, which, part, codes, words):
        """What a system does all day: lease, read, acknowledge, and say what becomes of it."""
        waiting = [one for one in self.book.sent if any(copy.status == "available" for copy in one.copies)]
        copy = self.copy(which, part, waiting)
        need(copy.system)
        self._lease(copy, copy.system)
        self.read_content(copy.sent, copy.system)
        self._acknowledge(copy, copy.system, copy.lease or "none", right=True)
        need(not copy.sent.is_status)
        for code in codes:
            self.say(code, copy.agency, (copy.sent.by, copy.sent.document), words=words)

    @rule(which=WHICH, caller=st.integers(0, 9))
    def read(self, which, caller):
        self.read_content(self.pick(which), self.book.systems()[caller % len(self.book.systems())])

    @rule(
        which=WHICH, part=st.integers(0, 5), caller=st.integers(0, 9), right=st.integers(0, 5), old=st.booleans(),
        lost=st.booleans(),
    )  # fmt: skip
    def acknowledge(self, which, part, caller, right, old, lost):
        """With the right or the wrong digest, the lease that counts or another, and again when the answer was lost."""
        copy = self.copy(which, part)
        system = self.caller(copy, caller)
        token = copy.lease if copy.lease and not old else "none"
        for _ in range(2 if lost else 1):
            self._acknowledge(copy, system, token, right=bool(right))

    def _acknowledge(self, copy, system, token, *, right):
        digest = copy.sent.sha256 if right else "0" * 64
        receipt = self.both(
            lambda: moves.acknowledge(copy, system, token=token, right=right),
            pickup.acknowledge(self.hub, self.people.system(system), copy.id, token, digest),
        )
        if receipt is not None:
            assert copy.receipt in (None, receipt), "I2: the first receipt"
            copy.receipt = receipt

    @rule(
        which=WHICH, system=st.integers(0, 9), word=st.sampled_from(("get", "done", "done", "fail", "processing")),
        listed=st.booleans(), stranger=st.integers(0, 5),
    )  # fmt: skip
    def vxp(self, which, system, word, listed, stranger):
        systems = self.book.systems()
        name = systems[system % len(systems)]
        if listed:
            for kind in ("edoc", "status"):
                self.people.do(items.received(self.hub, self.people.system(name), kind))
        mine = comparing.items_of(self.book, name)
        need(mine)
        item = mine[which % len(mine)]
        self.last = item.sent
        caller = systems[(system + 1) % len(systems)] if stranger == 0 else name
        who = self.people.system(caller)
        if word == "get":
            got = self.both(lambda: moves.fetch(item, caller), _fetched(self.hub, who, item.id))
            assert got in (None, item.sent.data), "I5: the same bytes"
        else:
            self.both(lambda: moves.update(item, caller, word), _marked(self.hub, who, item.id, word))

    @rule(
        which=WHICH, part=st.integers(0, 5), second=st.integers(0, 3), early=st.integers(0, 5),
        codes=st.lists(CODES, min_size=1, max_size=3),
        words=st.integers(0, 2), late=st.integers(0, 4), door=DOOR,
    )  # fmt: skip
    def speak(self, which, part, second, early, codes, words, late, door):
        """What a recipient says of a document it has, may have, or never had: now, later, or into the void."""
        copy = self.copy(which, part, [one for one in self.book.sent if not one.is_status and one.by != "hub"])
        document = copy.sent.document if early else "d-early"
        for code in codes:
            self.say(code, copy.agency, (copy.sent.by, document), second=second == 0, words=words, late=late, door=door)

    @rule(sender=st.sampled_from("AACG"), asked=AGENCIES, document=st.integers(0, 2), late=st.integers(0, 2), door=DOOR)
    def ask_back(self, sender, asked, document, late, door):
        """Status 13, also before its document."""
        self.say("13", sender, (asked, f"d-{document}"), late=late, door=door)

    def say(self, code, speaker, about, *, second=False, words=0, late=1, door="api"):
        system = self.speaks(speaker, second=second)
        need(system and speaker != about[0])
        said = WORDS.get(code, ("",))
        text = f"{said[words % len(said)]} {self.unique()}".strip()
        sent = Sent(speaker, system, about[1], b"", code=code, words=text, to=about[:1], about=about)
        sent.data = make_status(
            code, self.code(speaker), (self.code(about[0]), about[1]), text, at=self.people.clock.now()
        )
        if late:
            self.give(sent, door)
        else:
            self.written.append(sent)

    def speaks(self, agency, *, second=False):
        if second and agency in SECOND:
            return SECOND[agency]
        return self.book.receives[agency] or ("f" if agency == "F" else None)

    @precondition(lambda self: self.ready and self.written)
    @rule(which=WHICH, door=DOOR)
    def hand_in_late(self, which, door):
        sent = self.written.pop(which % len(self.written))
        self.give(sent, door)


async def _fetched(hub, system, doc_id) -> bytes:
    return await (await items.fetch(hub, system, doc_id)).read()


async def _marked(hub, system, doc_id, word) -> bool:
    await items.update(hub, system, doc_id, word, "thử")
    return True
