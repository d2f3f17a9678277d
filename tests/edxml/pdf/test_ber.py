"""A signature whose CMS is BER with indefinite lengths (3080…), as some tools of 2016 to 2020 write it."""

from __future__ import annotations

import pytest

from edxml.testing import TestCA, flip_byte, signed_pdf
from edxml.verdict import Integrity, Verdict


def indefinite(der, depth):
    """The outermost `depth` constructed values with an indefinite length; what they hold as it was."""
    if depth == 0 or not der[0] & 0x20:
        return der
    head = 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)
    return der[:1] + b"\x80" + b"".join(indefinite(part, depth - 1) for part in parts(der[head:])) + b"\0\0"


def parts(content):
    while content:
        head = 2 if content[1] < 0x80 else 2 + (content[1] & 0x7F)
        length = content[1] if head == 2 else int.from_bytes(content[2:head])
        yield content[: head + length]
        content = content[head + length :]


def with_ber(data, depth):
    begin = data.index(b"/Contents <3") + 11
    end = data.index(b">", begin)
    padded = bytes.fromhex(data[begin:end].decode())
    head = 2 + (padded[1] & 0x7F)
    der = padded[: head + int.from_bytes(padded[2:head])]
    ber = indefinite(der, depth)
    assert ber[:2] == b"\x30\x80"
    return data[:begin] + ber.hex().encode().ljust(end - begin, b"0") + data[end:]


@pytest.fixture(scope="module")
def ca():
    return TestCA(algorithm="rsa")


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_signature_in_ber_is_valid(judge, ca, depth):
    """Depth 3 is SignedData, 4 its sets; the certificate in them stays in DER, as it was signed."""
    report = judge(with_ber(signed_pdf(ca, [("organisation", "Sở Nội vụ")]), depth))

    assert report.verdict is Verdict.PASSED, report
    assert report.signatures[0].integrity is Integrity.FINAL


def test_a_signature_in_ber_hides_no_change(judge, ca):
    report = judge(flip_byte(with_ber(signed_pdf(ca, [("organisation", "Sở Nội vụ")]), 3)))

    assert report.verdict is Verdict.FAILED
    assert report.signatures[0].integrity is Integrity.BROKEN
