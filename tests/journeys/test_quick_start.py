"""The quick start of connectors/README.md is run as it stands: its curl, and its Python, against a hub over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from province import hub, new_folder, province, url  # noqa: F401

from edxml.testing.documents import plain_pdf

README = Path(__file__).parents[2] / "connectors" / "README.md"
FROM, TO = "000.00.01.H99", "000.00.02.H99"
SECONDS = 60


@pytest.fixture
def sections() -> dict:
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def block(language: str) -> str:
    """The one block of this language in the section."""
    section = README.read_text("utf-8").split("## Five minutes", 1)[1].split("\n## ", 1)[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)
    return found


async def run(folder: Path, office, *words: str) -> str:
    """What a program prints that knows the hub's address and one system's secret."""
    known = {
        "TRUC_URL": office.url, "TRUC_SYSTEM_ID": office.system_id, "TRUC_SECRET": office.secret, "FROM": FROM,
        "TO": TO, "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *words, cwd=folder, env=known, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode(errors="replace")
    return out.decode()


@pytest.fixture
async def office(province, tmp_path):  # noqa: F811
    await province.agencies(FROM, TO)
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "van-ban.pdf").write_bytes(plain_pdf())
    return await province.system("thu", (FROM, TO)), folder


async def test_the_commands_of_the_quick_start_send_fetch_acknowledge_and_answer(office):
    system, folder = office
    (folder / "start.sh").write_text("set -euo pipefail\n" + block("bash"), "utf-8")

    said = await run(folder, system, "bash", "start.sh")

    assert said.split() == ["doubtful", "03"]
    assert (folder / "receipt.jws").read_text().count(".") == 2


async def test_the_program_of_the_quick_start_does_the_same_with_the_standard_library(office):
    system, folder = office
    (folder / "start.py").write_text(block("python"), "utf-8")

    said = await run(folder, system, sys.executable, "-I", "-S", "start.py")

    assert said.split() == ["03"]
