"""Staging tables in the office system's own PostgreSQL or SQLite database. The tables are described in `schema/`.

Each package that comes is one row of truc_incoming with its files; what the office writes into truc_outgoing and
truc_status_out is offered, and answered in the same row. Unique keys make each of them happen once; transactions are
short, every wait ends, and an outcome that is not known is doubt.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Literal

import sqlalchemy
from pydantic import Field, SecretStr, field_validator, model_validator
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors import base
from connectors.database import arriving, leaving, place
from connectors.forms import notes
from connectors.forms.wrong import FormError
from edxml.faults import Refusal

_DRIVERS = ("postgresql", "sqlite")
_PIECE_BYTES = 1 << 20
_SLOWEST_BYTES_SECOND = 500_000


CLOSE_SECONDS: Final = 5.0
"""How long the end of a connection may keep a stopping hub."""


class Settings(base.Settings):
    """Which database, and what may be done there."""

    url: str = Field(description="postgresql://account@host:port/database, or sqlite:////absolute/path; no password")
    password: SecretStr = Field(SecretStr(""), description="The password of the account (PostgreSQL)")
    tls: Literal["verify", "off"] = Field("verify", description="verify: TLS with a checked certificate; off: none")
    ca_file: str = Field("", description="PEM file of the authority that issued the server's certificate")
    create_tables: bool = Field(False, description="Make the staging tables when missing; else run the SQL by hand")
    poll_seconds: int = Field(30, ge=1, le=86_400, description="How often the tables are searched in any case")
    look_seconds: float = Field(
        2.0, ge=0.05, le=3600, description="How often a new row is looked for; PostgreSQL tells of one at once"
    )
    largest_bytes: int = Field(
        100_000_000, ge=1, le=1_000_000_000, description="Most bytes of one document, which is held in memory"
    )

    @field_validator("url")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            url = sqlalchemy.make_url(text)
        except (ArgumentError, ValueError):
            message = "is not written like postgresql://account@host/database"
            raise ValueError(message) from None
        if url.drivername not in _DRIVERS:
            message = "begins with postgresql:// or sqlite:///"
            raise ValueError(message)
        if url.password is not None or url.query:
            message = "carries neither a password nor options: both are settings of their own"
            raise ValueError(message)
        if url.drivername == "sqlite" and not (url.database or "").startswith("/"):
            message = "names the file by its absolute path, with four slashes: sqlite:////var/lib/office.db"
            raise ValueError(message)
        if url.drivername == "postgresql" and not (url.host and url.username and url.database):
            message = "names account, host and database"
            raise ValueError(message)
        return text

    @model_validator(mode="after")
    def _tls_or_here(self) -> Settings:
        if self.ca_file and self.tls == "off":
            message = "ca_file is for tls = verify"
            raise ValueError(message)
        return self


class Connector(base.Connector):
    """The tables' other side."""

    settings_type = Settings
    collects = True
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        url = sqlalchemy.make_url(settings.url)
        password = settings.password.get_secret_value()
        self._address = place.Address(
            url, password, settings.tls, settings.ca_file, tools.timeout_seconds, tools.permits
        )
        self._pool = place.engine(self._address)
        self._ready = False
        self._sign: tuple[Any, ...] | None = None
        self._rung = asyncio.Event()
        self._listening: Any = None

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Write it into truc_incoming. An item that is there is not written again."""
        if parcel.size > self.settings.largest_bytes:
            return base.Refused(f"larger than the {self.settings.largest_bytes} bytes this system takes", "too_large")
        try:
            async with self.transaction() as connection:
                if await arriving.known(connection, parcel):
                    return base.Delivered(parcel.item_id[:100])
        except arriving.OtherBytesError:
            return base.Deferred("this item arrived before with other bytes", peer=False, untouched=True)
        except place.TroubleError as trouble:
            return base.Deferred(str(trouble), untouched=True)
        return await self._take(parcel)

    async def _take(self, parcel: base.Parcel) -> base.Outcome:
        try:
            with tempfile.TemporaryDirectory(prefix="truc-database-") as work:
                path = Path(work) / "package"
                await arriving.spool(parcel, path)
                rows = await asyncio.to_thread(arriving.read, parcel, path)
            async with self.transaction(3 * parcel.size) as connection:
                await arriving.put(connection, parcel, rows)
        except arriving.OtherBytesError:
            return base.Deferred("this item arrived before with other bytes", peer=False)
        except ValueError as wrong:
            return base.Deferred(str(wrong), peer=False)
        except place.TroubleError as trouble:
            return base.Deferred(str(trouble))
        except OSError as trouble:
            return base.Deferred(f"no room to work: {trouble.strerror}", peer=False)
        return base.Delivered(parcel.item_id[:100])

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """The new rows of truc_outgoing (documents) or truc_status_out, in the order they were written."""
        async with self.transaction() as connection:
            keys = await leaving.waiting(connection, message_type)
        for key in keys:
            offered = await self._offered(key, message_type)
            if offered is not None:
                yield offered

    async def _offered(self, key: str | int, message_type: str) -> Offered | None:
        """One row; None when it was refused here because nothing can be made of it, or is no longer new."""
        empty = leaving.Written(key, message_type, None, None)
        try:
            written = await self._load(key, message_type)
            meant = await self.meaning(written) if written is not None else None
        except FormError as cause:
            await self._refuse(empty, notes.declined(cause))
            return None
        if written is None or meant is None:
            return None
        return Offered(self, written, meant.sha256, meant.beside)

    async def _load(self, key: str | int, message_type: str) -> leaving.Written | None:
        async with self.transaction(self.settings.largest_bytes) as connection:
            return await leaving.load(connection, key, message_type, self.settings.largest_bytes)

    async def meaning(self, written: leaving.Written) -> leaving.Meant | None:
        """The package a row means; None after it was refused because it means none."""
        try:
            return await asyncio.to_thread(leaving.meaning, written, self.tools.name_of)
        except (FormError, Refusal) as cause:
            await self._refuse(written, notes.declined(cause))
            return None

    async def _refuse(self, written: leaving.Written, declined: base.Declined) -> None:
        self.tools.log.warning("row refused", message_type=written.message_type, fault=declined.code)
        async with self.transaction() as connection:
            await leaving.refused(connection, written, "", declined)

    async def again(self, written: leaving.Written, sha256: str) -> leaving.Meant:
        """The package of a row that was offered. Raises PeerTroubleError when it is another one by now."""
        now = await self._load(written.key, written.message_type)
        meant = await self.meaning(now) if now is not None else None
        if meant is None or meant.sha256 != sha256:
            message = "the row changed while it was read"
            raise base.PeerTroubleError(message)
        return meant

    async def news(self, seconds: float) -> None:
        """Wait until a row is new: PostgreSQL rings, otherwise the tables are looked at now and then."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._rung.clear()
            with contextlib.suppress(place.TroubleError):
                await self._listen()
                async with self.transaction() as connection:
                    sign = await leaving.sign(connection)
                if sign != self._sign:
                    first, self._sign = self._sign is None, sign
                    if not first or any(sign):
                        return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, self.settings.look_seconds)):
                    await self._rung.wait()

    async def _listen(self) -> None:
        """Be told of new rows, where the database can tell. Raises TroubleError."""
        if self._address.is_sqlite or (self._listening is not None and not self._listening.is_closed()):
            return
        async with place.troubles(self._address.timeout_seconds):
            self._listening = await place.connect(self._address)
            await self._listening.add_listener(place.RUNG, lambda *_: self._rung.set())

    @contextlib.asynccontextmanager
    async def transaction(self, size: int = 0) -> AsyncIterator[AsyncConnection]:
        """One short transaction in tables that are there. Raises TroubleError."""
        if not self._ready:
            await place.ready(self._pool, self._address, make=self.settings.create_tables)
            self._ready = True
        seconds = self._address.timeout_seconds + size / _SLOWEST_BYTES_SECOND
        async with place.transaction(self._pool, seconds) as connection:
            yield connection

    async def check(self) -> str | None:
        """Whether the database answers and its tables are of this version."""
        try:
            await place.ready(self._pool, self._address, make=self.settings.create_tables)
        except place.TroubleError as trouble:
            return str(trouble)
        return None

    async def close(self) -> None:
        """Close every connection; one that waits for somebody's lock is left to end by itself."""
        if self._listening is not None:
            with contextlib.suppress(place.TroubleError):
                async with place.troubles(CLOSE_SECONDS):
                    await self._listening.close(timeout=CLOSE_SECONDS)
        with contextlib.suppress(place.TroubleError):
            async with place.troubles(CLOSE_SECONDS):
                await self._pool.dispose()


class Offered(base.Incoming):
    """One row. Its id is the digest of its package: other bytes are another offer."""

    def __init__(self, connector: Connector, written: leaving.Written, sha256: str, beside: dict[str, Any]) -> None:
        self._connector = connector
        self._written = leaving.light(written)
        self.remote_id = sha256
        self.message_type = written.message_type
        self.sending = beside

    async def body(self) -> AsyncIterator[bytes]:
        """The bytes of the package."""
        meant = await self._connector.again(self._written, self.remote_id)
        for at in range(0, len(meant.data), _PIECE_BYTES):
            yield meant.data[at : at + _PIECE_BYTES]

    async def confirm(self, taken: base.Taken) -> None:
        """Write the receipt into the row."""
        async with self._connector.transaction() as connection:
            await leaving.sent(connection, self._written, self.remote_id, taken)

    async def reject(self, declined: base.Declined) -> None:
        """Write the reason into the row."""
        async with self._connector.transaction() as connection:
            await leaving.refused(connection, self._written, self.remote_id, declined)
