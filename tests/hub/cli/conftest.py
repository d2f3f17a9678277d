"""The command line as a person uses it: words in, exit code, what was printed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import structlog

from hub.cli import main


@dataclass
class Answer:
    """What one command said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def truc(capsys):
    def truc(*words):
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    yield truc
    structlog.reset_defaults()


@pytest.fixture
def folder(truc, tmp_path):
    """A new hub with two agencies."""
    assert truc("init", tmp_path / "D", "--organ-id", "000.00.00.H99", "--port", "0").code == 0
    table = tmp_path / "agencies.csv"
    table.write_text("organ_id,name\n000.00.01.H99,Sở Nội vụ\n000.00.02.H99,Sở Tài chính\n", encoding="utf-8")
    assert truc("agency", "import", table, "--config", tmp_path / "D/hub.toml").code == 0
    return tmp_path / "D"
