"""Asking the axis for its list, by whoever wants it: a person at the command line, or the daily job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors import base, outgoing, vxp
from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import outward, peers, routing
from hub.flow.national_list import syncing

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.confirming import Asker
    from hub.flow.national_list.syncing import Wish


async def once(hub: Hub, wish: Wish, asker: Asker) -> dict[str, Any]:
    """One synchronisation. Raises what `syncing.run` raises, Refusal(NOT_FOUND) for a hub without an axis."""
    peer = peers.find(hub, routing.AXIS)
    if peer is None:
        raise Refusal(Fault.NOT_FOUND, "this hub has no [axis]", detail_vi="trục này không có mục [axis]")
    seconds = hub.settings.dispatch.timeout_seconds
    async with outgoing.session(outward.guard(hub.settings), timeout_seconds=seconds) as http:
        connections = peers.Connections(hub, base.Tools(http, hub.clock.now, log.get(), seconds))
        try:
            connector = await connections.connector(peer)
        except peers.PeerSettingsError as cause:
            raise Refusal(Fault.DEPENDENCY_DOWN, str(cause)) from cause
        assert isinstance(connector, vxp.Connector), "the axis speaks its own protocol"
        try:
            return await syncing.run(hub, connector, wish, asker)
        finally:
            await connections.close()
