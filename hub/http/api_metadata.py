"""The `metadata` part of a multipart sending, and the edXML header it means: the forms, filled in from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.forms import sending as forms
from hub.flow.addressing import recipients

if TYPE_CHECKING:
    from connectors.forms.metadata import Metadata
    from edxml import model
    from hub.context import Hub
    from hub.flow.addressing.recipients import Sending


def header(hub: Hub, said: Metadata, chosen_id: str, sent: Sending) -> model.MessageHeader:
    """The header these metadata mean; names of agencies come from the registry."""

    def name_of(code: str) -> str:
        agency = hub.directory.agency(code)
        return agency.name if agency is not None else code

    return forms.header(said, chosen_id, [one.code for one in sent.wanted], name_of)


def business(said: Metadata, chosen_id: str, sent: Sending) -> model.Business:
    """What the message does with the document. Raises Refusal(REASON_REQUIRED) for one that changes it silently."""
    return forms.business(said, chosen_id, paper=recipients.paper_flag(sent.wanted))
