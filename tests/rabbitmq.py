"""A real RabbitMQ on free loopback ports in a folder of its own, for tests marked `rabbitmq`; fixtures.

One broker for each test process, a user at it for each test: its exchange and queues carry the user's name. The users
are there when the broker starts, as one call of rabbitmqctl costs more than most tests. It shares nothing with a broker
the machine may run: node name, ports, cookie, port mapper (epmd) and data are its own, and both processes are ended by
their ids.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_peers import receiver

from connectors.amqp import names as naming

BIN = Path("/usr/lib/rabbitmq/bin")  # beside /usr/sbin's wrappers, which insist on the system's own user and folders
START_SECONDS = 120
VHOST, LOGIN = "truc", "hub-of-the-province"
USERS = 400
"""Office systems that may come to one broker; their passwords, as the hub's, are their names backwards."""


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@dataclass
class Broker:
    """One node: started, stopped, killed and asked by its own command.

    tls_port: asks for a client certificate of `authority`, which issued the node's own too.
    """

    folder: Path
    port: int
    mapper_port: int
    node_port: int
    tls_port: int
    authority: receiver.Authority = field(default_factory=receiver.Authority)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What makes this node another one than any else on the machine."""
        place = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": place,
            "RABBITMQ_NODENAME": f"truc{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": place,
            "RABBITMQ_LOG_BASE": place,
            "RABBITMQ_CONF_ENV_FILE": f"{place}/none.conf",
            "RABBITMQ_CONFIG_FILE": f"{place}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{place}/plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }

    def start(self) -> None:
        """Start the mapper and the node, and wait until it takes connections."""
        if "mapper" not in self.processes:
            (self.folder / "rabbitmq.conf").write_text(self._configuration(), "utf-8")
            mine = self.authority.issue("RabbitMQ")
            (self.folder / "authority.pem").write_text(self.authority.certificate, "utf-8")
            (self.folder / "certificate.pem").write_text(mine.certificate, "utf-8")
            (self.folder / "key.pem").write_text(mine.key, "utf-8")
            (self.folder / "definitions.json").write_text(json.dumps(_definitions()), "utf-8")
            (self.folder / "plugins").write_text("[].\n", "utf-8")
            mapper = ["epmd", "-port", str(self.mapper_port), "-address", "127.0.0.1"]
            self.processes["mapper"] = self._spawn(mapper)
        self.processes["node"] = self._spawn([str(BIN / "rabbitmq-server")])
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.processes["node"].poll() is not None or time.monotonic() > end:
                message = f"RabbitMQ did not start: {(self.folder / 'output').read_text(errors='replace')[-2000:]}"
                raise RuntimeError(message)
            time.sleep(0.1)

    def kill(self) -> None:
        """End the node as a power cut would."""
        node = self.processes.pop("node")
        for pid in _family(node.pid):
            _end(pid)
        node.wait()

    def stop(self) -> None:
        """End everything that was started."""
        if "node" in self.processes:
            self.kill()
        mapper = self.processes.pop("mapper", None)
        if mapper is not None:
            mapper.kill()
            mapper.wait()

    def ctl(self, *words: str) -> str:
        """What rabbitmqctl says."""
        done = subprocess.run(
            [str(BIN / "rabbitmqctl"), "--quiet", *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (words, done.stdout[-1000:], done.stderr[-1000:])
        return done.stdout

    def _configuration(self) -> str:
        lines = [
            "loopback_users = none",
            "log.console = false",
            "definitions.import_backend = local_filesystem",
            f"definitions.local.path = {self.folder}/definitions.json",
            "definitions.skip_if_unchanged = true",
            f"listeners.ssl.default = 127.0.0.1:{self.tls_port}",
            f"ssl_options.cacertfile = {self.folder}/authority.pem",
            f"ssl_options.certfile = {self.folder}/certificate.pem",
            f"ssl_options.keyfile = {self.folder}/key.pem",
            "ssl_options.verify = verify_peer",
            "ssl_options.fail_if_no_peer_cert = true",
        ]
        return "\n".join([*lines, ""])

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "output").open("ab") as output:
            return subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        """Whether a connection gets the broker's first words."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as one:
                one.settimeout(5)
                one.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(one.recv(1))
        except OSError:
            return False


def _family(pid: int) -> list[int]:
    """A process and everything it started, children first."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += _family(int(child))
    return [*found, pid]


def _end(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return


def _account(user: str) -> dict[str, str]:
    """A user as RabbitMQ imports one: its salted SHA-256."""
    salt = os.urandom(4)
    hashed = base64.b64encode(salt + hashlib.sha256(salt + user[::-1].encode()).digest()).decode("ascii")
    return {
        "name": user, "password_hash": hashed, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "",
    }  # fmt: skip


def _definitions() -> dict[str, Any]:
    """The hub and all office systems, with the permissions that the plan gives them."""
    offices = [_user(number) for number in range(USERS)]
    rights = {LOGIN: naming.HUB_PERMISSIONS, **{user: naming.of(user).permissions() for user in offices}}
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_account(user) for user in rights],
        "permissions": [{"user": user, "vhost": VHOST, **right} for user, right in rights.items()],
    }


def _user(number: int) -> str:
    return f"office-{number:03}"


_numbers = itertools.count()


def user() -> str:
    """An office system nobody else uses; the broker knows its user, and nothing of its exchange and queues."""
    number = next(_numbers)
    assert number < USERS, "let more office systems in: USERS"
    return _user(number)


_running: list[Broker] = []
_starting = threading.Lock()


def running() -> Broker:
    """The broker of this process, started when first asked for; conftest.py ends it with the session."""
    with _starting:
        if not _running:
            if not BIN.exists() and "CI" not in os.environ:
                pytest.skip("RabbitMQ is missing; `python3 dev.py test` installs it")
            made = Broker(Path(tempfile.mkdtemp(prefix="truc-rabbit-")), *free_ports(4))
            _running.append(made)
            made.start()
        return _running[0]


def end() -> None:
    """End the broker of this process, if there is one."""
    for made in _running:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)
    _running.clear()


@pytest.fixture(scope="session")
def broker() -> Broker:
    """The broker of this test process."""
    return running()
