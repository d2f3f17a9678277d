"""One small POST, bounded in time and in what is read; everything that goes wrong on the way is one exception."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from datetime import datetime

import aiohttp
from yarl import URL

from connectors.calling import answers

_TROUBLE = (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError)  # OSError includes TimeoutError


class NoAnswerError(Exception):
    """There was no answer that could be read; the text is safe to show."""


async def post(
    http: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    seconds: float,
    tls: ssl.SSLContext | None = None,
) -> answers.Answer:
    """The answer. Redirects are not followed, nothing is unpacked. Raises NoAnswerError.

    url: as `addresses.read` gave it. http: a session behind the guard. seconds: for all of it.
    """
    try:
        async with (
            asyncio.timeout(seconds),
            http.post(
                URL(url, encoded=True),
                headers={"Accept-Encoding": "identity", **headers},
                data=body,
                ssl=True if tls is None else tls,
                allow_redirects=False,
                auto_decompress=False,
            ) as response,
        ):
            return await answers.read(response, now)
    except _TROUBLE as cause:
        raise NoAnswerError(answers.trouble(cause)) from cause
