"""Random lives of documents, statuses and wishes to have them back: every rule of everybody."""

from __future__ import annotations

import contextlib

from hypothesis import strategies as st

from . import comparing
from .acting import WHICH, NothingToDoError, rule
from .operators import Operators
from .recipients import Recipients
from .senders import Senders


class Life(Senders, Recipients, Operators):
    """One hub and its book; `folder` and `place` are set by the test."""

    @rule(
        which=WHICH,
        part=st.integers(0, 3),
        kind=st.sampled_from(("auto", "recall", "take_back")),
        from_all=st.booleans(),
        read=st.booleans(),
        code=st.sampled_from(("15", "15", "16", "03", "02")),
        words=st.integers(0, 1),
        times=st.integers(1, 2),
    )
    def wanted_back(self, which, part, kind, from_all, read, code, words, times):
        """A whole story: somebody fetches it, it is wanted back, whoever was asked answers, and it is asked again."""
        sent = self.pick(which, [one for one in self.book.sent if one.is_document])
        copy = sent.own[part % len(sent.own)]
        if read and copy.system:
            self._lease(copy, copy.system)
        for _ in range(times):
            self.take_back(sent, sent.system, kind, None if from_all else copy.agency)
            with contextlib.suppress(NothingToDoError):
                self.say(code, copy.agency, (sent.by, sent.document), words=words)
            comparing.bind(self.book, self.people, self.people.read(comparing.look))
