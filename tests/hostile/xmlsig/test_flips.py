"""C-22: no bit of a signed package can be changed. TRUC_BIT_FLIPS=100000 tries that many; 0 means every bit."""

from __future__ import annotations

import os
import random

import pytest

from edxml import reader
from edxml.faults import Refusal
from edxml.package_signature.signing import sign_bytes
from edxml.testing import make_package, make_status, package_signer

from .forgery import AUTHORITY, SIGNER

TRIES = int(os.environ.get("TRUC_BIT_FLIPS", "2000"))

pytestmark = [
    pytest.mark.timeout(0 if TRIES != 2000 else 120),
    pytest.mark.filterwarnings("ignore::UserWarning"),  # what a library says of a certificate with a wrong bit
]


def is_accepted(data: bytes) -> bool:
    try:
        package = reader.read(data)
    except Refusal:
        return False
    # a package without anything that looks like a signature counts as accepted: it would travel unsigned
    return package.carried_signature is None or not package.carried_signature.fault


PACKAGES = {
    "document": make_package(size=1_500, subject="V/v chữ ký", signer=SIGNER),
    "three files": make_package(
        attachments=[("a.txt", b"a"), ("b.txt", b"bb"), ("c.pdf", b"%PDF-1.7 ccc")], signer=SIGNER
    ),
    "status": sign_bytes(make_status("03"), package_signer(AUTHORITY, "Sở Tài chính tỉnh Thử Nghiệm")),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_c_22_no_single_bit_can_be_flipped(name):
    data = PACKAGES[name]
    assert is_accepted(data)
    bits = len(data) * 8
    count = -(-TRIES // len(PACKAGES)) if TRIES else bits
    chosen = range(bits) if count >= bits else random.Random(22).sample(range(bits), count)

    accepted = []
    for bit in chosen:
        spoilt = bytearray(data)
        spoilt[bit // 8] ^= 1 << bit % 8
        if is_accepted(bytes(spoilt)):
            accepted.append(bit)

    assert accepted == []


def test_c_22_no_bit_of_the_signature_itself_can_be_flipped():
    """Where a flip could make the signature disappear instead of break: every bit of its tags."""
    data = PACKAGES["document"]
    start = data.index(b"<Signature ")
    places = [*range(start, start + 60), *range(data.index(b"</Signature>"), data.index(b"</Signature>") + 12)]

    accepted = []
    for place in places:
        for bit in range(8):
            spoilt = bytearray(data)
            spoilt[place] ^= 1 << bit
            if is_accepted(bytes(spoilt)):
                accepted.append((place, bit))

    assert accepted == []
