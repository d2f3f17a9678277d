"""`truc serve` as a process: ready means ready, stop means stop, and commands reach the hub that runs."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

LISTEN = '[{"port": 0, "doors": ["metrics"]}]'
READY_SECONDS = 30


@pytest.fixture
def serve(folder):
    """Start `truc serve`; gives the process and the URL it printed."""
    running = []

    def serve(*words, listen=LISTEN):
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve", "--config", folder / "hub.toml", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TRUC_LISTEN": listen},
        )  # fmt: skip
        running.append(process)
        assert select.select([process.stdout], [], [], READY_SECONDS)[0], "not ready in time"
        return process, process.stdout.readline()

    yield serve
    for process in running:
        process.kill()
        process.communicate()


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_once_it_is_ready_and_stops_when_told(serve, folder, number):
    process, line = serve()

    assert line.startswith("listening on http://127.0.0.1:")
    assert get(line.split()[-1] + "/health/ready")["status"] == "ready"
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert out == "", "one line and no more"
    assert not (folder / "admin.sock").exists()


def test_commands_reach_the_running_hub(serve, folder, truc):
    process, _ = serve()

    added = truc("system", "add", "x", "--for", "000.00.01.H99", "--config", folder, "--json")
    second = subprocess.run(
        [sys.executable, "-m", "hub", "serve", "--config", folder], capture_output=True, text=True, check=False
    )

    assert added.json["system_id"] == "x"
    assert second.returncode == 3
    assert str(process.pid) in second.stderr


def test_after_a_kill_the_folder_is_free_and_everything_is_there(serve, folder, truc):
    process, _ = serve()
    truc("system", "add", "x", "--for", "000.00.01.H99", "--config", folder)
    process.kill()
    process.wait()

    assert (folder / "admin.sock").exists(), "a stale socket"
    assert truc("system", "list", "--config", folder, "--json").json["systems"][0]["system_id"] == "x"
    assert serve()[1].startswith("listening on")


def test_a_busy_port_is_told_and_is_no_crash(folder, truc, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("TRUC_LISTEN", json.dumps([{"port": other.getsockname()[1], "doors": ["metrics"]}]))
        done = subprocess.run(
            [sys.executable, "-m", "hub", "serve", "--config", folder], capture_output=True, text=True, check=False
        )

    assert done.returncode == 3
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_several_processes_on_sqlite_are_refused(folder, truc):
    assert truc("serve", "--workers", "2", "--config", folder).code == 2
