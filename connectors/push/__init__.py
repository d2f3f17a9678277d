"""An office system that is called: the whole package by HTTPS with mutual TLS, or only a notice that one waits.

Mode `package`: POST of the package's bytes. The office system answers 2xx with `{"sha256": …}`, the digest of what it
has stored; the same digest with 409 says that it had it already. `400`, `413`, `415`, `422` with `{"code": …}` is a
definite no. Everything else is doubt: the package comes again under the same `webhook-id`.

Mode `notice`: POST of a thin Standard Webhooks event without content; the package then waits in the inbox.

Every call carries the three headers of Standard Webhooks. In mode `package` the signed content is the hex SHA-256 of
the body (`id.timestamp.sha256`), so that nobody needs the whole package in memory; `Digest` names the same digest.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final, Literal, Self
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr, field_validator, model_validator
from yarl import URL

from connectors import base
from connectors.calling import addresses, answers, posting, signing, tls
from connectors.push import answering

AGENT: Final = "truc-push/1"
PIECE_BYTES: Final = 256 * 1024
"""How much the peer must take within one time-out: what is slower is as good as dead."""

MOST_PARCEL_SIGNS: Final = 6000
"""Longest header `truc-parcel`: usual servers take 8 KiB a line."""

_TROUBLE = (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError)  # OSError includes TimeoutError


class Settings(base.Settings):
    """Where the office system is called, and how each side knows the other."""

    endpoint: str = Field(description="Address that takes packages or notices: https://…")
    mode: Literal["package", "notice"] = Field(
        "package", description="package: the whole package is handed over; notice: only word that one waits"
    )
    secret: SecretStr = Field(description="Shared secret that signs every call: whsec_ and base64 of 24 to 64 bytes")
    client_certificate: str = Field("", description="PEM certificate (with its chain) shown to the office system")
    client_key: SecretStr = Field(SecretStr(""), description="PEM private key of that certificate")
    authorities: str = Field(
        "",
        description="PEM certificates that vouch for the office system, or its own certificate; empty = those this "
        "machine trusts",
    )

    @field_validator("endpoint")
    @classmethod
    def _place(cls, text: str) -> str:
        return addresses.read(text).url

    @field_validator("secret")
    @classmethod
    def _key(cls, secret: SecretStr) -> SecretStr:
        signing.key_of(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        encrypted = self.endpoint.startswith("https://")
        if encrypted and self.mode == "package" and not self.client_certificate:
            message = "client_certificate and client_key are needed to hand packages over"  # law: R-181 QĐ28 Đ12.1
            raise ValueError(message)
        tls.context(self.authorities, self.client_certificate, self.client_key.get_secret_value())
        return self


class Connector(base.Connector):
    """The calling side."""

    settings_type = Settings
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        key = settings.client_key.get_secret_value()
        self._tls = tls.context(settings.authorities, settings.client_certificate, key)

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Hand the package over, or tell that it waits."""
        return await (self._tell(parcel) if self.settings.mode == "notice" else self._hand_over(parcel))

    async def check(self) -> str | None:
        """Ask for the headers of the address: proves name, TLS and that somebody answers."""
        try:
            async with asyncio.timeout(self.tools.timeout_seconds):
                answer = await self._call("HEAD", {})
        except _TROUBLE as cause:
            return answers.trouble(cause)
        return f"HTTP {answer.status}" if answer.status >= 500 or answer.status in (401, 403, 404, 410) else None

    async def _hand_over(self, parcel: base.Parcel) -> base.Outcome:
        message_id = quote(parcel.item_id, safe="-_.~")
        digest = base64.b64encode(bytes.fromhex(parcel.sha256)).decode("ascii")
        headers = {
            "Content-Type": "application/xml",
            "Content-Length": str(parcel.size),
            "Digest": f"SHA-256={digest}",
            "truc-parcel": facts(parcel),
            **self._signed(message_id, parcel.sha256.encode("ascii")),
        }
        begun = False
        try:
            async with asyncio.timeout(self.tools.timeout_seconds) as patience:

                async def body() -> AsyncIterator[bytes]:
                    nonlocal begun
                    begun = True
                    async for piece in _pieces(parcel):
                        self._go_on(patience)
                        yield piece
                    self._go_on(patience)

                answer = await self._call("POST", headers, body())
        except _TROUBLE as cause:
            return base.Deferred(answers.trouble(cause), untouched=not begun)
        return answering.outcome(answer, parcel.sha256)

    async def _tell(self, parcel: base.Parcel) -> base.Outcome:
        at = self.tools.now()
        data = {"package_id": parcel.package_id, "delivery_ids": list(parcel.delivery_ids), "urgency": parcel.urgency}
        event = {"type": "package.waiting", "timestamp": at.isoformat(), "data": data}
        content = json.dumps(event).encode("ascii")
        headers = {"Content-Type": "application/json", **self._signed(quote(parcel.item_id, safe="-_.~"), content)}
        seconds = self.tools.timeout_seconds
        try:
            answer = await posting.post(
                self.tools.http, self.settings.endpoint, headers, content, now=at, seconds=seconds, tls=self._tls
            )
        except posting.NoAnswerError as cause:
            return base.Deferred(str(cause), untouched=True)
        if answer.is_success:
            return base.Parked()
        return base.Deferred(
            f"HTTP {answer.status} to a notice", untouched=True, retry_after_seconds=answer.rest_seconds
        )

    async def _call(
        self, method: str, headers: dict[str, str], body: AsyncIterator[bytes] | None = None
    ) -> answers.Answer:
        async with self.tools.http.request(
            method,
            URL(self.settings.endpoint, encoded=True),
            headers={"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "identity", **headers},
            data=body,
            ssl=self._tls,
            allow_redirects=False,
            auto_decompress=False,
        ) as response:
            return await answers.read(response, self.tools.now())

    def _signed(self, message_id: str, content: bytes) -> dict[str, str]:
        return signing.headers([self.settings.secret.get_secret_value()], message_id, self.tools.now(), content)

    def _go_on(self, patience: asyncio.Timeout) -> None:
        """A sign of life: the wait for the next one begins."""
        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            patience.reschedule(asyncio.get_running_loop().time() + self.tools.timeout_seconds)


def facts(parcel: base.Parcel) -> str:
    """What the hub knows of a parcel beside its bytes, as JSON in plain ASCII; the longest parts are left out first."""
    said: dict[str, Any] = {
        "package_id": parcel.package_id,
        "message_type": parcel.message_type,
        "document_id": parcel.document_id,
        "from": parcel.sender,
        "urgency": parcel.urgency,
        "sha256": parcel.sha256,
        "to": list(parcel.recipients),
        "delivery_ids": list(parcel.delivery_ids),
        "sending": dict(parcel.sending),
    }
    for name in ("sending", "delivery_ids", "to", "document_id", "from"):
        text = json.dumps(said, separators=(",", ":")).replace("\x7f", "\\u007f")
        if len(text) <= MOST_PARCEL_SIGNS:
            return text
        said[name] = None
    return json.dumps({"package_id": parcel.package_id, "sha256": parcel.sha256})


async def _pieces(parcel: base.Parcel) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(parcel.open()) as source:
        async for piece in source:
            for start in range(0, len(piece), PIECE_BYTES):
                yield piece[start : start + PIECE_BYTES]
