"""Mistake: the file has its final name while it is still being written."""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import Field

from connectors import base


class Settings(base.Settings):
    folder: Path = Field(description="Where packages are put")


class Connector(base.Connector):
    settings_type = Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        target = self.settings.folder / f"{parcel.item_id}.xml"
        try:
            with target.open("wb") as file:
                async with contextlib.aclosing(parcel.open()) as source:
                    async for piece in source:
                        file.write(piece)
        except OSError as cause:
            return base.Deferred(type(cause).__name__, peer=True)
        return base.Delivered(target.name)
