"""The hub's keys: receipts anyone can verify, secrets that open again, rotation without a flag day."""

from __future__ import annotations

import base64
import json
import stat
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from hub import key_making, keys
from hub.keys import KeyProblem, Keys, ReceiptInvalid

ORGAN = "000.00.00.H99"


class WideRegistry(JWSRegistry):
    """A certificate in the header is longer than the library expects by itself."""

    max_header_length = 8192


WIDE = WideRegistry(algorithms=["ES256"])


@pytest.fixture
def folder(tmp_path):
    key_making.create(tmp_path / "keys", ORGAN, "Tỉnh thử")
    return tmp_path / "keys"


def test_a_receipt_verifies_with_another_library_and_its_own_certificate(folder):
    loaded = Keys.load(folder)

    receipt = loaded.sign_receipt('{"document":"Số 1"}'.encode())
    header = json.loads(base64.urlsafe_b64decode(receipt.split(".")[0] + "=="))
    certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    public = ECKey.import_key(certificate.public_bytes(Encoding.PEM))

    read = jws.deserialize_compact(receipt, public, registry=WIDE)

    assert read.payload == '{"document":"Số 1"}'.encode()
    assert loaded.verify_receipt(receipt) == '{"document":"Số 1"}'.encode()


def test_any_changed_character_makes_a_receipt_invalid(folder):
    loaded = Keys.load(folder)
    receipt = loaded.sign_receipt(b'{"n":1}')
    start = receipt.index(".") + 1

    for place in (*range(0, start, 97), *range(start, len(receipt))):
        other = "A" if receipt[place] != "A" else "B"
        with pytest.raises(ReceiptInvalid):
            loaded.verify_receipt(receipt[:place] + other + receipt[place + 1 :])


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d", "é.é.é", "....", "e30.e30.e30", "W10.W10.W10"])
def test_no_text_is_taken_for_a_receipt(folder, text):
    with pytest.raises(ReceiptInvalid):
        Keys.load(folder).verify_receipt(text)


def test_a_receipt_of_another_hub_is_not_ours(folder, tmp_path):
    other = key_making.create(tmp_path / "other", ORGAN)

    with pytest.raises(ReceiptInvalid):
        Keys.load(folder).verify_receipt(other.sign_receipt(b"{}"))


def test_signing_is_quick(folder):
    loaded = Keys.load(folder)
    best = 1.0
    for _ in range(5):
        began = time.thread_time()
        for _ in range(100):
            loaded.sign_receipt(b"x" * 1500)
        best = min(best, (time.thread_time() - began) / 100)

    assert best < 0.001, f"{best * 1e6:.0f} us"


def test_a_wrapped_secret_opens_in_its_own_place_only(folder):
    loaded = Keys.load(folder)
    wrapped = loaded.wrap(b"secret", b"system-1")

    assert loaded.unwrap(wrapped, b"system-1") == b"secret"
    assert b"secret" not in wrapped
    assert loaded.wrap(b"secret", b"system-1") != wrapped
    for damaged, place in (
        (wrapped, b"system-2"),
        (wrapped[:-1], b"system-1"),
        (b"", b""),
        (b"\x02" + wrapped[1:], b""),
    ):
        with pytest.raises(KeyProblem):
            loaded.unwrap(damaged, place)


def test_keys_of_init_are_marked_test_and_private(folder):
    loaded = Keys.load(folder)

    assert loaded.is_test
    assert "TEST Tỉnh thử" in loaded.receipt_certificate.subject.rfc4514_string()
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.*")} == {0o600}


def test_making_keys_again_changes_none(folder):
    before = {path.name: path.read_bytes() for path in folder.glob("*.*")}

    key_making.create(folder, ORGAN)

    assert {path.name: path.read_bytes() for path in folder.glob("*.*")} == before


def test_old_receipts_verify_after_the_receipt_key_was_rotated(folder):
    """E-18, as far as keys say nothing of a date: a key given away has none yet."""
    old = Keys.load(folder).sign_receipt(b"old")

    done = key_making.rotate(folder, "receipt", ORGAN)
    loaded = Keys.load(folder)

    assert loaded.verify_receipt(old) == b"old"
    assert loaded.verify_receipt(loaded.sign_receipt(b"new")) == b"new"
    assert any("still verify" in text for text in done)
    assert len(list((folder / "retired").glob("receipt-*.crt"))) == 1
    assert not list((folder / "retired").glob("receipt-*.key")), "an old signing key is destroyed"


def test_old_secrets_open_after_the_wrap_key_was_rotated(folder):
    wrapped = Keys.load(folder).wrap(b"secret")

    key_making.rotate(folder, "wrap", ORGAN)
    loaded = Keys.load(folder)

    assert loaded.unwrap(wrapped) == b"secret"
    assert loaded.wrap(b"x")[1:5] != wrapped[1:5]
    (next((folder / "retired").glob("wrap-*.key"))).unlink()
    with pytest.raises(KeyProblem, match="restore"):
        Keys.load(folder).unwrap(wrapped)


def test_the_checkpoint_key_is_not_rotated_by_one_person(folder):
    with pytest.raises(KeyProblem, match="two persons"):
        key_making.rotate(folder, "checkpoint", ORGAN)


@pytest.mark.parametrize("name", ["wrap.key", "receipt.key", "receipt.crt", "session.key", "checkpoint.key"])
def test_a_missing_or_broken_key_is_named(folder, name):
    (folder / name).write_bytes(b"not a key")
    with pytest.raises(KeyProblem):
        Keys.load(folder)

    (folder / name).unlink()
    with pytest.raises(KeyProblem, match=name):
        Keys.load(folder)


def test_a_certificate_of_another_key_is_noticed(folder, tmp_path):
    key_making.create(tmp_path / "other", ORGAN)
    (folder / "receipt.crt").write_bytes((tmp_path / "other/receipt.crt").read_bytes())

    with pytest.raises(KeyProblem, match="does not belong"):
        Keys.load(folder)


def test_a_checkpoint_signature_verifies(folder):
    loaded = Keys.load(folder)

    loaded.checkpoint_key.public_key().verify(loaded.sign_checkpoint(b"truc\n1\n"), b"truc\n1\n")

    assert len(loaded.checkpoint_public_bytes()) == 32


def test_no_key_of_the_hub_signs_documents_of_an_agency(folder):
    """law: R-077 TT Đ6.5"""
    named = {duty.name: duty.purpose for duty in keys.TABLE}

    assert [one for one in named if "document" in named[one]] == []
    assert {"receipt", "checkpoint", "wrap", "tls", "session"} <= named.keys()
    assert "văn bản" not in str(named)


def test_the_table_of_keys_names_every_file_that_init_makes(folder):
    named = {file for duty in keys.TABLE for file in duty.files}

    assert {path.name for path in folder.glob("*.*")} <= named
