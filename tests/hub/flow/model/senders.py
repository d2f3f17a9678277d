"""What senders do: documents and what revises them, repeats, and having them back."""

from __future__ import annotations

from dataclasses import replace

from held import stamped
from hypothesis import strategies as st

from edxml import model, reader, writer
from edxml.testing import make_package
from edxml.testing.documents import plain_pdf
from hub.flow import content
from hub.flow.recalls import withdraw

from . import comparing, meaning, moves
from .acting import AGENCIES, DOOR, TO, WHICH, Acting, need, rule
from .book import NotAllowed, Sent

SENDERS = {"A": "a", "C": "cd", "G": "g"}


class Senders(Acting):
    """Rules of those who send."""

    @rule(
        sender=st.sampled_from("AAACG"), to=TO, document=st.integers(0, 2),
        kind=st.sampled_from((0, 0, 0, 0, 2, 3, 1)), secret=st.integers(0, 5), door=DOOR,
        part=st.tuples(st.integers(0, 3), AGENCIES, st.integers(0, 2)),
    )  # fmt: skip
    def send(self, sender, to, document, kind, secret, door, part):
        to = [one for one in to if one != sender]
        need(to)
        more = {}
        sent = Sent(sender, SENDERS[sender], f"d-{document}", b"", kind, to=tuple(to))
        if kind == 2 and part[0]:
            old = to[0] if part[0] & 1 else ""
            new = part[1] if part[0] & 2 and part[1] not in (old, sender) else ""
            sent.removed, sent.added = tuple(filter(None, [old])), tuple(filter(None, [new]))
            more["receivers"] = [(self.code(one), 0) for one in sent.removed] + [
                (self.code(one), 1) for one in sent.added
            ]
        if kind == 3:
            need(part[2] != document)
            sent.replaces = f"d-{part[2]}"
            more["replaces"] = [(sent.replaces, [])]
        held = secret == 0 and kind in (0, 3)
        if kind == 1:
            more["attachments"] = ()
        make = stamped if held else make_package
        sent.data = make(
            self.code(sender), [self.code(one) for one in to], document_id=sent.document, business_type=kind,
            subject=self.unique(), **({} if held or kind == 1 else {"size": 600}), **more,
        )  # fmt: skip
        self.give(sent, door, {"secret_stamp"} if held else ())

    @rule(sender=st.sampled_from("ACG"), about=st.sampled_from("AC"), document=st.integers(0, 2), door=DOOR)
    def reply(self, sender, about, document, door):
        need(sender != about)
        plain = reader.read(make_package(self.code(sender), self.code(about), document_id=f"reply-{self.unique()}"))
        said = (model.ResponseFor(self.code(about), "", f"d-{document}", ""),)
        header = replace(plain.header, responses=said)
        files = [writer.OutgoingAttachment("tra-loi.pdf", plain_pdf(600, f"trả lời {self.said}"))]
        sent = Sent(sender, SENDERS[sender], plain.document_id, b"", to=(about,), about=(about, f"d-{document}"))
        sent.data = writer.write_edoc(header, plain.business, plain.trace, files)
        self.give(sent, door)

    @rule(which=WHICH, door=DOOR)
    def repeat(self, which, door):
        """I2: the first answer again, byte for byte, whatever has become of it."""
        sent = self.pick(which)
        need(sent.answer is not None)
        again, refusal = self.people.tried(self.people.hand(sent.system, door).give(sent.data))
        if again is None:
            assert sent.by in self.book.closed or not any(self.book.receives[one] for one in sent.to), refusal
            return
        first = sent.answer
        assert again.repeated
        assert (again.package_id, again.receipt, again.status) == (first.package_id, first.receipt, first.status)
        assert [(one.delivery_id, one.status) for one in again.deliveries] == [
            (one.delivery_id, one.status) for one in first.deliveries
        ]

    @rule(
        which=WHICH, kind=st.sampled_from(withdraw.KINDS), some=st.none() | st.integers(1, 4),
        caller=st.sampled_from(("own", "own", "own", "b1", "cd")),
    )  # fmt: skip
    def withdraw(self, which, kind, some, caller):
        sent = self.pick(which, [one for one in self.book.sent if one.is_document])
        names = [copy.agency for copy in sent.own]
        self.take_back(sent, sent.system if caller == "own" else caller, kind, some and names[some % len(names)])

    def take_back(self, sent, system, kind, agency):
        """Withdraw a document from one agency, or from all."""
        names = {copy.agency for copy in sent.own} if agency is None else {agency}
        made: list[Sent] = []
        work = withdraw.withdraw(
            self.hub,
            self.people.system(system),
            sent.id,
            reason=f"Gửi nhầm {self.unique()}",
            kind=kind,
            recipients=None if agency is None else [self.code(agency)],
        )
        answer = self.both(lambda: self._withdraw(sent, system, kind, names, made), work)
        self.adopt(made)
        if answer is not None:
            for one in answer:
                self._is_told_the_truth(sent, one)

    def _is_told_the_truth(self, sent, one):
        """Never left, or left and asked: there is no third outcome, and the sender is told which."""
        copies = [copy for copy in sent.copies if self.book.name_of(one.recipient) == copy.agency]
        assert one.recall_state in {copy.recall for copy in copies}

    def _withdraw(self, sent, system, kind, names, made):
        moves.require(system == sent.system and not sent.is_status and sent.kind != 1)
        rows = [copy for copy in sent.copies if copy.agency in names]
        left = rows
        formal_only = kind == "recall" and sent.status != "held"
        if not formal_only:
            stopped = self.book.stoppable(rows)
            late = [copy for copy in rows if copy not in stopped and copy.status != "cancelled"]
            moves.require(kind != "cancel" or not late)
            self.book.stop(rows, recall="never_delivered", kind="cancel")
            self.book.never_delivered(rows, "cancel")
            left = late
        open_ = [copy for copy in left if copy.recall in ("none", "refused")]
        formal = open_ if formal_only else []
        if kind == "auto":
            formal = [copy for copy in open_ if copy.business in ("03", "04", "05", "06")]
        agencies = [dict.fromkeys(copy.agency for copy in some) for some in (formal, open_)]
        if formal:
            moves.require(sent.has_content)
            self._message(sent, made, kind=1, to=tuple(agencies[0]))
        refused = False
        for agency in agencies[1]:
            if any(copy.agency == agency and copy not in formal for copy in open_):
                try:
                    self._message(sent, made, code="13", to=(agency,), about=(agency, sent.document))
                except NotAllowed:
                    refused = True
        self.book.arrange()
        moves.require(not refused)

    def _message(self, sent, made, **more):
        message = Sent(sent.by, sent.system, sent.document, b"", **more)
        meaning.admit(self.book, message)
        made.append(message)

    def adopt(self, made):
        """What the hub wrote itself, in the sender's name: exactly the messages the book expects."""
        seen = self.people.read(comparing.look)
        known = {sent.id for sent in self.book.sent}
        new = [row for id_, row in seen.packages.items() if id_ not in known]
        for row in new:
            to = {self.book.name_of(one.recipient) for one in seen.copies[row.id]}
            fits = [one for one in made if not one.id and set(one.to) == to and one.code == row.status_code]
            assert fits, (row.status_code, row.business_type, to)
            sent = fits[0]
            sent.id, sent.sha256 = row.id, row.sha256
            order = [self.book.name_of(one.recipient) for one in seen.copies[row.id]]
            sent.copies.sort(key=lambda copy: (copy.part == "second", order.index(copy.agency)))
            sent.data = self.people.do(content.of_row(self.hub, row).read())
        assert all(one.id for one in made)
