"""What somebody said of a sending, in the shapes of `connectors.forms`, as the flow knows it."""

from __future__ import annotations

from connectors.forms.metadata import Beside, GroupSaid, Metadata, RecipientSaid
from hub.flow.addressing.opening import NamedGroup
from hub.flow.addressing.recipients import Sending, Wanted
from hub.states import Circulation, Mode, Role


def written(said: Metadata | Beside) -> list[Wanted | NamedGroup]:
    """The recipients as they were written."""
    found: list[Wanted | NamedGroup] = []
    for one in said.to:
        if isinstance(one, GroupSaid):
            found.append(NamedGroup(one.group))
        elif isinstance(one, RecipientSaid):
            found.append(Wanted(one.code.strip(), Role(one.role), Mode(one.mode)))
        else:
            found.append(Wanted(one.strip()))
    return found


def sending(said: Metadata | Beside) -> Sending:
    """What was said beside the package itself; its recipients are not opened yet."""
    return Sending(
        paper_reason=said.paper_reason,
        paper_decided_by=said.paper_decided_by,
        reply_requested=said.reply_requested or said.request is not None,
        request=said.request or "",
        circulation=Circulation(said.circulation or ""),
        issued_at=said.issued_at,
        hour_at=said.hour_at,
    )
