"""A real clamd in a folder of its own, with one signature: the test file of the antivirus industry."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = "/usr/sbin/clamd"
NAME = "Truc-Test-File"
START_SECONDS = 60


def infected() -> bytes:
    """The EICAR test file, put together here so that no scanner finds it in the sources."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"-".join((b"EICAR", b"STANDARD", b"ANTIVIRUS", b"TEST", b"FILE!$H+H*"))


@dataclass
class Clamd:
    """A clamd that can be stopped and started again at the same socket."""

    folder: Path
    stream_bytes: int = 2_000_000
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"unix:{self.folder}/clamd.sock"

    def start(self) -> None:
        """Start it and wait until it answers."""
        lines = (
            f"LocalSocket {self.folder}/clamd.sock",
            f"DatabaseDirectory {self.folder}/db",
            f"TemporaryDirectory {self.folder}",
            f"StreamMaxLength {self.stream_bytes}",
            "Foreground yes",
            "OfficialDatabaseOnly no",
        )
        (self.folder / "clamd.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "clamd.conf").chmod(0o644)  # whatever umask a test before this one left
        command = [PROGRAM, "--config-file", f"{self.folder}/clamd.conf"]
        dropped = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        rights = dropped if os.geteuid() == 0 else {}
        log = (self.folder / "clamd.log").open("wb")
        with log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **rights)
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "clamd.log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "clamd does not start"
            time.sleep(0.05)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(self.address.removeprefix("unix:"))
            line.sendall(b"zPING\0")
            return line.recv(16) == b"PONG\0"
        return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    """A running clamd with one signature, for tests marked `clamav`; `python3 dev.py test` installs it."""
    if not Path(PROGRAM).exists():
        if "CI" in os.environ:
            pytest.fail("ClamAV is missing; run: python3 dev.py test")
        pytest.skip("ClamAV is missing; `python3 dev.py test` installs it")
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))  # a socket's path is short, and `nobody` must reach it
    try:
        (folder / "db").mkdir()
        (folder / "db" / "test.ndb").write_text(f"{NAME}:0:*:{infected().hex()}\n")
        for path in (folder, folder / "db", folder / "db" / "test.ndb"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        scanner = Clamd(folder)
        try:
            scanner.start()
            yield scanner
        finally:
            scanner.stop()
    finally:
        shutil.rmtree(folder)
