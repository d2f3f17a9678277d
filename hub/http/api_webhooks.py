"""The caller's web hooks: made, looked at, tried, told an event again, given a new secret, resumed, removed."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.flow.webhooks import hooks
from hub.http.api_call import Call, answer
from hub.http.api_shapes.webhooks import (
    WebhookList,
    WebhookMade,
    WebhookReplayed,
    WebhookShown,
    WebhookTried,
    WebhookWritten,
)


async def create(call: Call) -> web.StreamResponse:
    """POST /webhooks."""
    asked = await call.json(WebhookWritten)
    made, secret = await hooks.create(call.hub, call.system, asked.url, tuple(asked.events), asked.after)
    return answer(WebhookMade(**_fields(made), secret=secret), 201, {"Location": f"/api/v1/webhooks/{made.id}"})


async def listed(call: Call) -> web.StreamResponse:
    """GET /webhooks."""
    found = await hooks.listed(call.hub, call.system)
    return answer(WebhookList(items=[WebhookShown(**_fields(one)) for one in found]))


async def show(call: Call) -> web.StreamResponse:
    """GET /webhooks/{webhook_id}."""
    found = await hooks.one(call.hub, call.system, call.id("webhook_id"))
    return answer(WebhookShown(**_fields(found)))


async def remove(call: Call) -> web.StreamResponse:
    """DELETE /webhooks/{webhook_id}."""
    await hooks.remove(call.hub, call.system, call.id("webhook_id"))
    return web.Response(status=204)


async def rotate(call: Call) -> web.StreamResponse:
    """POST /webhooks/{webhook_id}/rotate."""
    found, secret = await hooks.rotate(call.hub, call.system, call.id("webhook_id"))
    return answer(WebhookMade(**_fields(found), secret=secret))


async def resume(call: Call) -> web.StreamResponse:
    """POST /webhooks/{webhook_id}/resume."""
    return answer(WebhookShown(**_fields(await hooks.resume(call.hub, call.system, call.id("webhook_id")))))


async def ping(call: Call) -> web.StreamResponse:
    """POST /webhooks/{webhook_id}/ping."""
    tried = await hooks.ping(call.hub, call.system, call.id("webhook_id"))
    return answer(WebhookTried(status=tried.status, ms=tried.ms, reason=tried.reason))


async def replay(call: Call) -> web.StreamResponse:
    """POST /webhooks/{webhook_id}/replay."""
    asked = await call.json(WebhookReplayed)
    tried = await hooks.replay(call.hub, call.system, call.id("webhook_id"), asked.seq)
    return answer(WebhookTried(status=tried.status, ms=tried.ms, reason=tried.reason))


def _fields(one: hooks.HookView) -> dict[str, Any]:
    fields = {name: getattr(one, name) for name in WebhookShown.model_fields}
    return {**fields, "events": list(one.events)}
