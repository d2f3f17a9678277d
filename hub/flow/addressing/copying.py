"""What is sent to units of a sector goes to the office that manages them too."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from edxml.model import Warning as Note
from hub.flow import routing
from hub.states import Copy, Role
from hub.store import copy_rules
from hub.store.copy_rules import CopyRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edxml.model import Package
    from hub.context import Hub
    from hub.flow.entries import Submission
    from hub.flow.routing import Route

MODES: Final = ("add", "warn")
_DEEPEST: Final = 12
"""Levels of agencies that are climbed: no province has as many."""


async def add(hub: Hub, *, below: str, kind: str, copy_to: str, mode: str, decision: str) -> CopyRule:
    """A new rule; it holds from now on.

    Raises Refusal: ORG_UNKNOWN for an agency nobody knows; SCHEMA_INVALID for a rule that asks nothing, or whose office
    would be copied to itself.
    """
    office, over = hub.directory.agency(copy_to), hub.directory.agency(below) if below else None
    for code, agency in ((copy_to, office), (below, over)):
        if code and agency is None:
            raise Refusal(Fault.ORG_UNKNOWN, code[:64])
    if not (below or kind) or not copy_to or office is None:
        raise Refusal(Fault.SCHEMA_INVALID, "a rule names an agency, a kind, or both, and the office that is copied to")
    rule = CopyRule(
        id=str(uuid.uuid4()),
        below=over.organ_id if over is not None else "",
        kind=kind.strip()[:50],
        copy_to=office.organ_id,
        mode=mode,
        decision=decision.strip()[:200],
    )
    now = hub.clock.now()
    await hub.db.write(lambda connection: copy_rules.add(connection, rule, now))
    await hub.reload()
    return rule


async def end(hub: Hub, rule_id: str) -> None:
    """Let a rule end. Raises Refusal(NOT_FOUND)."""
    now = hub.clock.now()
    if not await hub.db.write(lambda connection: copy_rules.end(connection, rule_id, now)):
        raise Refusal(Fault.NOT_FOUND)
    await hub.reload()


def missing(hub: Hub, sender: str, recipients: Iterable[str]) -> Iterator[tuple[CopyRule, str]]:
    """Rules whose office is not among the recipients (organ ids), each with one of the units that call for it."""
    present = {sender, *recipients}
    for rule in hub.copy_rules:
        if rule.copy_to in present or hub.directory.agency(rule.copy_to) is None:
            continue
        unit = next((one for one in present - {sender} if _is_meant(hub, rule, one)), None)
        if unit is not None:
            yield rule, unit
            if rule.mode == "add":
                present.add(rule.copy_to)


def with_copies(
    hub: Hub, routes: tuple[Route, ...], package: Package, submission: Submission
) -> tuple[tuple[Route, ...], tuple[Note, ...]]:
    """The routes with those the rules add, and what the sender is told. What the axis brings is nobody's to extend.

    To is never changed: where it was not the hub that wrote the package, the office gets a copy beside it.
    """
    # law: R-113 TT Đ9
    header = package.header
    if not hub.copy_rules or header is None or submission.door in ("axis", "hub"):
        return routes, ()
    marked = tuple(
        replace(one, copy=Copy.RULE, role=Role.KNOW) if one.recipient in submission.sending.copied else one
        for one in routes
    )
    sender = hub.directory.agency(package.sender_id)
    found, told = list(marked), []
    for rule, unit in missing(hub, sender.organ_id if sender else "", [one.recipient for one in routes]):
        if rule.mode == "add":
            route = routing.routes(hub, (rule.copy_to,))[0]
            found.append(replace(route, copy=Copy.RULE, role=Role.KNOW))
        elif package.business.type == BusinessType.RECALL:
            continue
        told.append(note(hub, rule, unit))
    return tuple(found), tuple(told)


def note(hub: Hub, rule: CopyRule, unit: str) -> Note:
    """What the sender is told of a rule that its document calls for."""
    agency = hub.directory.agency(rule.copy_to)
    office = f"{agency.name} ({rule.copy_to})" if agency is not None else rule.copy_to
    because = f" theo {rule.decision}" if rule.decision else ""
    under = f" under {rule.decision}" if rule.decision else ""
    if rule.mode == "add":
        vietnamese = f"Đã gửi thêm cho {office}{because}, vì nơi nhận có đơn vị thuộc ngành ({unit})"
        return Note("copied", vietnamese, f"{office} gets it too{under}, as {unit} is among the recipients", "To")
    vietnamese = f"Nơi nhận có đơn vị thuộc ngành ({unit}) mà thiếu {office}{because}"
    return Note("copy_missing", vietnamese, f"{unit} is among the recipients and {office} is not{under}", "To")


def _is_meant(hub: Hub, rule: CopyRule, organ_id: str) -> bool:
    agency = hub.directory.agency(organ_id)
    if agency is None or (rule.kind and agency.kind != rule.kind):
        return False
    if not rule.below:
        return True
    above = agency.parent
    for _ in range(_DEEPEST):
        if above is None or above == rule.below:
            return above is not None
        over = hub.directory.agency(above)
        above = over.parent if over is not None else None
    return False
