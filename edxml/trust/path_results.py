"""What is found out about a certificate, and how long a path that was good is known to be good."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edxml.trust.revocation_check import CLOCK_SKEW, Times
from edxml.trust.revocation_sources import Stamp
from edxml.trust.revocation_sources import stamp as stamp_file
from edxml.verdict import Need, Revocation
from edxml.verdict_words import SubIndication


@dataclass(frozen=True, slots=True)
class PathResult:
    """What is known about a certificate at a moment; problem None means trusted.

    anchor: "state", "public" or "tsa". revoked_at: since when, by the issuer's answer. revocation: of the certificate
    itself, with the answers on its whole path. needs: what could be asked to decide.
    """

    problem: SubIndication | None
    anchor: str | None = None
    revoked_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    detail: str = ""
    revocation: Revocation = field(default_factory=Revocation)
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A path that was good, and for how long that is known without looking again.

    Every fact it rests on has an end: each certificate of the path its notBefore and notAfter, each revocation answer
    its nextUpdate; beyond them the memory is not asked. It says nothing either about a verification earlier than
    the answers (`since`), and nothing once a file of a fetched answer that speaks about the path came, changed or went
    (`watched`). Answers in the document and the operator's folder belong to the key under which it is kept. Only what
    passed is remembered: what failed or was undecided is looked at each time.
    """

    result: PathResult
    since: datetime
    begins: datetime
    ends: datetime
    watched: tuple[Stamp, ...]

    def holds(self, times: Times) -> bool:
        """Whether it still answers the question for these times; the first and the last second are included."""
        if times.at + CLOCK_SKEW < self.since or times.known < self.begins or times.known > self.ends:
            return False
        return all(stamp_file(path) == (path, changed, size) for path, changed, size in self.watched)
