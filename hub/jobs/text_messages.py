"""The loop of the text messages: alarms are queued, and what is queued goes to the gateway.  law: R-084 HN Đ7.2"""

from __future__ import annotations

import asyncio
import tomllib
from typing import TYPE_CHECKING, Final

import pydantic

import connectors
from connectors import base, outgoing
from hub import clock, log
from hub.flow import outward, text_messages
from hub.states import Audience
from hub.store import alarms
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from connectors.base import Tools
    from hub.context import Hub

LOOK_SECONDS: Final = 5.0


class NotifierProblem(ValueError):  # noqa: N818 - what it says is for a person
    """The notifier cannot be made; the text says what to look at, and holds no secret."""


async def run(hub: Hub) -> None:
    """Queue and send for as long as the hub runs; never returns. Without a notifier nothing is queued."""
    if not hub.settings.sms.notifier:
        await asyncio.Event().wait()
    guard, seconds = outward.guard(hub.settings), float(hub.settings.dispatch.timeout_seconds)
    async with outgoing.session(guard, timeout_seconds=seconds) as http:
        tools = base.Tools(http, hub.clock.now, log.get(), seconds, permits=guard.permits)
        try:
            sending = notifier(hub, tools)
        except NotifierProblem as problem:
            await _tell(hub, str(problem))
            raise
        while True:
            try:
                while await text_messages.queue(hub) or await text_messages.send(hub, sending):
                    pass
            except (StorageDownError, StorageFullError) as error:
                log.get().error("text messages cannot use the database", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)


def notifier(hub: Hub, tools: Tools) -> base.Notifier:
    """The notifier of the settings. Raises NotifierProblem."""
    kind, path = hub.settings.sms.notifier, hub.settings.at(hub.settings.sms.settings_file)
    try:
        cls = connectors.load_notifier(kind)
        return cls(cls.settings_type.model_validate(tomllib.loads(path.read_text("utf-8"))), tools)
    except connectors.UnknownKindError as cause:
        message = f"[sms] notifier: no notifier is called {kind!r}"
        raise NotifierProblem(message) from cause
    except pydantic.ValidationError as cause:
        places = ", ".join(".".join(str(part) for part in error["loc"]) for error in cause.errors())
        message = f"the file [sms] settings_file is wrong at: {places}"
        raise NotifierProblem(message) from cause
    except (OSError, ValueError) as cause:
        message = "the file [sms] settings_file cannot be read"
        raise NotifierProblem(message) from cause


async def _tell(hub: Hub, reason: str) -> None:
    now = hub.clock.now()
    mark = f"{clock.local(now):%Y-%m-%d}"
    told = alarms.Alarm("text_messages_not_set_up", Audience.OPERATOR, mark=mark, detail={"reason": reason})
    await hub.db.write(lambda connection: alarms.raise_(connection, hub.journal, now, told))
