"""/metrics, for Prometheus: whatever the process counts; modules declare their own counters beside what they count."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from hub.context import Hub

_BUILD = Gauge("hub_build_info", "The running version", ["version", "role"])


def routes(hub: Hub) -> Iterable[web.RouteDef]:
    """The one route of this door."""
    _BUILD.labels(metadata.version("truc"), hub.settings.hub.role).set(1)
    return [web.get("/metrics", _metrics)]


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
