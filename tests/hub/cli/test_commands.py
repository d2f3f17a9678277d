"""The commands of an operator, on the hub's folder: shapes, exit codes, and what is said when it does not work."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import uuid

import patience
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edxml.testing import TestCA
from hub import settings
from hub.cli import errors, table
from hub.cli.check import wal_is_sound


def test_help_names_every_command(truc):
    page = truc("--help")

    assert page.code == 0
    assert all(f"  {command.name} " in page.out for command in table.COMMANDS)
    assert truc().code == 2


# These drive a hub of their own and are built on its libraries.
DRIVERS = {"bench", "chaos", "demo"}


@pytest.mark.parametrize("name", [command.name for command in table.COMMANDS if not command.entry])
def test_help_of_a_command_answers_at_once_and_imports_nothing_heavy(name):
    """What a help page costs is its imports; 0.4 s is the budget on a quiet machine."""
    heavy = ("aiohttp", "sqlalchemy", "lxml", "pydantic", "cryptography", "pyhanko")
    program = (
        "import sys, hub.cli; code = hub.cli.main(sys.argv[1:]);"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    began = patience.children_seconds()

    done = subprocess.run([sys.executable, "-c", program, name, "--help"], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert f"truc {name}" in done.stdout
    assert done.stderr.strip() == "[]" or name in DRIVERS
    assert patience.children_seconds() - began < 4


@pytest.mark.parametrize(
    "words",
    [
        ("agenci",), ("agency",), ("agency", "fly"), ("serve", "--nonsense"), ("init",), ("system", "add", "x"),
        ("hold", "x"), ("init", "D", "--port", "x"), ("init", "D", "--port", "70000"),
        ("check", "--config", "/nowhere/hub.toml"),
    ],
)  # fmt: skip
def test_wrong_use_is_two_lines_and_code_2(truc, words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    answer = truc(*words)

    assert answer.code == 2
    assert answer.err.startswith("truc: ")
    assert len(answer.err.splitlines()) == 2
    assert "Traceback" not in answer.err


def test_a_misspelt_command_gets_the_nearest_one(truc):
    assert "truc agency" in truc("agencies").err


def test_init_makes_a_folder_that_loads(folder):
    loaded = settings.load(folder / "hub.toml")

    assert loaded.hub.organ_id == "000.00.00.H99"
    assert loaded.hub.test_mode
    assert oct((folder / "hub.toml").stat().st_mode)[-3:] == "600"
    assert {path.name for path in (folder / "trust").iterdir()} == {"state", "public", "tsa"}


@pytest.mark.parametrize("name", ['UBND tỉnh "Thử"', "a\\b", "dòng\nhai", "# = [x]"])
def test_init_writes_any_name_as_valid_toml(truc, tmp_path, name):
    assert truc("init", tmp_path / "E", "--name", name).code == 0

    assert settings.load(tmp_path / "E/hub.toml").hub.name == name


def test_init_leaves_an_existing_hub_and_a_strangers_folder_alone(truc, folder, tmp_path):
    before = (folder / "keys/wrap.key").read_bytes()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.txt").write_text("x")

    assert truc("init", folder).code == 3
    assert truc("init", tmp_path / "other").code == 3
    assert (folder / "keys/wrap.key").read_bytes() == before
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]


def test_init_goes_on_where_a_crash_left_it(truc, folder):
    (folder / "hub.toml").unlink()
    (folder / "truc.db").unlink()
    before = (folder / "keys/wrap.key").read_bytes()

    assert truc("init", folder).code == 0
    assert (folder / "keys/wrap.key").read_bytes() == before


def test_system_add_prints_the_id_and_the_secret(truc, folder):
    words = ("000.00.00.X01", "--for", "000.00.01.H99", "--for", "000.00.02.H99", "--config", folder / "hub.toml")

    answer = truc("system", "add", *words, "--json")
    again = truc("system", "list", "--json", "--config", folder)

    assert set(answer.json) == {"system_id", "secret"}
    assert answer.json["system_id"] == "000.00.00.X01"
    assert again.json["systems"][0]["organ_ids"] == ["000.00.01.H99", "000.00.02.H99"]


def test_an_import_with_a_bad_row_is_a_no_and_takes_nothing(truc, folder, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("organ_id,name\n000.00.03.H99,Sở Y tế\n,Không mã\n", encoding="utf-8")

    answer = truc("agency", "import", bad, "--config", folder, "--json")

    assert answer.code == 1
    assert (answer.json["added"], answer.json["changed"]) == (0, 0)
    assert [set(row) for row in answer.json["refused"]] == [{"row", "reason"}]
    assert len(truc("agency", "list", "--config", folder, "--json").json["agencies"]) == 2


def test_an_agency_is_added_renamed_merged_and_shown(truc, folder):
    config = ("--config", folder)
    why = ("--reason", "sắp xếp lại", "--decision", "12/NQ-HĐND")

    codes = [
        truc("agency", "add", "000.00.03.H99", "--name", "Sở Y tế", *config).code,
        truc("agency", "rename", "000.00.03.H99", "--name", "Sở Y tế và Xã hội", *why, *config).code,
        truc("agency", "merge", "000.00.01.H99", "000.00.02.H99", "--into", "000.00.03.H99", *why, *config).code,
    ]

    shown = truc("agency", "show", "000.00.01.H99", *config)
    assert codes == [0, 0, 0]
    assert "000.00.03.H99" in shown.out
    assert truc("agency", "rename", "000.00.03.H99", "--name", "x", *config).code == 2, "a reason is needed"
    assert truc("agency", "show", "000.00.09.H99", *config).code == 1


def test_check_is_red_for_a_hub_of_init_and_names_what_to_change(truc, folder):
    truc("system", "add", "x", "--for", "000.00.01.H99", "--config", folder)
    (folder / "sms.toml").write_text('secret = "k"')
    (folder / "sms.toml").chmod(0o640)

    answer = truc("check", "--config", folder, "--json")

    codes = {finding["code"] for finding in answer.json["findings"]}
    assert answer.code == 1
    assert not answer.json["fit"]
    assert {"test_mode", "test_receipt", "plain_http", "no_axis", "no_prefixes", "no_trust", "shared_secret"} <= codes
    [readable] = [finding for finding in answer.json["findings"] if finding["code"] == "key_readable"]
    assert readable["detail"].endswith("sms.toml")


def test_check_asks_for_undertakings_and_keys(truc, folder, tmp_path):  # law: R-009 HN Đ1.2
    config = ("--config", folder)
    words = ("--for", "000.00.01.H99", "--undertaking", "12/CK-SNV ngày 01/11/2026")
    key = tmp_path / "key.pem"
    key.write_bytes(public_pem())

    def codes():
        return {finding["code"] for finding in truc("check", *config, "--json").json["findings"]}

    truc("system", "add", "x", "--for", "000.00.02.H99", *config)
    without = codes()
    truc("system", "set", "x", "--undertaking", "13/CK ngày 02/11/2026", *config)
    added = truc("system", "key", "add", "x", key, *config, "--json").json
    truc("system", "add", "y", *words, "--state", "proposed", *config)

    assert {"shared_secret", "no_undertaking"} <= without
    assert not {"shared_secret", "no_undertaking"} & codes()
    listed = truc("system", "list", *config).out
    assert "12/CK-SNV ngày 01/11/2026" in listed
    assert truc("system", "key", "list", "x", *config, "--json").json["keys"][0]["thumbprint"] == added["thumbprint"]
    assert truc("system", "key", "remove", "x", added["thumbprint"][:8], *config).code == 0
    assert truc("system", "key", "remove", "x", added["thumbprint"][:8], *config).code == 1
    assert "shared_secret" in codes()
    assert truc("system", "set", "x", "--quota", "packages=x", *config).code == 2


def test_decisions_about_agencies_have_their_day_and_the_past_can_be_asked_for(truc, folder):  # law: R-026 QĐ28 Đ16.1
    config = ("--config", folder)
    why = ("--reason", "sắp xếp", "--decision", "7/QĐ-UBND", "--decided-on", "2026-05-20")
    for code, name in (("H99.1", "Sở Một"), ("H99.2", "Sở Hai"), ("H99.3", "Sở Ba")):
        assert truc("agency", "add", code, "--name", name, *config).code == 0
    done = [
        truc("agency", "recode", "H99.1", "--to", "H99.11", "--on", "2026-06-01", *why, *config).code,
        truc("agency", "move", "H99.2", "--below", "H99.11", "--on", "2026-06-01", *why, *config).code,
        truc("agency", "split", "H99.3", "--into", "H99.11", "H99.2", "--on", "2026-07-01", *why, *config).code,
        truc("agency", "level", "set", "khu", "--name", "Khu", "--last", "2026-01-01", "--reason", "hết", *config).code,
    ]
    before = truc("agency", "structure", "--on", "2026-05-31", *config, "--json").json
    after = truc("agency", "structure", "--on", "2026-07-01", *config)
    history = truc("agency", "history", "H99.3", *config)
    then = truc("agency", "show", "H99.3", "--on", "2026-07-01", *config, "--json").json
    reopened = truc("agency", "reopen", "H99.3", *why, *config)

    assert done == [0, 0, 0, 0]
    assert {(one["organ_id"], one["parent"]) for one in before["agencies"]} >= {("H99.1", None), ("H99.2", None)}
    assert "H99.11  Sở Một\n  H99.2  Sở Hai" in after.out
    assert "H99.3" not in after.out
    assert "split_into" in history.out
    assert "7/QĐ-UBND 2026-05-20" in history.out
    assert [path[-1]["successor"] for path in then["succession"]] == ["H99.11", "H99.2"]
    assert reopened.code == 0
    assert "khu" in truc("agency", "level", "list", *config).out
    assert truc("agency", "close", "H99.2", "--on", "1/7/2026", *why, *config).code == 2


def test_the_certificates_of_an_agency_are_registered_listed_and_removed(truc, folder, tmp_path):  # law: R-074 VP Đ8.1
    config = ("--config", folder)
    seal = tmp_path / "seal.pem"
    seal.write_bytes(TestCA().organisation("Sở Nội vụ").certificate_pem)
    code = "000.00.01.H99"

    added = truc("agency", "certificate", "add", code, seal, "--role", "organisation", *config, "--json")

    assert (added.json["role"], added.json["name"]) == ("organisation", "Sở Nội vụ")
    assert added.json["fingerprint"] in truc("agency", "certificate", "list", code, *config).out
    assert truc("agency", "certificate", "add", code, seal, *config).code == 2, "the role is said"
    assert truc("agency", "certificate", "add", code, tmp_path / "none.pem", "--role", "person", *config).code == 3
    assert truc("agency", "certificate", "remove", code, added.json["fingerprint"], *config).code == 0
    assert truc("agency", "certificate", "list", *config, "--json").json["certificates"] == []


def public_pem() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(serialization.Encoding.PEM, form)


@pytest.mark.parametrize(
    ("version", "sound"),
    [((3, 40, 1), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True)],
)
def test_check_knows_which_sqlite_can_corrupt_a_wal(version, sound):
    assert wal_is_sound(version) is sound


def test_keys_are_listed_and_rotated(truc, folder):
    listed = truc("key", "list", "--config", folder, "--json").json["keys"]
    rotated = truc("key", "rotate", "receipt", "--config", folder, "--json")
    after = truc("key", "list", "--config", folder, "--json").json["keys"]

    assert [row["name"] for row in listed][:3] == ["receipt", "checkpoint", "wrap"]
    assert all(row["holder"] and row["backup"] and row["rotation"] for row in listed)
    assert rotated.code == 0
    assert listed[0]["certificate"]["serial"] != after[0]["certificate"]["serial"]
    assert truc("key", "rotate", "checkpoint", "--config", folder).code == 3


def test_the_rest_of_the_operators_words(truc, folder):
    config = ("--config", folder)

    assert truc("migrate", *config, "--json").json["schema"]
    assert truc("user", "add", "lan", "--role", "operator", *config, "--json").json["password"]
    assert "lan" in truc("user", "list", *config).out
    assert truc("intake", "stop", "--reason", "bảo trì", *config, "--json").json["intake"] == "stopped"
    assert truc("intake", "start", *config).code == 0
    for action in ("hold", "release", "resend", "cancel"):
        answer = truc(action, str(uuid.uuid4()), "--reason", "x", *config, "--json")
        assert answer.code == 1
        assert answer.json["error"]["code"] == "not_found"


def test_wrong_settings_name_the_key_and_the_nearest_one(truc, folder):
    with (folder / "hub.toml").open("a") as file:
        file.write("\n[limits]\nrecipient = 3\n")

    answer = truc("agency", "list", "--config", folder, "--json")

    assert answer.code == 2
    assert "limits.recipient" in answer.json["error"]["detail"]
    assert "`recipients`" in answer.err


@pytest.mark.parametrize(
    ("error", "code", "slug"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 3, "storage_full"),
        (FileNotFoundError(errno.ENOENT, "x", "/a/b"), 3, "not_found"),
        (ZeroDivisionError("x"), 3, "internal"),
    ],
)
def test_any_exception_becomes_two_sentences(error, code, slug):
    explained = errors.explain(error)

    assert (explained.exit_code, explained.code) == (code, slug)
    assert explained.vietnamese != explained.english


def test_a_traceback_is_shown_only_when_asked_for(truc, monkeypatch, tmp_path):
    def broken(_words):
        raise ZeroDivisionError("x")

    monkeypatch.setattr(table, "find", lambda _name: type("Broken", (), {"run": staticmethod(broken)}))

    answer = truc("check", "--json")

    assert answer.code == 3
    assert json.loads(answer.out)["error"]["code"] == "internal"
    monkeypatch.setenv("TRUC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        truc("check")
