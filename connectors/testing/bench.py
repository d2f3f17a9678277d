"""The bench: a connector under trial, its peer, and everything it said while it was tried."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretBytes, SecretStr, ValidationError

from connectors import base, outgoing
from connectors.testing import parcels
from connectors.testing.peer import Arrival, Mode, Offer, OfferState, Peer
from connectors.testing.scenario import Failed, Result, Scenario, Words

LOOPBACK = ("127.0.0.0/8", "::1/128")


class Heard:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, event: str, **facts: Any) -> None:
        """Keep a line."""
        self.lines.append(f"{event} {facts}")

    warning = info


@dataclass(slots=True)
class Bench:
    """One connector class and one fresh peer.

    timeout_seconds: what the connector is told as the longest wait for a sign of life. hard_seconds: after this many
    it had time for every reasonable wait. large_bytes: the size of a large package. networks: which addresses it may
    call besides public ones. said: texts in which a secret could have leaked.
    """

    kind: str
    connector_type: type[base.Connector]
    peer: Peer | None
    folder: Path
    timeout_seconds: float = 1
    hard_seconds: float = 12
    large_bytes: int = 200_000_000
    networks: tuple[str, ...] = LOOPBACK
    log: Heard = field(default_factory=Heard)
    said: list[str] = field(default_factory=list)

    def settings(self) -> base.Settings:
        """The settings that reach the peer. Raises Failed when the connector's own class does not take them."""
        given = dict(self.peer.settings()) if self.peer is not None else {}
        try:
            return self.connector_type.settings_type.model_validate(given)
        except ValidationError as cause:
            names = ", ".join(".".join(str(part) for part in one["loc"]) for one in cause.errors(include_input=False))
            raise Failed(
                Words(f"các tham số của bên kia không hợp lệ: {names}", f"the peer's settings are not valid: {names}"),
                Words("sửa settings() của Peer hoặc lớp Settings", "mend the peer's settings() or the class Settings"),
            ) from cause

    def there(self) -> Peer:
        """The peer; only for scenarios that apply to one."""
        assert self.peer is not None, "the scenario applies to connectors with a peer"
        return self.peer

    @contextlib.asynccontextmanager
    async def connector(self) -> AsyncIterator[base.Connector]:
        """A new connector as the hub makes one; closed at the end."""
        guard = outgoing.Guard(self.networks)
        async with outgoing.session(guard, timeout_seconds=self.timeout_seconds) as http:
            tools = base.Tools(http, lambda: datetime.now(UTC), self.log, self.timeout_seconds, permits=guard.permits)
            made = self.connector_type(self.settings(), tools)
            try:
                yield made
            finally:
                self.said += [repr(made), str(made)]
                await self.in_time(made.close(), "close()")

    def parcel(self, source: bytes | Path | None = None, **more: Any) -> parcels.Watched:
        """A new parcel: a small package unless given."""
        return parcels.Watched(parcels.small() if source is None else source, str(uuid.uuid4()), **more)

    async def attempt(self, connector: base.Connector, watched: parcels.Watched) -> base.Outcome:
        """One delivery, not longer than `hard_seconds`. Raises Failed when there is no outcome."""
        outcome = await self.in_time(connector.deliver(watched.parcel()), "deliver()")
        if not isinstance(outcome, base.Delivered | base.Parked | base.Deferred | base.Refused):
            raise Failed(
                Words(f"deliver() trả về {type(outcome).__name__}", f"deliver() gave {type(outcome).__name__}"),
                Words("trả về một trong bốn kết quả của connectors.base", "give one of the four outcomes"),
            )
        self.said.append(repr(outcome))
        return outcome

    async def delivered(self, connector: base.Connector, watched: parcels.Watched) -> base.Delivered:
        """An attempt that must succeed with a peer that behaves."""
        outcome = await self.attempt(connector, watched)
        if not isinstance(outcome, base.Delivered):
            shown = _shown(outcome)
            raise Failed(
                Words(
                    f"bên kia hoạt động bình thường mà kết quả là {shown}", f"the peer behaves, the outcome: {shown}"
                ),
                Words("trả về Delivered khi bên kia xác nhận đã có gói", "give Delivered once the peer says it has it"),
            )
        return outcome

    async def arrivals(self, watched: parcels.Watched) -> list[Arrival]:
        """The effects at the peer that are this parcel, whole or not."""
        return [one for one in await self.there().received() if one.item_id in ("", watched.item_id)]

    async def collected(self, connector: base.Connector, message_type: str = "edoc") -> list[base.Incoming]:
        """Everything offered now. Raises PeerTroubleError as the connector does."""

        async def whole() -> list[base.Incoming]:
            async with contextlib.aclosing(connector.collect(message_type)) as offered:  # type: ignore[type-var]
                return [one async for one in offered]

        found: list[base.Incoming] = await self.in_time(whole(), "collect()", trouble=True)
        return found

    async def body(self, incoming: base.Incoming) -> bytes:
        """All bytes of an offered package. Raises PeerTroubleError as the connector does."""

        async def whole() -> bytes:
            return b"".join([piece async for piece in incoming.body()])

        found: bytes = await self.in_time(whole(), "body()", trouble=True)
        return found

    async def told(self, answer: Any, name: str) -> None:
        """Wait for confirm() or reject() of a peer that behaves."""
        await self.in_time(answer, name)

    async def offers(self, state: OfferState) -> list[Offer]:
        """What the peer offered and now has in this state."""
        return [one for one in await self.there().offers() if one.state == state]

    async def misbehave(self, mode: Mode | None) -> None:
        """Tell the peer how to be."""
        await self.there().misbehave(mode)

    async def in_time(self, work: Any, name: str, *, trouble: bool = False) -> Any:
        """What `work` gives, waited for `hard_seconds` at most. Raises Failed; PeerTroubleError where it may.

        name: of what is called, for the cause. trouble: PeerTroubleError is an answer.
        """
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self.hard_seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=2)
            seconds = f"{self.hard_seconds:g}"
            raise Failed(
                Words(f"{name} không kết thúc sau {seconds} giây", f"{name} did not end within {seconds} s"),
                Words(
                    "đặt thời hạn tools.timeout_seconds cho mỗi lần chờ",
                    "put tools.timeout_seconds around every wait for the peer",
                ),
            )
        if (raised := task.exception()) is None:
            return task.result()
        self.said.append(f"{type(raised).__name__}: {raised}")
        if trouble and isinstance(raised, base.PeerTroubleError):
            raise raised
        kind = type(raised).__name__
        raise Failed(
            Words(f"{name} phát sinh ngoại lệ {kind}", f"{name} raised {kind}"),
            Words(
                "deliver() trả về Deferred thay vì ngoại lệ; collect, body, confirm, reject chỉ dùng PeerTroubleError",
                "deliver() gives Deferred and never raises; collect, body, confirm, reject raise PeerTroubleError only",
            ),
        ) from raised


def secrets_of(settings: base.Settings) -> set[str]:
    """The secret values among settings, those of nested ones too."""
    found: set[str] = set()
    waiting: list[Any] = list(dict(settings).values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, SecretStr):
            found.add(value.get_secret_value())
        elif isinstance(value, SecretBytes):
            found.add(value.get_secret_value().decode(errors="replace"))
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
        elif hasattr(value, "model_fields_set"):
            waiting += dict(value).values()
    return {one for one in found if len(one) > 3}


async def run(scenario: Scenario, bench: Bench) -> Result:
    """Start the peer, run the scenario, stop the peer. Never raises for what the connector does."""
    if not scenario.applies(bench.peer):
        return Result(scenario.id, scenario.title, None)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder, _listening(bench.log):
        bench.folder = Path(folder)
        failure: Failed | None = None
        if bench.peer is not None:
            await bench.peer.start()
        try:
            await scenario.run(bench)
        except Failed as found:
            failure = found
        except base.PeerTroubleError:
            failure = Failed(
                Words("gặp PeerTroubleError dù bên kia bình thường", "PeerTroubleError although the peer behaves"),
                Words("chỉ báo lỗi khi bên kia thật sự có lỗi", "raise it only for trouble of the peer"),
            )
        finally:
            if bench.peer is not None:
                await bench.peer.stop()
    seconds = time.monotonic() - began
    if failure is None:
        return Result(scenario.id, scenario.title, True, seconds)
    return Result(scenario.id, scenario.title, False, seconds, _with_mistakes(failure.cause, bench), failure.remedy)


def _with_mistakes(cause: Words, bench: Bench) -> Words:
    """The cause, and what went wrong in the peer itself before it."""
    mistakes = bench.peer.mistakes() if bench.peer is not None else []
    if not mistakes:
        return cause
    told = mistakes[0][:200]
    return Words(f"lỗi trong chính Peer: {told}; {cause.vi}", f"a mistake in the Peer: {told}; {cause.en}")


def _shown(outcome: base.Outcome) -> str:
    reason = f": {outcome.reason}" if isinstance(outcome, base.Deferred | base.Refused) else ""
    return f"{type(outcome).__name__}{reason}"[:200]


@contextlib.contextmanager
def _listening(log: Heard) -> Iterator[None]:
    """What anybody writes with the standard library's logging is heard too."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.lines.append(record.getMessage())

    ear = Ear()
    root = logging.getLogger()
    root.addHandler(ear)
    try:
        yield
    finally:
        root.removeHandler(ear)
