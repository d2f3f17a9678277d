"""kill -9 of the process that hands over, at many moments: nothing lost, nothing doubled, nothing half visible."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import handing_over
import pytest
from postgres import PASSWORD, postgres, postgres_server  # noqa: F401 - fixtures

from connectors.database import schema

KILLS = int(os.environ.get("TRUC_CONNECTOR_KILLS", "4"))
ITEMS = 25
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(kind: str, settings: Path) -> subprocess.Popen[str]:
    words = [sys.executable, str(ROOT / "tests" / "handing_over.py"), kind, str(settings), str(ITEMS)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def killed_often(kind: str, settings: Path, between=None) -> None:
    """Kill it KILLS times, each after another number of items or in the middle of one, then let it end."""
    chance = random.Random(4711)
    for number in range(KILLS):
        process = run(kind, settings)
        for _ in range(chance.randrange(ITEMS)):
            process.stdout.readline()
        try:
            process.wait(chance.random() * 0.02)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process.stdout.close()
        if between is not None:
            between(number)
    last = run(kind, settings)
    out, _ = last.communicate(timeout=90)
    assert last.returncode == 0
    assert out.split() == [str(number) for number in range(ITEMS)]


def expected() -> list[str]:
    return sorted(hashlib.sha256(handing_over.package(number)).hexdigest() for number in range(ITEMS))


@pytest.mark.parametrize("received", ["edxml", "files"])
def test_a_folder_gets_each_item_once_although_the_office_takes_them_away_meanwhile(tmp_path, received):
    root, kept = tmp_path / "share", tmp_path / "kept"
    for name in ("out", "in", "status", "sent", "refused"):
        (root / name).mkdir(parents=True)
    kept.mkdir()
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"path": str(root), "received": received}))

    def office(number: int) -> None:
        """Takes everything that it sees, every other time."""
        if number % 2:
            for path in (root / "in").iterdir():
                if not path.name.startswith("."):
                    assert not (kept / path.name).exists(), "a second time"
                    path.rename(kept / path.name)

    killed_often("folder", settings, office)
    office(1)

    assert list((root / "in").iterdir()) == []
    if received == "edxml":
        found = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in kept.glob("*.edxml"))
    else:
        found = sorted(json.loads((path / "form.json").read_bytes())["sha256"] for path in kept.iterdir())
    assert found == expected()


def test_an_sqlite_file_gets_each_item_once(tmp_path):
    file, settings = tmp_path / "office.db", tmp_path / "settings.json"
    with sqlite3.connect(file) as connection:
        for statement in schema.statements("sqlite"):
            connection.execute(statement)
    settings.write_text(json.dumps({"url": f"sqlite:///{file}"}))

    killed_often("database", settings)

    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT sha256, package FROM truc_incoming").fetchall()
    assert sorted(sha256 for sha256, _ in rows) == expected()
    assert all(hashlib.sha256(package).hexdigest() == sha256 for sha256, package in rows)


@pytest.mark.postgres
async def test_a_server_that_is_ended_in_the_middle_gets_each_item_once(postgres, tmp_path):  # noqa: F811
    """L-01: `pg_ctl stop -m immediate` while packages are written, and the process killed as well."""
    for statement in schema.statements("postgresql"):
        await postgres.do(statement)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"url": postgres.url, "password": PASSWORD, "tls": "off"}))
    process = run("database", settings)
    chance = random.Random(4711)

    for _ in range(max(3, KILLS // 4)):
        for _ in range(chance.randrange(1, 5)):
            await asyncio.to_thread(process.stdout.readline)
        postgres.server.stop("immediate")
        postgres.server.start()
    out, _ = await asyncio.to_thread(process.communicate, timeout=90)

    assert process.returncode == 0
    assert out.split()[-1:] == [str(ITEMS - 1)]
    rows = await postgres.do("SELECT sha256, package FROM truc_incoming")
    assert sorted(row["sha256"] for row in rows) == expected()
    assert all(hashlib.sha256(row["package"]).hexdigest() == row["sha256"] for row in rows)
    files = await postgres.do("SELECT count(*) AS many FROM truc_incoming_files")
    assert files[0]["many"] == ITEMS
