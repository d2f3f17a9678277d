"""Saved lists of recipients: kept by an agency, opened into single organisations when a document is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Fault, Refusal
from edxml.model import Warning as Note
from hub import clock
from hub.flow.addressing import recipients
from hub.flow.addressing.recipients import Wanted
from hub.states import Mode, Role
from hub.store import groups
from hub.store.groups import Group, Member

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agency_registry.agency import Agency, System
    from hub.context import Hub

MOST_GROUPS: Final = 500
"""Lists one agency may keep."""
NAME_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A list as it was at the moment of sending.

    record: what is kept with the document: the list's name, its members then, those dropped with their successors.
    """

    wanted: tuple[Wanted, ...]
    record: dict[str, Any]
    warnings: tuple[Note, ...]


def keeper(hub: Hub, system: System, code: str | None) -> str:
    """Organ id of the agency whose lists are meant: the one named, or the only one the system speaks for.

    Raises Refusal: NOT_FOUND for another system's agency as for one that does not exist; SCHEMA_INVALID when the system
    speaks for several and names none.
    """
    if code is not None:
        agency = hub.directory.speaks_for(system, code)
        if agency is None:
            raise Refusal(Fault.NOT_FOUND)
        return agency.organ_id
    if len(system.organ_ids) != 1:
        raise Refusal(Fault.SCHEMA_INVALID, "the system speaks for several agencies; name one", where="agency")
    return next(iter(system.organ_ids))


async def show(hub: Hub, system: System, name: str, code: str | None) -> Group:
    """One list. Raises Refusal(NOT_FOUND), SCHEMA_INVALID as `keeper`."""
    organ_id = keeper(hub, system, code)
    found = await hub.db.read(lambda connection: groups.get(connection, organ_id, name))
    if found is None:
        raise Refusal(Fault.NOT_FOUND)
    return found


async def listed(hub: Hub, system: System, code: str | None) -> list[Group]:
    """All lists of one agency, by name. Raises as `keeper`."""
    organ_id = keeper(hub, system, code)
    return await hub.db.read(lambda connection: groups.of_agency(connection, organ_id))


async def save(
    hub: Hub, system: System, name: str, code: str | None, members: Sequence[Wanted], note: str
) -> tuple[Group, bool]:
    """Keep a list under a name, in place of an earlier one; gives it, and whether it is new.

    Raises Refusal: ORG_UNKNOWN, nothing kept, when a code is nobody's; SCHEMA_INVALID; as `keeper`.
    """
    organ_id = keeper(hub, system, code)
    if not name.strip() or name != name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        raise Refusal(Fault.SCHEMA_INVALID, f"a name has 1 to {NAME_LENGTH} printable characters", where="name")
    unknown = [one.code for one in members if hub.directory.agency(one.code) is None]
    if unknown:
        raise Refusal(Fault.ORG_UNKNOWN, ", ".join(unknown[:20]), where="members")
    kept = tuple(
        Member(recipients.organ_id(hub, one.code), one.role.value, one.mode.value)
        for one in recipients.merged(hub, members)
    )
    group = Group(organ_id, name, kept, note, hub.clock.now())

    def write(connection: Connection) -> bool:
        is_new = groups.get(connection, organ_id, name) is None
        if is_new and groups.count(connection, organ_id) >= MOST_GROUPS:
            raise Refusal(Fault.STATE_CONFLICT, f"an agency keeps at most {MOST_GROUPS} lists")
        groups.put(connection, group)
        return is_new

    return group, await hub.db.write(write)


async def remove(hub: Hub, system: System, name: str, code: str | None) -> None:
    """Let a list go; documents sent by it keep theirs. Raises Refusal(NOT_FOUND), as `keeper`."""
    organ_id = keeper(hub, system, code)
    if not await hub.db.write(lambda connection: groups.remove(connection, organ_id, name)):
        raise Refusal(Fault.NOT_FOUND)


async def opened(hub: Hub, system: System, sender: str, name: str) -> Opened:
    """The single organisations of a list now; closed and suspended ones are left out, and the sender is told.

    Raises Refusal: SCHEMA_INVALID when the sender has no such list, whoever else may have one, or nobody is left.
    """
    # law: R-108 BD Đ4.2
    agency = hub.directory.speaks_for(system, sender)
    owner = agency.organ_id if agency is not None else ""
    group = await hub.db.read(lambda connection: groups.get(connection, owner, name)) if owner else None
    if group is None:
        raise Refusal(Fault.SCHEMA_INVALID, "the sender keeps no list of this name", where="to.group")
    today = clock.local(hub.clock.now()).date()  # law: R-094 HN Đ12.3
    wanted, dropped, told = [], [], []
    for one in group.members:
        member = hub.directory.agency(one.code)
        if member is not None and member.state_on(today) == "active":
            wanted.append(Wanted(member.organ_id, Role(one.role), Mode(one.mode)))
            continue
        successors = list(member.successors) if member is not None else []
        dropped.append({"code": one.code, "successors": successors})
        told.append(_dropped(hub, name, one.code, member))
    if not wanted:
        raise Refusal(Fault.SCHEMA_INVALID, "every organisation of the list is closed", where="to.group")
    record = {"name": name, "members": [one.code for one in wanted], "dropped": dropped}
    return Opened(tuple(wanted), record, tuple(told))


def _dropped(hub: Hub, name: str, code: str, member: Agency | None) -> Note:
    """What the sender is told of a member that is left out, naming who took over.  law: R-026 QĐ28 Đ16.1"""
    who = f"{member.name} ({code})" if member is not None else code
    heirs = [hub.directory.agency(one) for one in (member.successors if member is not None else ())]
    named = ", ".join(f"{one.name} ({one.organ_id})" for one in heirs if one is not None)
    vietnamese = f"Nhóm “{name}”: bỏ {who} vì không còn hoạt động" + (f"; kế thừa: {named}" if named else "")
    english = f"List “{name}”: {who} is no longer active and was left out" + (f"; successor: {named}" if named else "")
    return Note("group_dropped", vietnamese, english, code)
