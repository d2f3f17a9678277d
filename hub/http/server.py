"""The web application of one listener: the doors it was given, who may come in, TLS."""

from __future__ import annotations

import functools
import importlib
import ipaddress
import ssl
from collections.abc import Iterable
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from hub.context import Hub
from hub.http import client_certificates, health, patience, unreadable
from hub.http import tls as tls_context
from hub.http.leaving import Leaving
from hub.sections import Listen
from hub.settings import Settings, SettingsProblem

HUB = web.AppKey("hub", Hub)
LISTEN = web.AppKey("listen", Listen)

DOORS: dict[str, tuple[str, ...]] = {
    "vxp": ("hub.http.vxp",),
    "api": ("hub.http.api",),
    "pages": ("hub.console.routes", "hub.statistics.routes"),
    "metrics": ("hub.http.metrics",),
}
"""Door name in [[listen]] -> the modules with its `routes(hub)`; imported only when some listener names it."""

LINE_BYTES = 2 * 1024 * 1024
"""Longest request line and header: VXP senders name thousands of recipients in one header."""


def build(hub: Hub, listen: Listen, readiness: health.Readiness | None = None) -> web.Application:
    """The application of one listener. /health/* answers on every one of them.

    Bodies have no size limit here: `request.content` streams, and each door bounds what it reads.
    """
    app = web.Application(middlewares=[_neighbours(listen)] if _plain(listen) else [])
    app[HUB] = hub
    app[LISTEN] = listen
    app[health.READINESS] = readiness or health.Readiness(hub)
    if listen.client_revocations is not None and listen.client_authorities is not None:
        at = hub.settings.at
        app[client_certificates.REVOCATIONS] = client_certificates.Revocations(
            at(listen.client_revocations), at(listen.client_authorities)
        )
    Leaving().join(app)
    app.add_routes(health.routes())
    for door in listen.doors:
        for module_name in DOORS[door]:
            add_door(app, hub, module_name)
    return app


def add_door(app: web.Application, hub: Hub, module_name: str) -> None:
    """Put a door's routes in, each behind the door's own middlewares."""
    module = importlib.import_module(module_name)
    middlewares: Iterable[Middleware] = getattr(module, "MIDDLEWARES", ())
    for route in module.routes(hub):
        if isinstance(route, web.RouteDef):
            handler = cast("Handler", route.handler)  # views are not used here
            for middleware in reversed(tuple(middlewares)):
                handler = _behind(middleware, handler)
            app.add_routes([web.RouteDef(route.method, route.path, handler, route.kwargs)])
        else:
            app.add_routes([route])


def runner(app: web.Application, shutdown_seconds: float = 30) -> web.AppRunner:
    """The runner of an application, with room for very long headers and no access log (doors log what matters)."""
    speaks_vxp = LISTEN in app and "vxp" in app[LISTEN].doors
    return patience.Runner(
        app,
        unreadable.Connection if speaks_vxp else patience.Connection,
        auto_decompress=False,  # a compressed body is refused or read as the bytes it is, never blown up
        access_log=None,
        handle_signals=False,
        shutdown_timeout=shutdown_seconds,
        keepalive_timeout=75,
        max_line_size=LINE_BYTES,
        max_field_size=LINE_BYTES,
    )


def site(settings: Settings, listen: Listen, running: web.AppRunner, *, reuse_port: bool = False) -> web.TCPSite:
    """The bound address of a listener, not yet started. Raises SettingsProblem, OSError (certificate files)."""
    return web.TCPSite(
        running,
        listen.address,
        listen.port,
        ssl_context=tls(settings, listen, tls_context.registered_in(running.app[HUB])),
        reuse_port=reuse_port or None,
        backlog=1024,
    )


def tls(
    settings: Settings, listen: Listen, registered: tls_context.Registered = lambda: (0, ())
) -> ssl.SSLContext | None:
    """The TLS context of a listener, None for plain HTTP. Raises SettingsProblem when that would be unsafe."""
    place = f"listen {listen.address}:{listen.port}"
    if listen.certificate is None or listen.key is None:
        if listen.certificate is not None or listen.key is not None:
            raise SettingsProblem(place, [("", "certificate and key are needed together")])
        if not is_loopback(listen.address) and not listen.networks:
            problem = "plain HTTP is served on loopback only: set certificate and key, or the networks that may use it"
            raise SettingsProblem(place, [("", problem)])
        return None
    return tls_context.context(settings, listen, registered)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def url(listen: Listen, port: int) -> str:
    """How a listener is reached from this machine."""
    host = "127.0.0.1" if listen.address in {"0.0.0.0", "", "::"} else listen.address  # noqa: S104 - compared, not bound
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if listen.certificate else 'http'}://{host}:{port}"


def _plain(listen: Listen) -> bool:
    return listen.certificate is None and bool(listen.networks)


def _neighbours(listen: Listen) -> Middleware:
    """Plain HTTP for the listed networks and this machine only."""
    networks = [ipaddress.ip_network(network) for network in listen.networks]

    @web.middleware
    async def neighbours(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            peer = ipaddress.ip_address(request.remote or "")
        except ValueError:
            raise web.HTTPForbidden(text="this address is not served here\n") from None
        mapped = getattr(peer, "ipv4_mapped", None) or peer
        if not mapped.is_loopback and not any(mapped in network for network in networks):
            raise web.HTTPForbidden(text="this address is not served here\n")
        return await handler(request)

    return neighbours


def _behind(middleware: Middleware, handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        return await middleware(request, handler)

    return guarded
