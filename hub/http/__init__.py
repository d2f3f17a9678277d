"""The hub's HTTP side: the server (`server.py`), health (`health.py`), and one module per door.

A door is a module with `routes(hub) -> Iterable[aiohttp.web.AbstractRouteDef]` and, if it wants any, `MIDDLEWARES`:
aiohttp middlewares (second parameter named `handler`) that see this door's requests only.
"""
