"""A document that looks secret, by the commands of its sender and of two officers; the hub is killed meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from held import stamped

from edxml.testing import make_package
from hub.cli.errors import CommandError
from hub.cli.http_client import API, Client

A, B = "000.00.01.H99", "000.00.02.H99"


class Served:
    """A hub as a process, and commands as processes."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.config = str(folder / "D" / "hub.toml")
        self.process = None
        self.url = ""
        self.run("init", str(folder / "D"), "--port", "0")
        (folder / "a.csv").write_text(f"organ_id,name\n{A},Sở A\n{B},Sở B\n", encoding="utf-8")
        self.admin("agency", "import", str(folder / "a.csv"))
        self.systems = {code: self.admin("system", "add", f"s{code[7]}", "--for", code) for code in (A, B)}

    def run(self, *words: str, said: str = "", code: int | None = 0, **environment: str) -> dict:
        done = subprocess.run(
            [sys.executable, "-m", "hub", *words, "--json"],
            capture_output=True, text=True, check=False, input=said, env={**os.environ, **environment},
        )  # fmt: skip
        assert code is None or done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith("{") else {}

    def admin(self, *words: str, **more) -> dict:
        return self.run(*words, "--config", self.config, **more)

    def at(self, organ_id: str, *words: str, **more) -> dict:
        system = self.systems[organ_id]
        return self.run(
            *words, TRUC_URL=self.url, TRUC_SYSTEM_ID=system["system_id"], TRUC_SECRET=system["secret"], **more
        )

    def start(self) -> None:
        command = [sys.executable, "-m", "hub", "serve", "--config", self.config]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


@pytest.fixture
def served(tmp_path):
    made = Served(tmp_path)
    made.start()
    yield made
    made.kill()


def sent(served, data: bytes) -> dict:
    path = served.folder / "p.edxml"
    path.write_bytes(data)
    return served.at(A, "send", str(path))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_between_hold_and_release_a_document_is_held_or_released_and_released_once(served):
    """law: R-012"""
    for milliseconds in (0, 2, 5, 10, 20, 500):
        held = client(served, A).upload(f"{API}/packages", [data := stamped(A, B)], "application/xml", len(data))
        assert held["status"] == "held"
        killer = threading.Timer(milliseconds / 1000, served.process.kill)
        killer.start()
        declared = declare(served, held["package_id"])
        killer.join()
        served.kill()
        served.start()

        package = f"{API}/packages/{held['package_id']}"
        assert client(served, A).get(package)["status"] in ({"accepted"} if declared else {"held", "accepted"})
        assert declare(served, held["package_id"])
        waiting = client(served, B).get(f"{API}/inbox")["items"]
        events = client(served, A).get(f"{package}/timeline")["events"]
        assert [one["package_id"] for one in waiting].count(held["package_id"]) == 1
        assert [one["type"] for one in events].count("package.released") == 1


def client(served, organ_id: str) -> Client:
    system = served.systems[organ_id]
    return Client(served.url, system["system_id"], system["secret"])


def declare(served, package_id: str) -> bool:
    """Whether the sender's declaration was answered with success."""
    said = {"declaration": "not_secret", "declared_by": "Nguyễn Văn Thư"}
    try:
        answer = client(served, A).post(f"{API}/packages/{package_id}/declare", said)
    except (CommandError, OSError, http.client.HTTPException):
        return False
    return answer["status"] == "accepted"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_officers_open_and_erase_what_was_sent_by_mistake(served):
    """law: R-013 NĐ30 Đ21.2b"""
    accepted = sent(served, make_package(A, B))
    passwords = {
        name: served.admin("user", "add", name, "--role", role)["password"]
        for name, role in (("an", "security"), ("binh", "operator"))
    }
    both = ("--officer", "an", "--second", "binh", "--reason", "theo công văn")
    typed = f"{passwords['an']}\n{passwords['binh']}\n"
    package_id, target = accepted["package_id"], served.folder / "opened.edxml"

    served.admin("quarantine", "add", package_id, "--reason", "văn bản mật gửi nhầm")
    listed = served.admin("quarantine", "list")["packages"]
    assert served.at(B, "inbox")["items"] == []
    refused = served.admin("quarantine", "erase", package_id, *both, said="x\ny\n", code=1)
    opened = served.admin("quarantine", "open", package_id, *both, "--out", str(target), said=typed)
    shown = served.admin("held", "show", package_id)
    erased = served.admin("quarantine", "erase", package_id, *both, said=typed)

    assert [one["package_id"] for one in listed] == [package_id]
    assert refused["error"]["code"] == "forbidden"
    assert target.read_bytes().startswith(b"<?xml")
    assert opened["sha256"] == accepted["sha256"]
    assert [one["officer"] for one in shown["opened"]] == ["an"]
    assert erased["status"] == "erased"
    assert not list((served.folder / "D" / "blobs").glob(f"*/{package_id}"))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_file_whose_removal_was_cut_short_goes_at_the_next_turn(served):
    """Erased is erased with the key; the sealed bytes follow, also after a kill."""
    held = sent(served, stamped(A, B))
    served.at(A, "withdraw", held["package_id"], "--reason", "đúng là mật")
    served.kill()
    served.start()

    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(StopIteration):
            next((served.folder / "D" / "blobs").glob(f"*/{held['package_id']}"))
            time.sleep(0.1)
            continue
        break
    assert served.at(A, "status", held["package_id"])["status"] == "erased"
