"""From what a sender wrote to the recipients a package will name: lists opened, offices added, each one once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edxml.faults import Fault, Refusal
from hub.flow.addressing import copying, groups, recipients
from hub.flow.addressing.recipients import Sending, Wanted
from hub.states import Role

if TYPE_CHECKING:
    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A saved list, as a sender names it."""

    name: str


async def opened(
    hub: Hub, system: System, sender: str, written: Sequence[Wanted | NamedGroup], said: Sending
) -> Sending:
    """What was said of a sending, with every recipient of the package the hub is to write.

    Who stands there by itself is taken as written, also when a list holds it too.
    Raises Refusal: SCHEMA_INVALID (a list nobody has), XML_LIMIT (more recipients than are taken).
    """
    singles = [one for one in written if isinstance(one, Wanted)]
    lists = {one.name: one for one in written if isinstance(one, NamedGroup)}
    all_opened = [await groups.opened(hub, system, sender, name) for name in lists]
    wanted = recipients.merged(hub, [*singles, *(one for group in all_opened for one in group.wanted)])
    added, told = [], [note for group in all_opened for note in group.warnings]
    own = recipients.organ_id(hub, sender)
    for rule, unit in copying.missing(hub, own, [recipients.organ_id(hub, one.code) for one in wanted]):
        if rule.mode == "add":  # law: R-113 TT Đ9
            added.append(Wanted(rule.copy_to, Role.KNOW))
            told.append(copying.note(hub, rule, unit))
    everybody = (*wanted, *added)
    most = hub.settings.limits.recipients
    if len(everybody) > most:
        raise Refusal(Fault.XML_LIMIT, f"at most {most} recipients are taken, these are {len(everybody)}", where="to")
    return replace(
        said,
        wanted=everybody,
        groups=tuple(group.record for group in all_opened),
        copied=frozenset(one.code for one in added),
        warnings=tuple(told),
    )
