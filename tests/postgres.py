"""A real PostgreSQL on a free loopback port in a folder of its own, for tests marked `postgres`; fixtures.

One server for each test process, a database for each test. It shares nothing with a server the machine may run, and
it keeps its promises: fsync is on, so that ending it in the middle tells the truth.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

ACCOUNT, PASSWORD = "van_thu", "Mật khẩu của văn phòng"
_ROOTS = (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"))


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, of the newest server there is; None where there is none."""
    found = [path.parent for root in _ROOTS for path in sorted(root.glob("**/bin/initdb"))]
    if found:
        return found[-1]
    known = shutil.which("initdb")
    return Path(known).parent if known else None


@dataclass(frozen=True, slots=True)
class Base:
    """One empty database. url: as the connector's setting; the account owns it."""

    server: Server
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.server.port}/{self.name}"

    async def connect(self) -> asyncpg.Connection:
        """A connection as an office's own program makes one."""
        return await asyncpg.connect(
            host="127.0.0.1", port=self.server.port, user=ACCOUNT, password=PASSWORD, database=self.name
        )

    async def do(self, statement: str, *values) -> list[asyncpg.Record]:
        """One statement of somebody at the office."""
        connection = await self.connect()
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()


@dataclass(slots=True)
class Server:
    """One server process and its folder."""

    bin: Path
    folder: Path
    port: int

    @property
    def _user(self) -> str | None:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        known = {one.pw_name for one in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    def _run(self, *words: str) -> None:
        program = str(self.bin / words[0])
        with (self.folder / "output").open("ab") as output:
            done = subprocess.run(
                [program, *words[1:]], user=self._user, cwd=self.folder, stdout=output, stderr=output, timeout=60,
                env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, check=False,
            )  # fmt: skip
        assert done.returncode == 0, (words, (self.folder / "output").read_text("utf-8", "replace")[-2000:])

    def make(self) -> None:
        """Make an empty server in the folder."""
        (self.folder / "password").write_text(PASSWORD, "utf-8")
        if self._user is not None:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, self._user)
        self._run("initdb", "-D", "data", "-U", ACCOUNT, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256",
                  "--pwfile=password")  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=16MB "
            "-c max_connections=60"
        )
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """End it; `immediate` is what a power cut is."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    async def base(self) -> Base:
        """A new empty database."""
        made = Base(self, f"vp_{uuid.uuid4().hex[:12]}")
        outer = Base(self, "postgres")
        await outer.do(f'CREATE DATABASE "{made.name}"')
        return made


@pytest.fixture(scope="session")
def postgres_server():
    """A running server; a test that stops it starts it again."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed here")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = Server(found, folder, port)
    server.make()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def postgres(postgres_server) -> Base:
    """An empty database."""
    return await asyncio.wait_for(postgres_server.base(), 30)
