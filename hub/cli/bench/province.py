"""A hub to be measured: its folder, its server process, and what the process costs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from hub.cli.bench.doors import SENDER, Credential, receiver
from hub.cli.errors import CannotNowError


@dataclass(slots=True)
class Server:
    """A running `truc serve` in a process of its own."""

    process: asyncio.subprocess.Process
    host: str
    port: int

    def cpu_seconds(self) -> float:
        """CPU time of the server and its workers so far."""
        ticks = 0
        for number in self._family():
            try:
                fields = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Peak resident memory of the server process, since the last `forget_peak`."""
        return _peak_mib(self.process.pid)

    def peaks_mib(self) -> dict[int, float]:
        """The same for the server and each process it started, by process id."""
        return {number: _peak_mib(number) for number in self._family()}

    def forget_peak(self) -> None:
        """Begin a new peak measurement, which starts at what is resident now."""
        for number in self._family():
            with contextlib.suppress(OSError):
                Path(f"/proc/{number}/clear_refs").write_text("5")

    async def stop(self) -> None:
        """End it as an operator would."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await self.process.wait()

    def _family(self) -> list[int]:
        """The server and every process below it: verifiers are started by a process of their own."""
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(folder.name))
        found = [self.process.pid]
        for number in found:
            found.extend(children.get(number, ()))
        return found


def _peak_mib(number: int) -> float:
    try:
        text = Path(f"/proc/{number}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", text)
    return int(found.group(1)) / 1024 if found else 0.0


async def truc(*words: str) -> str:
    """Run one command; its output. Raises RuntimeError with what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        message = f"truc {' '.join(words)}: {err.decode()}"
        raise RuntimeError(message)
    return out.decode()


async def prepare(folder: Path, receivers: int = 1) -> tuple[Credential, list[Credential]]:
    """Make the folder of a hub with one sending agency and some receiving ones, each with a system of its own."""
    config = str(folder / "hub.toml")
    await truc("init", str(folder))
    settings = (folder / "hub.toml").read_text(encoding="utf-8")
    settings = re.sub(r"^doors = .*$", 'doors = ["vxp", "api", "metrics"]', settings, flags=re.MULTILINE)
    (folder / "hub.toml").write_text(settings, encoding="utf-8")
    csv = folder / "agencies.csv"
    codes = [SENDER, *(receiver(number) for number in range(receivers))]
    rows = "".join(f"{code},Cơ quan thử nghiệm {code}\n" for code in codes)
    csv.write_text(f"organ_id,name\n{rows}", encoding="utf-8")
    await truc("agency", "import", str(csv), "--config", config)
    made = []
    for number, code in enumerate(codes):
        answer = json.loads(
            await truc("system", "add", f"he-thong-{number}", "--for", code, "--json", "--config", config)
        )
        made.append(Credential(answer["system_id"], answer["secret"]))
    return made[0], made[1:]


async def start(folder: Path, port: int = 0) -> Server:
    """Start the server (port 0 = any) and wait until it says where it listens."""
    with (folder / "serve.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hub",
            "serve",
            "--config",
            str(folder / "hub.toml"),
            "--port",
            str(port),
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
        )
    if process.stdout is None:
        raise RuntimeError
    line = (await process.stdout.readline()).decode()
    found = re.search(r"http://([\d.]+):(\d+)", line)
    if found is None:
        last = (folder / "serve.log").read_text(encoding="utf-8").strip().splitlines()[-2:]
        raise CannotNowError("Máy chủ không khởi động được: " + " ".join(last), "The server did not start.")
    return Server(process, found.group(1), int(found.group(2)))
