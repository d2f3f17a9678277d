"""What both directions of an agent work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from connectors import base
from connectors.agent.health import Health, Problems
from connectors.agent.item import Item, State, Way
from connectors.agent.ledger import Ledger
from connectors.agent.settings import Agent
from connectors.agent.spool import Spool, Stored
from edxml.faults import Fault

T = TypeVar("T")


class Keep(Protocol):
    """Does one thing with the ledger, in the ledger's thread."""

    async def __call__(self, work: Callable[[], T], /) -> T:
        """What `work` gives. Raises what it raises."""


@dataclass(frozen=True, slots=True)
class Means:
    """The ledger and what goes with it. name_of: the official name of an organisation code."""

    settings: Agent
    ledger: Ledger
    spool: Spool
    problems: Problems
    log: base.Log
    now: Callable[[], datetime]
    name_of: Callable[[str], str]
    keep: Keep

    def wrong(self, code: str, text: str) -> None:
        """Something is wrong from now on."""
        if self.problems.set(code, text):
            self.log.warning("problem", code=code, reason=text)

    def over(self, code: str) -> None:
        """It is right again."""
        if self.problems.clear(code):
            self.log.info("problem over", code=code)

    def trouble(self, health: Health, reason: str, rest_seconds: float | None = None) -> None:
        """A side did not answer."""
        health.failed(reason, rest_seconds)
        self.wrong(health.problem, reason)

    def heard(self, health: Health) -> None:
        """A side answered."""
        health.heard()
        self.over(health.problem)

    def own_status(self, code: str, item: Item, speaker: str, stored: Stored) -> Item:
        """A status of the agent's own, for the hub; it goes when the hub knows that we have the document."""
        return Item(
            way=Way.OUT,
            id=f"{code} {speaker} {item.id}",
            state=State.WAITING,
            item_id=f"{code} {speaker} {item.id}",
            message_type="status",
            kind=0,
            status_code=code,
            document_id=item.document_id,
            thread=item.thread,
            sender=speaker,
            recipients=(item.sender,),
            urgency=item.urgency,
            offered_sha256=stored.offered_sha256,
            sha256=stored.sha256,
            size=stored.size,
            file=stored.file,
            since=self.now().isoformat(timespec="seconds"),
            after=item.id,
        )


def declined(fault: Fault, detail: object) -> base.Declined:
    """Why something can never be taken, as its offerer is told."""
    return base.Declined(
        fault.slug, fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en, str(detail or "")[:200]
    )


def as_answer(said: base.Declined, reason: str) -> dict[str, Any]:
    """The same as the ledger keeps it."""
    return {**asdict(said), "reason": reason}
