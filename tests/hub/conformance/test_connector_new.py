"""`truc connector new` and `check`: what is written works as it stands, and the report can be read again."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from province import settings_in

from connectors.testing import scenarios
from hub.cli import main
from hub.conformance import connectors_checked, levels, starting
from hub.flow import conformity
from hub.keys import Keys

QUICK = (
    "imports_quietly",
    "settings_described",
    "hands_over",
    "repeats_once",
    "cancelled",
    "doubt_error_503",
    "refused",
)


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "so_thu"
    for name in [name for name in sys.modules if name.partition(".")[0] == "so_thu"]:
        del sys.modules[name]


def only(*ids: str) -> list[str]:
    return [word for one in ids for word in ("--only", one)]


def test_a_new_connector_passes_the_check_as_it_is_written(office, capsys, tmp_path):
    assert main(["connector", "new", office]) == 0
    capsys.readouterr()

    code = main(["connector", "check", f"{office}.connector", "--json", *only(*QUICK)])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {one["id"]: one["verdict"] for one in told["scenarios"]} == dict.fromkeys(QUICK, "passed")
    lines = (tmp_path / office / "connector.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 80


def test_its_own_tests_pass_as_they_are_written(office, tmp_path):
    starting.write(office, tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", office, "-k", " or ".join(QUICK)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:]
    assert f"{len(QUICK)} passed" in done.stdout


@pytest.mark.parametrize("name", ["So Thu", "../x", "1a", "", "x" * 60])
def test_a_name_that_is_none_is_refused(name, tmp_path):
    with pytest.raises(starting.NameTakenError):
        starting.write(name, tmp_path)


def test_nothing_is_written_over(office, tmp_path):
    starting.write(office, tmp_path)

    assert main(["connector", "new", office]) == 2


def test_a_broken_one_gives_cause_remedy_and_exit_code(office, capsys, tmp_path):
    starting.write(office, tmp_path)
    file = tmp_path / office / "connector.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('return base.Deferred(f"HTTP {status} without', 'return base.Refused(f"HTTP {status} without'),
        encoding="utf-8",
    )

    code = main(["connector", "check", f"{office}.connector", *only("refused", "doubt_error_503")])

    out = capsys.readouterr().out
    assert code == 1
    assert "✘" in out
    assert "a part shows no level" in out
    assert "doubt_error_503" in out


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("connector.py", "def (", "SyntaxError"),
        ("connector.py", "import khong_co", "No module named 'khong_co'"),
        ("connector.py", "not_there", "NameError"),
        ("peer.py", "def (", "SyntaxError"),
        ("peer.py", "not_there", "NameError"),
    ],
)
def test_a_file_of_the_author_that_cannot_be_loaded_is_told_with_its_line(file, line, said, office, capsys, tmp_path):
    starting.write(office, tmp_path)
    path = tmp_path / office / file
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    number = len(path.read_text(encoding="utf-8").splitlines())

    code = main(["connector", "check", f"{office}.connector", *only("settings_described")])

    told = capsys.readouterr().err
    assert code == 2
    assert f"{file}:{number}" in told
    assert said in told


def test_a_kind_that_is_none_is_told_with_those_that_are(office, capsys, tmp_path):
    starting.write(office, tmp_path)

    assert main(["connector", "check", office]) == 2

    told = capsys.readouterr().err
    assert "folder" in told
    assert f"{office}.connector" in told


def test_the_report_is_signed_by_the_hub_at_hand(office, capsys, tmp_path):
    starting.write(office, tmp_path)
    settings = settings_in(tmp_path / "D")
    (tmp_path / "D" / "hub.toml").write_text('[hub]\norgan_id = "000.00.00.H99"\n', encoding="utf-8")
    words = [f"{office}.connector", "--report", "r.jws", "--config", str(tmp_path / "D" / "hub.toml")]

    assert main(["connector", "check", *words, *only("settings_described")]) == 0

    found = conformity.read((tmp_path / "r.jws").read_text(), Keys.load(settings.keys_folder))
    assert found.subject == {"kind": "connector", "name": f"{office}.connector", "door": ""}
    assert (found.level, found.content["scenarios"][0]["verdict"]) == (0, "passed")  # a part shows no level


@pytest.mark.parametrize(
    "words", [[], ["no_such_kind"], ["vxp", "--peer", "no.such:Peer"], ["vxp", "--only", "nothing"]]
)
def test_wrong_use_is_told(words):
    assert main(["connector", "check", *words]) == 2


def test_all_scenarios_have_a_level_and_are_listed(capsys):
    assert main(["connector", "check", "--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["scenarios"]

    assert [one["id"] for one in rows] == [one.id for one in scenarios.ALL]
    assert set(levels.OF_CONNECTORS) <= {one.id for one in scenarios.ALL}
    assert main(["connector", "check", "--list", "--live"]) == 0


async def test_real_settings_are_tried_without_sending_anything(tmp_path):
    file = tmp_path / "axis.toml"
    file.write_text('endpoint = "http://127.0.0.1:9"\nsystem_id = "x"\nsecret = "a-secret"\n', encoding="utf-8")

    given = connectors_checked.settings_of(file)
    lines = [one async for one in connectors_checked.with_settings("vxp", given, ("127.0.0.0/8",))]

    assert {one.id: one.verdict for one in lines} == {
        "imports_quietly": "passed",
        "settings_described": "passed",
        "reaches_peer": "failed",
    }
