"""`truc verify` on PDFs and packages: what it prints and how it ends."""

from __future__ import annotations

import json

import pytest

from edxml import verify_command
from edxml.testing import TestCA, flip_byte, make_package, plain_pdf, signed_pdf


@pytest.fixture(scope="module")
def ca():
    return TestCA()


@pytest.fixture(scope="module")
def trust(ca, tmp_path_factory):
    return ca.write_trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def run(tmp_path, trust, capsys):
    def command(data, *words, name="a.pdf", trusted=True):
        path = tmp_path / name
        path.write_bytes(data)
        code = verify_command.main([str(path), *(["--trust", str(trust)] if trusted else []), *words])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if "--json" in words else shown.out

    return command


def test_a_sound_original_ends_with_0(run, ca):
    code, report = run(signed_pdf(ca), "--json")

    assert (code, report["verdict"], report["legal_value"]) == (0, "PASSED", "original")
    assert [s["role"] for s in report["files"][0]["signatures"]] == ["person", "organisation"]


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (lambda ca: flip_byte(signed_pdf(ca)), "FAILED"),
        (lambda _: plain_pdf(), "UNSIGNED"),
        (lambda _: b"no pdf", "INDETERMINATE"),
    ],
)
def test_every_other_answer_ends_with_1(run, ca, make, verdict):
    code, report = run(make(ca), "--json")

    assert (code, report["files"][0]["verdict"]) == (1, verdict)


def test_without_a_trust_folder_nobody_is_trusted(run, ca):
    code, report = run(signed_pdf(ca), "--json", trusted=False)

    assert (code, report["verdict"]) == (1, "INDETERMINATE")


def test_every_file_of_a_package_is_verified_also_inside_its_transport_zip(run, ca):
    package = make_package(
        attachments=[("1.pdf", signed_pdf(ca)), ("2.docx", b"PK\x03\x04"), ("3.txt", "xin chào".encode())]
    )

    code, report = run(package, "--json", name="a.edxml")

    assert [(f["name"], f["verdict"]) for f in report["files"]] == [
        ("1.pdf", "PASSED"),
        ("2.docx", "UNSIGNED"),
        ("3.txt", "UNSIGNED"),
    ]
    assert (code, report["legal_value"]) == (0, "original")


def test_a_broken_package_is_a_no(run):
    code, report = run(b"<edXML>", "--json", name="a.edxml")

    assert (code, report["code"]) == (1, "xml_not_well_formed")


def test_the_words_for_a_person_name_the_signers(run, ca):
    code, text = run(signed_pdf(ca))

    assert code == 0
    assert "Nguyễn Văn An" in text
    assert "văn bản có giá trị như bản gốc" in text


def test_a_time_can_be_chosen(run, ca):
    code, report = run(signed_pdf(ca), "--json", "--at", "2040-01-01")

    assert (code, report["verdict"]) == (1, "INDETERMINATE")


@pytest.mark.parametrize("words", [["--at", "yesterday"], ["--trust", "/nonexistent"], ["--wrong"]])
def test_wrong_use_ends_with_2(run, words):
    assert run(plain_pdf(), *words, trusted=False)[0] == 2


def test_a_missing_file_ends_with_3(trust):
    assert verify_command.main(["/nonexistent.pdf", "--trust", str(trust)]) == 3
