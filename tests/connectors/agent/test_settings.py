"""agent.toml: read strictly, explained in both languages, secrets in files alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib

import credentials
import pytest

from connectors.agent import settings
from connectors.agent.settings import AgentSettingsError
from hub import cli


@pytest.fixture
def example(project_root, tmp_path):
    """The example as a file, with the key it names."""
    file = tmp_path / "agent.toml"
    file.write_text((project_root / "config/agent.example.toml").read_text())
    (tmp_path / "agent-key.pem").write_text(credentials.KEYS["ES256"]().as_pem(private=True).decode())
    return file


def test_the_example_is_what_the_code_takes_and_its_defaults(example):
    loaded = settings.load(example)
    said = tomllib.loads(example.read_text())

    assert loaded.hub.kind == "truc"
    for section, model in (("agent", settings.Agent), ("outgoing", settings.Outgoing), ("log", settings.Log)):
        fields = model.model_fields
        assert set(said[section]) == set(fields), section
        for name, field in fields.items():
            if not field.is_required():
                default = list(field.default) if isinstance(field.default, tuple) else field.default
                assert said[section][name] == default, name
    assert all(
        field.description for model in (settings.Agent, settings.Signature) for field in model.model_fields.values()
    )


def test_the_example_may_sign(example):
    text = example.read_text().replace("# [signature]", "[signature]")
    text = text.replace('# key_file = "signing', 'key_file = "signing').replace(
        "# certificate_files", "certificate_files"
    )
    example.write_text(text)

    assert settings.load(example).signature is not None


@pytest.mark.parametrize(
    ("old", "new", "vietnamese", "english"),
    [
        ("poll_seconds = 30", "pol_seconds = 30", "ý bạn là `poll_seconds`", "agent.pol_seconds: no such setting"),
        ('system_id = "so-noi-vu"', "", "hub.system_id: thiếu", "hub.system_id: is missing"),
        ('kind = "folder"', 'kind = "foldr"', "không có đầu nối", "office.kind: no connector 'foldr'"),
        ('kind = "folder"', 'kind = "pull"', "pull", "does not reach an office system"),
        ('private_key_file = "agent-key.pem"', 'secret = "abc"', "phải nằm trong tệp", "secret_file"),
        ('"agent-key.pem"', '"no-such.pem"', "không đọc được", "cannot read"),
        ("[agent]", "[agent", "không đúng dạng TOML", "not TOML"),
        ("keep_days = 90", "keep_days = 0", "agent.keep_days", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_named_in_both_languages(example, capsys, old, new, vietnamese, english):
    example.write_text(example.read_text().replace(old, new, 1))

    assert cli.main(["connector", "run", str(example), "--check"]) == 2
    said = capsys.readouterr().err

    assert vietnamese in said
    assert english in said
    assert "abc" not in said


def test_a_secret_shows_nowhere(example):
    key = (example.parent / "agent-key.pem").read_text()

    loaded = settings.load(example)

    assert key.splitlines()[1] not in repr(loaded) + repr(loaded.hub.settings.get("url"))
    example.write_text(example.read_text().replace("url =", "ulr ="))
    with pytest.raises(AgentSettingsError) as caught:
        settings.load(example)
    assert key.splitlines()[1] not in str(caught.value)


def written(beside) -> str:
    """The settings of a test's agent as a file a process can read."""
    hub = beside.settings.hub.settings
    folder = beside.settings.path.parent
    text = f"""
[agent]
codes = ["000.00.02.H99"]
poll_seconds = 1
retry_seconds = [1]
heartbeat_seconds = 5
[hub]
kind = "truc"
url = "{hub["url"]}"
system_id = "{hub["system_id"]}"
private_key_file = "key.pem"
poll_seconds = 1
[office]
kind = "fake_peers.desk"
folder = "{beside.desk.folder}"
"""
    (folder / "agent.toml").write_text(text)
    return str(folder / "agent.toml")


def process(project_root, file: str, *words: str, **more) -> subprocess.Popen:
    paths = f"{project_root}{os.pathsep}{project_root / 'tests'}"
    command = [sys.executable, "-m", "hub.cli", "connector", "run", file, *words]
    command[1:3] = ["-c", "import sys; from hub import cli; sys.exit(cli.main(sys.argv[1:]))"]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
    )


async def ended(process: subprocess.Popen) -> tuple[int, bytes, bytes]:
    import asyncio

    out, err = await asyncio.to_thread(process.communicate)
    return process.returncode, out, err


async def test_a_look_at_both_sides_moves_nothing(beside, sender, project_root):
    """law: R-094 HN Đ12.3"""
    from edxml.testing import make_package

    await sender.send(make_package("000.00.01.H99", "000.00.02.H99"))
    file = written(beside)

    code, out, err = await ended(process(project_root, file, "--check", "--json"))

    assert code == 0, err
    found = {one["subject"]: one["ok"] for one in json.loads(out)["findings"]}
    assert found == {"folder": True, "hub (truc)": True, "clock": True, "office (fake_peers.desk)": True}
    assert beside.desk.arrivals == []
    (beside.settings.path.parent / "key.pem").chmod(0o640)
    code, out, _ = await ended(process(project_root, file, "--check", "--json"))
    assert code == 1
    assert [one["subject"] for one in json.loads(out)["findings"] if not one["ok"]] == ["secret"]


async def test_a_process_that_is_killed_again_and_again_carries_everything_once(beside, sender, project_root):
    """law: R-172 HN Đ7.1"""
    import asyncio
    import random

    from edxml import reader
    from edxml.testing import make_package

    chance, times = random.Random(4711), int(os.environ.get("TRUC_AGENT_KILLS", "4"))
    file, sent = written(beside), []
    for number in range(times):
        package = make_package("000.00.01.H99", "000.00.02.H99", number=str(number + 1))
        sent.append(reader.read(package).document_id)
        await sender.send(package)
        beside.desk.offer(f"d{number}", make_package("000.00.02.H99", "000.00.01.H99", number=str(number + 1)))
        running = process(project_root, file, "--json")
        await asyncio.to_thread(running.stdout.readline)  # it lives, and has begun
        await asyncio.sleep(chance.uniform(0, 0.3))
        running.kill()
        await ended(running)
    code, out, err = await ended(process(project_root, file, "--once", "--json"))
    assert code == 0, (out, err[-2000:])
    running = process(project_root, file, "--json")
    await asyncio.to_thread(running.stdout.readline)
    running.send_signal(signal.SIGTERM)
    code, _, err = await ended(running)

    assert code == 0, err[-2000:]
    arrivals = [one["document_id"] for one in beside.desk.arrivals if one["type"] == "edoc"]
    assert sorted(arrivals) == sorted(sent)
    received = [item for item, _ in await sender.receive_all()]
    assert len([one for one in received if one["kind"] == "new"]) == times
    assert b"V/v" not in err
