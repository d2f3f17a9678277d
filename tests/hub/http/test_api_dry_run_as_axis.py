"""What would the national axis say? Asked before a document is sent, answered with the place and the remedy of each."""

from __future__ import annotations

import pytest

from edxml.testing import make_package
from edxml.testing.documents import plain_pdf

STEERING = b"<edXML:SteeringType>1</edXML:SteeringType>"
SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def own_layout() -> bytes:
    """A package as the library of the axis writes it."""
    return make_package(SENDER, RECIPIENT).replace(b"</edXML:OtherInfo>", b"</edXML:OtherInfo>" + STEERING)


async def ask(office, package: bytes, **query) -> dict:
    headers = {"Content-Type": "application/xml"}
    heard = await office.post("/packages/dry-run", data=package, headers=headers, params={"as": "axis", **query})
    return heard.expect(200)["axis"]


async def test_a_package_in_the_axis_own_layout_is_accepted_and_told_to_be_rewritten(offices):
    axis = await ask(offices[0], own_layout())

    assert (axis["accepts"], axis["error_code"]) == ("yes", "0")
    assert {one["effect"] for one in axis["findings"]} <= {"rewrites", "loses"}
    assert "TraceHeader" in axis["findings"][0]["path"]


@pytest.mark.parametrize(
    ("change", "effect", "place", "accepts"),
    [
        ((b"<edXML:Priority>0</edXML:Priority>", b"<edXML:Priority>7</edXML:Priority>"), "refuses", "Priority", "no"),
        ((b"</edXML:Subject>", b"</edXML:Subject><edXML:Colour>red</edXML:Colour>"), "doubtful", "Colour", "doubtful"),
        ((STEERING, b""), "doubtful", "MessageHeader", "doubtful"),
    ],
    ids=["code table", "unknown element", "missing element"],
)
async def test_what_the_hub_takes_and_the_axis_would_not_is_named(offices, change, effect, place, accepts):
    package = own_layout()
    assert change[0] in package

    axis = await ask(offices[0], package.replace(*change))

    named = [one for one in axis["findings"] if one["effect"] == effect and place in one["path"]]
    assert named, axis
    assert named[0]["code"]
    assert named[0]["remedy"]
    assert (axis["accepts"], axis["error_code"]) == (accepts, "22")


async def test_a_name_that_others_cut_is_told(offices):
    package = make_package(SENDER, RECIPIENT, attachments=[("a" * 90 + ".pdf", plain_pdf())])

    axis = await ask(offices[0], package)

    told = {(one["effect"], one["path"].rsplit("/", 1)[-1]) for one in axis["findings"]}
    assert ("loses", "AttachmentName") in told


async def test_nobody_is_told_what_nobody_asked_and_the_other_language_is_there(offices):
    package = make_package(SENDER, RECIPIENT)
    plain = await offices[0].post("/packages/dry-run", data=package, headers={"Content-Type": "application/xml"})
    wrong = await offices[0].post(
        "/packages/dry-run", data=package, headers={"Content-Type": "application/xml"}, params={"as": "moon"}
    )
    english = await offices[0].post(
        "/packages/dry-run", data=package, params={"as": "axis"},
        headers={"Content-Type": "application/xml", "Accept-Language": "en"},
    )  # fmt: skip

    assert plain.expect(200)["axis"] is None
    assert wrong.code == "schema_invalid"
    assert english.expect(200)["axis"]["findings"][0]["title"] == "element SteeringType is missing"
