"""Two persons at the command line: what is filed, seen, agreed to and refused; and what needs only one."""

from __future__ import annotations

import io
import json

import pytest


@pytest.fixture
def strict(folder, monkeypatch):
    """The folder of a hub that is no test any more; nobody's password is in the environment."""
    file = folder / "hub.toml" if (folder / "hub.toml").exists() else folder
    text = file.read_text(encoding="utf-8").replace("test_mode = true", "test_mode = false")
    file.write_text(text, encoding="utf-8")
    monkeypatch.delenv("TRUC_PASSWORD", raising=False)
    return folder


@pytest.fixture
def people(truc, strict):
    """Passwords of two operators."""
    words = ("--role", "operator", "--config", strict, "--json")
    return {name: truc("user", "add", name, *words).json["password"] for name in ("Lan", "Bình")}


def test_one_asks_two_agree(truc, strict, people, monkeypatch):
    """law: R-193 CB Đ5.4"""
    config = ("--config", strict)
    asked = truc("agency", "add", "000.00.07.H99", "--name", "Sở Y tế", *config, "--json")
    told = truc("agency", "add", "000.00.08.H99", "--name", "Sở Xây dựng", *config)
    number = asked.json["confirmation"]
    listed = truc("confirm", "list", *config)
    shown = truc("confirm", "show", number, *config)

    assert (asked.code, asked.json["state"], told.code) == (0, "open", 0)
    assert "hai người khác nhau" in told.out
    assert "two different persons" in told.out
    assert number in listed.out
    assert "name: (không có/none) -> Sở Y tế" in shown.out

    monkeypatch.setenv("TRUC_PASSWORD", people["Lan"])
    first = truc("confirm", "approve", number, "--operator", "Lan", *config, "--json")
    again = truc("confirm", "approve", number, "--operator", "Lan", *config)
    wrong = truc("confirm", "approve", number, "--operator", "Bình", *config)
    monkeypatch.delenv("TRUC_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO(people["Bình"] + "\n"))
    second = truc("confirm", "approve", number, "--operator", "Bình", *config, "--json")

    assert (first.code, first.json["state"], first.json["first_by"]) == (0, "open", "Lan")
    assert again.code == wrong.code == 1
    assert "phải là người khác" in again.err or "another person" in again.err
    assert (second.code, second.json["confirmation_state"], second.json["organ_id"]) == (0, "done", "000.00.07.H99")
    assert truc("agency", "show", "000.00.07.H99", *config).code == 0


def test_the_asker_s_password_makes_him_the_first_person(truc, strict, people, monkeypatch):
    monkeypatch.setenv("TRUC_PASSWORD", people["Lan"])
    asked = truc("system", "add", "x", "--for", "000.00.01.H99", "--operator", "Lan", "--config", strict, "--json").json
    monkeypatch.setenv("TRUC_PASSWORD", people["Bình"])

    done = truc("confirm", "approve", asked["confirmation"], "--operator", "Bình", "--config", strict)

    assert "Lan" in asked["title_vi"]
    assert done.code == 0
    assert "secret: " in done.out
    assert "chỉ hiện lần này" in done.out


def test_a_refusal_says_why(truc, strict, people, monkeypatch):
    monkeypatch.setenv("TRUC_PASSWORD", people["Lan"])
    asked = truc("agency", "add", "000.00.07.H99", "--name", "Sở Y tế", "--config", strict, "--json").json
    person = ("--operator", "Lan", "--config", strict)

    without = truc("confirm", "refuse", asked["confirmation"], *person)
    refused = truc("confirm", "refuse", asked["confirmation"], "--reason", "sai mã", *person)

    assert (without.code, refused.code) == (2, 0)
    assert truc("confirm", "list", "--config", strict).out.strip() == "(trống / nothing)"
    assert "sai mã" in json.dumps(
        truc("confirm", "list", "--all", "--config", strict, "--json").json, ensure_ascii=False
    )


def test_stopping_is_done_at_once_and_said_so(truc, strict, people):
    stopped = truc("agency", "suspend", "000.00.01.H99", "--reason", "lộ tài khoản", "--config", strict)

    assert stopped.code == 0
    assert "truc confirm show" in stopped.err
    assert "ĐÃ LÀM NGAY" in truc("confirm", "list", "--config", strict).out


def test_check_counts_the_people_who_can_agree(truc, strict, people):
    findings = {one["code"] for one in truc("check", "--config", strict, "--json").json["findings"]}

    assert "few_confirmers" in findings
    assert "one_person" not in findings


def test_the_papers_of_a_system_are_written_and_shown(truc, folder):
    """law: R-180 QĐ28 Đ13.1, R-182 QĐ28 Đ14.2"""
    config = ("--config", folder)
    truc("system", "add", "x", "--for", "000.00.01.H99", "--security-level", "2", *config)

    truc("system", "set", "x", "--security-decision", "12/QĐ-UBND ngày 05/01/2026", "--conformity", "QCVN 102", *config)

    shown = truc("system", "show", "x", *config)
    assert "security_level: 2" in shown.out
    assert "security_decision: 12/QĐ-UBND ngày 05/01/2026" in shown.out
    assert "contact: thiếu / missing" in shown.out
    assert truc("system", "show", "y", *config).code == 1


def test_sync_without_an_axis_says_what_is_missing(truc, folder):
    answer = truc("agency", "sync", "--full", "--config", folder)

    assert answer.code == 1
    assert "[axis]" in answer.err
