"""Scenarios of what a connector is before it works and after: import, settings, secrets, letting go."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretBytes, SecretStr, ValidationError

from connectors import base
from connectors.testing import parcels
from connectors.testing.bench import Bench, secrets_of
from connectors.testing.collecting import NO
from connectors.testing.peer import Mode, Peer
from connectors.testing.scenario import Failed, Scenario, Words

IMPORT_SECONDS = 4.0
"""CPU time that importing a connector may cost beyond its contract."""

_SECRET = re.compile(r"(secret|password|passphrase|passwd|token|private_key|api_key)(?!.*(_file|_path|_seconds|_url)$)")

_IMPORT = """
import json, logging, os, sys, threading, time
sys.path[:0] = json.loads(sys.argv[2])
from connectors import base
import connectors, asyncio, ssl
seen = []
def hook(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(f"open {args[0]}")
    elif event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.system",
                   "os.posix_spawn", "os.mkdir", "os.remove", "os.rename", "os.chmod", "signal.pthread_kill"):
        seen.append(event)
environment, threads, handlers = dict(os.environ), threading.active_count(), len(logging.getLogger().handlers)
sys.addaudithook(hook)
began = time.process_time()
connectors.load(sys.argv[1])
took = time.process_time() - began
if dict(os.environ) != environment: seen.append("os.environ")
if threading.active_count() != threads: seen.append("thread")
if len(logging.getLogger().handlers) != handlers: seen.append("logging")
seen += [name for name in sys.modules if name.split(".")[0] in ("hub", "agency_registry")]
print(json.dumps({"seen": seen, "seconds": took}))
"""


async def imports_quietly(bench: Bench) -> None:
    """Importing starts nothing, writes nothing, calls nobody, needs no hub, and is quick."""
    command = [sys.executable, "-B", "-c", _IMPORT, bench.kind, json.dumps([one for one in sys.path if one])]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()
        out, err = b"", b"TimeoutError: the import did not end\n"
    lines = out.decode(errors="replace").splitlines()
    if process.returncode or not lines:
        last = (err.decode(errors="replace").splitlines() or ["?"])[-1][:200]
        raise Failed(Words(f"không nạp được: {last}", f"it cannot be imported: {last}"),
                     Words("sửa lỗi khi nạp tệp", "mend what the import says"))  # fmt: skip
    found = json.loads(lines[-1])
    if found["seen"] or len(lines) > 1:
        shown = ", ".join(sorted(set(found["seen"]))[:5]) or "print"
        raise Failed(
            Words(f"nạp tệp đã gây tác dụng phụ: {shown}", f"importing it has an effect: {shown}"),
            Words("dời vào __init__ hoặc deliver()", "move it into __init__ or deliver()"),
        )
    if found["seconds"] > IMPORT_SECONDS:
        seconds = f"{found['seconds']:.1f}"
        raise Failed(
            Words(f"nạp tệp mất {seconds} giây", f"importing it takes {seconds} s"),
            Words("nạp thư viện nặng khi cần đến", "import heavy libraries where they are needed"),
        )


async def settings_described(bench: Bench) -> None:
    """Each setting says what it means, secrets are typed as secrets, an unknown one is an error."""
    kind = bench.connector_type.settings_type
    for name, field in kind.model_fields.items():
        if not field.description:
            raise Failed(
                Words(f"tham số {name} không có mô tả", f"the setting {name} has no description"),
                Words("thêm Field(description=…)", "add Field(description=…)"),
            )
        if _SECRET.search(name) and not _is_secret(field.annotation):
            raise Failed(
                Words(
                    f"tham số {name} là bí mật mà không phải SecretStr",
                    f"the setting {name} is a secret, not SecretStr",
                ),
                Words("dùng pydantic.SecretStr", "use pydantic.SecretStr"),
            )
    given = dict(bench.peer.settings()) if bench.peer is not None else {}
    try:
        kind.model_validate({**given, "khong_co_tham_so_nay": 1})
    except ValidationError:
        return
    raise Failed(
        Words("tham số lạ được bỏ qua", "an unknown setting is passed over"),
        Words("kế thừa connectors.base.Settings", "derive from connectors.base.Settings"),
    )


async def keeps_secrets(bench: Bench) -> None:
    """No secret and no content in texts, logs, exceptions and reasons, whatever happens."""
    settings = bench.settings()
    peer = bench.there()
    bench.said += [repr(settings), str(settings), str(settings.model_dump())]
    for mode in (None, *sorted(peer.modes)):
        async with bench.connector() as connector:
            await bench.misbehave(mode) if mode is not None else None
            await bench.attempt(connector, bench.parcel())
            bench.said.append(str(await connector.check()))
            if peer.collects:
                await _fetch(bench, connector)
        if mode is not None:
            await bench.misbehave(None)
    said = "\n".join([*bench.said, *bench.log.lines])
    if any(secret in said for secret in secrets_of(settings)):
        raise Failed(
            Words("bí mật bị lộ trong văn bản, nhật ký hoặc lý do", "a secret shows in a text, the log or a reason"),
            Words(
                "giữ SecretStr; chỉ mở ở chỗ dùng, không đưa vào thông báo", "keep SecretStr, open it only where used"
            ),
        )
    if parcels.SUBJECT in said:
        raise Failed(
            Words("trích yếu văn bản bị lộ trong nhật ký hoặc lý do", "the document's subject shows in log or reason"),
            Words("chỉ ghi mã và số đo", "write ids and figures only"),
        )


async def lets_go(bench: Bench) -> None:
    """After close() nothing is left: tasks, threads, sockets, files."""
    peer = bench.there()
    async with bench.connector() as connector:  # once, so that what the process makes only once is there
        await bench.attempt(connector, bench.parcel())
    await peer.stop()  # what is its own does not count
    await _settled()
    before, tasks, threads = _open_files(), asyncio.all_tasks(), set(threading.enumerate())
    await peer.start()
    async with bench.connector() as connector:
        await bench.attempt(connector, bench.parcel())
        for mode in sorted(peer.modes & {Mode.HALF_OPEN, Mode.CUT_BEFORE_ANSWER}):
            await bench.misbehave(mode)
            await bench.attempt(connector, bench.parcel())
        await bench.misbehave(None) if peer.modes else None
        if peer.collects:
            await _fetch(bench, connector)
    await peer.stop()
    for _ in range(50):
        await _settled()
        left = [f"task {one.get_name()}" for one in asyncio.all_tasks() - tasks if not one.done()]
        left += [f"thread {one.name}" for one in set(threading.enumerate()) - threads if not _shared(one)]
        left += [f"{count} open files" for count in [_open_files() - before] if count > 0]
        if not left:
            return
        await asyncio.sleep(0.05)
    shown = "; ".join(left)[:200]
    raise Failed(
        Words(f"sau close() còn lại: {shown}", f"after close() there is left: {shown}"),
        Words("đóng mọi thứ đã mở trong close()", "close in close() whatever was opened"),
    )


async def parks(bench: Bench) -> None:
    """Without a peer there is nobody to call: the package waits, untouched."""
    watched = bench.parcel()
    async with bench.connector() as connector:
        outcome = await bench.attempt(connector, watched)
    if not isinstance(outcome, base.Parked) or watched.opened:
        raise Failed(
            Words("đầu nối gọi ra ngoài mà chưa có Peer để thử", "it calls somebody and has no peer to be tried with"),
            Words("viết lớp Peer cho đầu nối", "write a class Peer for it"),
        )


async def _fetch(bench: Bench, connector: base.Connector) -> None:
    try:
        for one in await bench.collected(connector):
            await bench.body(one)
            await bench.told(one.reject(NO), "reject()")
    except base.PeerTroubleError:
        return


async def _settled() -> None:
    gc.collect()
    await asyncio.sleep(0.02)


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def _shared(thread: threading.Thread) -> bool:
    """Of the loop's own pool, which lives as long as the loop."""
    return thread.name.startswith("asyncio_")


def _is_secret(annotation: Any) -> bool:
    return annotation in (SecretStr, SecretBytes) or any(_is_secret(one) for one in get_args(annotation))


def _with(peer: Peer | None) -> bool:
    return peer is not None


SCENARIOS = (
    Scenario("imports_quietly", Words("Nạp tệp không có tác dụng phụ", "importing has no effect and is quick"),
             lambda _: True, imports_quietly),
    Scenario("settings_described", Words("Tham số có mô tả, bí mật đúng kiểu", "settings are described, secrets typed"),
             lambda _: True, settings_described),
    Scenario("keeps_secrets", Words("Không lộ bí mật và nội dung", "no secret and no content gets out"),
             _with, keeps_secrets),
    Scenario("lets_go", Words("close() buông hết", "close() lets everything go"), _with, lets_go),
    Scenario("parks", Words("Không có bên kia thì chỉ để chờ", "without a peer it only parks"),
             lambda peer: peer is None, parks),
)  # fmt: skip
"""In the order in which they are worth reading."""
