"""What operators, officers, the clock and the registry do."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from hub.flow import hold, legal_hold, officers, operate, quarantine, retention
from hub.flow.thread import review
from hub.flow.watch import turns
from hub.jobs.keeping import turn as keep

from . import comparing, meaning, moves
from .acting import WHICH, Acting, need, rule
from .book import Sent
from .people import BOTH

OPERATED = {"hold": operate.hold, "release": operate.release, "resend": operate.resend, "cancel": operate.cancel}
STEPS = [timedelta(minutes=1), timedelta(hours=2), timedelta(days=1), timedelta(days=8), timedelta(days=31)]


class Operators(Acting):
    """Rules of those who run the hub, and of the world around it."""

    @rule(which=WHICH, part=st.integers(0, 5), act=st.sampled_from(sorted(OPERATED)))
    def operate(self, which, part, act):
        copy = self.copy(which, part)
        self.both(lambda: moves.operate(self.book, copy, act), OPERATED[act](self.hub, copy.id, "an", "thử"))

    @rule(
        which=WHICH,
        act=st.sampled_from(("declare", "declare", "stop", "release", "release", "erase", "freeze", "thaw")),
    )
    def keep_back(self, which, act):
        acts = {"declare": self._declare, "stop": self._quarantine, "release": self._release, "erase": self._erase}
        if act in acts:
            acts[act](which)
        else:
            self._freeze(which, lift=act == "thaw")

    def _declare(self, which):
        sent = self.pick(which, [one for one in self.book.sent if "secret_stamp" in one.held])
        work = hold.declare(self.hub, self.people.system(sent.system), sent.id, "Nguyễn Thị Lan")
        if self.both(lambda: moves.require(sent.status == "held"), work) is not None:
            sent.held.discard("secret_stamp")
            self.released(sent)

    def released(self, sent):
        if sent.travels and sent.replaces:
            meaning.replace(self.book, sent)
        self.book.arrange()

    def _quarantine(self, which):
        sent = self.pick(which)
        work = quarantine.add(self.hub, sent.id, "an", "gửi nhầm")
        if self.both(lambda: moves.require(sent.status in ("accepted", "held")), work) is not None:
            sent.state = "quarantined"
            self.book.arrange()

    def _release(self, which):
        sent = self.pick(which, [one for one in self.book.sent if one.status in ("held", "quarantined")])
        self.people.do(officers.release(self.hub, sent.id, BOTH, "đã xem"))
        sent.state, sent.held = "accepted", set()
        self.released(sent)

    def _erase(self, which):
        sent = self.pick(which, [one for one in self.book.sent if one.status in ("held", "quarantined")])
        work = officers.erase(self.hub, sent.id, BOTH, "theo lệnh")
        if self.both(lambda: moves.require(not sent.frozen), work) is not None:
            self.book.erase(sent)
            self.book.arrange()

    def _freeze(self, which, *, lift=False):
        sent = self.pick(which)
        if not lift:
            work = legal_hold.put(self.hub, sent.id, BOTH, "điều tra")
            if self.both(lambda: moves.require(sent.has_content and not sent.frozen), work) is not None:
                sent.frozen = True
            return
        need(sent.frozen)
        gone = self.people.do(legal_hold.clear(self.hub, sent.id, BOTH, "xong"))
        sent.frozen = False
        assert gone == self.book.erase_what_nobody_keeps(sent)

    @rule(which=WHICH, decision=st.sampled_from(("match", "release", "back")), other=WHICH)
    def review(self, which, decision, other):
        sent = self.pick(which, [one for one in self.book.sent if one.waits_for_document and one.status == "held"])
        if decision == "release":
            self.people.do(review.release(self.hub, [sent.id], "an", "văn bản cũ"))
            sent.held.discard("unmatched")
            if sent.travels:
                meaning.came(self.book, sent)
            self.book.arrange()
        elif decision == "back":
            notice = Sent("hub", "", sent.document, b"", code="02", to=(sent.by,), about=(sent.by, sent.document))
            for copy in sent.copies:
                if not copy.exposed and copy.status in ("available", "held", "failed", "not_connected"):
                    copy.status = "cancelled"
            sent.held.discard("unmatched")
            self.people.do(review.send_back(self.hub, sent.id, "an", "không tìm thấy"))
            self.book.deliver(notice, {})
            self.book.sent.append(notice)
            self.book.arrange()
            self.adopt([notice])
        else:
            self.match(sent, other)

    def match(self, sent, other):
        """An operator names the document; whether it may be that one the message itself decides."""
        target = self.pick(other)
        work = review.match_with(self.hub, sent.id, target.id, "an")
        before = sent.about, sent.document
        named = not target.is_status and target.kind != 1 and target is not sent and not target.waits_for_document

        def expected():
            moves.require(named)
            if sent.is_status:
                sent.about = (sent.about[0], target.document)
            else:
                sent.document = target.document
            fits = meaning.resettle(self.book, sent)
            sent.about, sent.document = before if not fits else (sent.about, before[1])
            moves.require(fits)

        self.both(expected, work)
        sent.about, sent.document = before

    @rule(act=st.sampled_from(("put back", "keep", "forget", "falls over", "watch", "watch")))
    def by_itself(self, act):
        acts = {"put back": self._clock_is_put_back, "keep": self._keep, "forget": self._forget}
        acts |= {"falls over": self._falls_over, "watch": self._watch}
        acts[act]()

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step):
        self.people.advance(step)
        self.latest = max(self.latest, self.people.clock.now())

    def _clock_is_put_back(self):
        self.people.advance(timedelta(hours=-1))

    def _watch(self):
        """I12: whatever the clock did, each is called once; what nobody fetched is given up in the end."""
        for _ in range(20):
            if not self.people.do(turns.turn(self.hub, 500)).looked:
                break
        seen = self.people.read(comparing.look)
        for sent in self.book.sent:
            for copy, row in zip(sent.copies, seen.copies.get(sent.id, ()), strict=True):
                if copy.status == "available" and row.status == "failed":
                    self.was_given_up(copy, row)
        if self.people.clock.now() == self.latest:
            comparing.watched(self.book, self.people, seen)

    def was_given_up(self, copy, row):
        days = timedelta(days=self.hub.profile.watch.give_up_days)
        assert not copy.sent.is_status
        assert not copy.received
        assert copy.business is None
        assert self.people.clock.now() - comparing.clock.from_text(row.created_at) >= days
        copy.status = "failed"
        if copy.item is not None and not copy.item.waits and copy.item.state in ("initial", "processing"):
            copy.item.state = "fail"
        self.book.arrange()

    def _keep(self):
        self.people.do(keep(self.hub))

    def _forget(self):
        """Content goes by time when nobody waits for it, nobody is asked for it, and no order keeps it."""
        self.people.do(retention.turn(self.hub))
        seen = self.people.read(comparing.look)
        for sent in self.book.sent:
            if sent.has_content and seen.packages[sent.id].key is None:
                assert sent.travels
                assert not sent.frozen
                for copy in sent.copies:
                    assert copy.status not in ("available", "held")
                    assert copy.recall != "asked"
                sent.has_content = False

    @rule(change=st.sampled_from(sorted(moves.CHANGES)))
    def registry_changes(self, change):
        need(change not in self.changed)
        self.changed.add(change)
        getattr(self.people, change)()
        moves.CHANGES[change](self.book)
        self.book.arrange()

    def _falls_over(self):
        self.people.close()
        self.people.open()
