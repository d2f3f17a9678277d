"""A Truc hub, by its native API (`/api/v1`): what an agent beside an office system, or another hub, speaks.

Sending: `POST /packages` with the bytes streamed; the hub's receipt is the proof that it has them. Fetching: the
inbox, a lease, the content, and an acknowledgement with its digest. The hub's word on time, agencies and health is
asked for as well: `heartbeat`, `agency_changes`, `clock_seconds`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from pydantic import Field, SecretStr, field_validator, model_validator

from connectors import base
from connectors.calling.answers import trouble
from connectors.truc import answers, inbox
from connectors.truc.session import TROUBLE, Session, answer_of, signing_key

PAGE = 200
"""Lines of a page of the inbox."""
LONGEST_WAIT_SECONDS = 50
"""One long poll; the hub allows 60."""

_LINE = ("delivery_id", "package_id", "recipient", "kind", "sha256", "size")


class Settings(base.Settings):
    """How the hub is reached, and what proves us: a registered key, a client certificate, or at first a secret."""

    url: str = Field(description="Address of the hub, such as https://truc.example.gov.vn")
    system_id: str = Field(min_length=1, description="Our system there (from `truc system add`)")
    private_key: SecretStr = Field(
        SecretStr(""), description="PEM of the key whose public half is registered (`truc system key add`)"
    )
    certificate: str = Field(
        "", description="PEM of the client certificate, its chain behind it; private_key is then its key"
    )
    secret: SecretStr = Field(SecretStr(""), description="Shared secret, for starting up; a real hub refuses it")
    ca: str = Field("", description="PEM of the authority that signed the hub's certificate, when it is a private one")
    audience: str = Field("", description="What our assertions are for, when the hub knows itself by another address")
    poll_seconds: int = Field(30, ge=1, le=3600, description="How often the inbox is read at least, in seconds")

    @field_validator("url")
    @classmethod
    def _http(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            message = "must be an http or https address"
            raise ValueError(message)
        return text.rstrip("/")

    @field_validator("private_key")
    @classmethod
    def _pem(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value():
            signing_key(key.get_secret_value())
        return key

    @model_validator(mode="after")
    def _proof(self) -> Self:
        has_key, has_secret = bool(self.private_key.get_secret_value()), bool(self.secret.get_secret_value())
        if has_key == has_secret:
            message = "give either private_key (with certificate for mutual TLS) or secret"
            raise ValueError(message)
        if self.certificate and (not has_key or not self.url.startswith("https://")):
            message = "certificate needs private_key and an https address"
            raise ValueError(message)
        return self


class Connector(base.Connector):
    """The client side."""

    settings_type = Settings
    collects = True
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        self._session = Session(settings, tools)
        self._listed: set[str] = set()

    @property
    def clock_seconds(self) -> float | None:
        """Our clock less the hub's at its last answer; None before the first."""
        return self._session.clock_seconds  # law: R-094 HN Đ12.3

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Call POST /packages. A repeat of the same bytes gets the first receipt."""
        body = _Body(parcel)
        headers = {} if parcel.sending else {"Content-Type": "application/xml", "Content-Length": str(parcel.size)}
        try:
            async with self._session.call("POST", "/packages", body.made, headers=headers) as response:
                said = await answer_of(response)
                return answers.outcome(parcel, response, said, self.tools.now())
        except TROUBLE as cause:
            return base.Deferred(trouble(cause), untouched=not body.begun)

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """What waits in the inbox, the most urgent first."""
        cursor = ""
        if message_type == "edoc":
            self._listed.clear()
        while True:
            lines, cursor = await self._page(cursor)
            for line in lines:
                if (line["kind"] == "status") == (message_type == "status"):
                    self._listed.add(line["delivery_id"])
                    yield inbox.Offered(self._session, line)
            if not cursor:
                return

    async def news(self, seconds: float) -> None:
        """Wait at the hub for what was not there when the inbox was read last."""
        loop = asyncio.get_running_loop()
        end = loop.time() + min(seconds, self.settings.poll_seconds)
        while (left := end - loop.time()) > 0:
            wait = int(min(left, LONGEST_WAIT_SECONDS))
            began = loop.time()
            try:
                lines, _ = await self._page("", wait)
            except base.PeerTroubleError:
                lines = []
            else:
                if any(line["delivery_id"] not in self._listed for line in lines):
                    return
            if lines or loop.time() - began < 1:  # it answered at once: do not ask it without a pause
                await asyncio.sleep(min(5.0, max(end - loop.time(), 0.0)))

    async def check(self) -> str | None:
        """Read the inbox: proves address, credential and clock."""
        try:
            await self._page("", limit=1)
        except base.PeerTroubleError as trouble:
            return str(trouble)
        return None

    async def heartbeat(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Tell the hub that we live (POST /heartbeat), and hear its time. Raises PeerTroubleError."""
        try:
            status, answered = await self._session.json("POST", "/heartbeat", said)
        except TROUBLE as cause:
            raise base.PeerTroubleError(f"heartbeat: {trouble(cause)}") from cause
        if status != 200:
            raise base.PeerTroubleError(f"heartbeat: {answers.told(status, answered)}")
        return answered

    async def agency_changes(self, since: int) -> AsyncIterator[Mapping[str, Any]]:
        """The changes of the registry after a version, oldest first. Raises PeerTroubleError."""
        following: str | None = str(since)
        while following is not None:
            query = {"since": following, "limit": str(PAGE)}
            try:
                status, said = await self._session.json("GET", "/agencies/changes", query=query)
            except TROUBLE as cause:
                raise base.PeerTroubleError(f"agencies: {trouble(cause)}") from cause
            items = said.get("items")
            if status != 200 or not isinstance(items, list):
                raise base.PeerTroubleError(f"agencies: {answers.told(status, said)}")
            for item in items:
                yield item
            upcoming = said.get("next")
            following = str(upcoming) if upcoming is not None and str(upcoming) != following else None

    async def _page(self, cursor: str, wait: int = 0, limit: int = PAGE) -> tuple[list[dict[str, Any]], str]:
        """One page and the cursor of the next, '' at the end. Raises PeerTroubleError."""
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {}), **({"wait": str(wait)} if wait else {})}
        try:
            status, said = await self._session.json("GET", "/inbox", query=query, patience_seconds=wait)
        except TROUBLE as cause:
            raise base.PeerTroubleError(f"inbox: {trouble(cause)}") from cause
        lines = said.get("items")
        if status != 200 or not isinstance(lines, list):
            raise base.PeerTroubleError(f"inbox: {answers.told(status, said)}")
        good = [line for line in lines if isinstance(line, dict) and all(name in line for name in _LINE)]
        if len(good) < len(lines):
            self.tools.log.warning("lines of the inbox make no sense", lines=len(lines) - len(good))
        return good, str(said.get("next") or "")


class _Body:
    """The bytes of one parcel, alone or with what is said beside them; knows whether any was asked for."""

    def __init__(self, parcel: base.Parcel) -> None:
        self._parcel = parcel
        self.begun = False

    def made(self) -> Any:
        """The body of one attempt."""
        if not self._parcel.sending:
            return self._pieces()
        parts = aiohttp.MultipartWriter("form-data")
        said = json.dumps(dict(self._parcel.sending), ensure_ascii=False, default=str).encode()
        first = parts.append(said, {"Content-Type": "application/json"})
        first.set_content_disposition("form-data", name="sending")
        second = parts.append(self._pieces(), {"Content-Type": "application/xml"})
        second.set_content_disposition("form-data", name="package")
        return parts

    async def _pieces(self) -> AsyncIterator[bytes]:
        self.begun = True
        async with contextlib.aclosing(self._parcel.open()) as source:
            async for piece in source:
                yield piece
