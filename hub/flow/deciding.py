"""Everything that two persons decide, as one list: commands people asked for, and changes that systems proposed.

A proposal over registerAgency or deleteAgency bears the number `proposal-N`; two proven persons decide it too (R-025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agency_registry import edit
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import confirming, registry, rehearsal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

PROPOSAL = "proposal-"
_STATES = {"proposed": "open", "approved": "open", "applied": "done", "refused": "refused"}
_KINDS = {
    "add": ("Thêm cơ quan (hệ thống đề nghị)", "add an agency (a system proposes)"),
    "update": ("Sửa cơ quan (hệ thống đề nghị)", "change an agency (a system proposes)"),
    "delete": ("Đóng cơ quan (hệ thống đề nghị)", "close an agency (a system proposes)"),
}


async def listed(hub: Hub, *, everything: bool) -> list[dict[str, Any]]:
    """The open ones, or all: people's first, each kind the newest first."""
    asked = await confirming.listed(hub, everything=everything)
    proposed = [_told(one) for one in await hub.db.read(edit.list_proposals)]
    return asked + [one for one in reversed(proposed) if everything or one["state"] == "open"]


async def show(hub: Hub, number: str) -> dict[str, Any]:
    """One with what it would change now. Raises Refusal(NOT_FOUND)."""
    if not number.startswith(PROPOSAL):
        return await confirming.show(hub, number)
    proposal = await _proposal(hub, number)
    told = _told(proposal) | {"change": {"total": 0, "lines": []}, "as_asked": True}
    if told["state"] != "open":
        return told
    persons = ("?", "??")
    try:
        with rehearsal.watched(rehearsal.Watcher(rehearsal.undo)):
            await registry.change(
                hub, lambda connection: edit.apply_proposal(connection, int(proposal["proposal_id"]), persons)
            )
    except rehearsal.UndoneError as undone:
        return told | {"change": undone.change.as_json()}
    return told


async def approve(hub: Hub, number: str, name: str) -> dict[str, Any]:
    """A person's yes; the second person's carries it out. Raises Refusal, RegistryError."""
    if not number.startswith(PROPOSAL):
        return await confirming.approve(hub, number, name)
    proposal = await _proposal(hub, number)

    def work(connection: Connection) -> dict[str, object]:  # law: R-025 R-193 HN Đ8.2
        why = edit.Why(actor=name, at=hub.clock.now())
        return edit.approve_proposal(connection, int(proposal["proposal_id"]), name, why=why)

    return _told(await registry.change(hub, work))


async def refuse(hub: Hub, number: str, name: str, reason: str) -> dict[str, Any]:
    """A person's no, with the reason. Raises Refusal, RegistryError."""
    if not number.startswith(PROPOSAL):
        return await confirming.refuse(hub, number, name, reason)
    proposal = await _proposal(hub, number)

    def work(connection: Connection) -> dict[str, object]:
        why = edit.Why(actor=name, reason=reason, at=hub.clock.now())
        return edit.refuse_proposal(connection, int(proposal["proposal_id"]), name, why=why)

    return _told(await registry.change(hub, work))


async def _proposal(hub: Hub, number: str) -> dict[str, Any]:
    for one in await hub.db.read(edit.list_proposals):
        if f"{PROPOSAL}{one['proposal_id']}" == number:
            return one
    raise Refusal(Fault.NOT_FOUND)


def _told(one: dict[str, Any]) -> dict[str, Any]:
    """A proposal in the words of a confirmation."""
    vietnamese, english = _KINDS[one["kind"]]
    return {
        "confirmation": f"{PROPOSAL}{one['proposal_id']}",
        "command": {"add": "registerAgency", "update": "registerAgency", "delete": "deleteAgency"}[one["kind"]],
        "title_vi": vietnamese,
        "title_en": english,
        "of": one["organ_id"],
        "asked_by": f"system:{one['system_id']}",
        "asked_at": clock.local_text(clock.from_text(one["created_at"])),
        "first_by": one["first_person"] or None,
        "state": _STATES[one["state"]],
        "done_at_once": False,
        "decided_by": one["second_person"] or None,
        "decided_at": None,
        "reason": one["reason"],
        "payload": one["payload"],
    }
