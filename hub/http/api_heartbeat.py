"""Signs of life of software beside office systems, with the difference of its clock."""

from __future__ import annotations

from aiohttp import web

from hub.flow import heartbeats
from hub.http import auth, client_clock
from hub.http.api_call import Call, answer
from hub.http.api_shapes.heartbeat import Heartbeat, HeartbeatTaken


async def heartbeat(call: Call) -> web.StreamResponse:
    """POST /heartbeat."""
    now = call.hub.clock.now()  # before the body is read and anything is written: as near to its `time` as we get
    said = await call.json(Heartbeat)
    seconds = None if said.time is None else round((said.time - now).total_seconds())
    problems = [{"code": one.code, "text": one.text} for one in said.problems]
    beat = heartbeats.Beat(
        said.software, said.next_seconds, said.waiting_out, said.waiting_in, problems, clock_seconds=seconds
    )
    await heartbeats.give(call.hub, call.system, beat)
    if seconds is not None:
        await client_clock.warn(call.hub, call.system.id, auth.address_of(call.request), seconds)
    return answer(
        HeartbeatTaken(
            time=now,
            clock_seconds=seconds,
            limit_seconds=call.hub.settings.api.clock_seconds,
            registry_version=call.hub.directory.version,
            maintenance=[],
        )
    )
