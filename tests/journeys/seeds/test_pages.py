"""connectors/systems.md as an engineer follows it: every command of every section, in an empty folder."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edxml.testing import plain_pdf
from hub.cli import main, shipped

from .setting import listed

PAGE = Path(__file__).resolve().parents[3] / "connectors" / "systems.md"
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TRUC_")}
PLAIN["PYTHONPATH"] = str(PAGE.parents[1])
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
PATTERNS = [re.findall(r"--like ([\w-]+)", text)[0] for text in SECTIONS.values()]
BLOCK = re.compile(r"(?:`([\w.-]+)`:\n\n)?```(bash|toml)\n(.*?)```", re.DOTALL)


@dataclass
class Reader:
    """Somebody who types what the page says, in one folder; what a command shows is at hand for the next."""

    folder: Path
    shown: dict[str, str] = field(default_factory=dict)
    served: list[subprocess.Popen[str]] = field(default_factory=list)
    said: list[tuple[str, dict]] = field(default_factory=list)
    port: int = 0

    def follow(self, section: str) -> None:
        """Every block of a section in its order."""
        for name, kind, text in BLOCK.findall(section):
            if kind == "toml":
                written = self.filled(text).replace("$PWD", str(self.folder))
                (self.folder / name).write_text(written, encoding="utf-8")
                continue
            for line in filter(None, text.splitlines()):
                self.types(self.filled(line))

    def filled(self, text: str) -> str:
        """What stands in <…>, and a port that is free."""
        text = re.sub(r"<([\w-]+)>", lambda found: self.shown[found[1]], text)
        return text.replace(":8080", f":{self.port}").replace("--port 8080", f"--port {self.port}")

    def types(self, line: str) -> None:
        if line.startswith("truc serve"):
            self.serves(shlex.split(line)[1:])
        elif line.startswith("truc "):
            self.truc(shlex.split(line)[1:])
        elif line.startswith("export "):
            os.environ.update(one.split("=", 1) for one in shlex.split(line)[1:])
        else:
            subprocess.run(["bash", "-c", line], cwd=self.folder, check=True)

    def truc(self, words: list[str]) -> None:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main([*words, "--json"])
        assert code == 0, (words, out.getvalue())
        answer = json.loads(out.getvalue().strip().rpartition("\n")[2])
        self.said.append((" ".join(words[:2]), answer))
        if words[:2] == ["system", "import"]:
            self.shown |= {one["name"]: one["secret"] for one in answer["systems"]}
        elif words[0] == "send":
            self.shown["package"] = answer["package_id"]
        elif words[0] == "inbox":
            self.shown["delivery"] = answer["items"][0]["delivery_id"]

    def serves(self, words: list[str]) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", *words],
            cwd=self.folder, env=PLAIN, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.served.append(process)
        assert process.stdout is not None
        assert "listening on" in process.stdout.readline()


@pytest.fixture
def reader(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Reader(tmp_path, port=port)
    monkeypatch.chdir(tmp_path)
    for name in ("TRUC_URL", "TRUC_SYSTEM_ID", "TRUC_SECRET"):
        monkeypatch.setenv(name, "")
    (tmp_path / "van-ban.pdf").write_bytes(plain_pdf(2000, "Văn bản thử"))
    yield made
    for process in made.served:
        with process:  # closes its pipe and waits
            process.terminate()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("title", SECTIONS, ids=PATTERNS)
def test_every_command_of_the_page_works(title, reader):
    if "--agencies" in SECTIONS[title]:
        (reader.folder / "agencies-vinhphuc.csv").write_bytes(listed().read_bytes())

    reader.follow(SECTIONS[title])

    assert len(reader.served) == 1
    assert reader.shown["package"]
    sent = next(said for words, said in reader.said if words.startswith("send "))
    assert {one["status"] for one in sent["deliveries"]} <= {"available", "queued", "not_connected"}


def test_every_pattern_has_its_section_and_every_section_its_pattern():
    named = set(PATTERNS)
    table = PAGE.parents[1] / "config" / "systems" / "README.md"

    assert named == set(shipped.names())
    assert {one.removesuffix(".toml") for one in re.findall(r"`([\w-]+\.toml)`", table.read_text("utf-8"))} == named
