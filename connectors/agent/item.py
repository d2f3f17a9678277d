"""One package on its way through the agent, as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from edxml import model, organ
from edxml.codes import BusinessType, StatusCode


class Way(StrEnum):
    """Where a package comes from and goes to."""

    IN = "in"  # from the hub to the office system
    OUT = "out"  # from the office system to the hub


class State(StrEnum):
    """Where an item stands; who acts next."""

    WAITING = "waiting"  # a status of the agent's own: until the document it speaks of is confirmed
    STORED = "stored"  # on our disk: it is handed over
    TAKEN = "taken"  # the other side has it: whoever offered it is told
    REFUSED = "refused"  # the other side said no: whoever offered it is told
    RECALLED = "recalled"  # it was never handed over: whoever offered it is told that we have it
    DONE = "done"  # nobody: handed over and confirmed
    DECLINED = "declined"  # nobody: refused and told
    DESTROYED = "destroyed"  # nobody: recalled before it was handed over


OPEN = (State.WAITING, State.STORED)
"""States whose bytes are still needed."""
OWED = (State.TAKEN, State.REFUSED, State.RECALLED)
"""States in which the side that offered the item waits for a word."""
OVER: Mapping[State, State] = {
    State.TAKEN: State.DONE,
    State.REFUSED: State.DECLINED,
    State.RECALLED: State.DESTROYED,
}
"""What an owed word leads to."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the ledger.

    id: what the offering side calls it (`Incoming.remote_id`); `01 …` and `15 …` for statuses of the agent's own.
    item_id: given to the other side, the same at each attempt. thread: sender and id of the document it is about.
    offered_sha256: of the bytes as offered; sha256, size: of the bytes as handed over (signed, perhaps).
    about: what an answer to it names. after: the document that a status of the agent's own speaks of.
    begun: an attempt has perhaps given the other side bytes. due: seconds of the epoch. file: in the spool.
    answer: what the other side said to it, or why it said no.
    """

    way: Way
    id: str
    state: State
    item_id: str
    message_type: str
    kind: int
    status_code: str
    document_id: str
    thread: str
    sender: str
    recipients: tuple[str, ...]
    urgency: int
    offered_sha256: str
    sha256: str
    size: int
    file: str
    since: str
    package_id: str = ""
    delivery_ids: tuple[str, ...] = ()
    sending: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    after: str = ""
    begun: bool = False
    attempts: int = 0
    due: float = 0.0
    reason: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    receipt: str = ""
    number: int = 0

    @property
    def is_own(self) -> bool:
        """Whether the agent itself says it: nobody offered it, so nobody is told."""
        return bool(self.after)

    @property
    def asks_back(self) -> bool:
        """Whether it asks for a document to be given back: a recall (type 1) or a take-back (13)."""
        if self.message_type == "status":
            return self.status_code == StatusCode.TAKE_BACK
        return self.kind == BusinessType.RECALL

    @property
    def is_document(self) -> bool:
        """Whether an office system registers it: its arrival is told to the sender."""
        return self.message_type == "edoc" and self.kind in (BusinessType.NEW, BusinessType.REPLACEMENT)


def thread_of(package: model.Package) -> str:
    """The document a package is, or is about: its sender's code and its id, comparable."""
    status = package.status
    if status is None or status.code == StatusCode.TAKE_BACK:
        sender = package.sender.organ_id
    else:
        sender = status.response_for.organ_id
    return f"{organ.normalise(sender)} {package.document_key}"


def recipients_of(package: model.Package, own: Iterable[str]) -> tuple[str, ...]:
    """Those of our codes that a package is for, as it names them; the one we have, where it names us otherwise."""
    ours = tuple(own)
    codes = {organ.normalise(code) for code in ours}
    if package.status is not None:
        named: Iterable[str] = (package.status.response_for.organ_id,)
    else:
        named = (one.organ_id for one in package.header.recipients) if package.header is not None else ()
    found = tuple(code for code in named if organ.normalise(code) in codes)
    return found or (ours if len(ours) == 1 else ())
