"""C-21: generated packages are signed, read and handed on byte for byte, and another program agrees with the signature.

The other program is xmlsec1 (Debian: `apt-get install xmlsec1`); without it on PATH only its test is skipped.
TRUC_ROUND_TRIPS=10000 makes that many packages.
"""

from __future__ import annotations

import base64
import hashlib
import os
import random
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edxml import model, names, plain, reader, writer
from edxml.package_signature.signing import sign_bytes

from .forgery import SIGNER, Forgery, good

COUNT = int(os.environ.get("TRUC_ROUND_TRIPS", "1000"))
XMLSEC = 40
WORDS = [
    "Báo cáo",
    "quý <4>",
    "a & b",
    'lời "trích"',
    "dòng\r\nmới",
    "\ttab",
    "Đ\u00a0Đ",
    "e\u0301",
    "🙂",
    "]]>",
    "'",
    "%20",
    "x" * 300,
]
EXTRAS = [
    '<x:thêm xmlns:x="urn:x" x:b="2" a="1">z</x:thêm>',
    '<y xmlns="urn:y"><z xmlns="" q="&lt;&#10;&#9;"/></y>',
    f'<edXML:More xmlns:edXML="{names.NS}" xmlns:u="urn:unused"><a:b xmlns:a="urn:a"/></edXML:More>',
]

pytestmark = pytest.mark.timeout(0 if COUNT != 1000 else 120)


def generated(chance: random.Random) -> bytes:
    """A package of odd text, attributes and namespaces, as other software might write it: not yet signed."""

    def words() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, 3)))

    def organisation(number: int) -> model.Organization:
        return model.Organization(
            f"000.00.{number:02}.H99", words(), extra=tuple(chance.sample(EXTRAS, chance.randint(0, 1)))
        )

    header = model.MessageHeader(
        organisation(1),
        tuple(organisation(number) for number in range(2, chance.randint(3, 6))),
        f"id {chance.random()}",
        subject=words(), content=words(), other=model.OtherInfo(sphere=words()),
        extra=tuple(chance.sample(EXTRAS, chance.randint(0, 3))),
    )  # fmt: skip
    files = [
        writer.OutgoingAttachment(f"{number} {chance.choice(WORDS[:3])}.pdf", chance.randbytes(chance.randint(1, 200)))
        for number in range(chance.randint(0, 3))
    ]
    trace = [model.TraceHop("000.00.01.H99", "2026/11/20 10:00:00")]
    data = writer.write_edoc(header, model.Business(reason=words()), trace, files)
    return data.replace(b"\n", b"\r\n") if chance.random() < 0.2 else data


def canonical_again(data: bytes, tag: str) -> bytes:
    """The exclusive C14N of that element by Python's own canonicaliser, on the text of the element."""
    name = f"edXML:{tag}".encode()
    start, end = data.index(b"<" + name + b">"), data.index(b"</" + name + b">") + len(name) + 3
    text = data[start:end].replace(b"<" + name, b"<" + name + f' xmlns:edXML="{names.NS}"'.encode(), 1)
    return ET.canonicalize(text.decode()).encode()


@pytest.mark.slow
def test_c_21_generated_packages_verify_and_mean_the_same_after_signing():
    chance = random.Random(21)
    for number in range(COUNT):
        unsigned = generated(chance)
        signed = sign_bytes(unsigned, SIGNER)
        whole = reader.Reader()
        at = 0
        while at < len(signed):
            size = chance.randint(1, 3000)
            whole.feed(signed[at : at + size])
            at += size
        package = whole.close()
        before = reader.read(unsigned)

        assert package.carried_signature.fault == "", (number, package.carried_signature)
        assert meaning(package.header) == meaning(before.header)
        assert [one.sha256 for one in package.attachments] == [one.sha256 for one in before.attachments]
        assert sign_once_more_is_the_same(signed)


def meaning(value):
    """A header as plain data, unknown elements in the form that does not depend on unused declarations."""
    data = plain.to_plain(value)

    def settle(part):
        if isinstance(part, dict):
            return {
                name: [ET.canonicalize(one) for one in inner] if name == "extra" else settle(inner)
                for name, inner in part.items()
            }
        return [settle(one) for one in part] if isinstance(part, list) else part

    return settle(data)


def sign_once_more_is_the_same(signed: bytes) -> bool:
    """Taken apart and written again by the profile, a signed package is the same bytes."""
    return Forgery.of(signed).write() == signed


def test_c_21_the_digests_are_those_of_another_canonicaliser():
    data = good()
    manifest = dict(re.findall(rb'<Reference URI="([^"]*)">.*?<DigestValue>([^<]*)</DigestValue>', data))

    for tag in ("MessageHeader", "TraceHeaderList", "edXMLBody"):
        expected = base64.b64encode(hashlib.sha256(canonical_again(data, tag)).digest())
        assert manifest[f"truc:{tag}".encode()] == expected, tag


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not on PATH: apt-get install xmlsec1")
def test_c_21_xmlsec1_agrees_with_the_signature(tmp_path):
    chance = random.Random(1)
    certificate = tmp_path / "signer.pem"
    certificate.write_bytes(SIGNER.certificates[0].public_bytes(Encoding.PEM))
    files = []
    for number in range(XMLSEC):
        files.append(tmp_path / f"{number}.edxml")
        files[-1].write_bytes(sign_bytes(generated(chance), SIGNER))
    command = [
        "xmlsec1", "--verify", "--ignore-manifests", "--id-attr:Id", f"{names.XMLDSIG}:Manifest",
        "--pubkey-cert-pem", str(certificate),
    ]  # fmt: skip

    for file in files:
        done = subprocess.run([*command, str(file)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    spoilt = files[0].read_bytes().replace(b'URI="truc:MessageHeader"', b'URI="truc:messageHeader"')
    files[0].write_bytes(spoilt)
    assert subprocess.run([*command, str(files[0])], capture_output=True, check=False).returncode != 0


async def test_c_21_the_hub_hands_on_the_signed_bytes(target):
    for number in range(20):
        data = good(subject=f"V/v {number} &<>\r")
        await target.sender.send(data)
        _, got, _ = await target.recipient.receive()

        assert got == data
        assert reader.read(got).carried_signature.fault == ""
