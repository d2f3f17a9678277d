"""An office system under check: the documents it is sent, what is seen of it, and waiting for it."""

from __future__ import annotations

import asyncio
import tempfile
import time
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiohttp

from connectors.testing import parcels
from connectors.testing.scenario import Failed, Words
from edxml.testing import make_package, plain_pdf
from hub.conformance.line import Fault, Trouble
from hub.conformance.report import Line as Told
from hub.conformance.sandbox import SUBJECT, Sandbox

T = TypeVar("T")
Door = Literal["native", "vxp"]

_PAUSE_SECONDS = 0.2


class NotSeen(Exception):  # noqa: N818 - a verdict, not an accident
    """Nothing was shown, either way: a person or this door could show it."""

    def __init__(self, cause: Words, remedy: Words) -> None:
        super().__init__(cause.en)
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that a made-up agency sent to the system under check."""

    package_id: str
    document_id: str
    sha256: str
    recipients: tuple[str, ...]
    subject: str


@dataclass(slots=True)
class Live:
    """Everything a live scenario may use.

    patience_seconds: longest wait for one thing that a machine does. people_seconds: for what a person must do.
    """

    sandbox: Sandbox
    door: Door
    patience_seconds: float
    people_seconds: float
    large_bytes: int
    seed: str
    documents: dict[str, Sent] = field(default_factory=dict)

    def mark(self, name: str) -> str:
        """The code in brackets with which the subject of this document begins; an answer to it bears it too."""
        return f"[{self.seed} {name}]"

    async def send(
        self,
        name: str,
        task: str = "",
        *,
        to: Sequence[str] = SUBJECT[:1],
        data: bytes | Path | None = None,
        **more: Any,
    ) -> Sent:
        """Send a document once; the same one each time it is asked for by its name.

        task: what the clerk is asked to do with it, read in the subject.
        """
        if name not in self.documents:
            subject = f"{self.mark(name)}: {task or 'chỉ nhận, không xử lý / receive only'}"
            package = make_package(self.sandbox.sender.code, to, subject=subject, **more) if data is None else data
            told = await self.sandbox.sender.send(package)
            self.documents[name] = Sent(told["package_id"], told["document_id"], told["sha256"], tuple(to), subject)
        return self.documents[name]

    async def until(self, question: Callable[[], Awaitable[T]], seconds: float | None = None) -> T | None:
        """The first true answer; None when there is none in time."""
        end = time.monotonic() + (self.patience_seconds if seconds is None else seconds)
        while True:
            try:
                if answer := await question():
                    return answer
            except aiohttp.ClientError:  # the hub is just being started anew
                pass
            if time.monotonic() > end:
                return None
            await asyncio.sleep(_PAUSE_SECONDS)

    async def taken(self, sent: Sent, seconds: float | None = None) -> bool:
        """Whether every recipient fetched and acknowledged it in time."""

        async def question() -> bool:
            shown = await self.sandbox.sender.package(sent.package_id)
            return all(
                one["status"] == "delivered" for one in shown["deliveries"] if one["recipient"] in sent.recipients
            )

        return bool(await self.until(question, seconds))

    async def must_take(self, sent: Sent, what: Words, remedy: Words) -> None:
        """Raises Failed when it is not fetched and acknowledged in time."""
        if not await self.taken(sent):
            raise Failed(what, remedy)

    async def events(self, sent: Sent, kind: str) -> list[dict[str, Any]]:
        """The lines of its timeline of this type."""
        return [one for one in await self.sandbox.sender.timeline(sent.package_id) if one["type"] == kind]

    async def said(self, sent: Sent, code: str, seconds: float | None = None) -> list[dict[str, Any]]:
        """What the system said about it with this status code; waited for, [] when nothing came."""
        return await self.until(lambda: self.events(sent, f"status.{code}"), seconds) or []

    async def came_back(self, text: str, seconds: float | None = None) -> list[dict[str, Any]]:
        """Documents of the system under check whose subject holds this text, as they wait at the sender."""

        async def question() -> list[dict[str, Any]]:
            lines = await self.sandbox.sender.waiting()
            return [one for one in lines if one["kind"] == "new" and text in (one["subject"] or "")]

        return await self.until(question, seconds) or []

    def trouble(self, trouble: Trouble, concerns: Callable[[str, str], bool], times: int | None = None) -> Fault:
        """Spoil the line from now on."""
        self.sandbox.line.fault = Fault(trouble, concerns, times)
        return self.sandbox.line.fault

    def clear(self) -> None:
        """The line is good again; what hangs goes on hanging."""
        self.sandbox.line.fault = None

    async def met(self, fault: Fault, times: int = 1, seconds: float | None = None) -> bool:
        """Whether the system ran into the fault so often in time."""

        async def question() -> bool:
            return fault.hits >= times

        return bool(await self.until(question, seconds))

    def is_send(self, method: str, path: str) -> bool:
        """Whether a request hands a package in."""
        if self.door == "vxp":
            return path.endswith("/sendEdoc")
        return method == "POST" and path.endswith("/api/v1/packages")

    def is_fetch(self, _: str, path: str) -> bool:
        """Whether a request fetches content."""
        if self.door == "vxp":
            return path.endswith(("/getEdoc", "/downloadEdoc"))
        return path.startswith("/api/v1/packages/") and ("/content" in path or "/attachments" in path)

    def is_ack(self, _: str, path: str) -> bool:
        """Whether a request acknowledges a document."""
        return path.endswith("/updateStatus") if self.door == "vxp" else path.endswith("/ack")


def of_form(form: Literal["NFC", "NFD"]) -> dict[str, Any]:
    """A document with a Vietnamese file name in this form."""
    name = unicodedata.normalize(form, "Quyết định phê duyệt kế hoạch (bản ưu tiên).pdf")
    return {"attachments": [(name, plain_pdf(10_000, name))]}


async def large(live: Live) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A large document as a file; the folder is the caller's to clear."""
    folder = tempfile.TemporaryDirectory(prefix="truc-check-large-")
    path = Path(folder.name) / "large.edxml"
    subject = f"{live.mark('large')}: chỉ nhận, không xử lý / receive only"
    sender = live.sandbox.sender.code
    await asyncio.to_thread(parcels.large, path, live.large_bytes, sender, SUBJECT[0], subject)
    return folder, path


@dataclass(frozen=True, slots=True)
class LiveScenario:
    """One promise of an office system, tried.

    level: the lowest that needs it. doors: at which it can be seen. needs: a person at the system must act.
    """

    id: str
    title: Words
    level: int
    run: Callable[[Live], Awaitable[None]]
    doors: tuple[Door, ...] = ("native", "vxp")

    async def told(self, live: Live) -> Told:
        """Run it, and say what came of it; the line is good afterwards."""
        if live.door not in self.doors:
            return Told(self.id, self.title, self.level, "not_applicable")
        began = time.monotonic()
        verdict, cause, remedy = "passed", None, None
        try:
            await self.run(live)
        except Failed as failed:
            verdict, cause, remedy = "failed", failed.cause, failed.remedy
        except NotSeen as unseen:
            verdict, cause, remedy = "not_seen", unseen.cause, unseen.remedy
        finally:
            live.clear()
        return Told(self.id, self.title, self.level, verdict, time.monotonic() - began, cause, remedy)
