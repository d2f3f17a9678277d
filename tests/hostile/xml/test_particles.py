"""A-03: one mutation for every element that the schema knows, made from the schema itself."""

from __future__ import annotations

from importlib import resources

import pytest
from lxml import etree

from .malformed import before, good

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMA = etree.fromstring(resources.files("edxml").joinpath("schemas", "tolerant.xsd").read_bytes())
LONG = "sai" * 200
WRONG = {"Whole": LONG, "Truth": LONG, "Day": LONG, "Text": "<a/>", "Open": LONG}
"""What an element of each type may not hold; the two types that take anything are left out."""


def elements() -> dict[str, list[str]]:
    """Names of the schema's elements by their type."""
    found: dict[str, list[str]] = {}
    for element in SCHEMA.findall(f"{XS}element"):
        found.setdefault(element.get("type", ""), []).append(element.get("name"))
    return found


def told(heard) -> None:
    """The path of the first error, a short sentence, and next to nothing of what was sent."""
    assert heard.code == "schema_invalid", heard.body
    assert heard.json["where"]
    assert len(heard.json["detail"]) <= 500
    assert LONG[:101] not in heard.body.decode()


@pytest.mark.parametrize("kind", WRONG)
async def test_a_03_an_element_that_holds_what_it_may_not_is_named(target, kind):
    names = elements()[kind]
    assert names

    for name in names:
        element = f"<edXML:{name}>{WRONG[kind]}</edXML:{name}>".encode()
        heard = await target.offer(before("Subject", element)(good()))
        told(heard)
        assert name in heard.json["where"] + heard.json["detail"], (name, heard.json)
    assert await target.recipient.inbox() == []


def test_a_03_every_element_of_the_schema_is_tried():
    untried = {name for kind, names in elements().items() if kind not in WRONG for name in names}

    assert untried == {"edXML", "edXMLEnvelope", "Signature", "DigitalSignature", "Code"}


def renamed(name: str):
    """An element under a name that is not its own: missing where it must be, unknown where it stands."""
    return lambda data: data.replace(f"edXML:{name}".encode(), f"edXML:{name}Khac".encode())


def doubled(name: str):
    def change(data: bytes) -> bytes:
        start, end = data.index(f"<edXML:{name}".encode()), f"</edXML:{name}>".encode()
        whole = data[start : data.index(end) + len(end)]
        return data.replace(whole, whole * 2, 1)

    return change


def attachments_first(data: bytes) -> bytes:
    place, start, end = (data.index(mark) for mark in (b"<edXML:edXMLEnvelope", b"<AttachmentEncoded", b"</edXML>"))
    return data[:place] + data[start:end] + data[place:start] + data[end:]


FRAME = {
    "A-03 no envelope": renamed("edXMLEnvelope"),
    "A-03 no header": renamed("edXMLHeader"),
    "A-03 no message header": renamed("MessageHeader"),
    "A-03 attachments first": attachments_first,
    "A-03 two envelopes": doubled("edXMLEnvelope"),
    "A-03 two headers": doubled("edXMLHeader"),
    "A-03 two trace lists": doubled("TraceHeaderList"),
    "A-03 a stranger before the envelope": before("edXMLHeader", b"<edXML:Mau>x</edXML:Mau>"),
}


@pytest.mark.parametrize("name", FRAME)
async def test_a_frame_that_is_not_whole_is_refused(target, name):
    data = FRAME[name](good())
    assert await target.refused(data) in {"schema_invalid", "profile_invalid"}


async def test_a_14_numbers_beyond_every_machine_are_refused_by_their_path(target):
    """A-14: too long, in other digits, with signs, as other languages write them."""
    for number in ("9" * 400, "1e9", "INF", "+1", "٣", "0x10", "1_000", "--1"):
        element = f"<edXML:PageAmount>{number}</edXML:PageAmount>".encode()
        told(await target.offer(before("Subject", element)(good())))
