"""`truc trust`: certificates come and go."""

from __future__ import annotations

import json

import pytest

from edxml.testing import TestCA
from hub import cli
from hub.cli import check_trust


@pytest.fixture
def config(tmp_path, capsys) -> str:
    assert cli.main(["init", str(tmp_path / "D")]) == 0
    capsys.readouterr()
    return str(tmp_path / "D" / "hub.toml")


@pytest.fixture(scope="module")
def ca() -> TestCA:
    return TestCA()


def truc(capsys, *words: str) -> tuple[int, dict]:
    code = cli.main(["trust", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_add_list_remove(config, ca, tmp_path, capsys):
    file = tmp_path / "ca.pem"
    file.write_bytes(ca.root_pem + ca.intermediate_pem)

    _, added = truc(capsys, "add", str(file), "--purpose", "state", "--config", config)
    code, again = truc(capsys, "add", str(file), "--purpose", "state", "--config", config)
    _, listed = truc(capsys, "list", "--config", config)

    assert code == 0
    assert again["certificates"] == added["certificates"] == listed["certificates"]
    assert [one["anchor"] for one in sorted(listed["certificates"], key=lambda one: not one["anchor"])] == [True, False]
    assert {one["purpose"] for one in listed["certificates"]} == {"state"}

    first = listed["certificates"][0]["fingerprint"]
    code, gone = truc(capsys, "remove", first[:12].upper(), "--config", config)

    assert (code, [one["fingerprint"] for one in gone["certificates"]]) == (0, [first])
    assert len(truc(capsys, "list", "--config", config)[1]["certificates"]) == 1


def test_a_person_is_told_to_compare_the_fingerprints(config, ca, tmp_path, capsys):
    file = tmp_path / "ca.pem"
    file.write_bytes(ca.root_pem)

    cli.main(["trust", "add", str(file), "--purpose", "tsa", "--config", config])

    shown = capsys.readouterr().out
    assert "Đối chiếu TỪNG vân tay" in shown
    assert "SHA-256: " in shown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", "FILE", "--purpose", "state"], 2),
        (["add", "FILE", "--purpose", "everything"], 2),
        (["remove", "abc"], 2),
        (["remove", "zzzzzzzzzz"], 2),
        (["remove", "0123456789ab"], 1),
        (["remove", "../../keys"], 2),
    ],
)
def test_what_names_no_certificate_changes_nothing(config, tmp_path, capsys, words, code):
    file = tmp_path / "no.pem"
    file.write_text("no certificate")
    words = [str(file) if word == "FILE" else word for word in words]

    assert cli.main(["trust", *words, "--config", config, "--json"]) == code

    capsys.readouterr()
    assert truc(capsys, "list", "--config", config)[1]["certificates"] == []


def test_a_certificate_taken_out_of_a_file_leaves_the_others_in_it(config, ca, tmp_path, capsys):
    place = tmp_path / "D" / "trust" / "state" / "both.pem"
    place.write_bytes(ca.root_pem + ca.intermediate_pem)
    listed = truc(capsys, "list", "--config", config)[1]["certificates"]

    truc(capsys, "remove", listed[0]["fingerprint"], "--config", config)

    assert truc(capsys, "list", "--config", config)[1]["certificates"] == [listed[1]]


def test_check_says_what_is_missing_for_trust(config, ca, tmp_path, capsys):
    def codes() -> set[str]:
        cli.main(["check", "--config", config, "--json"])
        return {one["code"] for one in json.loads(capsys.readouterr().out)["findings"]}

    assert {"no_trust", "no_tsa"} <= codes()

    ca.write_trust(tmp_path / "D" / "trust")

    assert not {"no_trust", "no_tsa"} & codes()


def test_check_names_outdated_lists_silent_authorities_and_hosts_nobody_vouches_for():
    answer = {
        "certificates": [
            {"purpose": "state", "anchor": True, "subject": "CA", "valid_to": "2020-01-01T00:00:00+00:00"}
        ],
        "lists": [{"url": "http://a/x.crl", "outdated": True}, {"url": "http://b/x.crl", "outdated": False}],
        "silent": ["a:80"],
        "refused_hosts": ["c:80"],
        "undecided": 3,
    }

    found = {one.code: one for one in check_trust.findings(answer)}

    assert set(found) == {
        "no_tsa", "trust_expires", "crl_outdated", "authority_silent", "authority_not_asked", "undecided",
    }  # fmt: skip
    assert "http://a/x.crl" in found["crl_outdated"].english
    assert "http://b/x.crl" not in found["crl_outdated"].english
