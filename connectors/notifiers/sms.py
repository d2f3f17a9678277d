"""The province's text message gateway, called over HTTPS.

POST of `{"id", "to", "text"}` with a secret in a header. 2xx: it took the message, its `id` is kept. 400 and 422: it
never will. Everything else is trouble: the same `id` comes again, so that a gateway that looks at it sends once.
"""

from __future__ import annotations

import json
from typing import Final

from pydantic import Field, SecretStr, field_validator

from connectors import base
from connectors.calling import addresses, posting, tls

_NEVER: Final = (400, 422)


class Settings(base.Settings):
    """Where the gateway is."""

    endpoint: str = Field(description="Address of the gateway: https://…")
    header: str = Field(
        "Authorization", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$", description="Header that carries the secret"
    )
    secret: SecretStr = Field(description="What stands in that header, as a whole: `Bearer …`, or the bare key")
    authorities: str = Field(
        "", description="PEM certificates that vouch for the gateway; empty = those this machine trusts"
    )

    @field_validator("endpoint")
    @classmethod
    def _place(cls, text: str) -> str:
        return addresses.read(text).url

    @field_validator("secret")
    @classmethod
    def _one_line(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if not (text and text.isascii() and text.isprintable()):
            message = "must be one line of plain ASCII"
            raise ValueError(message)
        return secret

    @field_validator("authorities")
    @classmethod
    def _certificates(cls, text: str) -> str:
        tls.context(text)
        return text


class Notifier(base.Notifier):
    """Calls the gateway once for each message."""

    settings_type = Settings
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        self._tls = tls.context(settings.authorities)

    async def notify(self, notice: base.Notice) -> base.Delivered | base.Deferred | base.Refused:
        """Hand one message to the gateway."""
        content = json.dumps({"id": notice.id, "to": notice.to, "text": notice.text}).encode("ascii")
        headers = {"Content-Type": "application/json", self.settings.header: self.settings.secret.get_secret_value()}
        try:
            answer = await posting.post(
                self.tools.http, self.settings.endpoint, headers, content, now=self.tools.now(),
                seconds=self.tools.timeout_seconds, tls=self._tls,
            )  # fmt: skip
        except posting.NoAnswerError as cause:
            return base.Deferred(str(cause))
        if answer.is_success:
            return base.Delivered(answer.word("id", most=100))
        if answer.status in _NEVER:
            return base.Refused(
                answer.word("reason", "detail", "message") or f"HTTP {answer.status}", answer.word("code", most=60)
            )
        return base.Deferred(f"HTTP {answer.status}", retry_after_seconds=answer.rest_seconds)
