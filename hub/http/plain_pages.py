"""Pages for programmers at the native door: no script, no outside part, no sign-in; Vietnamese first."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from aiohttp import web

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem;border-bottom:2px solid #a11}section{margin:1.5rem 0}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f2ee;padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;
vertical-align:top}
.en{color:#555}.method{background:#a11;color:#fff;padding:0 .4rem;border-radius:.2rem}
h3,li,td,p{overflow-wrap:anywhere}summary{cursor:pointer}
.wide{overflow-x:auto}
@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{color:#eee;background:#181715}.en{color:#aaa}
pre{background:#24221f}th,td{border-color:#555}h2{border-color:#d66}}
nav ul{columns:2;padding-left:1.2rem}@media(max-width:40rem){nav ul{columns:1}}
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def html(title: str, body: str) -> bytes:
    """A whole page; body: HTML as it is."""
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{escape(title)}</title>"
        '<meta name=viewport content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    ).encode()


def response(page: bytes, status: int = 200) -> web.Response:
    """The answer that carries it."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Language": "vi",
    }
    return web.Response(status=status, body=page, content_type="text/html", charset="utf-8", headers=headers)
