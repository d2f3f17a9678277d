"""The end of a delivery that did not arrive: the one place that says so, signed, with what was tried.

The statement is the receipt of `delivery.failed`: a JWS over document id, digest, since when, until when, a reason code
and every attempt with its moment and outcome (of many the latest, and how many there were). The sender's clerks are
called to issue paper. It ends nothing for the recipient: its own receipt, should it come later, still beats ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.context import Hub
from hub.flow.watch.facts import Reason
from hub.states import BESIDE, Alarm, Audience, Move
from hub.store import alarms, deliveries, events, items, watching

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

MOST_TOLD = 50
"""Attempts a statement lists; `attempts` counts all of them."""

MARK = "failed"
"""Tells this call for paper from the one that only proposes it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a delivery ends.

    words: what was last said of it, in the words of whoever said it. actor: who ended it.
    values: further columns of the delivery. detail: further facts of the statement.
    """

    reason: Reason
    words: str
    move: Move = Move.GIVE_UP
    actor: str = "hub"
    values: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


def end(
    hub: Hub, connection: Connection, now: datetime, row: Row[Any], document: Any, ending: Ending
) -> dict[str, Any]:
    """End one delivery; the content of its statement. Raises StaleStatusError when somebody was faster.

    document: whatever has the package's sha256, document_id and sender.
    """
    # law: R-101 HN Đ10.2c, R-111 HN Đ6.2
    tried = _attempts(watching.attempts(connection, row.package_id, row.id))
    if ending.move is Move.REFUSE and tried:
        tried[-1] |= {"outcome": "refused", "reason": ending.words}
    statement: dict[str, Any] = {
        "sha256": document.sha256,
        "document_id": document.document_id,
        "sender": document.sender,
        "since": clock.local_text(clock.from_text(row.created_at)),
        "until": clock.local_text(now),
        "reason_code": ending.reason.value,
        "reason": ending.words,
        "attempts": len(tried),
        "tried": tried[-MOST_TOLD:],
        **ending.detail,
    }
    values = {"due_at": None, "watch_at": None, **ending.values}
    change = events.Change(row.id, ending.move, ending.actor, values, statement)
    events.change_status(connection, hub.journal, now, change)
    if row.item_id is not None and not deliveries.waits(connection, row.item_id):
        item = items.get(connection, row.item_id)
        if item is not None and item.state in items.OPEN:
            items.set_state(connection, row.item_id, "fail", ending.words, now)
    _call(hub, connection, now, row, document, ending.reason)
    return statement


def _call(hub: Hub, connection: Connection, now: datetime, row: Row[Any], document: Any, reason: Reason) -> None:
    """Call the sending clerks: paper is to be issued."""
    alarms.clear(connection, now, kinds=[Alarm.NOT_CONFIRMED, Alarm.PAPER_DUE], delivery_id=row.id)
    sender = hub.directory.agency(document.sender)
    if sender is None or sender.scope != "province" or row.message_type != "edoc" or row.copy in BESIDE:
        return
    facts = {"document_id": document.document_id, "recipient": row.recipient, "reason_code": reason.value}
    alarms.raise_(
        connection,
        hub.journal,
        now,
        alarms.Alarm(
            Alarm.PAPER_DUE, Audience.SENDER, sender.organ_id, row.package_id, row.id, MARK, None, row.recipient, facts
        ),
    )


def _attempts(journal: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """What was tried, in order: each with its moment, its outcome and, where there is one, its reason."""
    found: list[dict[str, Any]] = []
    open_ = False
    for line in journal:
        detail = json.loads(line.detail)
        if line.type == "delivery.attempted":
            found.append({"at": _shown(line.at), "outcome": "no_outcome"})
            open_ = True
        elif line.type == "delivery.exposed":
            if open_:
                found[-1]["exposed"] = True
            else:  # it was fetched
                found.append({"at": _shown(line.at), "outcome": "fetched", "exposed": True})
        elif open_:
            found[-1]["outcome"] = "parked" if "parked" in detail else "deferred"
            if detail.get("reason"):
                found[-1]["reason"] = str(detail["reason"])[:300]
            open_ = False
    return found


def _shown(at: str) -> str:
    return clock.local_text(clock.from_text(at))
