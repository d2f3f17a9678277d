"""An office whose software cannot be changed: a shared folder, and the real agent between that folder and the hub."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

from connectors.agent import running, settings
from hub import key_making
from hub.cli import connector_run
from hub.cli.demo.cast import Role
from hub.cli.demo.offices import PATIENCE_SECONDS, NothingCameError

T = TypeVar("T")

_PAUSE_SECONDS = 0.05
_AGENT = """\
# Đại lý của {name} trong `truc demo`. / The agent beside an office system in `truc demo`.
[agent]
codes = ["{organ_id}"]
folder = "data"
poll_seconds = 1
retry_seconds = [1]
heartbeat_seconds = 5

[hub]
kind = "truc"
url = "{url}"
system_id = "{system_id}"
secret_file = "secret"
poll_seconds = 1

[office]
kind = "folder"
path = "{share}"
make_folders = true
settle_seconds = 0.1
look_seconds = 0.2
poll_seconds = 1
"""


class FolderOffice:
    """The office's side: it reads and writes files in the shared folder and knows nothing of the hub."""

    def __init__(self, role: Role, share: Path) -> None:
        self.role = role
        self.share = share

    async def received(self, document_id: str) -> tuple[dict[str, Any], bytes]:
        """What is told of the document in in/, and its package. Raises NothingCameError."""
        return await self._until(lambda: self._received(document_id), f"in/ {document_id}")

    def put(self, name: str, form: dict[str, Any], pdf: bytes) -> None:
        """A document to send: its file, then its form, which appears whole."""
        (self.share / "out" / f"{name}.pdf").write_bytes(pdf)
        self._appear(self.share / "out" / f"{name}.json", {**form, "files": [f"{name}.pdf"]})

    def answer(self, name: str, form: dict[str, Any]) -> None:
        """A status about a document that came."""
        self._appear(self.share / "status" / f"{name}.json", form)

    async def told(self, file: str) -> str:
        """The text of a file such as `refused/NAME.ly-do.txt`, once it is there. Raises NothingCameError."""
        path = self.share / file
        return await self._until(lambda: path.read_text("utf-8-sig") if path.is_file() else None, file)

    def copies(self, document_id: str) -> int:
        """How many entries of in/ are this document."""
        return sum(form.get("document_id") == document_id and form["kind"] == "new" for form, _ in self._forms())

    def _received(self, document_id: str) -> tuple[dict[str, Any], bytes] | None:
        for form, path in self._forms():
            if form.get("document_id") == document_id and form["kind"] == "new":
                return form, path.with_suffix(".edxml").read_bytes()
        return None

    def _forms(self) -> list[tuple[dict[str, Any], Path]]:
        whole = [path for path in (self.share / "in").glob("*.json") if not path.name.startswith(".")]
        return [(json.loads(path.read_text("utf-8")), path) for path in whole if path.with_suffix(".edxml").is_file()]

    async def _until(self, look: Callable[[], T | None], what: str) -> T:
        until = time.monotonic() + PATIENCE_SECONDS
        while (found := await asyncio.to_thread(look)) is None:
            if time.monotonic() > until:
                message = f"{self.role.short}: {what} did not come within {PATIENCE_SECONDS:.0f} s"
                raise NothingCameError(message)
            await asyncio.sleep(_PAUSE_SECONDS)
        return found

    @staticmethod
    def _appear(path: Path, form: dict[str, Any]) -> None:
        beside = path.with_suffix(".tmp")
        beside.write_text(json.dumps(form, ensure_ascii=False), "utf-8")
        beside.rename(path)


@contextlib.asynccontextmanager
async def opened(folder: Path, role: Role, url: str, secret: str) -> AsyncIterator[FolderOffice]:
    """The office with its agent at work. folder: an empty one gets agent.toml, the agent's data and the share."""
    share = folder / "van-ban"
    for name in ("out", "in", "status", "sent", "refused"):
        (share / name).mkdir(parents=True)
    key_making.write_private(folder / "secret", secret.encode())
    said = {"name": role.name, "organ_id": role.organ_id, "url": url, "system_id": role.system, "share": share}
    (folder / "agent.toml").write_text(_AGENT.format_map(said), "utf-8")
    chosen = settings.load(folder / "agent.toml")
    stop = asyncio.Event()
    async with (
        connector_run.surroundings(chosen) as tools_of,
        running.opened(chosen, tools_of, "truc agent (demo)") as agent,
    ):
        work = asyncio.create_task(agent.run(stop))
        try:
            yield FolderOffice(role, share)
        finally:
            stop.set()
            await work
