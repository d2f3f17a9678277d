"""A small driver of headless Chromium over its DevTools protocol: go, type, click, look, photograph."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

PATIENCE_SECONDS = 30
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
)  # fmt: skip


class Tab:
    """One open page. `asked`: every address it asked for; `complaints`: errors the browser noted (CSP among them)."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._socket = socket
        self._number = 0
        self._session = ""
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._loaded = asyncio.Event()

    async def call(self, method: str, **values: Any) -> Any:
        """One command of the protocol."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        told = {"id": self._number, "method": method, "params": values}
        await self._socket.send_json(told | ({"sessionId": self._session} if self._session else {}))
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)

    async def listen(self) -> None:
        """Sort what the browser says until it goes."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                answer = self._answers.pop(said["id"])
                if "error" in said:
                    answer.set_exception(RuntimeError(said["error"]["message"]))
                else:
                    answer.set_result(said["result"])
                continue
            values = said["params"]
            if said["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif said["method"] == "Network.requestWillBeSent":
                self.asked.append(values["request"]["url"])
            elif said["method"] == "Log.entryAdded" and values["entry"]["level"] == "error":
                self.complaints.append(values["entry"]["text"])

    async def open(self) -> None:
        """Attach to a fresh page."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            await self.call(f"{domain}.enable")

    async def go(self, url: str) -> None:
        """Open an address and wait for it."""
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), PATIENCE_SECONDS)

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression gives on the page (asked by the driver; the pages have none)."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def text(self) -> str:
        """The page as a person reads it."""
        return " ".join((await self.value("document.body.innerText")).split())

    async def type(self, selector: str, text: str) -> None:
        """Put text into a field."""
        await self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)

    async def click(self, selector: str, *, leads_on: bool = True) -> None:
        """Click in the middle of an element; wait for the next page unless it `leads_on` nowhere."""
        place = await self.value(
            f"(e => {{ e.scrollIntoView({{block: 'center', behavior: 'instant'}}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })"
            f"(document.querySelector({json.dumps(selector)}))"
        )
        self._loaded.clear()
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
        if leads_on:
            await asyncio.wait_for(self._loaded.wait(), PATIENCE_SECONDS)

    async def resize(self, width: int, height: int = 900) -> None:
        """Give the window a size in CSS pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def prefer_dark(self, dark: bool) -> None:
        """The reader's colour preference."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def photograph(self, path: Path) -> None:
        """The whole page as PNG."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@contextlib.asynccontextmanager
async def chromium(program: str) -> AsyncIterator[Tab]:
    """A browser with a fresh profile and one tab; it ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="truc-chromium-"))
    process = await asyncio.create_subprocess_exec(
        program, *_FLAGS, f"--user-data-dir={folder}",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = await _address(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
            tab = Tab(socket)
            listening = asyncio.create_task(tab.listen())
            await tab.open()
            yield tab
            with contextlib.suppress(Exception):
                await asyncio.wait_for(tab.call("Browser.close"), 2)
            listening.cancel()
            await asyncio.wait({listening})
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _address(file: Path) -> str:
    """Where the browser listens: it writes port and path into this file once it does."""

    def look() -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        message = "Chromium did not start"
        raise TimeoutError(message)

    return await asyncio.to_thread(look)
