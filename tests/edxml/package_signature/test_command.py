"""`truc edxml pack --sign` and `truc edxml verify`: from files to a signed package and back."""

from __future__ import annotations

import json

import pytest

from edxml import command, verify_command
from edxml.testing import TestCA, plain_pdf, signed_pdf

HEADER = ["--from", "000.00.01.H99=Sở Nội vụ", "--to", "000.00.02.H99=Sở Tài chính", "--subject", "V/v thử",
          "--number", "1", "--notation", "SNV-VP", "--date", "2026/11/20"]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Files as a clerk has them: a signed and an unsigned document, key, certificate, trusted certificates."""
    folder = tmp_path_factory.mktemp("place")
    ca = TestCA()
    own = ca.organisation("Sở Nội vụ tỉnh Thử Nghiệm")
    ca.write_trust(folder / "trust")
    (folder / "key.pem").write_bytes(own.key_pem)
    (folder / "cert.pem").write_bytes(own.certificate_pem)
    (folder / "chain.pem").write_bytes(ca.intermediate_pem)
    (folder / "signed.pdf").write_bytes(signed_pdf(ca))
    (folder / "plain.pdf").write_bytes(plain_pdf())
    return folder


@pytest.fixture
def pack(place, tmp_path, capsys):
    def run(file: str, *words: str) -> tuple[int, str]:
        key = ["--sign", str(place / "key.pem"), "--cert", str(place / "cert.pem"), "--cert", str(place / "chain.pem")]
        code = command.main(["pack", str(tmp_path / "a.edxml"), str(place / file), *HEADER, *(words or key)])
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def verify(place, tmp_path, capsys):
    def run(main=command.main, words=("verify",)) -> tuple[int, dict]:
        code = main([*words, str(tmp_path / "a.edxml"), "--trust", str(place / "trust"), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_signed_package_of_a_signed_document_passes(pack, verify):
    assert pack("signed.pdf")[0] == 0

    code, found = verify()

    assert (code, found["verdict"], found["package_signature"]["verdict"]) == (0, "PASSED", "PASSED")
    assert found["package_signature"]["signer"] == "Sở Nội vụ tỉnh Thử Nghiệm"
    assert "code" not in found


def test_the_signature_of_a_package_is_not_the_signature_of_its_document(pack, verify):
    """law: R-079"""
    assert pack("plain.pdf")[0] == 0

    of_package, found = verify()
    of_document, same = verify(verify_command.main, ())

    assert (of_package, of_document) == (0, 1)
    assert found == same
    assert (found["verdict"], found["unsigned"], found["package_signature"]["verdict"]) == (
        "INDETERMINATE", True, "PASSED",
    )  # fmt: skip


def test_a_changed_package_is_never_passed(pack, verify, tmp_path):
    assert pack("signed.pdf")[0] == 0
    file = tmp_path / "a.edxml"
    file.write_bytes(file.read_bytes().replace("V/v thử".encode(), "V/v thừ".encode(), 1))

    code, found = verify()

    assert (code, found["verdict"], found["code"]) == (1, "FAILED", "sig_invalid")
    assert found["package_signature"]["where"] == "truc:MessageHeader"
    assert found["legal_value"] == "information"


def test_an_unsigned_package_says_so(pack, verify):
    assert pack("signed.pdf", "--json")[0] == 0

    code, found = verify()

    assert (code, found["package_signature"]) == (0, None)


def test_words_for_a_person_name_fault_and_part(pack, place, tmp_path, capsys):
    assert pack("plain.pdf")[0] == 0
    file = tmp_path / "a.edxml"
    file.write_bytes(file.read_bytes().replace(b'Id="truc-1"', b'Id="truc-2"', 1))

    assert command.main(["verify", str(file), "--trust", str(place / "trust")]) == 1

    assert "sig_coverage" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["--sign", "key.pem"], 2, "--cert"),
        (["--cert", "cert.pem"], 2, "--sign"),
        (["--sign", "cert.pem", "--cert", "cert.pem"], 2, "not a PEM key"),
        (["--sign", "nothing.pem", "--cert", "cert.pem"], 3, "nothing.pem"),
    ],
)
def test_wrong_use_is_told(pack, place, tmp_path, words, code, why):
    full = [str(place / word) if word.endswith(".pem") else word for word in words]

    found, said = pack("plain.pdf", *full)

    assert (found, why in said) == (code, True), said
    assert not (tmp_path / "a.edxml").exists()
    assert list(tmp_path.iterdir()) == []
