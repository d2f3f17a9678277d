"""An office system that is a folder and a connector to it: takes each item once, offers what lies in its tray.

in/ what it was given, one file an item; log.txt one line for each that was new to it; tray/ what it sends, told/ what
it was told of that. Troubles are files too: while `away` lies there, nobody answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

from pydantic import Field

from connectors import base


class Settings(base.Settings):
    """Where the office system is."""

    folder: Path = Field(description="Its folder")
    password: str = Field("", description="Not needed")


class Connector(base.Connector):
    """The way to it."""

    settings_type = Settings
    collects = True
    settings: Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        folder = self.settings.folder
        if (folder / "away").exists():
            return base.Deferred("the office system does not answer", untouched=True)
        taken = folder / "in" / f"{parcel.item_id}.xml"
        data = b"".join([piece async for piece in parcel.open()])
        await asyncio.sleep(0)
        if hashlib.sha256(data).hexdigest() != parcel.sha256:
            return base.Deferred("other bytes than announced", peer=False)
        if (folder / "refuse").exists():
            return base.Refused("Sai mẫu", "format_not_allowed")
        if not taken.exists():
            taken.parent.mkdir(exist_ok=True)
            taken.write_bytes(data)
            about = {
                "document_id": parcel.document_id,
                "recipients": parcel.recipients,
                "sending": dict(parcel.sending),
            }
            line = {"item_id": parcel.item_id, "type": parcel.message_type, **about}
            with (folder / "log.txt").open("a") as log:
                log.write(json.dumps(line) + "\n")
        await asyncio.sleep(0)
        if (folder / "in doubt").exists():
            return base.Deferred("no answer", peer=False)
        return base.Delivered(parcel.item_id)

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        if (self.settings.folder / "away").exists():
            message = "the office system does not answer"
            raise base.PeerTroubleError(message)
        for path in sorted((self.settings.folder / "tray").glob(f"*.{message_type}.xml")):
            yield Offered(self.settings.folder, path, message_type)

    async def news(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05))

    async def check(self) -> str | None:
        return None if self.settings.folder.is_dir() else "no such folder"


class Offered(base.Incoming):
    """One file of the tray."""

    def __init__(self, folder: Path, path: Path, message_type: str) -> None:
        self._folder, self._path = folder, path
        self.remote_id = path.name
        self.message_type = message_type
        beside = path.with_suffix(".json")
        self.sending = json.loads(beside.read_text()) if beside.exists() else {}

    async def body(self) -> AsyncIterator[bytes]:
        try:
            yield self._path.read_bytes()
        except OSError as cause:
            raise base.PeerTroubleError(str(cause)) from cause

    async def confirm(self, taken: base.Taken) -> None:
        self._tell({"package_id": taken.package_id, "receipt": taken.receipt, "sha256": taken.sha256})

    async def reject(self, declined: base.Declined) -> None:
        self._tell({"code": declined.code, "title": declined.title_vi})

    def _tell(self, said: dict) -> None:
        if (self._folder / "deaf").exists():
            message = "the office system hears nothing"
            raise base.PeerTroubleError(message)
        told = self._folder / "told"
        told.mkdir(exist_ok=True)
        with (told / f"{self.remote_id}.json").open("a") as log:
            log.write(json.dumps(said) + "\n")
        self._path.unlink(missing_ok=True)
